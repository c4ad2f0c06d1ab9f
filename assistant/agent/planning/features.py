"""What the router sees of an utterance beside its embedding: words and pieces of words, hashed, with numpy alone.

Words count singly, in pairs, and once more where the utterance begins, after "please", "could you" and the like: what
is asked for mostly stands there. Digits count as 0. Each falls into one of `BUCKETS` (Weinberger et al. 2009).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from assistant.agent.planning.text import without_courtesy

BUCKETS = 1 << 13

Floats = NDArray[np.float32]

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+|\?")
_BEGINNING = 3


def features(text: str) -> Floats:
    """Return the hashed words and pieces of words of a text, ``(BUCKETS,)``, of length one; zeros where it has none."""
    found = np.zeros(BUCKETS, np.float32)
    for name in _names(text):
        found[zlib.crc32(name.encode("utf-8", "replace")) % BUCKETS] = 1.0
    length = float(np.linalg.norm(found))
    return found / length if length else found


def _names(text: str) -> Iterator[str]:
    words = ["0" if word.isdigit() else word for word in _WORD.findall(text.casefold().replace("’", "'"))]
    for word in words:
        yield f"w:{word}"
    for one, two in zip(["<", *words], [*words, ">"], strict=True):
        yield f"p:{one} {two}"
    begins = ["0" if word.isdigit() else word for word in _WORD.findall(without_courtesy(text).casefold())]
    for number in range(1, _BEGINNING + 1):
        if len(begins) >= number:
            yield f"b:{' '.join(begins[:number])}"
    for word in words:
        padded = f" {word} "
        for size in (3, 4):
            for start in range(len(padded) - size + 1):
                yield f"c:{padded[start : start + size]}"
