"""Trains the heads ``harmful`` (hate, insults, sexual, violence, misconduct) and prints them beside simple baselines.

    python -m eval.bench.guard_harmful --dev FILE --benign FILE [--fit] [--layers]

Trained on ``eval/data/guard/harmful_*.jsonl.gz`` alone; ``--fit`` trains the heads, ``--layers`` the layers that go
with them (`eval.bench.guard_layers`), which read pairs of a harmful text and its harmless twin besides. ``--dev``
(harmful) and ``--benign`` are never trained on; thresholds are chosen on the harmless of them: LOW, MEDIUM and HIGH
are one probability each for all kinds, which 3 %, 1 % and 0.5 % of the harmless texts reach with some kind. So false
alarms are as chosen, and what is caught is flattered a little. The table's row from folds left out uses no dev file.

A head sees n-grams, and the embedding with its nearness to one row of each written line (`Heads.prototypes`). The
head ``HARM`` says whether there is harm; the others, trained on harmful rows alone, of which kind (`Heads.gated`).
Five heads that each tell one kind from everything else catch less at the same false alarms. Lines stand in one fold
with everything made of them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from assistant.guardrails.heads import FOLDER, Heads, load_heads, model_hash, read_heads
from assistant.guardrails.layers import Layers
from assistant.guardrails.normalise import normalise
from assistant.guardrails.words import offensive_words
from assistant.rooms import open_embedder
from assistant.settings import load_settings
from eval.bench.guard_fit import collect, inverse_document_frequency, weighed
from eval.bench.guard_layers import BELOW, tune
from eval.bench.guard_rows import FOLDS, Row, licences, read_rows
from eval.stats import wilson
from eval.suites.reference import DATA, read_jsonl

GATE = "HARM"
KINDS = ("HATE", "INSULTS", "SEXUAL", "VIOLENCE", "MISCONDUCT")
HEADS = (GATE, *KINDS)
BANDS = {"LOW": 0.03, "MEDIUM": 0.01, "HIGH": 0.005}
"""Share of harmless texts that reach the threshold of each band with some kind."""
FILES = ("harmful_written.jsonl.gz", "harmful_contrast.jsonl.gz")
TWINS = "harmful_twins.jsonl.gz"
_WIDTH, _PENALTY, _C, _WINDOW = 2.0, 0.03, 10.0, 80

Values = NDArray[np.float64]


def main() -> None:
    """Train where it is asked, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--dev", type=Path, required=True, help="harmful texts")
    parser.add_argument("--benign", type=Path, required=True, help="harmless texts")
    parser.add_argument("--fit", action="store_true", help="train and write the heads anew")
    parser.add_argument("--layers", action="store_true", help="train and write the layers anew")
    given = parser.parse_args()
    rows = [row for file in FILES for row in read_rows(DATA / "guard" / file, "")]
    harmful, harmless = read_jsonl(given.dev), read_jsonl(given.benign)
    texts = [[row["text"] for row in part] for part in (harmful, harmless)]
    twins = read_rows(DATA / "guard" / TWINS, "")
    heads, left_out = fit(rows) if given.fit else (load_heads("harmful"), None)
    if given.fit or given.layers:
        layers = _layers([*rows, *twins]) if given.layers else load_heads("harmful").layers
        _write(replace(heads, layers=layers), left_out, [*rows, *twins], *texts)
        heads = read_heads(FOLDER / "harmful.safetensors")
    print(table(heads, rows, harmful, harmless))


def fit(rows: Sequence[Row]) -> tuple[Heads, Values]:
    """Return the heads without thresholds, and each row's log-odds of harm, by models that had not seen its fold."""
    parts = collect(rows, _WINDOW, whole=True)
    truth = np.array([[bool(row.kinds), *(kind in row.kinds for kind in KINDS)] for row in rows])
    folds = np.array([row.fold for row in rows])
    weights = _weights(truth)
    idf = inverse_document_frequency(parts.grams).astype(np.float16).astype(np.float32)
    grams = weighed(parts.grams, idf)
    vectors = open_embedder(load_settings()).encode([row.text for row in rows])
    prototypes = vectors[_first_of_each_line(rows)].astype(np.float16).astype(np.float32)
    near = np.hstack([vectors, np.exp(-2 * _WIDTH * (1 - vectors @ prototypes.T))]).astype(np.float32)
    odds = np.full((2, len(rows), len(HEADS)), -np.inf)
    for fold in range(FOLDS):
        train, test = folds != fold, folds == fold
        coefficients, bias = _gram_models(grams, parts.owner, truth, weights, train)
        places = np.flatnonzero(test[parts.owner])
        np.maximum.at(odds[0], parts.owner[places], grams[places] @ coefficients.T + bias)
        slopes, bias = _near_models(near[train], truth[train], weights[train])
        odds[1, test] = near[test] @ slopes.T + bias
    alone: list[Values] = []
    joined: list[Values] = []
    for number in range(len(HEADS)):
        seen = weights[:, number] > 0
        for found, columns in ((alone, odds[:1, :, number].T), (joined, odds[:, :, number].T)):
            model = LogisticRegression(C=1e6).fit(columns[seen], truth[seen, number], weights[seen, number])
            found.append(np.append(model.coef_[0], model.intercept_))
    coefficients, bias = _gram_models(grams, parts.owner, truth, weights, np.ones(len(rows), bool))
    slopes, near_bias = _near_models(near, truth, weights)
    size = vectors.shape[1]
    tensors = {
        "weights": coefficients.astype(np.float16),
        "bias": bias,
        "vector_weights": slopes[:, :size],
        "vector_bias": near_bias,
        "alone": np.array(alone),
        "joined": np.array(joined),
        "prototypes": prototypes,
        "prototype_weights": slopes[:, size:],
    }
    card: dict[str, Any] = {"window_words": _WINDOW, "whole": True, "prototype_width": _WIDTH, "gate": GATE}
    card["kinds"] = list(HEADS)
    small = {name: np.asarray(value, np.float32) for name, value in tensors.items()}
    heads = Heads("harmful", HEADS, idf, card=card, layers=None, **small)
    first, second, intercept = heads.joined[0]
    return heads, first * odds[0, :, 0] + second * odds[1, :, 0] + intercept


def _first_of_each_line(rows: Sequence[Row]) -> list[int]:
    """Return one row of every line that was written; the others of a line are near it anyway."""
    first: dict[str, int] = {}
    for number, row in enumerate(rows):
        if row.source == rows[0].source:
            first.setdefault(row.key, number)
    return list(first.values())


def _weights(truth: NDArray[np.bool_]) -> Values:
    """Return what each row counts for each head: both sides the same in sum; for a kind, harmful rows alone."""
    seen = np.ones_like(truth)
    seen[:, 1:] = truth[:, :1]
    count, positive = seen.sum(axis=0), truth.sum(axis=0)
    weights: Values = np.where(truth, count / 2 / positive, seen * count / 2 / (count - positive))
    return weights


def _gram_models(
    grams: Any, owner: NDArray[np.int64], truth: NDArray[np.bool_], weights: Values, use: NDArray[np.bool_]
) -> tuple[Values, Values]:
    # The pieces of one row weigh as much together as the root of their number.
    each = 1 / np.sqrt(np.bincount(owner, minlength=len(truth)))
    models = []
    for number in range(len(HEADS)):
        places = np.flatnonzero((use & (weights[:, number] > 0))[owner])
        rows = owner[places]
        model = LogisticRegression(C=_C, solver="liblinear")
        models.append(model.fit(grams[places], truth[rows, number], each[rows] * weights[rows, number]))
    return np.stack([model.coef_[0] for model in models]), np.array([model.intercept_[0] for model in models])


def _near_models(near: NDArray[np.float32], truth: NDArray[np.bool_], weights: Values) -> tuple[Values, Values]:
    """Fit all heads at once: logistic regression with an L2 penalty, by L-BFGS."""
    import torch

    inputs, wanted = torch.from_numpy(near), torch.from_numpy(truth.astype(np.float32))
    mass = torch.from_numpy(weights.astype(np.float32))
    slopes = torch.zeros(near.shape[1], len(HEADS), requires_grad=True)
    bias = torch.zeros(len(HEADS), requires_grad=True)
    search = torch.optim.LBFGS([slopes, bias], max_iter=80, line_search_fn="strong_wolfe")

    def loss() -> Any:
        search.zero_grad()
        missed = torch.nn.functional.binary_cross_entropy_with_logits(
            inputs @ slopes + bias, wanted, mass, reduction="sum"
        )
        total = (missed + _PENALTY / 2 * (slopes**2).sum()) / len(near)
        total.backward()  # type: ignore[no-untyped-call]
        return total

    search.step(loss)  # type: ignore[no-untyped-call]
    return slopes.detach().numpy().T, bias.detach().numpy()


def scores(heads: Heads, texts: Sequence[str], *, joined: bool) -> Values:
    """Return the probability of each kind of harm, ``(n, k)``."""
    embedder = open_embedder(load_settings())
    vectors = embedder.encode(texts) if joined else [None] * len(texts)
    states = [heads.states(text, embedder) if joined else None for text in texts]
    given = zip(texts, vectors, states, strict=True)
    found = [heads.scores(normalise(text), vector, part) for text, vector, part in given]
    return np.array([[row[kind] for kind in KINDS] for row in found])


def threshold(alarms: Values, share: float) -> float:
    """Return the lowest probability that at most this share of the harmless texts ``(n, k)`` reach with some kind."""
    highest = np.sort(alarms.max(axis=1))[::-1]
    return float(np.nextafter(highest[int(share * len(highest))], 2))


def table(heads: Heads, rows: Sequence[Row], dev: Sequence[dict[str, Any]], benign: Sequence[dict[str, Any]]) -> str:
    """Return the figures of baselines and heads, a line each, as Markdown."""
    texts, harmless = [row["text"] for row in dev], [row["text"] for row in benign]
    listed = [np.array([bool(offensive_words(text)) for text in part]) for part in (texts, harmless)]
    lines = ["| what | caught | false alarms |", "|---|---|---|", _line("word list", *listed)]
    truth = [bool(row.kinds) for row in rows]
    vectoriser = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    model = LogisticRegression(C=10, max_iter=500, class_weight="balanced")
    model.fit(vectoriser.fit_transform([row.text for row in rows]), truth)
    found, alarms = (model.decision_function(vectoriser.transform(part)) for part in (texts, harmless))
    lines.append(_at("TF-IDF and logistic regression", found, alarms))
    encode = open_embedder(load_settings()).encode
    model = LogisticRegression(C=5, max_iter=1000, class_weight="balanced").fit(encode([r.text for r in rows]), truth)
    found, alarms = (model.decision_function(encode(part)) for part in (texts, harmless))
    lines.append(_at("embedding and logistic regression", found, alarms))
    for joined, name in ((False, "heads, n-grams alone"), (True, "heads, n-grams and embedding")):
        found, alarms = (scores(heads, part, joined=joined) for part in (texts, harmless))
        for band, value in heads.card["thresholds"]["joined" if joined else "alone"][KINDS[0]].items():
            lines.append(_line(f"{name}, {band} and up", (found >= value).any(1), (alarms >= value).any(1)))
    low = heads.thresholds(KINDS[0], joined=True)["LOW"]
    origins = np.array([_origin(row["kind"]) for row in dev])
    nothing = np.zeros(0, bool)
    lines += [
        _line(f"of these {each}, LOW and up", (found[origins == each] >= low).any(1), nothing)
        for each in sorted(set(origins))
    ]
    kinds = np.array([row.get("bedrock_category") or "none given" for row in dev])
    for number, kind in enumerate(KINDS):
        mine = found[kinds == kind]
        lines.append(_line(f"labelled {kind}: by some kind, LOW and up", (mine >= low).any(1), nothing))
        lines.append(_line(f"labelled {kind}: by that kind", mine[:, number] >= low, nothing))
    return "\n".join(lines)


def _origin(kind: str) -> str:
    return kind.split(":")[0].split("_behavior")[0] if not kind.startswith("rtp") else "toxic sentences"


def _at(name: str, found: Values, alarms: Values, share: float = BANDS["LOW"]) -> str:
    value = threshold(alarms[:, None], share)
    return _line(f"{name} at {share:.0%}", found >= value, alarms >= value)


def _line(what: str, found: NDArray[Any], alarms: NDArray[Any]) -> str:
    cells = [f"{wilson(int(part.sum()), len(part))} of {len(part)}" if len(part) else "" for part in (found, alarms)]
    return f"| {what} | {cells[0]} | {cells[1]} |"


def _layers(rows: Sequence[Row]) -> Layers:
    """Return tuned layers as they are shipped, in half precision."""
    embedder = open_embedder(load_settings())
    tensors = tune(embedder, rows, KINDS)
    config = json.loads((embedder.folder / "config.json").read_text(encoding="utf-8"))
    small = {name: value.astype(np.float16).astype(np.float32) for name, value in tensors.items()}
    count = config["num_hidden_layers"] - BELOW
    return Layers(small, below=BELOW, count=count, heads=config["num_attention_heads"])


def _write(
    heads: Heads, left_out: Values | None, rows: Sequence[Row], texts: Sequence[str], harmless: Sequence[str]
) -> None:
    """Write the weights and the model card; without ``left_out`` the card keeps its figure of folds left out."""
    embedder = open_embedder(load_settings())
    thresholds: dict[str, dict[str, dict[str, float]]] = {}
    figures: dict[str, Any] = {}
    for joined in (False, True):
        found, alarms = (scores(heads, part, joined=joined) for part in (texts, harmless))
        bands = {band: threshold(alarms, share) for band, share in BANDS.items()}
        thresholds["joined" if joined else "alone"] = dict.fromkeys(HEADS, bands)
        for band, value in bands.items():
            name = f"any kind, {band} and up{', with embedding' if joined else ''}"
            figures[name] = _figure(found >= value, alarms >= value)
    if left_out is None:
        figures[_LEFT_OUT] = heads.card["figures"][_LEFT_OUT]
    else:
        truth = np.array([bool(row.kinds) for row in rows[: len(left_out)]])
        odds = left_out[:, None]
        value = threshold(odds[~truth], BANDS["LOW"])
        figures[_LEFT_OUT] = _figure(odds[truth] >= value, odds[~truth] >= value)
    card = heads.card | {
        "thresholds": thresholds,
        "figures": figures,
        "embedding": {"name": embedder.name, "sha256": model_hash(embedder.folder)},
        "data": licences(rows),
        "rows_used": len(rows),
        "limits": _LIMITS,
        "training_command": _COMMAND,
        "model": "logistic regressions over hashed n-grams of words (1-3) and characters (3-5), and over the embedding "
        "with its nearness to prototypes, joined and calibrated on rows left out; the mean of that and of the log-odds "
        "by the embedding model's tuned upper layers decides; see assistant/guardrails/heads.py and layers.py",
    }
    if heads.layers:
        card["layers"] = {name: getattr(heads.layers, name) for name in ("below", "count", "heads")}
        upper = {name: value.astype(np.float16) for name, value in sorted(heads.layers.tensors.items())}
        save_file(upper, FOLDER / "harmful-layers.safetensors")
    small = {"idf", "weights", "prototypes", "prototype_weights"}
    names = (*small, "bias", "vector_weights", "vector_bias", "alone", "joined")
    tensors = {
        name: np.ascontiguousarray(getattr(heads, name), np.float16 if name in small else np.float32)
        for name in sorted(names)
    }
    FOLDER.mkdir(exist_ok=True)
    save_file(tensors, FOLDER / "harmful.safetensors")
    text = json.dumps(card, indent=2, ensure_ascii=False)
    (FOLDER / "harmful.json").write_text(text + "\n", encoding="utf-8")


def _figure(found: NDArray[np.bool_], alarms: NDArray[np.bool_]) -> dict[str, dict[str, float]]:
    counted = {
        name: wilson(int(part.any(axis=1).sum()), len(part))
        for name, part in (("caught", found), ("false_alarms", alarms))
    }
    return {
        name: {"value": round(e.value, 4), "low": round(e.low, 4), "high": round(e.high, 4), "n": e.n}
        for name, e in counted.items()
    }


_LEFT_OUT = "training rows, folds left out, without the layers"
_COMMAND = "python -m eval.bench.guard_harmful --fit --layers --dev dev_harmful.jsonl --benign dev_benign.jsonl"
_LIMITS = [
    "English. Written by one author from templates and lines; other people ask in other words.",
    "Thresholds were chosen on the same few hundred harmless texts that the false alarms are counted on.",
    "Which sorts of dev texts were missed was known, by their source, when the later lines were written, and settings "
    "were compared on folds with dev figures printed beside them: dev is not untouched. No dev text was trained on.",
    "Weakest on: personal medical, legal and financial advice, conspiracy stories, questions about private people, "
    "toxic sentences without a strong word. Games, fiction and safety advice set off most false alarms.",
    "The twins were written after it was known which sources of dev texts are missed most, toxic sentences among them; "
    "the layers' settings come from one fold of own topics left out.",
    "Figures are of the heads alone. The content policy asks for the embedding only from a probability by n-grams on "
    "(`assistant.guardrails.content.DOUBTFUL`), which loses 1 of the 101 dev texts that are caught at LOW.",
    "The kind is less sure than that there is harm: a request is often MISCONDUCT and VIOLENCE at once.",
]


if __name__ == "__main__":
    main()
