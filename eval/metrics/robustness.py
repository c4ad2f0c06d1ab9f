"""Whether a system answers the same when the question is written carelessly, or in other words.

`perturbed` makes the careless questions; questions in other words are data, with ``Sample.of``. The metric compares the
answer to such a question with the answer to the original in the same run. It measures agreement: a system that is
wrong both times agrees, so look at ``still_right`` too.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from eval.metrics.refusal import must_hit
from eval.metrics.registry import Score, Scores, metric, share
from eval.sample import Case, Sample
from eval.tools import Tools

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_WORD = re.compile(r"[A-Za-z]{4,}")
_TYPO_SHARE = 0.2
"""Share of the words of four letters and more that get a typo; at least one does."""


def perturbed(samples: Sequence[Sample], seed: int = 0) -> list[Sample]:
    """Return four careless versions of every sample, with ``of`` set and their kind as category.

    They are: typos, upper case, lower case, and blanks doubled with punctuation left out. A version that equals the
    original (a question in lower case already) is left out. Equal seeds give equal texts, whichever samples stand
    beside one another.
    """
    return [
        sample.model_copy(update={"id": f"{sample.id}~{kind}", "of": sample.id, "prompt": prompt, "category": kind})
        for sample in samples
        for kind, change in _CHANGES.items()
        if (prompt := change(sample.prompt, random.Random(f"{seed} {sample.id}"))) != sample.prompt
    ]


@metric(
    "robustness",
    Score("same_outcome", "Refused, right or chose as with the original question.", share),
    Score("still_right", "Right, of those whose original was answered right.", share),
    Score("same_answer", "Cosine of the embeddings of both answers.", low=-1.0),
    signature=lambda tools: tools.embedder.name,
)
def robustness(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score cases that have an original among the cases; others, and originals, get ``{}``."""
    by_id = {case.sample.id: case for case in cases}
    pairs = {n: (by_id[case.sample.of], case) for n, case in enumerate(cases) if case.sample.of in by_id}
    rows: list[dict[str, float]] = [{} for _ in cases]
    for place, (original, case) in pairs.items():
        before, after = _outcome(original), _outcome(case)
        rows[place]["same_outcome"] = float(before == after)
        if _is_right(original):
            rows[place]["still_right"] = float(bool(_is_right(case)))
    told = {n: pair for n, pair in pairs.items() if all(c.output.prediction and not c.output.refused for c in pair)}
    if told:
        texts = [case.output.prediction for pair in told.values() for case in pair]
        vectors = tools.embedder.encode(texts)
        for place, cosine in zip(told, (vectors[::2] * vectors[1::2]).sum(axis=1), strict=True):
            rows[place]["same_answer"] = float(cosine)
    return [*rows]


def _outcome(case: Case) -> tuple[bool, frozenset[str], bool | None]:
    return case.output.refused, frozenset(case.output.letters), _is_right(case)


def _is_right(case: Case) -> bool | None:
    """Say whether an answer is right; None where the sample does not tell."""
    if case.sample.key:
        return set(case.output.letters) == set(case.sample.key)
    if case.sample.answerable is False:
        return case.output.refused
    return must_hit(case) if case.sample.must else None


def _with_typos(text: str, draw: random.Random) -> str:
    words = list(_WORD.finditer(text))
    chosen = draw.sample(words, max(1, round(_TYPO_SHARE * len(words)))) if words else []
    for word in sorted(chosen, key=lambda match: -match.start()):
        text = text[: word.start()] + _mistyped(word[0], draw) + text[word.end() :]
    return text


def _mistyped(word: str, draw: random.Random) -> str:
    """Swap two letters, drop, double or miss one; never the first, by which people know a word."""
    at = draw.randrange(1, len(word) - 1)
    ways = [word[:at] + word[at + 1 :], word[: at + 1] + word[at:], word[:at] + _neighbour(word[at]) + word[at + 1 :]]
    if word[at] != word[at + 1]:
        ways.append(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
    return draw.choice(ways)


def _neighbour(letter: str) -> str:
    row = next(row for row in _ROWS if letter.lower() in row)
    place = row.index(letter.lower())
    return row[place + 1] if place + 1 < len(row) else row[place - 1]


def _careless(text: str, draw: random.Random) -> str:
    return "  ".join(re.sub(r"[?!.,;:]+(?=\s|$)", "", text).split())


_CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "typos": _with_typos,
    "upper case": lambda text, draw: text.upper(),
    "lower case": lambda text, draw: text.lower(),
    "punctuation": _careless,
}
