"""What comes of a rating session: how often each value was given, the figure of its kind, and how far raters agree."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.records import Rating, RatingRecords, RatingSession
from eval.human.agreement import Agreement, agreement
from eval.human.kinds import Kind, find_kind
from eval.human.ranking import Preference, preference
from eval.stats import Estimate, bootstrap, wilson

TIES = "A tie, both good and both bad count as half a win for each."
METHOD = (
    "Bradley-Terry through choix; 95 % bootstrap interval over items, exact where all items went one way; "
    "Elo points R with P(A beats B) = 1 / (1 + 10^((R_B - R_A) / 400)), around 1000."
)


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a session.

    ``mean`` is the share of thumbs up with Wilson's interval, or the mean of the stars with a bootstrap interval, both
    over items; ``preference`` belongs to sessions of two systems. The other of the two is None.
    """

    session: RatingSession
    items: int
    raters: dict[str, int]
    counts: dict[str, int]
    agreement: Agreement
    mean: Estimate | None = None
    preference: Preference | None = None

    @property
    def rated(self) -> int:
        """How many ratings there are."""
        return sum(self.counts.values())

    @property
    def said(self) -> str:
        """The result in a sentence."""
        if not self.rated:
            return "Nobody has rated yet."
        if self.preference:
            return _preferred(self.preference, self.session.systems)
        mean = self.mean or bootstrap([])
        if self.session.kind == "thumbs":
            return f"{100 * mean.value:.0f} % thumbs up [{100 * mean.low:.0f}, {100 * mean.high:.0f}]."
        return f"{mean.value:.2f} of 5 stars [{mean.low:.2f}, {mean.high:.2f}]."

    def as_json(self) -> dict[str, Any]:
        """Return the result for programs; what is not known is null."""
        found: dict[str, Any] = {
            "session": self.session.id,
            "name": self.session.name,
            "kind": self.session.kind,
            "systems": list(self.session.systems),
            "items": self.items,
            "raters": self.raters,
            "counts": self.counts,
            "verdict": self.said,
            "alpha": {
                **_numbers(self.agreement.alpha),
                "level": self.agreement.level,
                "reading": self.agreement.said,
            },
        }
        if self.mean:
            found["mean"] = _numbers(self.mean)
        if self.preference:
            found["preference"] = {
                "win_probability": _numbers(self.preference.win),
                "elo_difference": _numbers(self.preference.elo),
                "p": _number(self.preference.p),
                "better": self.preference.better or None,
                "ties": TIES,
                "method": METHOD,
            }
        return found


def result_of(records: RatingRecords, session: RatingSession) -> Result:
    """Return the result of a session as it is now."""
    ratings, kind = records.ratings(session.id), find_kind(session.kind)
    two = kind.answers == 2
    counted = Counter(rating.value for rating in ratings)
    return Result(
        session,
        len(records.item_ids(session.id)),
        dict(sorted(Counter(rating.rater for rating in ratings).items())),
        {value: counted[value] for value in kind.values},
        agreement(ratings, kind),
        mean=None if two else _mean(ratings, kind),
        preference=preference(ratings) if two else None,
    )


def _mean(ratings: Sequence[Rating], kind: Kind) -> Estimate:
    items: dict[str, list[float]] = defaultdict(list)
    for rating in ratings:
        items[rating.item_id].append(kind.scores[rating.value])
    means = [sum(values) / len(values) for values in items.values()]
    # Resampling thumbs that all point one way sees no spread, as if nothing else could have been said.
    return wilson(sum(means), len(means)) if set(kind.scores.values()) == {0.0, 1.0} else bootstrap(means)


def _preferred(found: Preference, systems: Sequence[str]) -> str:
    win = found.win
    interval = f"{100 * win.value:.0f} % [{100 * win.low:.0f}, {100 * win.high:.0f}]"
    over = f"over {win.n} {'item' if win.n == 1 else 'items'}"
    if not found.better:
        return f"No difference shown: A is preferred with {interval} {over}, p = {found.p:.2g}."
    if found.better == "A":
        return f"A ({systems[0]}) is preferred: {interval} {over}, p = {found.p:.2g}."
    other = f"{100 - 100 * win.value:.0f} % [{100 - 100 * win.high:.0f}, {100 - 100 * win.low:.0f}]"
    return f"B ({systems[1]}) is preferred: {other} {over}, p = {found.p:.2g}."


def _numbers(estimate: Estimate) -> dict[str, float | int | None]:
    return {
        "value": _number(estimate.value),
        "low": _number(estimate.low),
        "high": _number(estimate.high),
        "n": estimate.n,
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
