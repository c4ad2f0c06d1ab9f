"""Two runs over the same samples: which one is better at what, and whether that could be chance.

`compare` pairs the samples and has `eval.significance` test the scores; the other functions show what came of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from assistant.errors import InputError
from eval.folder import SYSTEM, Figure, Manifest, RunFolder
from eval.metrics.registry import Scores
from eval.sample import Case
from eval.significance import COST, PRIMARY, Row, Winner, compare_scores, over_all, size
from eval.stats import Estimate

__all__ = ["Comparison", "Row", "compare", "render", "to_dict", "to_markdown"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side.

    ``changed`` is what the runs do not share of their specs, settings, files (by hash), machines and packages; ``only``
    and ``errors`` are how many samples of A and of B have no partner and gave an error; ``skipped`` says why a metric
    of both runs is not compared. ``winner`` is about quality; it is empty where no difference was shown or where each
    run is better at something.
    """

    a: str
    b: str
    suite: str
    pairs: int
    only: tuple[int, int]
    errors: tuple[int, int]
    changed: Mapping[str, tuple[str, str]]
    skipped: Mapping[str, str]
    rows: Sequence[Row]
    winner: Winner
    verdict: str


def compare(a: RunFolder, b: RunFolder) -> Comparison:
    """Compare two finished runs of one suite, sample by sample.

    Raises:
        InputError: a folder is no run or has no scores, the suites or a shared sample differ, or no sample is in both.

    """
    one, two = a.manifest(), b.manifest()
    _check_same(one, two)
    skipped = _different_settings(a, b)
    scores_a, scores_b = _scores(a), _scores(b)
    cases_a, cases_b = a.cases(), b.cases()
    shared = [sample for sample in scores_a if sample in scores_b and sample in cases_a and sample in cases_b]
    if not shared:
        raise InputError(
            f"{one.id} and {two.id} share no sample, so nothing can be compared. Run both with one split and limit."
        )
    _check_samples(cases_a, cases_b, shared, f"{one.id} and {two.id}")
    errors = _errors(cases_a, shared), _errors(cases_b, shared)
    rows = compare_scores(
        [scores_a[sample] for sample in shared],
        [scores_b[sample] for sample in shared],
        [cases_a[sample].sample.question for sample in shared],
        PRIMARY.get(one.spec.suite, ()),
        skipped,
    )
    winner, verdict = over_all(rows, len(shared), errors)
    return Comparison(
        one.id,
        two.id,
        one.spec.suite,
        len(shared),
        (len(scores_a) - len(shared), len(scores_b) - len(shared)),
        errors,
        _changed(one, two),
        skipped,
        rows,
        winner,
        verdict,
    )


def render(comparison: Comparison) -> RenderableType:
    """Return a comparison for a terminal."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    kept = [_COLUMNS.index(name) for name in _COLUMNS if name not in _WIDE]
    for place in kept:
        last = place == kept[-1]
        table.add_column(_COLUMNS[place], justify="left" if last or not place else "right", no_wrap=not last)
    styles = {"A": "red", "B": "green", "": ""}
    for row in comparison.rows:
        cells = _cells(row)
        table.add_row(*(Text(cells[place]) for place in kept), style=styles[row.winner])
    head, notes = Text("\n".join(_head(comparison))), Text("\n".join(_notes(comparison)), style="dim")
    return Group(head, table, Text(comparison.verdict, style="bold"), notes)


def to_markdown(comparison: Comparison) -> str:
    """Return a comparison as Markdown, for a pull request."""
    rows = [_COLUMNS, ("---",) * len(_COLUMNS), *map(_cells, comparison.rows)]
    table = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    head = "  \n".join(_head(comparison))
    notes = [f"- {note}" for note in _notes(comparison)]
    return "\n".join([f"**{comparison.verdict}**", "", head, "", *table, "", *notes, ""])


def to_dict(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON has it; what is not a finite number is None."""
    return {
        **{name: getattr(comparison, name) for name in ("a", "b", "suite", "pairs", "winner", "verdict")},
        "only": list(comparison.only),
        "errors": list(comparison.errors),
        "changed": {name: list(pair) for name, pair in comparison.changed.items()},
        "skipped": dict(comparison.skipped),
        "scores": {
            row.name: {
                "metric": row.metric,
                "a": Figure.of(row.a).model_dump(exclude={"failed"}),
                "b": Figure.of(row.b).model_dump(exclude={"failed"}),
                "ratio" if row.ratio else "difference": _known(row.difference.value),
                "low": _known(row.difference.low),
                "high": _known(row.difference.high),
                "n": row.difference.n,
                "p": _known(row.difference.p),
                "p_adjusted": _known(row.adjusted),
                "needed": _known(row.needed),
                "method": row.method,
                "exploratory": row.exploratory,
                "winner": row.winner,
                "verdict": row.verdict,
            }
            for row in comparison.rows
        },
    }


def _check_same(a: Manifest, b: Manifest) -> None:
    if a.spec.suite != b.spec.suite:
        raise InputError(
            f"{a.id} ran {a.spec.suite} and {b.id} ran {b.spec.suite}. Only runs of one suite can be compared."
        )


def _check_samples(a: Mapping[str, Case], b: Mapping[str, Case], shared: Sequence[str], names: str) -> None:
    # Not the hashes of the data files: a question that was added elsewhere in them does no harm to a pair.
    other = [sample for sample in shared if a[sample].sample != b[sample].sample]
    if other:
        raise InputError(
            f"The data changed between {names}: {len(other)} samples, the first {other[0]!r}, are no longer the same "
            "question with the same gold. Run one of them again."
        )


def _different_settings(a: RunFolder, b: RunFolder) -> dict[str, str]:
    one, two = a.summary().signatures, b.summary().signatures
    # Costs are measured, not computed: their signature says what was paid, which is what a comparison is about.
    names = [name for name in one if name in two and one[name] != two[name] and name != COST]
    return {name: f"computed in different ways: {one[name]!r} and {two[name]!r}" for name in names}


def _changed(a: Manifest, b: Manifest) -> dict[str, tuple[str, str]]:
    if a == b:
        return {}
    one, two = _recorded(a), _recorded(b)
    names = dict.fromkeys([*one, *two])
    # Source with uncommitted changes may be another each time, under one name.
    unsure = {name for name in ("commit",) if one.get(name, "").endswith("-dirty")}
    return {
        name: (one.get(name, ""), two.get(name, ""))
        for name in names
        if one.get(name) != two.get(name) or name in unsure
    }


def _recorded(run: Manifest) -> dict[str, str]:
    spec = {name: str(value) for name, value in run.spec.model_dump().items()}
    hashes = {f"SHA-256 of {name}": value[:_HASH] for name, value in run.hashes.items()}
    return {**run.settings, **spec, **hashes, **run.environment, **run.versions}


def _errors(cases: Mapping[str, Case], names: Sequence[str]) -> int:
    return sum(bool(cases[name].output.error) for name in names)


_HASH = 12
"""Letters of a hash that are shown."""
_COLUMNS = ("score", "n", "A", "B", "B - A", "p", "p adjusted", "method", "verdict")
_WIDE = ("p", "method")
"""Columns for which a terminal has no room."""


def _cells(row: Row) -> tuple[str, ...]:
    d = row.difference
    value = f"{size(d.value, row.ratio)} [{size(d.low, row.ratio)}, {size(d.high, row.ratio)}]"
    shown = "" if math.isnan(d.value) else value
    return (row.name, str(d.n), _plain(row.a), _plain(row.b), shown, _p(d.p), _p(row.adjusted), row.method, row.verdict)


def _head(c: Comparison) -> list[str]:
    changed = ", ".join(f"{name} {a or 'default'} -> {b or 'default'}" for name, (a, b) in c.changed.items())
    return [f"A: {c.a}", f"B: {c.b}", f"{c.suite}, {c.pairs} samples in both", f"Changed: {changed or 'nothing'}"]


def _notes(c: Comparison) -> list[str]:
    notes = [f"Not paired: {c.only[0]} samples only in A, {c.only[1]} only in B."] if any(c.only) else []
    if any(c.errors):
        notes.append(f"Lost to an error, and so in no score: {c.errors[0]} samples in A, {c.errors[1]} in B.")
    notes += [f"Not compared: {name}, {reason}." for name, reason in c.skipped.items()]
    if exploratory := [row.name for row in c.rows if row.exploratory]:
        notes.append(f"Exploratory, with p as it is and no say in the verdict: {', '.join(exploratory)}.")
    return [*notes, "Intervals are 95 %; p is adjusted after Holm, quality and cost apart; times are B / A."]


def _plain(estimate: Estimate) -> str:
    return f"{estimate.value:.4g}" if abs(estimate.value) >= 10 else f"{estimate.value:.3f}"


def _p(p: float) -> str:
    return "" if math.isnan(p) else "<0.001" if p < 0.001 else f"{p:.3f}"


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _scores(folder: RunFolder) -> dict[str, Scores]:
    return {sample: rows[SYSTEM] for sample, rows in folder.scores().items() if SYSTEM in rows}
