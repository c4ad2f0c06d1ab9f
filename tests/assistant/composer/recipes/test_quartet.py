from pathlib import Path

import music21
import pytest

from assistant.composer.data import load, prepare
from assistant.errors import InputError

MOZART = Path(music21.__file__).parent / "corpus" / "mozart"


def test_a_movement_in_four_four_becomes_a_piece(tmp_path):
    corpus = load(prepare("quartet", tmp_path, midi=[MOZART / "k156" / "movement4.mxl"]))
    assert [piece["title"] for piece in corpus.manifest["pieces"]] == ["Mozart K156 Movement4"]
    assert corpus.starts.tolist() == [0, 24]
    for part, voice in zip(corpus.parts, corpus.roll, strict=True):
        assert (voice != 0).sum(axis=1).max() == 1
        assert not voice[:, : part.low].any()
        assert not voice[:, part.high + 1 :].any()


def test_a_movement_in_another_meter_is_named(tmp_path):
    with pytest.raises(InputError, match="It is in 3/4"):
        prepare("quartet", tmp_path, midi=[MOZART / "k80" / "movement1.mxl"])
