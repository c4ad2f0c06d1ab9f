"""The confirmation of a costly call: what is asked, and what counts as a yes.

What a person sees is made here, from the arguments as they were validated. The yes carries the digest of tool and
arguments, and a call runs only with arguments of that digest: other ones are another confirmation.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel

from assistant.agent.events import Confirmation
from assistant.agent.tool import Cost, Tool


def confirmation_of(thread: str, call_id: str, tool: Tool, arguments: BaseModel) -> Confirmation:
    """Return the confirmation that a call needs; the same call of the same conversation has the same one."""
    values = canonical(arguments)
    digest = digest_of(tool.name, values)
    identity = hashlib.sha256(f"{thread}\n{call_id}\n{digest}".encode()).hexdigest()[:32]
    cost = tool.cost(arguments)
    return Confirmation(identity, tool.name, values, cost, digest, _words(tool, values, cost))


def canonical(arguments: BaseModel) -> dict[str, Any]:
    """Return arguments as JSON holds them, with everything that was left out filled in."""
    return arguments.model_dump(mode="json")


def digest_of(tool: str, values: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a tool and its arguments in canonical JSON."""
    said = json.dumps({"tool": tool, "arguments": values}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def approves(decision: Mapping[str, Any], asked: Confirmation) -> bool:
    """Say whether a decision is a yes to exactly this."""
    return decision.get("approved") is True and (decision.get("id"), decision.get("digest")) == (asked.id, asked.digest)


def as_payload(asked: Confirmation) -> dict[str, Any]:
    """Return a confirmation as it is kept while the conversation waits."""
    return asdict(asked)


def from_payload(kept: Mapping[str, Any]) -> Confirmation:
    """Return the confirmation that was kept."""
    return Confirmation(**{**kept, "cost": Cost(**kept["cost"])})


def _words(tool: Tool, values: Mapping[str, Any], cost: Cost) -> str:
    # As JSON, so that no text in them can look like something else on a terminal.
    rows = [f"  {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items() if value is not None]
    return "\n".join([f"{tool.name}: {tool.description}", *rows, f"It takes {cost.describe()}."])
