"""How an accompaniment goes with its melody, beside real music of its genre (`assistant.composer.reference`).

The formulas and their sources are in `assistant.composer.metrics`. More is not always better: real music is in key for
about 95 % of the time, and music that is never dissonant is too tidy. So only the similarity index has a better end. It
is that of single pieces here, whose averages stray from those of all real pieces: real music gets more than 0, and the
signature says how much. To be lower than that is to be more average than real music, not better. The index of all
pieces together, with real music of the same melodies, is in the table of ``eval.bench.compose``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from assistant.composer.metrics import diversity, measure
from assistant.composer.reference import SHORTEST, Reference, read_reference
from assistant.composer.similarity import STRETCH, similarity_index
from eval.metrics.registry import Score, Scores, metric
from eval.notation import read_music
from eval.sample import Case
from eval.systems.composers import shipped_genres
from eval.tools import Tools


def _signature(tools: Tools) -> str:
    alone = (f"{name} {read_reference(name).alone:.2f}" for name in shipped_genres())
    return f"similarity of a real stretch of {SHORTEST} to {STRETCH} bars by itself: {', '.join(alone)}"


@metric(
    "music",
    Score("similarity", "Similarity index of each piece; noise gets about 1.", better="lower", high=None),
    Score("consonance", "Share of the time in consonance with the melody, mean over parts.", better="neither"),
    Score("in_key", "Share of what sounds that is in the key, mean over parts.", better="neither"),
    Score("diversity", "Share of cells in which two seeds differ."),
    needs=["prompt", "prediction"],
    signature=_signature,
)
def music(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score accompaniments, each set under the melody of its sample; see `eval.notation` for how they are written.

    Raises:
        InputError: a prompt or a prediction is not music.

    """
    return [_scores(case) for case in cases]


def _scores(case: Case) -> Scores:
    given = read_music(case.output.prediction)
    takes = given.under(read_music(case.sample.prompt).melody)
    found = measure(takes[:1], given.parts)
    scores = {
        "similarity": _similarity(found, read_reference(given.genre)),
        "consonance": _mean(found, "consonance"),
        "in_key": _mean(found, "in_key"),
    }
    if len(takes) > 1:
        scores["diversity"] = diversity(takes[:1], takes[1:2], given.parts)
    return {name: value for name, value in scores.items() if math.isfinite(value)}


def _similarity(found: Mapping[str, float], reference: Reference) -> float:
    return similarity_index(found, reference.means, reference.scale.spans)


def _mean(found: Mapping[str, float], family: str) -> float:
    values = [value for name, value in found.items() if name.partition(".")[0] == family and math.isfinite(value)]
    return float(np.mean(values)) if values else math.nan
