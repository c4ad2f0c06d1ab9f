"""The similarity index: how far music is from real music, where noise is 1. The definition is ours.

``mean over metrics of |x - real| / |noise - real|``, with the metrics of `assistant.composer.metrics`. Noise is
`assistant.composer.controls.random_notes`. 0 is a set of pieces with real music's averages, which says nothing of any
one piece. Other real music does not get 0 but a floor that falls as both sets grow: look at it before an index is
called good. An index can exceed 1.

How far noise is from real music is measured on the music to learn from: of a few held-out pieces, a metric may be near
noise by chance, and would then count without bound.

A metric counts if it tells noise from real music: the averages of both must be at least `TELLING` standard deviations
of a two-bar window apart. That is decided once, on music to learn from, and never on what is judged: where
the two hardly differ, a small difference divided by a smaller one would drown the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.composer.controls import densities, random_notes
from assistant.composer.genres import Part
from assistant.composer.metrics import Tallies, bars_of, tally
from assistant.composer.roll import Roll

TELLING = 0.5
"""Standard deviations; "medium" by Cohen, Statistical Power Analysis, 1988."""

RESAMPLES = 2_000

STRETCH = 16
"""Bars; the bootstrap draws pieces, and of longer pieces stretches of this length."""


def similarity_index(x: Mapping[str, float], real: Mapping[str, float], spans: Mapping[str, float]) -> float:
    """Return the mean over the metrics of ``spans`` of ``|x - real| / span``: 0 as real music, 1 as noise.

    A metric that cannot be measured in ``x``, because a part never sounds, counts 1; one that cannot be measured in
    real music is left out.

    Args:
        x: what is judged, by `assistant.composer.metrics.measure`.
        real: of held-out real music.
        spans: ``|noise - real|`` of the metrics that count, see `Scale`.

    """
    known = [(x[name], real[name], span) for name, span in spans.items() if np.isfinite(real[name])]
    shares = [abs(value - at) / span if np.isfinite(value) else 1.0 for value, at, span in known]
    return float(np.mean(shares))


@dataclass(frozen=True, slots=True)
class Index:
    """A similarity index with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Scale:
    """What similarity is measured on; made from music to learn from by `scale_of`, once for a genre.

    Args:
        parts: of the genre, the melody first.
        noise: what random notes get, of each metric that counts.
        spans: how far that is from what the music to learn from gets.

    """

    parts: tuple[Part, ...]
    noise: dict[str, float]
    spans: dict[str, float]

    def index(self, rolls: Sequence[Roll], real: Sequence[Roll] | Tallies) -> float:
        """Return the similarity index of rolls, with held-out real music, or what it counts, in ``real``."""
        return similarity_index(_named(tally(rolls, self.parts)), _named(self._stretches(real)), self.spans)

    def interval(self, rolls: Sequence[Roll], real: Sequence[Roll] | Tallies, *, paired: bool, seed: int = 0) -> Index:
        """Return the similarity index with a bootstrap interval.

        Each resample draws pieces, long ones in stretches: stretches of one piece are alike, so that of few long
        pieces the interval is too narrow. A difference keeps the sign it has in all pieces together, since its size
        taken anew in each resample would lift every one of them: near 0, chance differences of either sign would count.

        Args:
            rolls: what is judged, one a piece.
            real: held-out real music, one a piece; or what it counts in stretches of `STRETCH` bars.
            paired: the n-th roll was written to the n-th real piece's melody, so that both are drawn together.
            seed: of the resampling.

        """
        judged, held_out = self._stretches(rolls), self._stretches(real)
        stream = np.random.default_rng(seed)
        draws = _draws(stream, len(held_out.counted))
        drawn = draws if paired else _draws(stream, len(judged.counted))
        value = similarity_index(_named(judged), _named(held_out), self.spans)
        columns = [n for n, name in enumerate(judged.names) if name in self.spans]
        spans = np.array([self.spans[judged.names[n]] for n in columns])
        x, at = judged.values()[columns], held_out.values()[columns]
        some_x, some_at = judged.values(drawn)[:, columns], held_out.values(draws)[:, columns]
        shares = np.sign(x - at) * (some_x - some_at) / spans
        shares = np.where(np.isnan(x) & ~np.isnan(at), 1.0, shares)
        # A resample without a single piece where a rare part sounds says nothing of that part.
        low, high = np.quantile(np.nanmean(shares, axis=1), [0.025, 0.975])
        return Index(value, max(0.0, float(low)), float(high))

    def _stretches(self, music: Sequence[Roll] | Tallies) -> Tallies:
        return music if isinstance(music, Tallies) else tally(music, self.parts, STRETCH)


def scale_of(train: Sequence[Roll], parts: Sequence[Part], seed: int = 0) -> Scale:
    """Return the scale of a genre from the pieces to learn from.

    Args:
        train: one a piece, each shaped (parts, steps, 128), in the normalised key.
        parts: of the genre, the melody first.
        seed: of the noise.

    Raises:
        InputError: as `assistant.composer.metrics.measure`, or no piece has two bars.

    """
    windows, _ = bars_of(train)
    real = tally(windows, parts)
    noise = tally(random_notes(windows, parts, densities(train, parts), seed), parts)
    telling = [name for name, effect in zip(noise.names, _effects(real, noise), strict=True) if effect >= TELLING]
    ends, starts = _named(noise), _named(real)
    return Scale(
        tuple(parts),
        {name: ends[name] for name in telling},
        {name: abs(ends[name] - starts[name]) for name in telling},
    )


def _effects(real: Tallies, noise: Tallies) -> list[float]:
    """Return for each metric by how many standard deviations of a window, pooled, the two differ (Cohen's d)."""
    apart = np.abs(noise.values() - real.values())
    spread = np.sqrt((_variances(real) + _variances(noise)) / 2)
    tells = np.where(apart > 0, np.inf, 0.0)
    return [float(effect) for effect in np.divide(apart, spread, out=tells, where=spread > 0)]


def _variances(tallies: Tallies) -> NDArray[np.float64]:
    """Return the variance of each metric over single windows, ``(m,)``, of those where there is something to count."""
    there = tallies.among > 0
    single = np.where(there, tallies.counted / np.maximum(tallies.among, 1), 0.0)
    counts = np.maximum(there.sum(axis=0), 1)
    means = single.sum(axis=0) / counts
    return np.asarray((np.where(there, single - means, 0.0) ** 2).sum(axis=0) / counts)


def _named(tallies: Tallies) -> dict[str, float]:
    return dict(zip(tallies.names, tallies.values().tolist(), strict=True))


def _draws(stream: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Return how often each resample holds each of n stretches, ``(RESAMPLES, n)``."""
    return stream.multinomial(n, np.full(n, 1 / n), RESAMPLES).astype(np.float64)
