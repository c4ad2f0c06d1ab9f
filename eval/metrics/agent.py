"""Tool plans: whether the right tools were chosen, with the right arguments, and none where none was asked for.

Tools must be the same, in the same order. Arguments must be the same too: every one that the person gave, and no other.
Numbers and names are compared as they are; a key without "major"; free text (a topic, a query, a question) by its word
stems, all of which must be there with at most one more, or for a question any more. ``slower``, ``faster`` and
``longer`` ask for a value on that side of the earlier call's. Where a question to the person is right, it must be
asked, and nothing called.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from eval.metrics.registry import Score, Scores, metric, share
from eval.sample import Called, Case
from eval.stats import Estimate, Seed, bootstrap_of
from eval.tools import Tools
from knowledge.keyword import stems

_FREE = frozenset({"topic", "query", "melody"})
_FILLER = frozenset(stems("the a an of on in about what is are how does do my notes and for question section please"))


def p90(rows: Sequence[Scores], name: str, seed: Seed) -> Estimate:
    """Return the 90th percentile over cases with a bootstrap interval."""
    import numpy as np

    from eval.metrics.registry import numbers

    values = np.asarray(numbers(rows, name), float)
    return bootstrap_of(len(values), lambda draws: np.quantile(values[draws], 0.9, axis=-1), 2_000, seed)


@metric(
    "tool_plan",
    Score("right_tool", "Share of all samples with the right tools in the right order, or none, or a question.", share),
    Score("right_arguments", "Share of samples that need a tool whose tools and arguments are right.", share),
    Score("no_tool", "Share of samples that need no tool for which none is called and nothing asked.", share),
    Score("asks", "Share of samples that lack something needed for which a question is asked.", share),
    Score("decision_p90", "Time within which 90 % of the plans were made.", p90, "lower", high=None, unit="s"),
    needs=["planned"],
)
def tool_plan(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score plans."""
    return [_score(case) for case in cases]


def _score(case: Case) -> Scores:
    wanted, given = case.sample.planned, case.output
    assert wanted is not None
    found: dict[str, float | None] = {} if given.seconds is None else {"decision_p90": given.seconds}
    same = [call.tool for call in wanted.calls] == [call.tool for call in given.calls]
    if wanted.asks:
        right = bool(given.question) and not given.calls
        return found | {"right_tool": float(right), "asks": float(right)}
    right = same and not given.question
    found["right_tool"] = float(right)
    if not wanted.calls:
        return found | {"no_tool": float(right)}
    pairs = zip(wanted.calls, given.calls, strict=False)
    earlier = wanted.earlier
    found["right_arguments"] = float(right and all(same_arguments(one, other, earlier) for one, other in pairs))
    return found


def same_arguments(wanted: Called, given: Called, earlier: dict[str, Any] | None = None) -> bool:
    """Say whether arguments are those that are wanted; ``earlier`` are those of the call that relative words change."""
    needed = {name for name in wanted.arguments if name not in wanted.optional}
    if needed - given.arguments.keys() or given.arguments.keys() - wanted.arguments.keys():
        return False
    return all(_same(name, wanted.arguments[name], value, earlier or {}) for name, value in given.arguments.items())


def _same(name: str, wanted: Any, given: Any, earlier: dict[str, Any]) -> bool:
    if wanted in ("slower", "faster", "longer", "slow", "fast"):
        if not isinstance(given, int | float):
            return False
        before = earlier.get(name)
        if before is None or wanted in ("slow", "fast"):
            return True
        return bool(given < before if wanted == "slower" else given > before)
    if name == "key":
        return _key(str(wanted)) == _key(str(given))
    if name == "melody" or name in _FREE:
        gold, said = _stems(str(wanted)), _stems(str(given))
        return gold <= said and (name == "melody" or len(said - gold) <= 1)
    if name == "question":
        return _stems(str(wanted)) <= _stems(str(given))
    if isinstance(wanted, int | float) and isinstance(given, int | float):
        return float(wanted) == float(given)
    return str(wanted).casefold() == str(given).casefold()


def _key(said: str) -> str:
    return re.sub(r"\s*major$", "", said.strip(), flags=re.IGNORECASE).casefold().replace("♭", "b").replace("♯", "#")


def _stems(text: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", text.replace("-", " ")).encode("ascii", "ignore").decode()
    return set(stems(plain)) - _FILLER
