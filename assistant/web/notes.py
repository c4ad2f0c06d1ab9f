"""What the Chat tab may choose from beside the notes: chat models on this machine."""

from __future__ import annotations

from assistant.models.catalog import load_catalog
from assistant.models.weights import locate
from assistant.settings import Settings


def chat_models(settings: Settings) -> list[tuple[str, str]]:
    """Return names and ids of the models that can be chosen: those of the catalog that are on this machine.

    A model of another back end, or one given as a path, cannot be exchanged here and stands alone.
    """
    if settings.backend == "openai":
        name = settings.endpoint.model or settings.model
        return [(name, settings.model)]
    cards = load_catalog() if settings.backend == "embedded" else {}
    found = [(card.name, card.id) for card in cards.values() if card.kind == "chat" and locate(card, settings)]
    if settings.model not in {model for _, model in found}:
        found.insert(0, (settings.model, settings.model))
    return found
