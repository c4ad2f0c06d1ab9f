"""Composing in the melody's own key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from assistant.composer.composing import Composer
from assistant.composer.data import Corpus
from assistant.composer.roll import transpose

Keep = Callable[..., torch.nn.Module]


@pytest.fixture
def composer(keep: Keep, tmp_path: Path) -> Composer:
    keep(tmp_path / "chorale-77", 0.0)
    return Composer.load("chorale-77", tmp_path, "cpu")


def test_a_melody_in_another_key_gets_the_same_music_in_that_key(composer: Composer, hymns: Corpus) -> None:
    melody = hymns.rolls("test")[0][:1]
    piece = composer.compose(melody, seed=5)
    higher = composer.compose(transpose(melody, 2), seed=5)
    assert np.array_equal(higher, transpose(piece, 2))


def test_the_melody_is_untouched_even_where_the_part_has_no_such_notes(composer: Composer, hymns: Corpus) -> None:
    melody = transpose(hymns.rolls("test")[0][:1], 36)
    piece = composer.compose(melody, seed=5)
    assert np.array_equal(piece[0], melody[0])
    assert piece[1:].any()
    assert composer.version == "chorale-77"
    assert str(composer.device) == "cpu"
