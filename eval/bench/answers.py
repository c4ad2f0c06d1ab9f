"""Right answers with the right section cited, refusals, and the wait for the first word; a baseline beside Etude.

    python -m eval.bench.answers FOLDER [--split test] [--system etude baseline]

FOLDER holds the notes that ``eval/data/answers.jsonl`` asks about. The baseline is the pipeline that most tutorials
build: chunks of 1,000 characters, MiniLM, five passages pasted in front of the question, the same language model, and
the request to say so when the context lacks the answer. Both run in one process, question by question in turn, so that
their times can be compared.

An answer is right when it has one of the alternatives of every ``must`` group; citation markers are taken out first.
A right section is cited when a citation's file and last heading are among the gold ones. For the baseline, which
cannot cite, a gold section counts as cited when any of its five passages overlaps it. It counts as refusing when it
says that it cannot answer. Intervals are 95 %, Wilson for proportions, bootstrap for times.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from assistant.chat.events import Answer
from assistant.chat.pipeline import Assistant
from assistant.models.ask import SIDE_SLOT, stream
from assistant.rooms import open_embedder, open_index
from assistant.settings import Settings, load_settings
from eval.bench.baseline import Baseline
from eval.stats import wilson
from eval.suites.reference import DATA, read_jsonl
from eval.systems.asking import refuses
from knowledge.sync import sync


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a system did with one question."""

    id: str
    answerable: bool
    kind: str
    right: bool
    cited: bool
    refused: bool
    first: float | None
    total: float
    text: str


def main() -> None:
    """Print one row a system."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--split", choices=["dev", "test"], default="test")
    parser.add_argument("--system", nargs="+", choices=["etude", "baseline"], default=["etude", "baseline"])
    parser.add_argument("--limit", type=int, default=0, help="Only so many of each kind.")
    parser.add_argument("--out", type=Path, help="Write one JSON line a question and system.")
    arguments = parser.parse_args()
    questions = [row for row in read_jsonl(DATA / "answers.jsonl") if row["split"] == arguments.split]
    if arguments.limit:
        chosen = [[q for q in questions if q["answerable"] is kind][: arguments.limit] for kind in (True, False)]
        questions = [q for part in chosen for q in part]
    with tempfile.TemporaryDirectory() as folder:
        given = load_settings()
        settings = load_settings(home=Path(folder), models_path=[given.home / "models", *given.models_path])
        systems = _systems(settings, arguments.folder, arguments.system)
        outcomes: dict[str, list[Outcome]] = {name: [] for name in systems}
        for number, question in enumerate(questions, start=1):
            for name, ask in systems.items():
                outcome = ask(question)
                outcomes[name].append(outcome)
                if arguments.out:
                    with arguments.out.open("a", encoding="utf-8") as file:
                        file.write(json.dumps({"system": name, **asdict(outcome)}, ensure_ascii=False) + "\n")
                print(f"\r{number}/{len(questions)}", end="", flush=True)
    print("\r" + _table(outcomes))


def _systems(settings: Settings, folder: Path, names: list[str]) -> dict[str, Callable[[dict[str, Any]], Outcome]]:
    sync(open_index(settings), folder, "bench", open_embedder(settings))
    assistant = Assistant(settings)
    assistant.warm()
    systems: dict[str, Callable[[dict[str, Any]], Outcome]] = {}
    if "etude" in names:
        systems["etude"] = lambda question: _etude(assistant, question)
    if "baseline" in names:
        baseline = Baseline(folder, assistant.searcher.embedder)
        systems["baseline"] = lambda question: _baseline(assistant, baseline, question)
    return systems


def _etude(assistant: Assistant, question: dict[str, Any]) -> Outcome:
    (answer,) = (event for event in assistant.answer(question["question"]) if isinstance(event, Answer))
    gold = {(place["file"], place["heading"].strip()) for place in question["gold"]}
    places = {(c.file, c.heading[-1] if c.heading else "") for c in answer.citations}
    return _outcome(
        question, answer.text, bool(gold & places), answer.refused, answer.timings.first_token, answer.timings.total
    )


def _baseline(assistant: Assistant, baseline: Baseline, question: dict[str, Any]) -> Outcome:
    began = time.perf_counter()
    first: float | None = None
    text = ""
    chunks = baseline.retrieve(question["question"])
    for reply in stream(assistant.chat(), baseline.messages(question["question"], chunks), slot=SIDE_SLOT):
        if reply.text and first is None:
            first = time.perf_counter() - began
        text += str(reply.text)
    cited = any(baseline.overlaps(chunk, place) for chunk in chunks for place in question["gold"])
    return _outcome(question, text, cited, refuses(text), first, time.perf_counter() - began)


def _outcome(
    question: dict[str, Any], text: str, cited: bool, refused: bool, first: float | None, total: float
) -> Outcome:
    said = re.sub(r"\s*\[\d+\]", "", text).casefold()
    right = bool(question["answerable"]) and not refused and has_all(said, question["must"])
    return Outcome(question["id"], question["answerable"], question["kind"], right, cited, refused, first, total, text)


def has_all(said: str, must: list[list[str]]) -> bool:
    """Say whether one alternative of every group stands in the answer."""
    return all(any(alternative.casefold() in said for alternative in group) for group in must)


def _table(outcomes: dict[str, list[Outcome]]) -> str:
    lines = [f"{'':10}{'right and cited':>28}{'right':>9}{'refused':>28}{'wrongly refused':>17}{'first word':>12}"]
    for name, found in outcomes.items():
        yes = [o for o in found if o.answerable]
        no = [o for o in found if not o.answerable]
        both = sum(o.right and o.cited for o in yes)
        refused = sum(o.refused for o in no)
        first = [o.first for o in yes if o.first is not None]
        lines.append(
            f"{name:10}{_share(both, len(yes)):>28}{sum(o.right for o in yes):>6}/{len(yes)}"
            f"{_share(refused, len(no)):>28}{sum(o.refused for o in yes):>14}/{len(yes)}"
            f"{median(first) if first else float('nan'):>10.1f} s"
        )
        kinds = sorted({o.kind for o in no})
        parts = (
            f"{kind} {sum(o.refused for o in no if o.kind == kind)}/{sum(o.kind == kind for o in no)}" for kind in kinds
        )
        lines.append(f"{'':10}{'refused: ' + ', '.join(parts)}")
    return "\n".join(lines)


def _share(count: int, n: int) -> str:
    estimate = wilson(count, n) if n else None
    return f"{count}/{n} [{estimate.low:.2f}, {estimate.high:.2f}]" if estimate else "none"


if __name__ == "__main__":
    main()
