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

from assistant.models.catalog import load_catalog
from assistant.models.weights import locate
from assistant.settings import Settings, load_settings
from eval.compare import compare
from eval.folder import SYSTEM, Figure, Manifest, RunFolder, Spec, Summary
from eval.plan import make_plan
from eval.terminal import watch

RESULTS = Path(__file__).parent / "results"
README = Path(__file__).parents[1] / "README.md"
"""In a checkout; an installed package has none."""

COLUMNS = {
    "exam": {"accuracy": "all right", "accuracy_single": "one answer", "accuracy_multiple": "several answers"},
    "qa": {"must_hit": "right", "right_and_cited": "right and cited", "refused_share": "refused what is not covered"},
    "retrieval": {"hit@5": "in the first five", "mrr": "MRR", "ndcg@10": "nDCG@10"},
    "guardrails": {
        "prompt attack/true_positive_rate": "attacks caught",
        "harmful request/true_positive_rate": "harmful caught",
        "harmless prompt/false_positive_rate": "harmless stopped",
        "injected document/true_positive_rate": "injected caught",
        "clean document/false_positive_rate": "clean stopped",
        "pii_recall": "personal data found",
        "pii_precision": "of that right",
    },
    "agent": {
        "right_tool": "right tool",
        "right_arguments": "right arguments",
        "no_tool": "none where none is needed",
        "asks": "asked for what is missing",
    },
}
"""Scores that a table shows, ``CATEGORY/SCORE`` for that of one category, with their headings; seconds stand behind."""
_SYSTEMS = {
    "exam": ("closed", "naive", "etude"),
    "qa": ("closed", "naive", "etude"),
    "retrieval": ("naive", "bm25", "etude"),
    "guardrails": ("words", "regexes", "etude", "strict"),
    "agent": ("plain", "without-model", "etude"),
}
_SECONDS = {"exam": "seconds", "qa": "first_token", "retrieval": "seconds", "guardrails": "seconds", "agent": "seconds"}
_SLOW = {"plain": 10}
"""How many samples a system is asked that takes most of a minute for each."""
_WITHOUT_MODEL = ("retrieval", "guardrails")
"""Suites whose systems ask no language model: they run once, not once a model."""


class Result(BaseModel):
    """A run without its texts."""

    manifest: Manifest
    summary: Summary


def main() -> None:
    """Run the benchmark, or write README's tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", nargs="+", default=[], help="Catalog ids; every installed chat model by default.")
    parser.add_argument("--suite", nargs="+", choices=list(_SYSTEMS), default=list(_SYSTEMS))
    parser.add_argument("--system", nargs="+", default=[])
    parser.add_argument("--exam", type=int, default=20, help="Questions of the exam suite; 0 is all.")
    parser.add_argument("--qa", type=int, default=16)
    parser.add_argument("--notes", default="", help="A folder of study notes, or of labelled texts, for these too.")
    parser.add_argument("--keep", action="store_true", help="Write the runs, without texts, to eval/results.")
    parser.add_argument("--readme", action="store_true", help="Only write the tables of README.md.")
    arguments = parser.parse_args()
    if not arguments.readme:
        settings = load_settings()
        limits = {"exam": arguments.exam, "qa": arguments.qa}
        models = arguments.model or installed_models(settings)
        specs = [
            Spec(
                suite=suite,
                system=system,
                model=model,
                limit=_SLOW.get(system, limits.get(suite, 0)),
                notes=arguments.notes,
                # Labelled texts of other people are for thresholds, so they count as dev.
                split="dev" if suite == "guardrails" and arguments.notes else "test",
            )
            for model in models
            for suite in arguments.suite
            for system in arguments.system or _SYSTEMS[suite]
            if model == models[0] or suite not in _WITHOUT_MODEL
        ]
        runs = [watch(make_plan(spec, settings)) for spec in specs]
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
    """Return what is kept of a run: no question, no answer, and no path of this machine."""
    manifest = run.manifest()
    spec = manifest.spec
    paths = {name: Path(given).name for name in ("notes", "data", "encoder") if (given := getattr(spec, name))}
    return Result(manifest=manifest.model_copy(update={"spec": spec.model_copy(update=paths)}), summary=run.summary())


def table_name(result: Result) -> str:
    """Return the name of the table that a result belongs to: the suite, and whether notes were given."""
    spec = result.manifest.spec
    return f"{spec.suite}-notes" if spec.notes else spec.suite


def keep(results: Iterable[Result], folder: Path = RESULTS) -> None:
    """Write results, one file for each suite, model and system; a later run takes the place of an earlier one."""
    folder.mkdir(exist_ok=True)
    for result in results:
        spec = result.manifest.spec
        name = re.sub(r"[^a-z0-9.]+", "-", f"{table_name(result)}-{Path(spec.model).name}-{spec.system}".lower())
        file = folder / f"{name}.json"
        file.write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")


def kept_results(folder: Path = RESULTS) -> list[Result]:
    """Read what `keep` wrote."""
    return [Result.model_validate_json(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]


def with_tables(text: str, results: Sequence[Result]) -> str:
    """Return a text with its tables anew: what stands between ``<!-- table SUITE -->`` and ``<!-- end -->``."""

    def table(match: re.Match[str]) -> str:
        found = tables([result for result in results if table_name(result) == match[1]])
        return f"<!-- table {match[1]} -->\n{found[0] if found else ''}\n<!-- end -->"

    return re.sub(r"<!-- table ([\w-]+) -->.*?<!-- end -->", table, text, flags=re.DOTALL)


def tables(results: Sequence[Result]) -> list[str]:
    """Return a Markdown table for each suite and kind of notes, with its date and machine."""
    return [
        _table(found)
        for name in dict.fromkeys(map(table_name, results))
        if (found := [result for result in results if table_name(result) == name])
    ]


def _table(results: Sequence[Result]) -> str:
    suite = results[0].manifest.spec.suite
    columns, seconds = COLUMNS[suite], _SECONDS[suite]
    waiting = "first word, median s" if seconds == "first_token" else "seconds, median"
    lines = [
        f"| {suite} | n | {' | '.join(columns.values())} | {waiting} |",
        f"|---|---|{'---|' * (len(columns) + 1)}",
    ]
    order = {name: place for place, name in enumerate(_SYSTEMS[suite])}
    for result in sorted(results, key=lambda r: (r.manifest.spec.model, order.get(r.manifest.spec.system, 9))):
        spec, row, n = result.manifest.spec, result.summary.rows[SYSTEM], result.manifest.samples
        name = spec.system if suite in _WITHOUT_MODEL else f"{spec.system}, {spec.model}"
        figures = " | ".join(_figure(_of(result.summary, score), n) for score in columns)
        wait = row.get(seconds)
        lines.append(f"| {name} | {n} | {figures} | {f'{wait.value:.2g}' if wait and wait.value else '–'} |")
    manifests = [result.manifest for result in results]
    days = sorted({manifest.created[:10] for manifest in manifests})
    machines = sorted({f"{m.environment.get('cpu', '?')}, {m.environment.get('cores', '?')} cores" for m in manifests})
    return "\n".join([*lines, "", f"{', '.join(days)}; {'; '.join(machines)}; 95 % intervals in brackets."])


def _of(summary: Summary, score: str) -> Figure | None:
    category, _, name = score.rpartition("/")
    return (summary.categories.get(category, {}) if category else summary.rows[SYSTEM]).get(name)


def _figure(figure: Figure | None, samples: int) -> str:
    if figure is None or figure.value is None:
        return "–"
    part = "" if figure.n == samples else f" of {figure.n}"
    return f"{figure.value:.2f}{part} [{figure.low:.2f}, {figure.high:.2f}]"


def _pairs(runs: Sequence[RunFolder]) -> list[tuple[RunFolder, RunFolder]]:
    """Return closed book and naive retrieval, each beside Etude, for each suite and model."""
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
