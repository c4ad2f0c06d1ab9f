"""What ``etude guardrail check | test | ground`` do and print."""

from __future__ import annotations

import json
import statistics
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from assistant.errors import InputError
from assistant.grounding import read_source
from assistant.guardrails.agreement import Agreement, personal
from assistant.guardrails.assessment import Assessment
from assistant.guardrails.files import TextRow, read_answers, read_texts
from assistant.guardrails.findings import Source
from assistant.guardrails.guardrail import Guardrail
from assistant.rooms import open_embedder
from assistant.settings import load_settings
from assistant.terminal.policies import open_library
from knowledge.embed import Embedder


@dataclass(frozen=True, slots=True)
class Tried:
    """A row that was checked; ``flagged`` says whether that counts as caught, ``wanted`` whether it should be."""

    id: str
    kind: str
    assessment: Assessment
    wanted: bool | None
    flagged: bool


def check_text(text: str, source: Source, name: str, version: str, *, as_json: bool) -> None:
    """Check one text."""
    if text == "-":
        text = sys.stdin.buffer.read().decode("utf-8", errors="replace")
    assessment = _open(name, version)[0].apply(source, text)
    if as_json:
        typer.echo(json.dumps(assessment.to_bedrock(), ensure_ascii=True, indent=2))
        return
    done = "Blocked" if assessment.blocked else "Masked" if assessment.masked else "Passed"
    typer.echo(f"{done} by the guardrail {name} as {source}, in {assessment.seconds * 1_000:.0f} ms.")
    for finding in assessment.findings:
        score = "" if finding.score is None else f", score {finding.score:.2f} from {finding.threshold:.2f}"
        match = f" {_short(finding.match)!r}" if finding.match else ""
        typer.echo(f"  {finding.policy} {finding.kind}{match}: {finding.action}{score}. {finding.why}".rstrip())
    if assessment.action != "NONE":
        typer.echo(_printable(assessment.text))


def check_file(file: Path, benign: Path | None, source: Source, name: str, version: str, *, as_json: bool) -> None:
    """Check the rows of a file, and those of another one that should pass."""
    rows = [(row, True if row.label is None else row.label) for row in read_texts(file)]
    rows += [(row, bool(row.label)) for row in read_texts(benign)] if benign else []
    guardrail = _open(name, version)[0]
    agreement = Agreement() if any(row.spans is not None for row, _ in rows) else None
    guardrail.apply(source, rows[0][0].text)  # what is loaded first is not part of the time of a row

    def tried() -> Iterator[Tried]:
        for row, wanted in rows:
            assessment = guardrail.apply(source, row.text)
            if agreement and row.spans is not None:
                agreement.add(row.text, personal(assessment.findings), row.spans)
            yield _tried(row, wanted, assessment)

    _print_rows(tried(), agreement, as_json=as_json)


def ground_file(file: Path, name: str, version: str, *, as_json: bool) -> None:
    """Hold the answers of a file against their passages and questions."""
    rows = read_answers(file)
    guardrail, embedder = _open(name, version)
    if not guardrail.document.contextualGroundingPolicyConfig:
        raise InputError(f"The guardrail {name} has no contextualGroundingPolicyConfig. Add it, or choose another one.")

    def tried() -> Iterator[Tried]:
        for row in rows:
            passages = [read_source(passage.heading, passage.text, embedder) for passage in row.passages]
            grounded = guardrail.grounded(row.query, passages, row.earlier)
            assessment = guardrail.apply("OUTPUT", row.answer, grounded=grounded)
            below = any(finding.policy == "contextualGroundingPolicy" for finding in assessment.findings)
            yield Tried(row.id, row.kind, assessment, row.label, below)

    embedder.encode(["what is loaded first is not part of the time of a row"])
    _print_rows(tried(), None, as_json=as_json)


def _open(name: str, version: str) -> tuple[Guardrail, Embedder]:
    embedder = open_embedder(load_settings())
    return Guardrail(open_library().load(name, version), embedder), embedder


def _tried(row: TextRow, wanted: bool | None, assessment: Assessment) -> Tried:
    if row.spans is None:
        return Tried(row.id, row.kind, assessment, wanted, assessment.blocked)
    wanted = row.label if row.label is not None else any(span.type for span in row.spans)
    return Tried(row.id, row.kind, assessment, wanted, assessment.blocked or bool(personal(assessment.findings)))


def _print_rows(rows: Iterator[Tried], agreement: Agreement | None, *, as_json: bool) -> None:
    done: list[Tried] = []
    for row in rows:
        done.append(row)
        _print_row(row, as_json=as_json)
    summary = summarise(done, agreement)
    typer.echo(json.dumps({"summary": summary}) if as_json else "\n".join(["", *_said(summary)]))


def _print_row(row: Tried, *, as_json: bool) -> None:
    assessment, milliseconds = row.assessment, round(row.assessment.seconds * 1_000, 2)
    if as_json:
        body = assessment.to_bedrock()
        shown = {"id": row.id, "action": body["action"], "assessments": body["assessments"], "outputs": body["outputs"]}
        typer.echo(json.dumps({**shown, "milliseconds": milliseconds, "blocked": assessment.blocked}))
        return
    # The text itself stays out: what is tried here is often what nobody wants on a screen.
    found = ", ".join(
        f"{kind} x{n}" if n > 1 else kind for kind, n in Counter(f.kind for f in assessment.findings).items()
    )
    done = "BLOCKED" if assessment.blocked else "CHANGED" if assessment.action != "NONE" else "passed"
    wrong = "" if row.wanted is None or row.wanted == row.flagged else "  missed" if row.wanted else "  false alarm"
    typer.echo(f"{_printable(row.id)}  {done}  {found or '-'}  {milliseconds:.1f} ms{wrong}")


def summarise(rows: Sequence[Tried], agreement: Agreement | None) -> dict[str, Any]:
    """Return counts and shares with Wilson's 95 % intervals: rows that should be caught, and those that should not."""
    times = [row.assessment.seconds * 1_000 for row in rows]
    summary: dict[str, Any] = {
        "rows": len(rows),
        "intervened": sum(row.assessment.action != "NONE" for row in rows),
        "flagged": sum(row.flagged for row in rows),
        "milliseconds_median": round(statistics.median(times), 2),
    }
    for name, wanted in (("caught", True), ("false_alarms", False)):
        flags = [row.flagged for row in rows if row.wanted is wanted]
        if flags:
            summary[name] = share(sum(flags), len(flags))
    kinds = sorted({row.kind for row in rows if row.kind and row.wanted is not None})
    summary["kinds"] = {
        kind: {"flagged": sum(row.flagged for row in rows if row.kind == kind), "of": sum(r.kind == kind for r in rows)}
        for kind in kinds
    }
    if agreement:
        summary["personal_data"] = _personal(agreement)
    return summary


def share(count: int, of: int) -> dict[str, float]:
    """Return a share with Wilson's score interval (Wilson 1927)."""
    from scipy.stats import binomtest

    ends = binomtest(count, of).proportion_ci(0.95, method="wilson")
    return {"count": count, "of": of, "share": count / of, "low": float(ends.low), "high": float(ends.high)}


def _personal(agreement: Agreement) -> dict[str, Any]:
    marked, found = agreement.marked.total(), agreement.found.total()
    rows = {
        kind: {name: getattr(agreement, name)[kind] for name in ("marked", "caught", "hidden", "found", "right")}
        for kind in sorted({*agreement.marked, *agreement.found})
    }
    return {
        "recall": share(agreement.caught.total(), marked) if marked else None,
        "hidden": share(agreement.hidden.total(), marked) if marked else None,
        "precision": share(agreement.right.total(), found) if found else None,
        "types": rows,
    }


def _said(summary: dict[str, Any]) -> Iterator[str]:
    yield f"{summary['rows']} rows, {summary['milliseconds_median']:.1f} ms at the median"
    for name, words in (("caught", "caught"), ("false_alarms", "false alarms")):
        if name in summary:
            yield f"{words}: {_interval(summary[name])}"
    if found := summary.get("personal_data"):
        for name, words in (
            ("recall", "personal data caught"),
            ("hidden", "wholly hidden"),
            ("precision", "right among found"),
        ):
            if found[name]:
                yield f"{words}: {_interval(found[name])}"
        for kind, row in found["types"].items():
            yield f"  {kind}: {row['caught']} of {row['marked']} caught, {row['right']} of {row['found']} right"


def _interval(found: dict[str, float]) -> str:
    shares = f"{found['share']:.1%} [{found['low']:.1%}, {found['high']:.1%}]"
    return f"{found['count']:.0f} of {found['of']:.0f}, {shares}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
