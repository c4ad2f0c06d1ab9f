"""Does a passage say the same of the same thing? Two signs that bags of words and embeddings do not see.

**Negation**: "is on by default" against "is off by default". A word counts as negated when a negation stands at most a
few words before it in the same clause, as in NegEx (Chapman et al. 2001, https://doi.org/10.1006/jbin.2001.1029).

**Relation**: "A does x, while B does y" against "B does x, while A does y". In the passage a word belongs to the
nearest subject before it.

Both go by the wording. A passage that says the opposite in other words ("stateless" for "not stateful"), and a swap
inside one clause, are not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from knowledge.keyword import stems

_NEGATIONS = frozenset(
    {"not", "no", "never", "cannot", "without", "none", "neither", "nor", "nobody", "nothing", "off"}
)
_SCOPE = 5
"""Words after a negation that it can reach, as in NegEx."""
_TOKEN = re.compile(r"[^\W_]+(?:[_.’'-][^\W_]+)*|[.,;:()]")
_CLAUSE = re.compile(r";|,?\s(?:while|whereas|but)\s|,\s(?:and\s)?", re.IGNORECASE)


def flipped(sentence: str, found: Iterable[str]) -> float:
    """Return the share of words that are negated on one side only, 0 to 1.

    Args:
        sentence: of an answer.
        found: the sentences of a passage that are nearest to it.

    """
    said = _signs([sentence])
    known = _signs(found)
    common = said.keys() & known.keys()
    return sum(not said[stem] & known[stem] for stem in common) / len(common) if common else 0.0


def kept(sentence: str, found: Iterable[str]) -> float:
    """Return how far the passage says of each subject what the sentence says of it: -1 (swapped) to 1 (the same).

    0 stands for a sentence without two subjects that are told apart, or a passage without a word about it.

    Args:
        sentence: of an answer.
        found: all sentences of a passage.

    """
    clauses = [list(dict.fromkeys(_stems(clause))) for clause in _CLAUSE.split(sentence)]
    clauses = [clause for clause in clauses if len(clause) > 1]
    told: dict[str, set[str]] = {}
    for number, clause in enumerate(clauses):
        elsewhere = {stem for other, words in enumerate(clauses) if other != number for stem in words}
        own = [stem for stem in clause if stem not in elsewhere]
        if len(own) > 1:
            told[own[0]] = set(own[1:])
    if len(told) < 2:
        return 0.0
    right = wrong = 0
    for text in found:
        subject = ""
        for stem in _stems(text):
            if stem in told:
                subject = stem
            elif subject:
                right += stem in told[subject]
                wrong += any(stem in words for other, words in told.items() if other != subject)
    return (right - wrong) / (right + wrong) if right + wrong else 0.0


def _signs(texts: Iterable[str]) -> dict[str, set[bool]]:
    """Return by stem whether it stands negated, or plain, or both."""
    signs: dict[str, set[bool]] = {}
    for text in texts:
        reach = 0
        for token in _TOKEN.findall(text):
            if token in ".,;:()":
                reach = 0
            elif token.casefold() in _NEGATIONS or token.casefold().endswith(("n't", "n’t")):
                reach = _SCOPE + 1
            elif stem := _stem(token):
                signs.setdefault(stem, set()).add(reach > 0)
            reach = max(0, reach - 1)
    return signs


def _stems(text: str) -> Sequence[str]:
    return [stem for token in _TOKEN.findall(text) if (stem := _stem(token))]


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    # bm25s makes several tokens of a word with a hyphen; the first tells it apart well enough.
    return next(iter(stems(word)), "")
