"""Resamples for the bootstrap: of samples, or of groups of samples that are alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BLOCK = 2_000_000
"""Most draws that are held at once."""

Draws = NDArray[np.intp]
"""Which samples each resample holds, ``(resamples, n)``; ``n`` may differ where groups are drawn."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """A seed for samples that come in groups, such as one question in several wordings.

    Samples of one group are alike, so groups are drawn whole (the cluster bootstrap, Davison and Hinkley 1997,
    section 3.8). ``groups`` names the group of each sample, in order.
    """

    seed: int
    groups: Sequence[str]


Seed = int | Grouped
"""Of the resampling: a number where each sample is on its own."""


def resample(n: int, resamples: int, seed: Seed) -> Iterator[tuple[NDArray[np.intp], Draws]]:
    """Yield resamples of ``n`` samples in blocks that fit into memory, each with the places of its rows among all.

    Equal seeds and groups give equal resamples, whatever is computed from them.
    """
    stream = np.random.default_rng(seed if isinstance(seed, int) else seed.seed)
    groups = group_numbers(n, seed)
    units = n if groups is None else int(groups.max()) + 1
    block = max(1, _BLOCK // n)
    for start in range(0, resamples, block):
        places = np.arange(start, min(start + block, resamples))
        drawn = stream.integers(0, units, (len(places), units))
        if groups is None:
            yield places, drawn
            continue
        lengths = np.bincount(groups)[drawn].sum(axis=1)
        for length in np.unique(lengths):
            rows = lengths == length
            yield places[rows], _members(groups, drawn[rows]).reshape(-1, length)


def group_numbers(n: int, seed: Seed) -> NDArray[np.intp] | None:
    """Return the number of each sample's group, from 0 in order of appearance; None where no group has two samples."""
    if isinstance(seed, int):
        return None
    assert len(seed.groups) == n, "every sample has a group"
    numbers = {name: number for number, name in enumerate(dict.fromkeys(seed.groups))}
    return np.array([numbers[name] for name in seed.groups], np.intp) if len(numbers) < n else None


def _members(groups: NDArray[np.intp], drawn: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the samples of the drawn groups, one group after another."""
    sizes = np.bincount(groups)
    order, starts = np.argsort(groups, kind="stable"), np.cumsum(sizes) - sizes
    taken = drawn.ravel()
    many = sizes[taken]
    within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    return np.asarray(order[np.repeat(starts[taken], many) + within])
