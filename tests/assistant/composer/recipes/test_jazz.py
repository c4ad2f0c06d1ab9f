import numpy as np
import pytest

from assistant.composer.data import prepare
from assistant.composer.genres import genre
from assistant.composer.recipes.charts import chart
from assistant.composer.recipes.jazz import pieces
from assistant.composer.roll import notes
from assistant.errors import InputError


def test_every_chart_is_whole_and_the_same_each_time():
    first, again = ([one for one, _ in zip(_pieces(), range(20), strict=False)] for _ in range(2))
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one.roll, other.roll)
        assert one.roll.shape[1] in (24 * 16, 32 * 16)
        assert all(voice.any() for voice in one.roll)
        assert (one.roll[0] != 0).sum(axis=1).max() == 1
        assert len(notes(one.roll[2])) == one.roll.shape[1] / 4
    assert len({one.sha256 for one in first}) == len(first)


def test_the_bass_plays_the_root_where_a_chord_begins():
    stream = np.random.default_rng(1)
    _, sections = chart(stream)
    bars = [bar for section in sections for bar in section]
    bass = {start: pitch for start, pitch, _ in notes(next(_pieces()).roll[2])}
    assert [bass[16 * number] % 12 for number in range(len(bars))] == [first.root for first, _ in bars]


def test_it_says_that_it_is_made_by_rules_and_reads_no_files(tmp_path):
    assert genre("jazz").kind == "synthetic"
    assert "own rules" in next(_pieces()).source
    (tmp_path / "own.mid").write_bytes(b"MThd")
    with pytest.raises(InputError, match="reads no files"):
        prepare("jazz", tmp_path, midi=[tmp_path / "own.mid"])
    with pytest.raises(InputError, match="There is no file"):
        prepare("jazz", tmp_path, midi=[tmp_path / "gone.mid"])


def _pieces():
    return pieces([], genre("jazz").parts, lambda done, total: None)
