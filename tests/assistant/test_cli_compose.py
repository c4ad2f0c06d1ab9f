"""``etude compose`` as a person or a program meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.composer.genres import genre
from assistant.composer.melody import read_melody
from assistant.composer.midi import midi_bytes
from assistant.composer.reference import read_reference

ROOT = Path(__file__).parents[2]


def compose(*arguments, cwd=None, **environment):
    return subprocess.run(
        [sys.executable, "-m", "assistant.cli", "compose", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120", **environment},
        cwd=cwd or os.environ["ETUDE_HOME"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_help_shows_how_to_compose_and_the_other_commands_at_once():
    done = compose("--help")
    assert done.returncode == 0
    for words in (
        "MELODY",
        "--genre",
        "--bars",
        "--seed",
        "--tempo",
        "--out",
        "train",
        "prepare",
        "metrics",
        "samples",
    ):
        assert words in done.stdout
    assert "--layout" not in done.stdout
    assert compose().stdout.strip() == done.stdout.strip()


def test_neither_help_nor_the_lists_import_anything_heavy():
    code = (
        "import sys; import assistant.cli; "
        "print([m for m in ('torch', 'music21', 'symusic', 'PIL', 'assistant.composer.melody') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["twinkel"], "Did you mean twinkle?"),
        (["nothing.mid"], "no file nothing.mid"),
        (["C4 D4 E4 H4"], "Word 4"),
        (["C4:q", "--out", "."], "is a folder"),
        (["--genre", "polka", "twinkle"], "polka"),
        (["--genre", "chorale", "X:1\nM:3/4\nK:C\nCDE|"], "4/4, 2/2 and 2/4"),
        (["metrics", "gone.mid"], "gone.mid"),
        (["prepare", "polka"], "polka"),
        (["train", "polka"], "polka"),
    ],
)
def test_bad_input_is_one_sentence_and_code_2(arguments, said):
    done = compose(*arguments)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert said in done.stderr


@pytest.mark.parametrize("option", [("--bars", "65"), ("--bars", "0"), ("--tempo", "3"), ("--seed", "-1")])
def test_options_out_of_range_are_refused(option):
    done = compose("twinkle", *option)
    assert done.returncode == 2
    assert option[0] in done.stderr


def test_a_piece_never_replaces_its_own_melody(tmp_path):
    (tmp_path / "tune.mid").write_bytes(b"MThd")
    done = compose("tune.mid", "--out", "tune", cwd=tmp_path)
    assert done.returncode == 2
    assert "would replace the melody tune.mid" in done.stderr


def test_programs_get_json_of_samples_genres_models_and_errors():
    samples = json.loads(compose("samples", "--json").stdout)
    assert {"sample", "title", "bars", "source"} == set(samples[0])
    genres = json.loads(compose("genres", "--json").stdout)
    assert genres[0]["parts"][0] == "soprano"
    assert isinstance(json.loads(compose("models", "--json").stdout), list)
    assert json.loads(compose("twinkel", "--json").stdout)["kind"] == "InputError"


def test_a_melody_becomes_files_and_the_same_seed_the_same_notes(tmp_path):
    arguments = ("yankee-doodle", "--genre", "chorale", "--bars", "4", "--seed", "7", "--tempo", "96")
    done = compose(*arguments, "--out", "a", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["seed"], told["bars"], told["tempo"]) == (7, 4, 96)
    assert told["model"].startswith("chorale-")
    assert told["metrics"]["consonance.bass"] > 0
    assert any("first 4 are used" in note for note in told["notes"])
    for path in told["paths"].values():
        assert (tmp_path / path).stat().st_size > 100
    again = compose(*arguments, "--out", "b.mid", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "two of its bars make one" in again.stdout
    assert (tmp_path / "b.mid").read_bytes() == (tmp_path / "a.mid").read_bytes()


def test_metrics_need_no_prepared_music(tmp_path):
    chorale = genre("chorale")
    melody = read_melody("old-hundredth").roll
    (tmp_path / "unison.mid").write_bytes(midi_bytes(melody.repeat(4, axis=0), chorale, 84))
    done = compose("metrics", "unison.mid", "--json", cwd=tmp_path, ETUDE_HOME=str(tmp_path / "home"))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["kind"] == "real"
    assert told["metrics"]["consonance.bass"] == 1
    assert told["real"] == pytest.approx(read_reference("chorale").means)
    assert told["similarity_index"]["value"] > 0.4
    assert not (tmp_path / "home" / "composer").exists()
    rules = compose("metrics", "unison.mid", "--reference", "jazz", cwd=tmp_path)
    assert "synthetic" in rules.stdout.splitlines()[0]
    assert "real" not in rules.stdout
