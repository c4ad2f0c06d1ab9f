"""``python -m eval.bench.agent_fit``: fits the router's heads and says how good they are on the dev utterances.

They learn from the phrases of ``eval/data/agent_phrases.txt``, and from the dev half of ``eval/data/agent.jsonl``; the
figures are of a fit without the latter. Phrases that are near a test utterance are left out. Only ``--write`` writes.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from assistant.agent.planning.head import FILE, NEW, NONE, REFINE, Head, observe
from assistant.guardrails.heads import model_hash
from assistant.rooms import open_embedder
from assistant.settings import load_settings
from eval.bench.agent_phrases import Phrase, phrases, unlike, utterances
from eval.suites.reference import DATA, read_jsonl

_C = 12.0
_EACH = 40
_ABOUT_BEFORE = ("job_status", "cancel_job", "open_result")
Rows = NDArray[np.float32]


def main() -> None:
    """Fit, print, and write where it is asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the heads, fitted with the dev utterances too")
    parser.add_argument("--each", type=int, default=_EACH, help="utterances of a pattern")
    given = parser.parse_args()
    embedder = open_embedder(load_settings())

    def seen(texts: Sequence[str]) -> Rows:
        vectors = embedder.encode(list(texts))
        return np.stack([observe(text, vector) for text, vector in zip(texts, vectors, strict=True)])

    held_out = [row["text"] for row in utterances("test")]
    held_out += [row["text"] for row in read_jsonl(DATA / "agent_voices.jsonl")]
    learnt = unlike(phrases(given.each), held_out)
    dev = [row for row in utterances("dev") if len(row["calls"]) < 2]
    rows, dev_rows = seen([one.text for one in learnt]), seen([row["text"] for row in dev])
    weights = balance([one.label for one in learnt])
    print(f"{len(learnt)} phrases, {len(dev)} dev utterances")
    for name, take in (("alone", alone), ("after", after)):
        labels = take(learnt)
        head = fit(rows, labels, weights)
        truth = dev_labels(dev, name)
        kept = [n for n, label in enumerate(truth) if label]
        found = [head.probabilities(dev_rows[n]) for n in kept]
        right = [max(p, key=p.__getitem__) == truth[n] for p, n in zip(found, kept, strict=True)]
        print(f"{name}: {np.mean(right):.3f} of {len(kept)} right on dev")
        for p, n, ok in zip(found, kept, right, strict=True):
            if not ok:
                best = max(p, key=p.__getitem__)
                print(f"   {truth[n]:18} {best:18} {p[best]:.2f} ({p[truth[n]]:.2f})  {dev[n]['text']}")
    if given.write:
        write(learnt, rows, weights, dev, dev_rows, model_hash(embedder.folder))


def alone(learnt: Sequence[Phrase]) -> list[str]:
    """Return what a phrase asks for without an earlier turn: "how is it going?" is then a greeting."""
    return [NONE if one.after and one.label == "job_status" else one.label for one in learnt]


def after(learnt: Sequence[Phrase]) -> list[str]:
    """Return what a phrase is behind an earlier turn: about it, or new."""
    return [one.label if one.after else NEW for one in learnt]


def dev_labels(dev: Sequence[dict[str, Any]], name: str) -> list[str]:
    """Return the right label of each dev utterance, empty where it is not one for this head."""
    found = []
    for row in dev:
        tool = row["calls"][0]["tool"] if row["calls"] else row.get("ask", "") or NONE
        behind = bool(row["after"])
        if name == "alone":
            found.append("" if behind else tool)
        elif behind and tool in _ABOUT_BEFORE:
            found.append(tool)
        elif (behind and tool in ("compose_music", "train_genre", "run_evaluation")) or row["family"].startswith(
            "followups"
        ):
            found.append(REFINE)
        else:
            found.append("" if behind and tool == "quiz_me" else NEW)
    return found


def balance(labels: Sequence[str]) -> NDArray[np.float64]:
    """Return a weight for each row: rare labels count more, by the square root of how rare they are."""
    counts = {label: labels.count(label) for label in set(labels)}
    return np.array([(max(counts.values()) / counts[label]) ** 0.5 for label in labels])


def fit(rows: Rows, labels: Sequence[str], weights: NDArray[np.float64], temperature: float = 1.0) -> Head:
    """Return a head fitted on rows."""
    model = LogisticRegression(C=_C, max_iter=400).fit(csr_matrix(rows), labels, sample_weight=weights)
    return Head(tuple(map(str, model.classes_)), model.coef_, model.intercept_, temperature)


def write(
    learnt: Sequence[Phrase],
    rows: Rows,
    weights: NDArray[np.float64],
    dev: Sequence[dict[str, Any]],
    dev_rows: Rows,
    embedding: str,
) -> None:
    """Fit on phrases and dev utterances, and write both heads."""
    tensors, card = {}, {"embedding": embedding}
    for name, take in (("alone", alone), ("after", after)):
        truth = dev_labels(dev, name)
        kept = [n for n, label in enumerate(truth) if label]
        every = np.concatenate([rows, dev_rows[kept]])
        labels = [*take(learnt), *(truth[n] for n in kept)]
        head = fit(every, labels, np.concatenate([weights, np.full(len(kept), weights.mean() * 2)]))
        # The file keeps bytes as they lie: scikit-learn leaves columns together, and readers expect rows.
        tensors[f"{name}.weights"] = np.ascontiguousarray(head.weights, np.float16)
        tensors[f"{name}.bias"] = head.bias.astype(np.float32)
        card |= {f"{name}.labels": " ".join(head.labels), f"{name}.temperature": str(head.temperature)}
    save_file(tensors, FILE, metadata=card)
    print(f"{FILE}: {FILE.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
