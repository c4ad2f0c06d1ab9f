"""Runs whose samples say awkward things, scored with the real metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from eval.folder import Figure, Line, Manifest, RunFolder, Spec, Summary
from eval.metrics.registry import find_metric
from eval.sample import Case, Cited, Output, Passage, Sample
from eval.tools import Tools

BREAK_OUT = "</script><script>window.ran = 1</script><img src=x onerror='window.ran = 2'>"

WriteRun = Callable[..., RunFolder]


@pytest.fixture
def write_run(tmp_path: Path, settings) -> WriteRun:
    """Write a scored run of some cases, with the control rows."""

    def write(cases: Sequence[Case], metrics: Sequence[str] = ("exact",), unscored: bool = False, **spec) -> RunFolder:
        run = RunFolder(tmp_path / "run")
        run.path.mkdir()
        manifest = Manifest(
            id="2026-11-21-qa",
            created="2026-11-21T09:30:00+00:00",
            spec=Spec(**{"suite": "qa", "model": "small|model", "metrics": tuple(metrics)} | spec),
            samples=len(cases),
            environment={"cpu": "two cores & <b>more</b>"},
            versions={"etude": "0.1.0"},
            hashes={"answers.jsonl": "0" * 64},
        )
        run.write_manifest(manifest)
        lines = [Line(sample=case.sample, output=case.output).model_dump_json() for case in cases]
        run.samples_file.write_text("\n".join([*lines, ""]), encoding="utf-8")
        if not unscored:
            score(run, list(cases), metrics, Tools(settings))
        return run

    return write


def score(run: RunFolder, cases: list[Case], metrics: Sequence[str], tools: Tools) -> None:
    outputs = [case.output for case in cases]
    answers = [Output(prediction=c.sample.references[0] if c.sample.references else "") for c in cases]
    rows = {
        "system": cases,
        "oracle": [Case(c.sample, answer) for c, answer in zip(cases, answers, strict=True)],
        "shuffled": [Case(c.sample, o) for c, o in zip(cases, [*outputs[1:], *outputs[:1]], strict=True)],
    }
    scores: dict = {case.sample.id: {row: {} for row in rows} for case in cases}
    summary = Summary(rows={row: {} for row in rows}, errors=sum(bool(o.error) for o in outputs))
    for found in map(find_metric, metrics):
        summary.signatures[found.name] = found.signature(tools)
        for row, asked in rows.items():
            scored = found.score(asked, tools)
            for case, values in zip(asked, scored, strict=True):
                scores[case.sample.id][row] |= values
            for s in found.scores:
                failed = sum(values.get(s.name, 0.0) is None for values in scored)
                summary.rows[row][s.name] = Figure.of(s.aggregate(scored, s.name, 0), failed)
                for category in {case.sample.category for case in asked} if row == "system" else ():
                    own = [v for case, v in zip(asked, scored, strict=True) if case.sample.category == category]
                    summary.categories.setdefault(category, {})[s.name] = Figure.of(s.aggregate(own, s.name, 0))
    run.write_scores(scores)
    run.write_summary(summary)


@pytest.fixture
def awkward() -> list[Case]:
    """One case of everything that a page, a table or a script could stumble over."""

    def case(name: str, prompt: str, reference: str, answer: str, category: str = "fact", **output) -> Case:
        references = (reference,) if reference else ()
        sample = Sample(id=name, prompt=prompt, references=references, category=category, gold=("bees.md#Honey",))
        return Case(sample, Output(prediction=answer, **output))

    found = Passage(section="bees.md#Honey", text="Each hive gives twelve kilograms. " + BREAK_OUT, score=0.8125)
    other = Passage(section="bees.md#Blossom", text="Bees pollinate in April.", score=0.25)
    cited = Cited(marker=1, section="bees.md#Honey", text=found.text)
    return [
        case(
            "q1",
            "How much honey does each hive give?",
            "About twelve kilograms of honey.",
            "About ten kilograms of honey a year.",
            passages=(found, other),
            read=1,
            citations=(cited,),
            seconds=2.5,
            first_token=0.75,
            tokens_in=812,
            tokens_out=12,
            memory=1402.5,
        ),
        case("q2", BREAK_OUT, BREAK_OUT, BREAK_OUT, category="<i>markup</i>", seconds=1.0),
        case("q3", "Was blüht? 🐝🍯", "苹果花在四月开放。", "苹果花在五月开放。", category="中文", seconds=3.0),
        case("q4", "Empty?", "Something.", "", seconds=0.5),
        case("q5", "Long?", "word " * 600, "word " * 580 + "other " * 20, seconds=61.0),
        case("q6", "Lost?", "Something.", "", error="The engine broke off | `ggml`\n at token 3"),
        case("q7", "Which way\u202e? @etude #1", "left", "| right | `code`\n- [x](http://x.example) $5$ ![y](z)"),
        case("q8", "World Cup?", "", "Your notes do not cover this.", category="off_topic", refused=True),
    ]
