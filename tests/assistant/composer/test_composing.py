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


def test_drums_stay_what_they_are_in_every_key(keep: Keep, tmp_path: Path, hymns: Corpus) -> None:
    keep(tmp_path / "rock-77", 0.0, "rock")
    composer = Composer.load("rock-77", tmp_path, "cpu")
    drums = [part.kind == "drums" for part in composer.genre.parts]
    pitched = [not one for one in drums]
    melody = hymns.rolls("test")[0][:1]
    piece = composer.compose(melody, seed=5)
    assert piece[drums].any()
    for up in (1, 6):
        higher = composer.compose(transpose(melody, up), seed=5)
        assert np.array_equal(higher[drums], piece[drums])
        assert np.array_equal(higher[pitched], transpose(piece[pitched], up))


def test_composing_leaves_the_threads_of_its_caller(composer: Composer, hymns: Corpus) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(before + 1)
    try:
        composer.compose(hymns.rolls("test")[0][:1])
        assert torch.get_num_threads() == before + 1
    finally:
        torch.set_num_threads(before)


def test_the_melody_is_untouched_even_where_the_part_has_no_such_notes(composer: Composer, hymns: Corpus) -> None:
    melody = transpose(hymns.rolls("test")[0][:1], 36)
    piece = composer.compose(melody, seed=5)
    assert np.array_equal(piece[0], melody[0])
    assert piece[1:].any()
    assert composer.version == "chorale-77"
    assert str(composer.device) == "cpu"
