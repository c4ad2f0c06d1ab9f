"""The table has every row that it says, in order, and the figures of the metrics themselves."""

import json

import numpy as np
import pytest

from assistant.composer.data import Corpus
from assistant.composer.genres import genre
from assistant.composer.metrics import measure
from assistant.composer.roll import empty, write_note
from eval.bench.compose import markdown, table

PARTS = genre("chorale").parts
TRIADS = ((0, 4, 7), (5, 9, 0), (7, 11, 2), (9, 0, 4))
PIECES, BARS = 12, 4


@pytest.fixture(scope="module")
def corpus():
    stream = np.random.default_rng(0)
    roll = empty(4, PIECES * BARS)
    for beat in range(4 * PIECES * BARS):
        chord = TRIADS[stream.integers(len(TRIADS))]
        for number, octave in enumerate((72, 60, 48, 36)):
            write_note(roll[number], octave + int(stream.choice(chord)), 4 * beat, 4)
    split = np.array([0] * 8 + [1] * 2 + [2] * 2, np.uint8)
    return Corpus("chorale", PARTS, {}, roll, np.arange(0, PIECES * BARS + 1, BARS), split, np.zeros(PIECES, np.int8))


@pytest.fixture(scope="module")
def report(corpus):
    return table(corpus, "test", {})


def test_controls_come_first_and_in_order(report):
    names = [row["name"] for row in report["rows"]]
    assert names[:5] == ["real", "real, other pieces", "wrong accompaniment", "random notes", "rules"]
    assert report["held_out"] == {"split": "test", "pieces": 2, "windows": 4}


def test_real_music_is_at_0_and_noise_near_1(report):
    index = {row["name"]: row["similarity_index"]["value"] for row in report["rows"]}
    assert index["real"] == 0
    assert index["random notes"] == pytest.approx(1, abs=0.25)
    assert 0 < index["real, other pieces"] < index["random notes"]


def test_figures_are_those_of_the_metrics(report, corpus):
    assert report["rows"][0]["metrics"] == pytest.approx(measure(corpus.rolls("test"), PARTS))
    noise = report["rows"][3]
    assert noise["diversity"] > 0.8
    assert noise["frechet"] > report["rows"][0]["frechet"] > 0
    assert report["rows"][1]["frechet"] is None


def test_the_table_is_written_as_markdown_and_json(report):
    lines = markdown(report).splitlines()
    header = next(line for line in lines if line.startswith("| | "))
    assert header.count("|") == len(report["rows"]) + 2
    assert any(line.startswith("| consonance.alto *") for line in lines)
    assert all(line.count("|") == header.count("|") for line in lines if line.startswith("|"))
    assert json.loads(json.dumps(report, allow_nan=False)) == report
