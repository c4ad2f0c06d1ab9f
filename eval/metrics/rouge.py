"""ROUGE-1, ROUGE-2, ROUGE-L and ROUGE-Lsum (Lin 2004, https://aclanthology.org/W04-1013) through rouge-score."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import metadata
from typing import Any

from eval.metrics.registry import Score, Scores, metric
from eval.sample import Case
from eval.tools import Tools

_NAMES = ("rouge1", "rouge2", "rougeL", "rougeLsum")
_WITHOUT_SPACES = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")
"""How Unicode begins the names of letters of scripts that put no space between words."""


def _signature(tools: Tools) -> str:
    return (
        f"rouge-score {metadata.version('rouge-score')}|F1|Porter stems|best reference for each score|Lsum: a sentence "
        "a line|tokens: rouge-score's for ASCII; other letters are kept, one token a character in scripts without "
        "spaces, as is each symbol"
    )


@metric(
    "rouge",
    Score("rouge1", "ROUGE-1: words in common with the best reference, F1."),
    Score("rouge2", "ROUGE-2: pairs of adjacent words in common with the best reference, F1."),
    Score("rougeL", "ROUGE-L: longest common subsequence of words with the best reference, F1."),
    Score("rougeLsum", "ROUGE-Lsum: ROUGE-L line by line, F1."),
    needs=["references"],
    signature=_signature,
)
def rouge(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score predictions against the best of their references; a text without words has nothing in common, so 0."""
    scorer = _scorer()
    return [
        {name: float(score.fmeasure) for name, score in found.items()}
        for case in cases
        for found in [scorer.score_multi(case.sample.references, case.output.prediction)]
    ]


class Words:
    """A tokenizer for rouge-score that does not drop what is not ASCII, and is rouge-score's own for what is."""

    def __init__(self) -> None:
        from rouge_score.tokenizers import DefaultTokenizer

        self._own = lru_cache(maxsize=50_000)(DefaultTokenizer(use_stemmer=True).tokenize)

    def tokenize(self, text: str) -> list[str]:
        """Return the words in lower case; English ones as Porter stems."""
        words = "".join(map(_apart, unicodedata.normalize("NFC", text.lower()))).split()
        return [token for word in words for token in (self._own(word) if word.isascii() else [word])]


@cache
def _scorer() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(_NAMES, tokenizer=Words())


@lru_cache(maxsize=10_000)
def _apart(char: str) -> str:
    """Return a character as a part of a word, as a word of its own (with spaces around it) or as a space."""
    if char.isascii():
        return char if char.isalnum() else " "
    kind = unicodedata.category(char)[0]
    if kind == "L" and unicodedata.name(char, "").startswith(_WITHOUT_SPACES):
        return f" {char} "
    if kind == "S":
        return f" {char} "
    # Variation selectors are marks too; they only choose a picture for the symbol before them.
    return char if kind in "LNM" and not "\ufe00" <= char <= "\ufe0f" else " "
