"""BERTScore (Zhang et al. 2020, https://arxiv.org/abs/1904.09675) through bert-score, with an encoder on this machine.

Rescaling puts random pairs of sentences at 0, as the paper does; its baseline for an encoder is
``eval/data/bertscore_baseline.SHA.tsv``, written by ``python -m eval.bench.bertscore_baseline``.
"""

from __future__ import annotations

import csv
import logging
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path

from eval.metrics.encoder import Encoder, find_encoder
from eval.metrics.registry import Score, Scores, metric, share
from eval.sample import Case
from eval.tools import Tools

log = logging.getLogger(__name__)

_AT_ONCE = 128
"""Pairs whose token vectors are in memory together: at most 400 MB for the default encoder."""
_BATCH = 8

Triple = tuple[float, float, float]
"""Precision, recall and F1."""


def _signature(tools: Tools) -> str:
    encoder = find_encoder(tools)
    return (
        f"{encoder}|idf=no|best reference|bert-score={metadata.version('bert-score')}|"
        f"transformers={metadata.version('transformers')}|rescaled={'also' if baseline(encoder) else 'no'}"
    )


@metric(
    "bertscore",
    Score("bertscore_precision", "Each token of the answer by its nearest in the best reference, mean cosine."),
    Score("bertscore_recall", "Each token of the best reference by its nearest in the answer, mean cosine."),
    Score("bertscore_f1", "BERTScore: harmonic mean of the two."),
    Score("bertscore_rescaled", "BERTScore F1 with random pairs of sentences at 0.", low=None),
    Score("bertscore_truncated", "Answers or references longer than the encoder reads.", share, "lower"),
    needs=["references"],
    signature=_signature,
)
def bertscore(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score predictions against the best of their references, for each of the figures; empty texts score 0.

    Raises:
        InputError: the encoder cannot be used.
        WeightsMissing: the default encoder is not on this machine.

    """
    encoder = find_encoder(tools)
    zero = baseline(encoder)
    pairs = [(case.output.prediction, reference) for case in cases for reference in case.sample.references]
    found = iter(score_pairs(pairs, encoder))
    rows: list[dict[str, float]] = []
    for case in cases:
        triples = [next(found) for _ in case.sample.references]
        precision, recall, f1 = (max(values) for values in zip(*triples, strict=True))
        row = {"bertscore_precision": precision, "bertscore_recall": recall, "bertscore_f1": f1}
        if zero:
            row["bertscore_rescaled"] = (f1 - zero[2]) / (1 - zero[2])
        texts = (case.output.prediction, *case.sample.references)
        row["bertscore_truncated"] = float(any(encoder.tokens(text) > encoder.window for text in texts))
        rows.append(row)
    if cut := sum(row["bertscore_truncated"] for row in rows):
        log.warning(
            "BERTScore saw only the first %d tokens of an answer or a reference in %d of %d cases: %s reads no more.",
            encoder.window,
            cut,
            len(rows),
            encoder.name,
        )
    return list(rows)


def score_pairs(pairs: Sequence[tuple[str, str]], encoder: Encoder) -> list[Triple]:
    """Return the scores of each ``(prediction, reference)``, not rescaled; a pair with an empty text scores 0."""
    # bert-score's own rule for empty texts; it cannot tokenize them since transformers 5.
    full = [number for number, pair in enumerate(pairs) if all(text.strip() for text in pair)]
    scores: list[Triple] = [(0.0, 0.0, 0.0)] * len(pairs)
    for start in range(0, len(full), _AT_ONCE):
        numbers = full[start : start + _AT_ONCE]
        for number, triple in zip(numbers, _score([pairs[number] for number in numbers], encoder), strict=True):
            scores[number] = triple
    return scores


@cache
def baseline(encoder: Encoder) -> Triple | None:
    """Return what random pairs of sentences score under an encoder, or None where nobody has measured it."""
    file = baseline_file(encoder)
    if not file.is_file():
        return None
    with file.open(encoding="utf-8", newline="") as lines:
        rows = {int(row["LAYER"]): row for row in csv.DictReader(lines)}
    row = rows[encoder.layer]
    return float(row["P"]), float(row["R"]), float(row["F"])


def baseline_file(encoder: Encoder) -> Path:
    """Return where the baseline of an encoder stands, in the form of bert-score's own: LAYER,P,R,F."""
    return Path(str(files("eval"))) / "data" / f"bertscore_baseline.{encoder.sha256}.tsv"


def _score(pairs: Sequence[tuple[str, str]], encoder: Encoder) -> list[Triple]:
    from bert_score.utils import bert_cos_score_idf

    weights: defaultdict[int, float] = defaultdict(lambda: 1.0)
    weights[encoder.tokenizer.sep_token_id] = weights[encoder.tokenizer.cls_token_id] = 0.0
    predictions, references = ([pair[side] for pair in pairs] for side in (0, 1))
    found = bert_cos_score_idf(
        encoder.model, references, predictions, encoder.tokenizer, weights, batch_size=_BATCH, device=encoder.device
    )
    return [(float(p), float(r), float(f)) for p, r, f in found.tolist()]
