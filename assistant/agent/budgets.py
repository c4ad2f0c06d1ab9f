"""What one message, and one conversation, may use up."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.agent.messages import Turn, notes
from assistant.agent.tool import Cost
from assistant.errors import InputError
from assistant.settings import Settings


def check_budgets(settings: Settings, turns: Sequence[Turn], cost: Cost) -> None:
    """Say no to a call that would go over a budget; that of queued jobs is looked at when one is put in line.

    Args:
        settings: have the budgets.
        turns: of the conversation, the last one at work.
        cost: of the call.

    Raises:
        InputError: a budget is used up.

    """
    most, turn = settings.agent, turns[-1]
    if len(turn.results) >= most.steps:
        raise InputError(f"That would be more than {most.steps} steps for one message. Ask for the rest by itself.")
    if turn.tokens > most.tokens:
        raise InputError(
            f"One message may take {most.tokens:,} tokens of the language model, and this one took {turn.tokens:,}. "
            "Ask for the rest by itself."
        )
    spent = sum(float(notes(result).get("minutes", 0.0)) for one in turns for result in one.results)
    if cost.needs_confirmation and spent + cost.minutes > most.minutes:
        raise InputError(
            f"One conversation may start {most.minutes:g} minutes of work, and this would make it "
            f"{spent + cost.minutes:.0f}. Raise `agent.minutes`, or begin a new conversation."
        )
