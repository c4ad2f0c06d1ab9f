import json
import pickle
from difflib import SequenceMatcher
from itertools import pairwise, product
from pathlib import Path

import music21
import numpy as np
import pytest

from assistant.composer.data import SPLITS, load, prepare
from assistant.composer.genres import genre
from assistant.composer.key import normalising_shift
from assistant.composer.register import normalised
from assistant.composer.roll import ONSET, empty, notes, write_note
from assistant.errors import InputError

BACH = Path(music21.__file__).parent / "corpus" / "bach"
PASSION = ("244.15", "244.44", "271")  # one tune in three keys
CHORALES = (*PASSION, "269", "66.6", "253", "10.7", "40.8", "140.7", "324", "256", "258")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    seen = []
    files = [BACH / f"bwv{number}.mxl" for number in CHORALES]
    path = prepare("chorale", folder, midi=files, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, len(files)) for done in range(1, len(files) + 1)]
    return path


def test_pieces_are_whole_bars_in_normalised_key_within_the_ranges(prepared):
    corpus = load(prepared)
    assert corpus.parts == genre("chorale").parts
    for side in SPLITS:
        for roll in corpus.rolls(side):
            assert roll.shape[0] == 4
            assert roll.shape[1] % 16 == 0
            assert normalising_shift(roll) == 0
    for part, voice in zip(corpus.parts, corpus.roll, strict=True):
        pitches = np.flatnonzero(voice.any(axis=0))
        assert part.low <= pitches.min() <= pitches.max() <= part.high


def test_no_tune_is_on_both_sides(prepared):
    corpus = load(prepared)
    sides = {piece["title"]: piece["split"] for piece in corpus.manifest["pieces"]}
    assert len({sides[f"BWV {number}"] for number in PASSION}) == 1
    # Told apart in another way than the split is made.
    intervals = {side: [_intervals(roll) for roll in corpus.rolls(side)] for side in SPLITS}
    for one, other in (("train", "dev"), ("train", "test"), ("dev", "test")):
        assert intervals[one]
        assert intervals[other]
        assert all(_likeness(*pair) < 0.8 for pair in product(intervals[one], intervals[other]))
    passion = [_intervals(roll) for side in SPLITS for roll in _of(corpus, side, PASSION)]
    assert _likeness(passion[0], passion[1]) > 0.8


def test_the_manifest_says_where_everything_is_from(prepared):
    corpus = load(prepared)
    manifest = corpus.manifest
    assert (manifest["genre"], manifest["kind"], manifest["digest"]) == ("chorale", "real", corpus.digest)
    assert manifest["counts"]["pieces"] == len(CHORALES) - 1
    assert sum(manifest["bars"].values()) == manifest["counts"]["bars"] == corpus.starts[-1]
    assert manifest["versions"]["music21"]
    for piece, shift in zip(manifest["pieces"], corpus.shift, strict=True):
        assert piece["title"] in piece["source"]
        assert len(piece["sha256"]) == 64
        assert "music21" in piece["licence"]
        assert piece["shift"] == shift


def test_preparing_again_gives_the_same(prepared, tmp_path):
    files = [BACH / f"bwv{number}.mxl" for number in reversed(CHORALES)]
    again = prepare("chorale", tmp_path, midi=files)
    assert again.read_bytes() == prepared.read_bytes()
    assert again.with_suffix(".json").read_bytes() == prepared.with_suffix(".json").read_bytes()


def test_what_is_missing_or_not_prepared_music_is_said_in_one_sentence(prepared, tmp_path):
    with pytest.raises(InputError, match="There is no prepared music"):
        load(tmp_path / "chorale.npz")
    (tmp_path / "chorale.json").write_bytes(prepared.with_suffix(".json").read_bytes())
    for data in (b"", b"PK\x03\x04 cut off", pickle.dumps({"roll": 1}), prepared.read_bytes()[:3000]):
        (tmp_path / "chorale.npz").write_bytes(data)
        with pytest.raises(InputError, match="not prepared music"):
            load(tmp_path / "chorale.npz")


def test_pickled_objects_are_never_loaded(prepared, tmp_path):
    (tmp_path / "chorale.json").write_bytes(prepared.with_suffix(".json").read_bytes())
    objects = np.array([{"any": "object"}], dtype=object)
    np.savez(tmp_path / "chorale.npz", roll=objects, starts=objects, split=objects, shift=objects)
    with pytest.raises(InputError, match="not prepared music"):
        load(tmp_path / "chorale.npz")


def test_a_manifest_of_other_music_is_refused(prepared, tmp_path):
    (tmp_path / "chorale.npz").write_bytes(prepared.read_bytes())
    manifest = json.loads(prepared.with_suffix(".json").read_text("utf-8"))
    (tmp_path / "chorale.json").write_text(json.dumps(manifest | {"digest": "0" * 64}), encoding="utf-8")
    with pytest.raises(InputError, match="do not belong together"):
        load(tmp_path / "chorale.npz")


def test_an_unknown_genre_and_a_layout_where_there_is_none(tmp_path):
    with pytest.raises(InputError, match="Did you mean chorale"):
        prepare("choral", tmp_path)
    with pytest.raises(InputError, match="has its own parts"):
        prepare("chorale", tmp_path, layout="rock")


def test_drums_have_no_key_and_what_leaves_a_range_comes_back_by_octaves():
    parts = genre("rock").parts
    roll = empty(4, 2)
    for step, pitch in enumerate((86, 90, 93, 98, 86, 90, 93, 98)):
        write_note(roll[0], pitch, 4 * step, 4)
        write_note(roll[2], 25 if step == 7 else 26, 4 * step, 4)
        roll[3, 4 * step, 36] = ONSET
    moved, shift, octaves = normalised(roll, parts)
    assert (shift, octaves) == (-2, 0)
    assert [pitch for _, pitch, _ in notes(moved[0])][:3] == [84, 88, 91]
    assert {pitch for _, pitch, _ in notes(moved[2])} == {24, 35}
    assert np.array_equal(moved[3], roll[3])


def _of(corpus, side, numbers):
    wanted = {f"BWV {number}" for number in numbers}
    return [roll for title, roll in zip(corpus.titles(side), corpus.rolls(side), strict=True) if title in wanted]


def _intervals(roll):
    pitches = [pitch for _, pitch, _ in notes(roll[0])]
    return [after - before for before, after in pairwise(pitches) if after != before]


def _likeness(one, other):
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
