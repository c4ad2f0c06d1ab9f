"""Melodies to be accompanied: the samples that ship with the composer, and held-out pieces of the genres' own music.

A melody is asked of every genre that Etude ships a model of; the category is the genre, and questions are melodies, so
that one in five genres does not count as five. ``--notes FOLDER`` names prepared music (``etude compose prepare``) and
adds the held-out pieces of those genres; only they have a real accompaniment, which is the oracle's. The shuffled row
is every melody with what was written to another: a wrong accompaniment. Melodies are in C major or A minor.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from assistant.composer.data import SPLITS, load
from assistant.composer.melody import read_melody
from assistant.composer.reference import FOLDER
from assistant.composer.roll import Roll, transpose
from assistant.composer.samples import Sample as Melody
from assistant.composer.samples import samples as melodies
from assistant.errors import InputError
from eval.notation import accompaniment_text, melody_text
from eval.sample import Output, Sample
from eval.suites.registry import Split, Suite, register
from eval.systems.composers import COMPOSING, shipped_genres
from eval.systems.corpus import GIVEN, SHIPPED

_COMPOSER = FOLDER.parent
_TONICS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SIGNS = {"": 0, "#": 1, "b": -1}


def samples(split: Split, notes: Path | None = None) -> list[Sample]:
    """Return the sample melodies, all of them in ``test``, and with prepared music its held-out pieces of the split.

    Raises:
        InputError: the folder has no prepared music of a genre that Etude ships a model of, or it cannot be read.

    """
    names = shipped_genres()
    found = (
        [] if split == "dev" else [_sample(melody, name, names[0]) for melody in melodies().values() for name in names]
    )
    if notes:
        there = [notes / f"{name}.npz" for name in names if (notes / f"{name}.npz").is_file()]
        if not there:
            raise InputError(
                f"{notes} has no prepared music of {' or '.join(names)}. Name the folder that `etude compose prepare` "
                "writes to."
            )
        found += [sample for path in there for sample in _held_out(path, split)]
    return found


def oracle(sample: Sample) -> Output:
    """Return the real accompaniment; nothing for the sample melodies, which have none."""
    return Output(prediction=sample.references[0]) if sample.references else Output()


def _sample(melody: Melody, genre: str, first: str) -> Sample:
    return Sample(
        id=f"{melody.name}-{genre}",
        prompt=melody_text(genre, in_c(melody)),
        category=genre,
        of="" if genre == first else f"{melody.name}-{first}",
        notes=SHIPPED,
    )


def in_c(melody: Melody) -> Roll:
    """Return a sample melody in C major, shaped (1, steps, 128)."""
    tonic = _TONICS[melody.key[0]] + _SIGNS[melody.key[1:]]
    return transpose(read_melody(melody.name).roll, (6 - tonic) % 12 - 6)


def _held_out(path: Path, split: Split) -> Iterator[Sample]:
    corpus = load(path)
    for side in SPLITS[1:]:
        if split not in (side, "all"):
            continue
        for number, roll in enumerate(corpus.rolls(side), start=1):
            yield Sample(
                id=f"{corpus.genre}-{side}-{number}",
                prompt=melody_text(corpus.genre, roll),
                references=(accompaniment_text(corpus.genre, [roll]),),
                category=corpus.genre,
                notes=GIVEN,
            )


register(
    Suite(
        name="compose",
        describe="Melodies to be accompanied, in every genre that a model ships for.",
        samples=samples,
        systems=COMPOSING,
        oracle=oracle,
        metrics=("music", "cost"),
        files=(
            _COMPOSER / "samples.toml",
            *sorted(FOLDER.glob("*.json")),
            *sorted(folder for folder in (_COMPOSER / "models").iterdir() if folder.is_dir()),
        ),
    )
)
