"""What the tokens of a call cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.settings import Settings


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars per 1,000 tokens read and written, by model; a model that is not named costs nothing."""

    by_model: Mapping[str, tuple[float, float]]

    def cost(self, model: str, input_tokens: int | None, output_tokens: int | None) -> float:
        """Return US dollars; tokens that are not known are not counted."""
        price_in, price_out = self.by_model.get(model, (0.0, 0.0))
        return ((input_tokens or 0) * price_in + (output_tokens or 0) * price_out) / 1000


def prices_of(settings: Settings) -> Prices:
    """Return the price list of the settings; the endpoint's own prices hold for its model unless the list names it."""
    listed = {model: (price.input, price.output) for model, price in settings.prices.items()}
    endpoint = settings.endpoint
    if endpoint.model and (endpoint.price_in is not None or endpoint.price_out is not None):
        per_thousand = ((endpoint.price_in or 0.0) / 1000, (endpoint.price_out or 0.0) / 1000)
        listed.setdefault(endpoint.model, per_thousand)
    return Prices(listed)
