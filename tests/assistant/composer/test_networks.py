"""What the discriminator hears of harmony."""

from __future__ import annotations

import torch

from assistant.composer.genres import Part
from assistant.composer.networks import harmony


def sounding(part: Part, pitch: int) -> torch.Tensor:
    sound = torch.zeros(1, part.high - part.low + 1, 1)
    sound[0, pitch - part.low] = 1
    return sound


def test_a_chroma_joins_octaves_and_an_interval_is_counted_from_the_lower_part() -> None:
    high, low = Part("high", "voice", 50, 90, 0), Part("low", "voice", 31, 67, 0)
    heard = harmony([sounding(high, 76), sounding(low, 36)], [high, low])[0, :, 0]
    assert torch.nonzero(heard[:12]).flatten().tolist() == [4]
    assert torch.nonzero(heard[12:24]).flatten().tolist() == [0]
    assert torch.nonzero(heard[24:]).flatten().tolist() == [4]


def test_drums_have_no_harmony() -> None:
    high, drums = Part("high", "voice", 50, 90, 0), Part("drums", "drums", 35, 59, 0)
    assert harmony([sounding(high, 60), sounding(drums, 36)], [high, drums]).shape == (1, 12, 1)
