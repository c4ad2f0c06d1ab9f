"""Systems that write the other parts to a melody: Etude's composer, rules, and random notes.

``etude`` is the best model of a sample's genre. ``--model`` may name another version (``chorale-2``), which then writes
what is asked of its genre. ``rules`` are those of part-writing, for genres of voices only. ``random`` has as many notes
as real music, but any notes at any time: what the similarity index calls noise. ``etude`` and ``random`` write twice,
with the seed of the run and the one after it; the time is that of the first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.composer.controls import random_notes
from assistant.composer.genres import genre, genres
from assistant.composer.reference import read_reference
from assistant.composer.roll import Roll, empty
from assistant.composer.rules import harmonise
from assistant.errors import InputError
from assistant.models.catalog import load_catalog
from eval.notation import accompaniment_text, read_music
from eval.sample import Output, Sample
from eval.suites.registry import SystemFunction, Variant
from eval.systems.answers import Opener
from eval.systems.choices import check_variant
from eval.tools import Tools

if TYPE_CHECKING:
    from assistant.composer.composing import Composer

TAKES = 2

Write = Callable[[str, Roll, int], Roll]
"""``(genre, melody, seed)`` -> all parts."""


def shipped_genres() -> list[str]:
    """Return the genres that Etude ships a model of."""
    # PyTorch comes with it.
    from assistant.composer.registry import SHIPPED, Registry

    there = {version.about.genre for version in Registry(SHIPPED).versions()}
    return [name for name in genres() if name in there]


def _etude(tools: Tools, variant: Variant) -> SystemFunction:
    from assistant.composer.composing import Composer

    check_variant(variant, "etude of compose", ())
    own = tools.settings.home / "composer" / "models"
    chosen = _chosen(tools, own)

    @cache
    def opened(name: str) -> Composer:
        composer = Composer.load(chosen.get(name, name), own)
        # What is loaded first is not part of the time of a piece.
        composer.compose(empty(1, 4))
        return composer

    def ask(sample: Sample) -> Output:
        composer = opened(sample.category)
        return _asked(sample, lambda name, melody, seed: composer.compose(melody, seed), tools.seed, TAKES)

    return ask


def _rules(tools: Tools, variant: Variant) -> SystemFunction:
    check_variant(variant, "rules", ())
    return lambda sample: _asked(sample, _by_rules, tools.seed, 1)


def _random(tools: Tools, variant: Variant) -> SystemFunction:
    check_variant(variant, "random", ())
    return lambda sample: _asked(sample, _at_random, tools.seed, TAKES)


def _chosen(tools: Tools, own: Path) -> dict[str, str]:
    """Return the version that ``--model`` names, by its genre; a language model is none."""
    from assistant.composer.registry import Registry

    settings = tools.settings
    name = settings.model_in_use
    try:
        version = Registry(own).find(name)
    except InputError:
        if settings.backend == "openai" or name in load_catalog() or Path(name).expanduser().exists():
            return {}
        raise
    if version.about.genre not in shipped_genres():
        raise InputError(
            f"{version.name} cannot be tested: the suite asks for {', '.join(shipped_genres())}, and it composes "
            f"{version.about.genre}. Measure its pieces with `etude compose metrics`."
        )
    return {version.about.genre: version.name}


def _asked(sample: Sample, write: Write, seed: int, takes: int) -> Output:
    asked = read_music(sample.prompt)
    began = time.perf_counter()
    first = write(asked.genre, asked.melody, seed)
    seconds = time.perf_counter() - began
    more = [write(asked.genre, asked.melody, seed + number) for number in range(1, takes)]
    return Output(prediction=accompaniment_text(asked.genre, [first, *more]), seconds=seconds)


def _by_rules(name: str, melody: Roll, seed: int) -> Roll:
    return harmonise(melody, genre(name).parts)


def _at_random(name: str, melody: Roll, seed: int) -> Roll:
    parts = genre(name).parts
    whole = np.concatenate([melody, np.zeros((len(parts) - 1, *melody.shape[1:]), np.uint8)])
    return random_notes([whole], parts, read_reference(name).density, seed)[0]


COMPOSING: Mapping[str, Opener] = {"etude": _etude, "rules": _rules, "random": _random}
"""The systems by name."""
