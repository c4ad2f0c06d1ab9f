"""Trains the heads of ``assistant/guardrails/heads`` and prints how good they are beside simple baselines.

    python -m eval.bench.guard_heads NAME --data FILE... --dev FILE... --benign FILE... [--fit] [--embed]
        [--choose] [--kind PROMPT_ATTACK] [--kinds HATE ...] [--documents FILE...] [--only SOURCE] [--window WORDS]

A row of a file of ``--data`` has ``text`` and either ``kinds`` (a list, empty for harmless texts) or ``label``, which
says whether it is of ``--kind``; `eval.bench.guard_rows.read_rows` says what else is read. With ``--documents`` the
rows are instructions that are put into those documents, and the heads look at single sentences; rows of BIPIA's
attacked documents give the lines that were put into them. Etude's own notes, questions and code are learnt from as they
were in November 2026 (``eval/data/guard/own_documents.jsonl.gz``): the same command gives the same weights after they
change.

``--dev`` and ``--benign`` are never trained on. Thresholds are chosen on them: LOW, MEDIUM and HIGH are the
probabilities that at most 2 %, 1 % and 0.5 % of the harmless texts exceed, of Etude's own notes and questions and of
the others alike; of fewer than fifty texts none does, so that the bands coincide. So the false alarms that the table
shows are those that were chosen, and what is caught is slightly flattered; texts held back would tell.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from assistant.guardrails.heads import FOLDER, Heads, load_heads, model_hash, read_heads
from assistant.guardrails.normalise import normalise
from assistant.rooms import open_embedder
from assistant.settings import load_settings
from eval.bench.guard_fit import fit
from eval.bench.guard_rows import Row, added, hide, licences, put, read_rows
from eval.stats import wilson

BANDS = {"LOW": 0.02, "MEDIUM": 0.01, "HIGH": 0.005}
"""Share of harmless texts that exceed the threshold of each band."""
_HIDDEN_SHARE = 0.08
_CARRIERS = 1
_LIMITS = [
    "It knows wording: an attack in new words, spread over messages, or told as a polite story passes.",
    "Weak on languages that the data lack; strongest in English.",
    "Chosen on a few hundred texts: see the intervals.",
    "Part of the phrases written for Etude were written after seeing which sorts of dev texts were missed.",
]
_REGEXES = [
    r"ignore (all |any )?(the )?(previous|prior|above)",
    r"disregard (all |any )?(the )?(previous|prior|above|your)",
    r"system prompt",
    r"\bDAN\b|do anything now",
    r"(reveal|show|print) (me )?your (instructions|prompt|rules)",
    r"developer mode|jailbreak",
    r"you are (now|no longer)",
    r"(no|without) (restrictions|filters|rules)",
]

Scorer = Callable[[Sequence[str]], NDArray[np.float64]]


def main() -> None:
    """Train where it is asked, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("name")
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--dev", type=Path, nargs="+", required=True, help="texts that are of the kinds")
    parser.add_argument("--benign", type=Path, nargs="+", required=True, help="texts that are not")
    parser.add_argument("--documents", type=Path, nargs="+", help="harmless documents to put instructions into")
    parser.add_argument("--kind", default="PROMPT_ATTACK", help="what a row with label 1 is")
    parser.add_argument("--kinds", nargs="+", help="the heads; --kind alone without it")
    parser.add_argument(
        "--only", default="", help="of gzipped files only rows whose source has this regular expression"
    )
    parser.add_argument("--window", type=int, default=80)
    parser.add_argument("--embed", action="store_true", help="weigh the embedding in as well")
    parser.add_argument("--fit", action="store_true", help="train and write the heads anew")
    parser.add_argument("--choose", action="store_true", help="keep the weights, choose the thresholds anew")
    parser.add_argument("--spare-own", action="store_true", help="no note or question of Etude's may exceed MEDIUM")
    given = parser.parse_args()
    kinds = given.kinds or [given.kind]
    rows = training_rows(given.data, given.documents, given.kind, given.only)
    dev = [row for file in given.dev for row in _dev_rows(file, given.kind)]
    benign = [replace(row, kinds=frozenset()) for file in given.benign for row in _dev_rows(file, given.kind)]
    embed = open_embedder(load_settings()).encode if given.embed else None
    if given.fit:
        heads = fit(given.name, rows, kinds, given.window, embed, whole=not given.documents)
    else:
        heads = load_heads(given.name)
    if given.fit or given.choose:
        _write(heads, rows, dev, benign, given)
        heads = read_heads(FOLDER / f"{given.name}.safetensors")
    print(table(heads, rows, dev, benign, embedded=given.embed))


def training_rows(files: Sequence[Path], documents: Sequence[Path] | None, kind: str, only: str) -> list[Row]:
    """Return the rows to train on, encoded and put into documents; see the module."""
    rows: list[Row] = []
    for file in files:
        found = read_rows(file, kind)
        rows += [row for row in found if re.search(only, row.source)] if file.suffix == ".gz" else found
    documented = {row: None for row in rows if "BIPIA" in row.source}
    rows = [row for row in rows if not (row in documented and row.kinds)]
    if not documents:
        return rows + hide(rows, _HIDDEN_SHARE, kind if kind == "PROMPT_ATTACK" else "")
    clean = [row for row in documented if not row.kinds]
    instructions = [*added([row for row in documented if row.kinds], clean), *(row for row in rows if row.kinds)]
    carriers = [*clean, *(row for file in documents for row in read_rows(file, kind) if not row.kinds)]
    rest = [row for row in rows if not row.kinds and row not in clean]
    hidden = hide(instructions, 2 * _HIDDEN_SHARE) + hide(carriers, 0.3)
    return [*put(instructions, carriers, _CARRIERS), *instructions, *carriers, *rest, *hidden]


def table(heads: Heads, rows: Sequence[Row], dev: Sequence[Row], benign: Sequence[Row], *, embedded: bool) -> str:
    """Return the figures of baselines and heads, a line each, as Markdown."""
    lines = ["| kind | what | caught | false alarms |", "|---|---|---|---|"]
    for kind in heads.kinds:
        mine = [row for row in dev if kind in row.kinds]
        texts, harmless = [row.text for row in mine], [row.text for row in benign]
        if kind == "PROMPT_ATTACK":
            lines.append(_line(kind, "eight regexes", _regexes(texts), _regexes(harmless)))
        for what, learnt in (("public rows", [row for row in rows if "Etude" not in row.source]), ("all rows", rows)):
            baseline = _tfidf(learnt, kind)
            found, alarms = baseline(texts), baseline(harmless)
            for share in (BANDS["LOW"], 0.05):
                threshold = _threshold(alarms, share)
                name = f"TF-IDF and logistic regression on {what}, at most {share:.0%}"
                lines.append(_line(kind, name, found > threshold, alarms > threshold))
        for joined in [False, True] if embedded and heads.vector_weights.size else [False]:
            found, alarms = scores(heads, texts, kind, joined), scores(heads, harmless, kind, joined)
            for band, threshold in heads.thresholds(kind, joined=joined).items():
                what = f"head `{heads.name}`{' with embedding' if joined else ''}, {band} and up"
                lines.append(_line(kind, what, found >= threshold, alarms >= threshold))
    return "\n".join(lines)


def scores(heads: Heads, texts: Sequence[str], kind: str, joined: bool) -> NDArray[np.float64]:
    """Return the probability of a kind for each text."""
    vectors = open_embedder(load_settings()).encode(texts) if joined else [None] * len(texts)
    return np.array([heads.scores(normalise(text), v)[kind] for text, v in zip(texts, vectors, strict=True)])


def _line(kind: str, what: str, found: NDArray[Any], alarms: NDArray[Any]) -> str:
    caught, false = wilson(int(found.sum()), len(found)), wilson(int(alarms.sum()), len(alarms))
    return f"| {kind} | {what} | {caught} of {caught.n} | {false} of {false.n} |"


def _threshold(alarms: NDArray[np.float64], share: float) -> float:
    """Return the highest score that, exceeded, leaves at most this share of the harmless texts above it."""
    return float(np.sort(alarms)[::-1][int(share * len(alarms))])


def _regexes(texts: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([any(re.search(pattern, text, re.IGNORECASE) for pattern in _REGEXES) for text in texts])


def _public(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if "Etude" not in row.source]


def _tfidf(rows: Sequence[Row], kind: str) -> Scorer:
    """Return the usual baseline: words and pairs of words of the same rows, as they come."""
    plain = [row for row in rows if not row.source.endswith("encoded")]
    vectoriser = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    grams = vectoriser.fit_transform([row.text for row in plain])
    model = LogisticRegression(C=10, max_iter=300, tol=1e-3).fit(grams, [kind in row.kinds for row in plain])
    return lambda texts: np.asarray(model.decision_function(vectoriser.transform(texts)))


def _dev_rows(file: Path, kind: str) -> list[Row]:
    """Return the rows of a dev file, which name their kind as ``bedrock_category`` or have one kind all.

    Notes and questions of the bank are harmless ones.
    """
    if file.suffix == ".md" or file.name.startswith("domain-"):
        return read_rows(file, kind)
    rows = []
    for line in file.read_text(encoding="utf-8").splitlines():
        given = json.loads(line)
        kinds = given.get("kinds") or [given.get("bedrock_category") or kind]
        rows.append(Row(given["text"], frozenset(kinds), given.get("source", file.name), given.get("license", "")))
    return rows


def _write(
    heads: Heads, rows: Sequence[Row], dev: Sequence[Row], benign: Sequence[Row], given: argparse.Namespace
) -> None:
    """Write the weights and the model card."""
    embedder = open_embedder(load_settings()) if given.embed else None
    harmless = [row.text for row in benign]
    own = np.array([row.source.startswith("Etude's") for row in benign])
    groups = [group for group in (own, ~own) if group.any()]
    thresholds: dict[str, dict[str, dict[str, float]]] = {"alone": {}, "joined": {}}
    figures: dict[str, Any] = {}

    def spared(band: str, group: NDArray[np.bool_]) -> bool:
        return given.spare_own and band != "LOW" and group is own

    for joined in [False, True] if given.embed else [False]:
        for kind in heads.kinds:
            alarms = scores(heads, harmless, kind, joined)
            # One step above the harmless text that must pass: a threshold acts on what equals it.
            bands = {
                band: max(
                    float(np.nextafter(_threshold(alarms[group], 0.0 if spared(band, group) else share), 2))
                    for group in groups
                )
                for band, share in BANDS.items()
            }
            thresholds["joined" if joined else "alone"][kind] = bands
            found = scores(heads, [row.text for row in dev if kind in row.kinds], kind, joined)
            for band, value in bands.items():
                caught, false = wilson(int((found >= value).sum()), len(found)), (alarms >= value).sum()
                name = f"{kind}, {band} and up{', with embedding' if joined else ''}"
                figures[name] = {"caught": _plain(caught), "false_alarms": _plain(wilson(int(false), len(alarms)))}
    card = heads.card | {
        "thresholds": thresholds,
        "figures": figures,
        "embedding": {"name": embedder.name, "sha256": model_hash(embedder.folder)} if embedder else None,
        "data": licences(rows),
        "limits": _LIMITS,
        "training_command": "python -m eval.bench.guard_heads "
        + " ".join(_shown(word) for word in sys.argv[1:]).replace("--choose", "--fit"),
        "model": "logistic regression over hashed n-grams of words (1-3) and characters (3-5), calibrated by Platt's "
        "method on rows left out; see assistant/guardrails/heads.py",
    }
    FOLDER.mkdir(exist_ok=True)
    tensors = {
        "idf": heads.idf.astype(np.float16),
        "weights": heads.weights.astype(np.float16),
        "bias": heads.bias,
        "vector_weights": heads.vector_weights,
        "vector_bias": heads.vector_bias,
        "alone": heads.alone,
        "joined": heads.joined,
    }
    save_file(
        {name: np.ascontiguousarray(values) for name, values in tensors.items()}, FOLDER / f"{heads.name}.safetensors"
    )
    text = json.dumps(card, indent=2, ensure_ascii=False)
    (FOLDER / f"{heads.name}.json").write_text(text + "\n", encoding="utf-8")


def _plain(estimate: Any) -> dict[str, float]:
    return {
        "value": round(estimate.value, 4),
        "low": round(estimate.low, 4),
        "high": round(estimate.high, 4),
        "n": estimate.n,
    }


def _shown(word: str) -> str:
    """Return an argument without the folders of this machine."""
    path = Path(word)
    return word if not path.is_absolute() else path.name


if __name__ == "__main__":
    main()
