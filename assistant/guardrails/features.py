"""Hashed n-grams of words and characters, with numpy alone.

Words: runs of one to three, without case. Characters: runs of three to five across word borders, without case, digits
as 0, white space as one blank; of Chinese, Japanese and Korean also single ones and pairs. Signs of hiding
(`Normalised.signs`) count as words. Each n-gram falls into one of `BUCKETS` buckets (Weinberger et al. 2009); words
and characters have buckets of their own.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

WORD_BUCKETS = 1 << 17
CHARACTER_BUCKETS = 1 << 17
BUCKETS = WORD_BUCKETS + CHARACTER_BUCKETS

Buckets = NDArray[np.int64]

_WORD = re.compile(r"\w+")
_SPACE = re.compile(r"\s+")
_DIGIT = re.compile(r"\d")
_SIGN_BUCKETS = 6
_IDEOGRAPHS = np.uint64(0x2E80)
_PRIME = np.uint64(0x9E3779B97F4A7C15)


def buckets(text: str, signs: Collection[str] = ()) -> tuple[Buckets, Buckets]:
    """Return the buckets of a text's words and of its characters, each sorted and once."""
    low = _SPACE.sub(" ", _DIGIT.sub("0", text.casefold())).strip()
    words = [_hash(word) for word in _WORD.findall(low)]
    found = _grams(np.array(words, np.uint64), (1, 2, 3))
    if signs:
        # A control character stands in no word, so that no word can pass for a sign. One bucket among those of all
        # the words would hardly count.
        marks = [_hash(f"\x01{sign}{number}") for sign in sorted(signs) for number in range(_SIGN_BUCKETS)]
        found = np.concatenate([found, _mix(np.array(marks, np.uint64))])
    points = np.frombuffer(f" {low} ".encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    grams = [_grams(points, (3, 4, 5))]
    # Scripts without blanks between words say as much in one or two characters as others in five.
    for ideographs in (points[points >= _IDEOGRAPHS], _pairs(points)):
        grams.append(_mix(ideographs + np.uint64(7)))
    return _unique(found, WORD_BUCKETS), _unique(np.concatenate(grams), CHARACTER_BUCKETS) + WORD_BUCKETS


def _pairs(points: NDArray[np.uint64]) -> NDArray[np.uint64]:
    both = (points[:-1] >= _IDEOGRAPHS) & (points[1:] >= _IDEOGRAPHS)
    return ((points[:-1] << np.uint64(32)) + points[1:])[both]


def _hash(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def _grams(values: NDArray[np.uint64], sizes: tuple[int, ...]) -> NDArray[np.uint64]:
    """Return a hash of every run of so many values."""
    found, run = [], values
    for size in range(1, max(sizes) + 1):
        if size > 1:
            run = _mix(run[:-1]) + values[size - 1 :] if len(run) > 1 else run[:0]
        if size in sizes:
            found.append(_mix(run + np.uint64(size)))
    return np.concatenate(found)


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter values over 64 bits, as the finaliser of SplitMix64 does (Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9) + _PRIME
    return (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)


def _unique(hashes: NDArray[np.uint64], count: int) -> Buckets:
    return np.unique((hashes >> np.uint64(20)) % np.uint64(count)).astype(np.int64)
