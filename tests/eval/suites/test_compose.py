import json

import numpy as np
import pytest

from assistant.composer.data import Corpus
from assistant.composer.genres import genre
from assistant.composer.roll import empty, notes, write_note
from assistant.composer.samples import samples as melodies
from assistant.errors import InputError
from eval.folder import ORACLE, SHUFFLED, SYSTEM, Spec
from eval.notation import read_music
from eval.run import run_evaluation
from eval.suites.compose import in_c
from eval.suites.registry import Variant, find_suite
from eval.systems.composers import shipped_genres
from eval.tools import Tools

SUITE = find_suite("compose")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A folder of prepared music: four pieces of four voices, one on each side of the split but train."""
    parts = genre("chorale").parts
    stream = np.random.default_rng(0)
    roll = empty(4, 16)
    for beat in range(64):
        for voice, pitch in zip(roll, (72, 67, 64, 48), strict=True):
            write_note(voice, pitch + int(stream.choice((0, 2, 4))), 4 * beat, 4)
    folder = tmp_path_factory.mktemp("prepared")
    arrays = {
        "roll": roll,
        "starts": np.arange(0, 17, 4, dtype=np.int64),
        "split": np.array([0, 0, 1, 2], np.uint8),
        "shift": np.zeros(4, np.int8),
    }
    corpus = Corpus("chorale", parts, {}, **arrays)
    held = [{"name": p.name, "kind": p.kind, "low": p.low, "high": p.high, "program": p.program} for p in parts]
    manifest = {"format": 1, "genre": "chorale", "parts": held, "digest": corpus.digest, "pieces": [{}] * 4}
    (folder / "chorale.json").write_text(json.dumps(manifest), encoding="utf-8")
    np.savez_compressed(folder / "chorale.npz", **arrays)
    return folder


def test_every_melody_is_asked_of_every_genre_with_a_model_and_ends_on_its_tonic():
    found = SUITE.samples("test")
    assert len(found) == len(melodies()) * len(shipped_genres())
    assert {sample.category for sample in found} == set(shipped_genres())
    assert len({sample.question for sample in found}) == len(melodies())
    assert {sample.of for sample in found} <= {"", *(sample.id for sample in found)}
    assert SUITE.samples("dev") == []
    for melody in melodies().values():
        pitches = [pitch for _, pitch, _ in notes(in_c(melody)[0])]
        assert pitches[-1] % 12 == 0, melody.name
        assert {pitch % 12 for pitch in pitches} <= {0, 2, 4, 5, 7, 9, 11}, melody.name


def test_prepared_music_adds_its_held_out_pieces_with_their_accompaniment(prepared):
    given = {
        split: {sample.id: sample for sample in SUITE.samples(split, prepared) if sample.references}
        for split in ("dev", "test", "all")
    }
    assert [set(found) for found in given.values()] == [
        {"chorale-dev-1"},
        {"chorale-test-1"},
        {"chorale-dev-1", "chorale-test-1"},
    ]
    sample = given["test"]["chorale-test-1"]
    melody = read_music(sample.prompt).melody
    assert melody.shape == (1, 64, 128)
    assert SUITE.oracle(sample).prediction == sample.references[0]
    assert not SUITE.oracle(SUITE.samples("test")[0]).prediction


def test_a_folder_without_prepared_music_is_refused(tmp_path):
    with pytest.raises(InputError, match="no prepared music of"):
        SUITE.samples("test", tmp_path)


def test_random_notes_are_near_noise_in_a_whole_run(settings, prepared):
    small = settings.model_copy(update={"model": "smollm2-135m-instruct"})
    run = run_evaluation(Spec(suite="compose", system="random", notes=str(prepared)), small)
    rows = run.summary().rows
    assert rows[SYSTEM]["similarity"].value > 0.7
    assert rows[SYSTEM]["diversity"].value > 0.9
    assert rows[SYSTEM]["seconds"].n == rows[SYSTEM]["similarity"].n == len(run.cases())
    assert rows[ORACLE]["consonance"].n == 1
    assert "similarity" in rows[SHUFFLED]


def test_etude_writes_two_takes_and_the_same_seed_the_same_notes(settings):
    asked = next(sample for sample in SUITE.samples("test") if sample.category == "chorale")
    tools = Tools(settings.model_copy(update={"model": "chorale-1"}), seed=3)
    output = SUITE.systems["etude"](tools, Variant())(asked)
    again = SUITE.systems["etude"](tools, Variant())(asked)
    first, second = read_music(output.prediction).takes
    assert first != second
    assert set(first) == {"alto", "tenor", "bass"}
    assert output.prediction == again.prediction
    assert output.seconds > 0


def test_a_model_that_there_is_not_is_refused_and_a_language_model_is_none(settings):
    with pytest.raises(InputError, match="no genre or model"):
        SUITE.systems["etude"](Tools(settings.model_copy(update={"model": "chorale-999"})), Variant())
    assert SUITE.systems["etude"](Tools(settings.model_copy(update={"model": "smollm2-135m-instruct"})), Variant())


def test_the_rules_are_for_voices_and_say_so(settings):
    ask = SUITE.systems["rules"](Tools(settings), Variant())
    chorale = next(sample for sample in SUITE.samples("test") if sample.category == "chorale")
    assert len(read_music(ask(chorale).prediction).takes) == 1
    band = chorale.model_copy(update={"prompt": chorale.prompt.replace("chorale", "rock").replace("soprano", "melody")})
    with pytest.raises(InputError, match="voices only"):
        ask(band)
