"""The index by hand, and what noise, real music and silence get."""

import math

import numpy as np
import pytest

from assistant.composer.controls import densities, random_notes
from assistant.composer.genres import genre
from assistant.composer.metrics import bars_of, measure
from assistant.composer.roll import empty, write_note
from assistant.composer.similarity import scale_of, similarity_index

PARTS = genre("chorale").parts
TRIADS = ((0, 4, 7), (5, 9, 0), (7, 11, 2), (9, 0, 4))


def harmonised(seed, bars=4):
    """Four voices in triads of C major, in quarters, with a passing eighth here and there."""
    stream = np.random.default_rng(seed)
    roll = empty(4, bars)
    for beat in range(4 * bars):
        chord = TRIADS[stream.integers(len(TRIADS))]
        for number, octave in enumerate((72, 60, 48, 36)):
            pitch = octave + int(stream.choice(chord))
            write_note(roll[number], pitch, 4 * beat, 4)
            if stream.random() < 0.2:
                write_note(roll[number], pitch + 2, 4 * beat + 2, 2)
    return roll


@pytest.fixture(scope="module")
def train():
    return [harmonised(seed) for seed in range(40)]


@pytest.fixture(scope="module")
def held_out():
    return [harmonised(seed) for seed in range(100, 130)]


def test_the_index_by_hand():
    real, noise, spans = {"a": 1.0, "b": 10.0, "c": 5.0}, {"a": 3.0, "b": 0.0}, {"a": 2.0, "b": 10.0}
    assert similarity_index(real, real, spans) == 0
    assert similarity_index(noise, real, spans) == 1
    assert similarity_index({"a": 1.5, "b": 15.0, "c": 99.0}, real, spans) == pytest.approx((0.25 + 0.5) / 2)


def test_what_never_sounds_counts_as_noise_and_what_real_music_lacks_does_not_count():
    real, spans = {"a": 1.0, "b": math.nan}, {"a": 2.0, "b": 1.0}
    assert similarity_index({"a": math.nan, "b": 1.0}, real, spans) == 1
    assert similarity_index({"a": 1.0, "b": 1.0}, real, spans) == 0


def test_a_metric_counts_only_if_noise_is_far_from_real_music(train):
    scale = scale_of(train, PARTS)
    assert {"in_key.alto", "consonance.tenor", "voice_crossing.bass", "qualified_notes.alto"} <= set(scale.noise)
    assert "empty_bars.alto" not in scale.noise
    assert scale_of(train, PARTS) == scale
    real = measure(bars_of(train)[0], PARTS)
    assert scale.spans == pytest.approx({name: abs(value - real[name]) for name, value in scale.noise.items()})


def test_real_music_is_near_nothing_and_noise_near_one(train, held_out):
    scale = scale_of(train, PARTS)
    floor = scale.interval(train, held_out, paired=False)
    assert floor.low <= floor.value <= floor.high < 0.15
    noise = random_notes(held_out, PARTS, densities(train, PARTS), seed=9)
    judged = scale.interval(noise, held_out, paired=True)
    assert judged.value == pytest.approx(scale.index(noise, held_out))
    assert judged.low < judged.value < judged.high
    assert judged.low > 0.85
    assert judged.high < 1.15


def test_more_noise_is_further(train, held_out):
    scale = scale_of(train, PARTS)
    noise = random_notes(held_out, PARTS, densities(train, PARTS), seed=9)
    found = [scale.index([*noise[:count], *held_out[count:]], held_out) for count in (0, 10, 20, 30)]
    assert found[0] == 0
    assert found == sorted(found)


def test_silence_is_as_far_as_noise_or_further(train, held_out):
    silent = [np.concatenate([roll[:1], np.zeros_like(roll[1:])]) for roll in held_out]
    assert scale_of(train, PARTS).interval(silent, held_out, paired=True).low >= 1
