"""Which pieces have the same tune, so that none is learnt from on one side and measured with on the other.

Two melodies are the same tune when they share three tenths of the shorter one's runs of six intervals between the notes
on the beats, or four tenths of its runs of seven intervals between all notes; only changes of pitch count. So key,
passing notes and repeated notes make no difference. Groups are whatever is joined by a chain of such pairs, rather too
much than too little. Sizes were chosen on Bach's chorales, whose titles mostly name the tune: of 168 pairs with the
same title 152 are in one group; of the other 16 most are different tunes to the same words.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from assistant.composer.roll import SILENT, STEPS_PER_BEAT, Roll, notes

ON_BEATS, SHARED_ON_BEATS = 6, 0.3
"""Intervals in a run of notes on the beats, and the share of runs from which on two tunes are the same."""
ALL, SHARED_OF_ALL = 7, 0.4
"""The same of all notes."""

Runs = frozenset[tuple[int, ...]]


def on_beats(melody: Roll) -> Runs:
    """Return the runs of intervals between the notes on the beats of a melody shaped (steps, 128)."""
    beats = melody[::STEPS_PER_BEAT] != SILENT
    return _runs([int(np.flatnonzero(beat)[-1]) for beat in beats if beat.any()], ON_BEATS)


def of_all(melody: Roll) -> Runs:
    """Return the runs of intervals between all notes of a melody shaped (steps, 128)."""
    return _runs([pitch for _, pitch, _ in notes(melody)], ALL)


def likeness(one: Runs, other: Runs) -> float:
    """Return which share of the shorter melody's runs the other one has, 0 to 1."""
    return len(one & other) / max(1, min(len(one), len(other)))


def groups(melodies: Sequence[Roll], files: Sequence[str] = ()) -> list[int]:
    """Return for each melody the number of the first melody of its group.

    Args:
        melodies: each shaped (steps, 128).
        files: for each melody, the file that it is from; what is from one file is one group too.

    """
    first = list(range(len(melodies)))
    for runs, share in ((on_beats, SHARED_ON_BEATS), (of_all, SHARED_OF_ALL)):
        for one, other in _pairs([runs(melody) for melody in melodies], share):
            _join(first, one, other)
    seen: dict[str, int] = {}
    for place, file in enumerate(files):
        _join(first, place, seen.setdefault(file, place))
    return [_root(first, place) for place in range(len(first))]


def split(groups: Sequence[int], titles: Sequence[str], bars: Sequence[int], share: float = 0.1) -> list[int]:
    """Return 0 (train), 1 (dev) or 2 (test) for each piece; a group is never divided.

    Groups are put in the order of the hashes of their first titles; test is filled first and then dev, each until it
    has its share of the bars; a group larger than half of such a share is learnt from, so that no single piece decides
    what is measured. The order of the pieces makes no difference.
    """
    members: dict[int, list[int]] = defaultdict(list)
    for place, first in enumerate(groups):
        members[first].append(place)
    in_order = sorted(members.values(), key=lambda one: _hash(min(titles[place] for place in one)))
    wanted, side, filled = share * sum(bars), 2, 0
    sides = [0] * len(groups)
    for group in in_order:
        size = sum(bars[place] for place in group)
        if size > wanted / 2:
            continue
        if side and filled + size / 2 > wanted:
            side, filled = side - 1, 0
        for place in group:
            sides[place] = side
        filled += size
    # Of a handful of pieces each is more than a share; the smallest are measured with then.
    for side in (2, 1):
        left = [one for one in in_order if sides[one[0]] == 0]
        if side not in sides and len(left) > side:
            for place in min(left, key=lambda one: sum(bars[place] for place in one)):
                sides[place] = side
    return sides


def _runs(pitches: Sequence[int], length: int) -> Runs:
    changed = [pitch for before, pitch in pairwise([-1, *pitches]) if pitch != before]
    intervals = [after - before for before, after in pairwise(changed)]
    return frozenset(tuple(intervals[at : at + length]) for at in range(max(1, len(intervals) - length + 1)))


def _pairs(found: Sequence[Runs], share: float) -> Iterator[tuple[int, int]]:
    """Yield the pairs of melodies that share so many runs; those that share none are not looked at."""
    holders: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for place, one in enumerate(found):
        for other in {other for run in one for other in holders[run]}:
            if likeness(one, found[other]) >= share:
                yield place, other
        for run in one:
            holders[run].append(place)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _root(first: list[int], place: int) -> int:
    while first[place] != place:
        place = first[place]
    return place


def _join(first: list[int], one: int, other: int) -> None:
    low, high = sorted((_root(first, one), _root(first, other)))
    first[high] = low
