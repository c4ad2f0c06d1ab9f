"""Accuracy on multiple-choice questions: closed book, naive retrieval, and ours, with 95 % intervals.

    python -m eval.bench.exam [--split test] [--file QUESTIONS.jsonl] [--system closed naive ours]
    python -m eval.bench.exam --split dev --signs dev.jsonl --fit

Questions are the single- and multiple-answer ones of the shipped bank, or those of a file in the form of ``etude exam
answer``. All systems use the same language model and read its probabilities for the options' letters:

- **closed**: a plain prompt with the question alone;
- **naive**: the same prompt with three passages of 1,000 characters, nearest by MiniLM, pasted in front;
- **ours**: ``assistant.exam.solve``.

``--signs`` keeps what the solver read for each question; ``--fit`` fits ``solve.WEIGHTS`` on those with one answer, a
conditional logit (McFadden 1974) with an L2 penalty, and says how well they do in five-fold cross-validation.
Intervals are Wilson's; the last line is McNemar's exact test of ours against closed on the same questions.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from scipy.optimize import minimize

from assistant.exam.asked import Asked
from assistant.exam.bank import load_bank
from assistant.exam.choice import option_logprobs
from assistant.exam.intake import read_questions
from assistant.exam.solve import WEIGHTS, Solver, choose, weigh
from assistant.models.ask import SIDE_SLOT
from assistant.rooms import open_embedder, open_index, shipped_notes
from assistant.settings import Settings, load_settings
from eval.stats import mcnemar, wilson
from eval.systems.naive import Naive
from eval.systems.options import plain_prompt
from knowledge.sync import sync

Signs = Mapping[str, Mapping[str, float]]
System = Callable[[Asked], tuple[str, ...]]

_PENALTY = 3.0


def main() -> None:
    """Print one row a system, or fitted weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--split", choices=["dev", "test"], default="test")
    parser.add_argument("--file", type=Path, help="Questions of another kind; the split is then passed over.")
    parser.add_argument("--system", nargs="+", choices=["closed", "naive", "ours"], default=["closed", "naive", "ours"])
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--signs", type=Path, help="Keep what ours read, one line a question; go on where it ended.")
    parser.add_argument("--fit", action="store_true", help="Fit the weights on --signs.")
    arguments = parser.parse_args()
    questions = read_questions(arguments.file) if arguments.file else _of_the_bank(arguments.split)
    questions = questions[: arguments.limit or None]
    with tempfile.TemporaryDirectory() as folder:
        given = load_settings()
        settings = load_settings(home=Path(folder), models_path=[given.home / "models", *given.models_path])
        sync(open_index(settings), shipped_notes(), "etude", open_embedder(settings))
        if arguments.signs:
            _collect(Solver(settings), questions, arguments.signs)
        else:
            _compare(questions, _systems(settings, arguments.system))
    if arguments.fit:
        _fit(arguments.signs, {asked.id: asked for asked in questions})


def _of_the_bank(split: str) -> list[Asked]:
    kinds = ("single", "multiple")
    return [Asked.of(q) for q in load_bank().values() if q.split == split and q.type in kinds]


def _systems(settings: Settings, names: Sequence[str]) -> dict[str, System]:
    solver = Solver(settings)
    baseline = Naive({"": shipped_notes()}, open_embedder(settings)) if "naive" in names else None

    def closed(asked: Asked, context: str = "") -> tuple[str, ...]:
        # A slot of their own, or ours would have to read its worked examples again after each of them.
        found = option_logprobs(solver.chat, plain_prompt(asked, context), list(asked.options), slot=SIDE_SLOT)
        return choose(found, asked.choose)

    def naive(asked: Asked) -> tuple[str, ...]:
        assert baseline is not None  # made above where it is named
        return closed(asked, "\n\n".join(chunk.text for chunk in baseline.retrieve(asked.stem, 3)))

    systems: dict[str, System] = {"closed": closed, "naive": naive, "ours": lambda asked: solver.solve(asked).answer}
    return {name: systems[name] for name in names}


def _compare(questions: Sequence[Asked], systems: Mapping[str, System]) -> None:
    right: dict[str, list[bool]] = {name: [] for name in systems}
    seconds: dict[str, list[float]] = {name: [] for name in systems}
    for number, asked in enumerate(questions, 1):
        for name, answer in systems.items():
            began = time.perf_counter()
            right[name].append(set(answer(asked)) == set(asked.key))
            seconds[name].append(time.perf_counter() - began)
        told = ", ".join(f"{name} {sum(values)}" for name, values in right.items())
        print(f"{number}/{len(questions)}: {told}", flush=True)
    single = [asked.choose == 1 for asked in questions]
    print(f"\n{'system':<8} {'right':>9}  {'accuracy [95 %]':<24} {'one answer':>10} {'several':>8} {'s, median':>10}")
    for name, values in right.items():
        parts = [
            f"{sum(v for v, one in zip(values, single, strict=True) if one is kind)}/{sum(o is kind for o in single)}"
            for kind in (True, False)
        ]
        count = f"{sum(values)}/{len(values)}"
        interval = str(wilson(sum(values), len(values)))
        print(f"{name:<8} {count:>9}  {interval:<24} {parts[0]:>10} {parts[1]:>8} {median(seconds[name]):>10.1f}")
    if "ours" in right and "closed" in right:
        pairs = list(zip(right["ours"], right["closed"], strict=True))
        better, worse = sum(a and not b for a, b in pairs), sum(b and not a for a, b in pairs)
        p = mcnemar(right["closed"], right["ours"]).p
        print(f"\nours right where closed is wrong: {better}; the other way round: {worse}; McNemar p = {p:.2g}")


def _collect(solver: Solver, questions: Sequence[Asked], file: Path) -> None:
    known = {json.loads(line)["id"] for line in file.read_text().splitlines()} if file.exists() else set()
    with file.open("a", encoding="utf-8") as out:
        for number, asked in enumerate(questions, 1):
            if asked.id not in known:
                began = time.perf_counter()
                _, signs = solver.read(asked)
                row: dict[str, Any] = {"id": asked.id, "signs": signs, "seconds": time.perf_counter() - began}
                out.write(json.dumps(row) + "\n")
                out.flush()
            print(f"{number}/{len(questions)}", flush=True)


def _fit(file: Path, questions: Mapping[str, Asked]) -> None:
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    rows = [row for row in rows if row["id"] in questions and questions[row["id"]].choose == 1]
    names = sorted({name for row in rows for own in row["signs"].values() for name in own})
    order = np.random.default_rng(0).permutation(len(rows))
    right = 0
    for fold in range(5):
        held = set(order[fold::5].tolist())
        weights = _weights([row for at, row in enumerate(rows) if at not in held], questions, names)
        for at in held:
            asked = questions[rows[at]["id"]]
            answer = choose(weigh(rows[at]["signs"], weights), asked.choose)
            right += set(answer) == set(asked.key)
    print(f"cross-validated: {right}/{len(rows)}")
    for name in names:
        alone = sum(
            set(choose({k: v[name] for k, v in row["signs"].items()}, questions[row["id"]].choose))
            == set(questions[row["id"]].key)
            for row in rows
        )
        print(f"  {name} alone: {alone}/{len(rows)}")
    weights = _weights(rows, questions, names)
    print({name: round(value, 2) for name, value in weights.items()})
    print(f"in force: {dict(WEIGHTS)}")


def _weights(rows: Sequence[Any], questions: Mapping[str, Asked], names: Sequence[str]) -> dict[str, float]:
    tables = [np.array([[own[name] for name in names] for own in row["signs"].values()]) for row in rows]
    scale = np.std(np.concatenate([table - table.mean(0) for table in tables]), axis=0) + 1e-9
    inputs = [(table - table.mean(0)) / scale for table in tables]
    keys = [
        np.array([letter in questions[row["id"]].key for letter in row["signs"]]) / len(questions[row["id"]].key)
        for row in rows
    ]

    def loss(weights: Any) -> tuple[float, Any]:
        value, slope = _PENALTY * float(weights @ weights), 2 * _PENALTY * weights
        for table, key in zip(inputs, keys, strict=True):
            scores = table @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            value -= float(key @ np.log(shares + 1e-12))
            slope = slope + table.T @ (shares - key)
        return value, slope

    found = minimize(loss, np.zeros(len(names)), jac=True).x / scale
    return dict(zip(names, (float(value) for value in found), strict=True))


if __name__ == "__main__":
    main()
