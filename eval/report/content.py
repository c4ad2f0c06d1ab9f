"""What every report says of a run: which figures come first, how they are written, and how each sample came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from eval.folder import ORACLE, SHUFFLED, SYSTEM, Figure, Manifest, RunFolder, Summary
from eval.metrics.registry import Score, Value, mean, metrics
from eval.sample import Case

ROWS = {
    SYSTEM: ("this system", "what was tested"),
    ORACLE: ("oracle", "the best that the samples' own gold allows: how high a figure can go"),
    SHUFFLED: ("shuffled", "this system's outputs given to the wrong questions: what a figure is worth by chance"),
}
"""Rows of figures that every run has, in order: what a reader calls them, and what they are for."""

_FIRST = {
    "qa": ("refusal_correct", "must_hit", "cites_gold", "rougeL", "bertscore_f1", "seconds"),
    "exam": ("accuracy", "scaled_score", "seconds"),
    "retrieval": ("recall@5", "mrr", "ndcg@10", "seconds"),
}
_ELSE = ("accuracy", "must_hit", "refusal_correct", "rougeL", "bertscore_f1", "chrf", "token_f1", "exact_match", "mrr")
_VERDICTS, _FOUND = ("accuracy", "must_hit"), "hit@5"
"""Scores that are 1 where a sample is right; a search without an answer is right where it found the section."""
_FEWEST, _MOST = 3, 6

OUTCOMES = {
    "right": "right",
    "wrong": "wrong",
    "refused rightly": "refused, rightly",
    "refused wrongly": "refused, wrongly",
    "refused": "refused",
    "error": "error",
    "answered": "answered",
}
"""How a sample can come out. ``answered`` has no score that tells right from wrong."""

_DIRECTION = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CONTROLS = {code: f"[U+{code:04X}]" for code in _DIRECTION}


@dataclass(frozen=True, slots=True)
class Content:
    """A whole run. ``scores`` are by sample, row and name; ``cases`` by sample."""

    manifest: Manifest
    summary: Summary
    cases: Mapping[str, Case]
    scores: Mapping[str, Mapping[str, Mapping[str, Value]]]

    @property
    def rows(self) -> list[str]:
        """The rows of figures: the system, the control rows, then any others."""
        return sorted(self.summary.rows, key=lambda row: ([*ROWS, row].index(row), row))

    @property
    def names(self) -> list[str]:
        """The names of the scores that have figures or failures, in the order of the run's metrics."""
        found = dict.fromkeys(
            name
            for figures in self.summary.rows.values()
            for name, figure in figures.items()
            if not score_of(name).hidden and (figure.value is not None or figure.failed)
        )
        families = dict.fromkeys([*self.manifest.spec.metrics, *metrics()])
        ordered = [s.name for family in families if family in metrics() for s in metrics()[family].scores]
        return [*(name for name in ordered if name in found), *(name for name in found if name not in ordered)]

    def figure(self, row: str, name: str) -> Figure | None:
        """Return a figure that says something."""
        found = self.summary.rows.get(row, {}).get(name)
        return found if found and found.value is not None else None

    def sample_scores(self, sample: str) -> dict[str, float]:
        """Return the numbers that the system scored on a sample."""
        found = self.scores.get(sample, {}).get(SYSTEM, {})
        return {name: float(value) for name, value in found.items() if isinstance(value, int | float)}

    def spreads(self) -> dict[str, dict[str, float]]:
        """Return the numbers of each score by sample, the first figures first.

        Scores that differ only in how they are joined, as a median and a 95th percentile do, are there once.
        """
        found: dict[str, dict[str, float]] = {}
        by_sample = {sample: self.sample_scores(sample) for sample in self.cases}
        for name in dict.fromkeys([*self.headline(), *self.names]):
            values = {sample: scores[name] for sample, scores in by_sample.items() if name in scores}
            if values and values not in found.values():
                found[name] = values
        return found

    def outcome(self, sample: str) -> str:
        """Say how a sample came out; one of `OUTCOMES`."""
        case, scores = self.cases[sample], self.sample_scores(sample)
        if case.output.error:
            return "error"
        if case.output.refused:
            return {None: "refused", False: "refused rightly", True: "refused wrongly"}[case.sample.answerable]
        if case.sample.answerable is False:
            return "wrong"
        names = _VERDICTS if case.output.prediction or case.output.letters else (*_VERDICTS, _FOUND)
        verdict = next((scores[name] for name in names if name in scores), None)
        return "answered" if verdict is None else "right" if verdict >= 1 else "wrong"

    def worst(self, count: int) -> list[str]:
        """Return the samples that are most worth a look: those with errors, then the lowest by the first figure."""
        first = next((name for name in self.headline() if score_of(name).better != "neither"), "")
        sign = -1.0 if score_of(first).better == "lower" else 1.0
        scores = {sample: self.sample_scores(sample).get(first) for sample in self.cases}
        lost = [sample for sample, case in self.cases.items() if case.output.error]
        rest = sorted(
            (sign * score, sample) for sample, score in scores.items() if score is not None and sample not in lost
        )
        best = score_of(first).high if sign > 0 else score_of(first).low
        return [*lost, *(sample for score, sample in rest if best is None or sign * score != best)][:count]

    def headline(self) -> list[str]:
        """Return the names of the three to six figures that say most about the run."""
        there = [name for name in self.names if self.figure(SYSTEM, name)]
        chosen = [name for name in _FIRST.get(self.manifest.spec.suite, ()) if name in there]
        for name in (*_ELSE, *there):
            if len(chosen) < _FEWEST and name in there and name not in chosen:
                chosen.append(name)
        return sorted(chosen[:_MOST], key=lambda name: name == "seconds")


def read(run: RunFolder) -> Content:
    """Read a run.

    Raises:
        InputError: the folder is no run, or has not been scored.

    """
    return Content(run.manifest(), run.summary(), run.cases(), run.scores())


def headline(run: RunFolder) -> list[str]:
    """Return the names of the three to six figures that say most about a run; fewer where it has fewer.

    Raises:
        InputError: the folder is no run, or has not been scored.

    """
    return read(run).headline()


def score_of(name: str) -> Score:
    """Return what is known of a score; of one that no metric declares, only its name."""
    return _declared().get(name) or Score(name, "", mean, better="neither", low=None, high=None)


def number(value: float | None, unit: str = "") -> str:
    """Write a value as in a table: three places below ten, fewer above, a dash where there is none."""
    if value is None:
        return "–"
    places = 0 if abs(value) >= 1000 or (abs(value) >= 10 and value == int(value)) else 1 if abs(value) >= 10 else 3
    return f"{value:,.{places}f}" + (f"\u00a0{unit}" if unit else "")


def visible(text: str) -> str:
    """Name the controls of writing direction in a text, which would reorder what stands around them."""
    return text.translate(_CONTROLS)


def interval(figure: Figure) -> str:
    """Write the ends of a 95 % interval; empty where there is none."""
    return "" if figure.low is None or figure.high is None else f"[{number(figure.low)}, {number(figure.high)}]"


@cache
def _declared() -> Mapping[str, Score]:
    return {score.name: score for metric in metrics().values() for score in metric.scores}
