"""Fits the three decisions of ``assistant/chat/coverage.py`` and prints them as Python.

    python -m eval.bench.coverage FOLDER [--signs FILE]

FOLDER holds the study notes that ``eval/data`` asks about. Only ``dev`` questions are used: those of ``answers.jsonl``
on these notes and of ``free_answers.jsonl`` on the shipped ones for all three decisions, and those of
``retrieval.jsonl`` on both for the first one too. Signs are collected with the real search and model, without
refusing; ``--signs`` keeps them, so that fitting can be repeated.

Each decision is a logistic regression (L2, C = 10). Thresholds come from ten-fold cross-validated log-odds: the first
two may lose at most one answerable question in a hundred, and stay half a unit below that, as a wrong refusal is worse
than a late one; the last takes the threshold with the fewest mistakes.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from assistant.chat.cite import Citer
from assistant.chat.coverage import NOT_IN_NOTES, with_denial
from assistant.chat.pipeline import Assistant, Retrieved
from assistant.models.ask import first_token_probability, stream
from assistant.prompts import load_prompt
from assistant.rooms import open_embedder, open_index, shipped_notes
from assistant.settings import load_settings
from eval.suites.reference import DATA, of_split, read_jsonl
from knowledge.search import Filter
from knowledge.sync import sync

_DECISIONS = {
    "SEARCH": ("score", "subject", "names", "gap"),
    "READ": ("score", "subject", "names", "gap", "denied"),
    "WRITTEN": ("score", "subject", "names", "gap", "denied", "support"),
}
_LOSS = {"SEARCH": 0.01, "READ": 0.01}

Row = dict[str, Any]


def main() -> None:
    """Collect the signs, fit, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--signs", type=Path, help="Read the signs from this file, or write them there.")
    arguments = parser.parse_args()
    if arguments.signs and arguments.signs.is_file():
        rows = read_jsonl(arguments.signs)
    else:
        rows = collect(arguments.folder)
        if arguments.signs:
            arguments.signs.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    denials = [row["denied"] for row in rows if row["written"] and row["covered"]]
    print(f"USUAL_DENIAL = {np.median(denials):.2f}")
    for name, signs in _DECISIONS.items():
        print(fit(name, signs, rows if name == "SEARCH" else [row for row in rows if row["written"]]))


def collect(folder: Path) -> list[Row]:
    """Return the signs of every dev question, and whether the notes cover it."""
    rows: list[Row] = []
    for notes, source, file in ((folder, "study", "answers.jsonl"), (shipped_notes(), "notes", "free_answers.jsonl")):
        with tempfile.TemporaryDirectory() as home:
            given = load_settings()
            settings = load_settings(home=Path(home), models_path=[given.home / "models", *given.models_path])
            sync(open_index(settings), notes, "bench", open_embedder(settings))
            assistant = Assistant(settings)
            assistant.warm()
            asked = [(row["question"], row["answerable"], True) for row in of_split(read_jsonl(DATA / file), "dev")]
            search_only = of_split(read_jsonl(DATA / "retrieval.jsonl"), "dev")
            asked += [(row["question"], True, False) for row in search_only if row["source"] == source]
            for question, covered, write in asked:
                rows.append({"source": source, "covered": covered, **_signs(assistant, question, write=write)})
                print(f"\r{source} {len(rows)}", end="", flush=True)
    print("\r", end="")
    return rows


def _signs(assistant: Assistant, question: str, *, write: bool) -> Row:
    chat = assistant.chat()
    found: Retrieved = assistant.retrieve(question, Filter(), chat)
    signs, text = found.signs, ""
    if write:
        citer = Citer(question, found.passages, assistant.searcher.embedder)
        first = True
        for reply in stream(
            chat, load_prompt("answer").messages(**found.variables(question)), logprobs=True, top_logprobs=20
        ):
            if first and reply.text:
                signs, first = with_denial(signs, first_token_probability(reply, NOT_IN_NOTES)), False
            _ = list(citer.add(str(reply.text)))
        _ = list(citer.finish())
        signs, text = replace(signs, support=citer.support), citer.text
    return {"question": question, "written": write, "text": text, **asdict(signs)}


def fit(name: str, signs: tuple[str, ...], rows: list[Row]) -> str:
    """Return one decision as Python, with its cross-validated figures as a comment."""
    features = np.array([[row[sign] for sign in signs] for row in rows])
    covered = np.array([row["covered"] for row in rows])
    model = LogisticRegression(C=10, max_iter=10_000)
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    odds = cross_val_predict(model, features, covered, cv=folds, method="decision_function")
    if name in _LOSS:
        lost = int(_LOSS[name] * covered.sum())
        threshold = float(np.sort(odds[covered])[lost]) - 0.5
    else:
        threshold = min(odds, key=lambda t: ((odds <= t) & covered).sum() + ((odds > t) & ~covered).sum())
    model.fit(features, covered)
    kept, refused = ((odds > threshold) & covered).sum(), ((odds <= threshold) & ~covered).sum()
    weights = ", ".join(f'"{sign}": {weight:.2f}' for sign, weight in zip(signs, model.coef_[0], strict=True))
    return (
        f"# ten-fold: AUC {roc_auc_score(covered, odds):.3f}; keeps {kept}/{covered.sum()}, "
        f"refuses {refused}/{(~covered).sum()}\n"
        f"{name} = Regression({{{weights}}}, {model.intercept_[0]:.2f}, {threshold:.2f})"
    )


if __name__ == "__main__":
    main()
