"""Figures of a genre's real music, kept so that music can be measured where the real music itself is not at hand.

``references/GENRE.json`` ships for every genre: what noise gets and how far that is from real music (`Scale`), what the
metrics count in each stretch of 16 bars of the held-out pieces, and how many notes a part has. These are counts over
stretches; no note can be told from them. They are made from prepared music by
``python -m eval.bench.compose_references`` and name the digest of that music.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.composer.controls import Density, densities
from assistant.composer.data import Corpus
from assistant.composer.genres import genre, genres
from assistant.composer.metrics import Tallies, tally
from assistant.composer.similarity import STRETCH, Scale, scale_of, similarity_index

FOLDER = Path(__file__).with_name("references")
MIDDLE = (0.1, 0.9)
"""Quantiles: what eight in ten stretches of real music have."""
SHORTEST = 8
"""Bars; what is left over at the end of a piece, often one bar, is no measure of a piece."""
_DIGITS = 6
"""Decimals that are kept."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What music of a genre is held against.

    Args:
        genre: its name.
        digest: of the prepared music that the figures are of, see `Corpus.digest`.
        pieces: how many are held out.
        scale: with what noise gets.
        real: what the metrics count in the held-out pieces, one row a stretch of at most 16 bars.
        density: how many notes each part but the melody has in the music to learn from, for random notes.

    """

    genre: str
    digest: str
    pieces: int
    scale: Scale
    real: Tallies
    density: tuple[Density, ...]

    @property
    def means(self) -> dict[str, float]:
        """The metrics of the held-out pieces together; NaN where there was nothing to count."""
        return dict(zip(self.real.names, self.real.values().tolist(), strict=True))

    @property
    def middle(self) -> dict[str, tuple[float, float]]:
        """Of each metric the range that eight in ten stretches are in; stretches with nothing to count are left out."""
        singles = self._singles()
        found = {}
        for name, values in zip(self.real.names, singles.T, strict=True):
            if np.isfinite(values).any():
                low, high = np.nanquantile(values, MIDDLE)
                found[name] = (float(low), float(high))
        return found

    @property
    def alone(self) -> float:
        """The mean similarity index of single stretches of real music: what a piece by itself can hope for."""
        means, spans = self.means, self.scale.spans
        rows = (dict(zip(self.real.names, single, strict=True)) for single in self._singles().tolist())
        return float(np.mean([similarity_index(row, means, spans) for row in rows]))

    def _singles(self) -> NDArray[np.float64]:
        """Return the metrics of each stretch by itself, without the short ends of pieces; NaN for nothing to count."""
        bars = self.real.among[:, [name.startswith("empty_bars") for name in self.real.names]].max(axis=1)
        counted, among = (side[bars >= SHORTEST] for side in (self.real.counted, self.real.among))
        return np.asarray(np.divide(counted, among, out=np.full(counted.shape, np.nan), where=among > 0))


def find_reference(name: str) -> Reference | None:
    """Return the reference of a genre that ships with Etude; None for music of the user's own."""
    return read_reference(name) if name in genres() else None


@cache
def read_reference(name: str) -> Reference:
    """Return the reference of a genre.

    Raises:
        InputError: there is no such genre.

    """
    parts = genre(name).parts
    found = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return Reference(
        name,
        found["data"],
        found["pieces"],
        Scale(parts, found["noise"], found["spans"]),
        Tallies(tuple(found["metrics"]), *(np.array(found[side], np.float64) for side in ("counted", "among"))),
        tuple(_density(one) for one in found["density"]),
    )


def reference_of(corpus: Corpus) -> Reference:
    """Return the reference of prepared music.

    Raises:
        InputError: it has no held-out pieces, or no two bars to learn from.

    """
    train, held_out = corpus.rolls("train"), corpus.rolls("test")
    return Reference(
        corpus.genre,
        corpus.digest,
        len(held_out),
        scale_of(train, corpus.parts),
        tally(held_out, corpus.parts, STRETCH),
        tuple(densities(train, corpus.parts)),
    )


def reference_text(reference: Reference) -> str:
    """Return a reference as ``references/GENRE.json`` holds it: a line for each key."""
    sides = {"counted": reference.real.counted, "among": reference.real.among}
    held = {
        "data": reference.digest,
        "pieces": reference.pieces,
        "noise": {name: round(value, _DIGITS) for name, value in reference.scale.noise.items()},
        "spans": {name: round(value, _DIGITS) for name, value in reference.scale.spans.items()},
        "metrics": reference.real.names,
        **{side: [[_short(value) for value in row] for row in rows.tolist()] for side, rows in sides.items()},
        "density": [_held(density) for density in reference.density],
    }
    lines = (f"{json.dumps(name)}:{json.dumps(value, separators=(',', ':'))}" for name, value in held.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _short(value: float) -> float:
    return int(value) if value == int(value) else round(value, _DIGITS)


def _held(density: Density) -> dict[str, Any]:
    sizes, counts = np.unique(density.sizes, return_counts=True)
    together = dict(zip(map(str, sizes.tolist()), counts.tolist(), strict=True))
    return {"begin": round(density.begin, _DIGITS), "rest": round(density.rest, _DIGITS), "sizes": together}


def _density(held: Mapping[str, Any]) -> Density:
    sizes = np.repeat([int(size) for size in held["sizes"]], list(held["sizes"].values()))
    return Density(held["begin"], held["rest"], sizes)
