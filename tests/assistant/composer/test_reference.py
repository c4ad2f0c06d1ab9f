"""References that ship belong to the genres and metrics of the code, and measure as the music itself does."""

import json

import numpy as np
import pytest

from assistant.composer import reference as module
from assistant.composer.controls import densities, random_notes
from assistant.composer.genres import genres
from assistant.composer.metrics import measure
from assistant.composer.reference import find_reference, read_reference, reference_of, reference_text
from assistant.composer.registry import SHIPPED, Registry
from assistant.composer.roll import empty
from assistant.composer.similarity import scale_of
from assistant.errors import InputError


@pytest.fixture
def read_back(hymns, tmp_path, monkeypatch):
    """The reference of the small corpus, written as it ships and read again."""
    (tmp_path / "chorale.json").write_text(reference_text(reference_of(hymns)), encoding="utf-8")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    read_reference.cache_clear()
    yield read_reference("chorale")
    read_reference.cache_clear()


def test_figures_are_those_of_the_music_itself(hymns, read_back):
    train, held_out = hymns.rolls("train"), hymns.rolls("test")
    scale = scale_of(train, hymns.parts)
    assert (read_back.digest, read_back.pieces) == (hymns.digest, 2)
    assert read_back.means == pytest.approx(measure(held_out, hymns.parts), abs=1e-5, nan_ok=True)
    assert read_back.scale.noise == pytest.approx(scale.noise, abs=1e-5)

    noise = random_notes(held_out, hymns.parts, densities(train, hymns.parts), seed=1)
    for rolls in (noise, train):
        from_music = scale.interval(rolls, held_out, paired=False)
        from_file = read_back.scale.interval(rolls, read_back.real, paired=False)
        found, wanted = ((one.value, one.low, one.high) for one in (from_file, from_music))
        assert found == pytest.approx(wanted, abs=1e-4)
        assert read_back.scale.index(rolls, read_back.real) == pytest.approx(from_music.value, abs=1e-4)


def test_random_notes_are_as_many_as_of_the_music_itself(hymns, read_back):
    for kept, density in zip(read_back.density, densities(hymns.rolls("train"), hymns.parts), strict=True):
        assert (kept.begin, kept.rest) == pytest.approx((density.begin, density.rest), abs=1e-5)
        assert sorted(kept.sizes) == sorted(density.sizes)


def test_what_is_usual_leaves_the_short_ends_of_pieces_out(hymns):
    longer = np.concatenate([hymns.roll, empty(4, 2)], axis=1)
    starts = np.array([0, 27, 54, 74], np.int64)
    pieces = type(hymns)(
        "chorale", hymns.parts, {}, longer, starts, np.array([0, 2, 2], np.uint8), np.zeros(3, np.int8)
    )
    made = reference_of(pieces)
    assert made.real.among[:, 0].tolist() == [16, 11, 16, 4]
    # The last two bars are silent, in a stretch of four bars.
    assert made.middle["empty_bars.alto"] == (0, 0)
    assert made.means["empty_bars.alto"] == pytest.approx(2 / 47)
    assert made.alone > 0


@pytest.mark.parametrize("name", genres())
def test_every_genre_has_one_that_fits_the_code(name):
    found = read_reference(name)
    parts = genres()[name].parts
    names = tuple(measure([empty(len(parts), 1)], parts))
    assert found.real.names == names
    assert set(found.scale.noise) == set(found.scale.spans) <= set(names)
    assert found.real.counted.shape == found.real.among.shape == (len(found.real.counted), len(names))
    assert len(found.density) == len(parts) - 1
    assert all(found.middle[metric][0] <= found.middle[metric][1] for metric in found.middle)
    consonance = [value for metric, value in found.means.items() if metric.startswith("consonance")]
    assert all(0.6 < value < 1 for value in consonance)
    assert 0 < found.alone < 1


def test_they_are_of_the_music_that_shipped_models_did_not_learn_from():
    for version in Registry(SHIPPED).versions():
        assert read_reference(version.about.genre).digest == version.about.data["digest"], version.name


def test_no_notes_are_in_the_files():
    for name in genres():
        kept = json.loads((module.FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        assert set(kept) == {"data", "pieces", "noise", "spans", "metrics", "counted", "among", "density"}


def test_a_genre_of_the_users_own_has_none():
    assert find_reference("custom") is None
    assert find_reference("chorale") is not None
    with pytest.raises(InputError, match="no genre"):
        read_reference("polka")
