"""The standing benchmark: closed book, naive retrieval and Etude, in one table for each suite and installed model.

    python -m eval.benchmark [--model ID ...] [--exam 20] [--qa 16] [--keep]
    python -m eval.benchmark --readme

Naive is what most tutorials build: chunks of 1,000 characters, MiniLM, the nearest passages pasted in front of the
question (``eval.systems.naive``). All systems of a suite answer the same questions, of the test split, with the same
model. ``--keep`` writes each run, without its texts, to ``eval/results``; ``--readme`` makes the tables of README.md
anew from what is there, so that every figure in it can be traced to a run.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import Progress as RichProgress

from assistant.models.catalog import load_catalog
from assistant.models.weights import locate
from assistant.settings import Settings, load_settings
from eval.compare import compare
from eval.folder import Figure, Manifest, RunFolder, Spec, Summary
from eval.run import Progress, run_evaluation

RESULTS = Path(__file__).parent / "results"
README = Path(__file__).parents[1] / "README.md"
"""In a checkout; an installed package has none."""

COLUMNS = {
    "exam": {"accuracy": "all right", "accuracy_single": "one answer", "accuracy_multiple": "several answers"},
    "qa": {"must_hit": "right", "right_and_cited": "right and cited", "refused_share": "refused what is not covered"},
    "retrieval": {"recall@5": "recall@5", "mrr": "MRR", "ndcg@10": "nDCG@10"},
}
"""Scores that a table shows, with their headings; seconds stand behind them."""
_SYSTEMS = {
    "exam": ("closed", "naive", "etude"),
    "qa": ("closed", "naive", "etude"),
    "retrieval": ("naive", "bm25", "etude"),
}
_SECONDS = {"exam": "seconds", "qa": "first_token", "retrieval": "seconds"}


class Result(BaseModel):
    """A run without its texts: enough for its figures, and to compare it with another in pairs."""

    manifest: Manifest
    summary: Summary
    right: dict[str, float]


def main() -> None:
    """Run the benchmark, or write README's tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", nargs="+", default=[], help="Catalog ids; every installed chat model by default.")
    parser.add_argument("--suite", nargs="+", choices=list(_SYSTEMS), default=list(_SYSTEMS))
    parser.add_argument("--system", nargs="+", default=[])
    parser.add_argument("--exam", type=int, default=20, help="Questions of the exam suite; 0 is all.")
    parser.add_argument("--qa", type=int, default=16)
    parser.add_argument("--keep", action="store_true", help="Write the runs, without texts, to eval/results.")
    parser.add_argument("--readme", action="store_true", help="Only write the tables of README.md.")
    arguments = parser.parse_args()
    if not arguments.readme:
        settings = load_settings()
        limits = {"exam": arguments.exam, "qa": arguments.qa}
        runs = [
            _run(settings, Spec(suite=suite, system=system, model=model, limit=limits.get(suite, 0)))
            for model in arguments.model or installed_models(settings)
            for suite in arguments.suite
            for system in arguments.system or _SYSTEMS[suite]
        ]
        results = [to_result(run) for run in runs]
        if arguments.keep:
            keep(results)
        Console().print(Markdown("\n\n".join(tables(results))))
        for before, after in _pairs(runs):
            verdict = compare(before, after).verdict
            Console().print(f"{_name(before)} against {_name(after)}: {verdict}")
    if arguments.readme or arguments.keep:
        README.write_text(with_tables(README.read_text(encoding="utf-8"), kept_results()), encoding="utf-8")


def installed_models(settings: Settings) -> list[str]:
    """Return the catalog ids of the chat models whose weights are on this machine, the smallest first."""
    cards = [card for card in load_catalog().values() if card.kind == "chat" and locate(card, settings)]
    return [card.id for card in sorted(cards, key=lambda card: sum(file.size for file in card.files))]


def to_result(run: RunFolder) -> Result:
    """Return what is kept of a run: no question and no answer."""
    first = next(iter(COLUMNS[run.manifest().spec.suite]))
    right = {name: rows["system"].get(first) for name, rows in run.scores().items()}
    return Result(
        manifest=run.manifest(),
        summary=run.summary(),
        right={name: value for name, value in right.items() if isinstance(value, float)},
    )


def keep(results: Iterable[Result], folder: Path = RESULTS) -> None:
    """Write results, one file for each suite, model and system; a later run takes the place of an earlier one."""
    folder.mkdir(exist_ok=True)
    for result in results:
        spec = result.manifest.spec
        file = folder / f"{spec.suite}-{spec.model}-{spec.system}.json"
        file.write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")


def kept_results(folder: Path = RESULTS) -> list[Result]:
    """Read what `keep` wrote."""
    return [Result.model_validate_json(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]


def with_tables(text: str, results: Sequence[Result]) -> str:
    """Return a text with its tables anew: what stands between ``<!-- table SUITE -->`` and ``<!-- end -->``."""

    def table(match: re.Match[str]) -> str:
        found = tables([result for result in results if result.manifest.spec.suite == match[1]])
        return f"<!-- table {match[1]} -->\n{found[0] if found else ''}\n<!-- end -->"

    return re.sub(r"<!-- table (\w+) -->.*?<!-- end -->", table, text, flags=re.DOTALL)


def tables(results: Sequence[Result]) -> list[str]:
    """Return a Markdown table for each suite, with its date and machine."""
    return [
        _table(suite, found)
        for suite in _SYSTEMS
        if (found := [result for result in results if result.manifest.spec.suite == suite])
    ]


def _table(suite: str, results: Sequence[Result]) -> str:
    columns, seconds = COLUMNS[suite], _SECONDS[suite]
    waiting = "first word, median s" if seconds == "first_token" else "seconds, median"
    lines = [
        f"| {suite} | n | {' | '.join(columns.values())} | {waiting} |",
        f"|---|---|{'---|' * (len(columns) + 1)}",
    ]
    order = {name: place for place, name in enumerate(_SYSTEMS[suite])}
    for result in sorted(results, key=lambda r: (r.manifest.spec.model, order.get(r.manifest.spec.system, 9))):
        spec, row = result.manifest.spec, result.summary.rows["system"]
        name = spec.system if suite == "retrieval" else f"{spec.system}, {spec.model}"
        figures = " | ".join(_figure(row.get(score)) for score in columns)
        wait = row.get(seconds)
        told = f"{wait.value:.1f}" if wait and wait.value is not None and suite != "retrieval" else "–"
        lines.append(f"| {name} | {result.manifest.samples} | {figures} | {told} |")
    manifest = results[0].manifest
    machine = manifest.environment
    days = sorted({result.manifest.created[:10] for result in results})
    where = ", ".join(machine[key] for key in ("cpu", "cores") if key in machine)
    return "\n".join([*lines, "", f"{' and '.join(days)}; {where} cores; 95 % intervals in brackets."])


def _figure(figure: Figure | None) -> str:
    if figure is None or figure.value is None:
        return "–"
    return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"


def _run(settings: Settings, spec: Spec) -> RunFolder:
    name = f"{spec.suite} {spec.system} {spec.model}"
    with RichProgress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)

        def tell(progress: Progress) -> None:
            bar.update(task, description=f"{name}: {progress.doing or progress.step}", completed=progress.done)
            bar.update(task, total=progress.total or None)

        return run_evaluation(spec, settings, tell)


def _pairs(runs: Sequence[RunFolder]) -> list[tuple[RunFolder, RunFolder]]:
    """Return closed book, or else naive retrieval, beside Etude, for each suite and model."""
    found: dict[tuple[str, str], dict[str, RunFolder]] = {}
    for run in runs:
        spec = run.manifest().spec
        found.setdefault((spec.suite, spec.model), {})[spec.system] = run
    return [
        (own[other], own["etude"])
        for own in found.values()
        for other in ("closed", "naive")
        if {other, "etude"} <= set(own)
    ]


def _name(run: RunFolder) -> str:
    spec = run.manifest().spec
    return f"{spec.suite} {spec.system} ({spec.model})"


if __name__ == "__main__":
    main()
