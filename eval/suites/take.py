"""Takes a part of the samples that stands for all of them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence

from assistant.errors import InputError
from eval.sample import Sample


def take(samples: Sequence[Sample], limit: int, seed: int = 0) -> list[Sample]:
    """Return ``limit`` samples in which every kind has its share; 0 is all of them.

    A kind is a category, answerable or not. Inside a kind the order is random by ``seed``; kinds are dealt out evenly,
    in proportion to their sizes, so that figures over a part are estimates of those over all. What says a question in
    other words (``Sample.of``) comes right behind it. A larger limit adds to what a smaller one takes, and the order of
    the samples does not matter.

    Raises:
        InputError: the limit is negative.

    """
    if limit < 0:
        raise InputError(f"{limit} samples cannot be taken. Give a number from 1, or 0 for all of them.")
    questions: defaultdict[str, list[Sample]] = defaultdict(list)
    for sample in sorted(samples, key=lambda sample: (bool(sample.of), sample.id)):
        questions[sample.of or sample.id].append(sample)
    kinds: defaultdict[tuple[str, bool | None], list[str]] = defaultdict(list)
    for name in sorted(questions, key=lambda name: _draw(seed, name)):
        first = questions[name][0]
        kinds[first.category, first.answerable].append(name)
    places = {name: (place + 0.5) / len(members) for members in kinds.values() for place, name in enumerate(members)}
    order = sorted(places, key=lambda name: (places[name], _draw(seed, name)))
    return [sample for name in order for sample in questions[name]][: limit or None]


def _draw(seed: int, text: str) -> bytes:
    return hashlib.sha256(f"{seed}\x1f{text}".encode()).digest()
