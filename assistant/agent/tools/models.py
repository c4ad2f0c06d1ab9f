"""Action group models: which there are."""

from __future__ import annotations

from assistant.agent.context import Context
from assistant.agent.tool import Observation, tool


@tool(group="models")
def list_models(context: Context) -> Observation:
    """List the language models that Etude knows, and which are on this machine."""
    from assistant.models.catalog import load_catalog
    from assistant.models.weights import locate

    settings = context.settings
    rows, lines = [], []
    for card in load_catalog().values():
        here, used = locate(card, settings) is not None, card.id in (settings.model_in_use, settings.embedding)
        rows.append({"model": card.id, "kind": card.kind, "here": here, "in_use": used})
        where = ("in use" if used else "on this machine") if here else "not here"
        lines.append(f"{card.name} ({card.id}, {card.kind}): {where}")
    if settings.model_in_use not in {row["model"] for row in rows}:
        rows.append({"model": settings.model_in_use, "kind": "chat", "here": True, "in_use": True})
        lines.append(f"{settings.model_in_use}: in use")
    return Observation("\n".join(lines), data={"models": rows})
