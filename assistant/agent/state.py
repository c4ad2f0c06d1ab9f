"""What is kept of a conversation from step to step."""

from __future__ import annotations

from typing import Any, NotRequired

from langchain.agents import AgentState


class State(AgentState[Any]):
    """The messages, and the placeholders of what was masked in them (``Masks.dumps``)."""

    masks: NotRequired[str]
