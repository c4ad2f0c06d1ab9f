"""Fits guardrail heads: cleans noisy labels, trains by cross-validation, calibrates, and weighs the embedding in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

from assistant.guardrails.features import BUCKETS, WORD_BUCKETS, buckets
from assistant.guardrails.heads import Heads
from eval.bench.guard_rows import FOLDS, Row, cut

DISPUTED = 0.1
"""Rows of `NOISY` sources are left out where the model that has not seen them gives their label less than this."""
NOISY = ("S-Labs", "neuralchemy")
WEIGHTS = {"S-Labs": 0.5, "NotInject": 2.0, "Etude's question": 0.5}
"""Of a row by its source, 1 for others: S-Labs has half of all rows from few patterns, NotInject few hard ones."""
_C, _VECTOR_C = 10.0, 3.0
_MOST_WEIGHT = 4.0
_UNSEEN = 0.03
"""Weight of the row without n-grams, as a share of that of all rows."""

Values = NDArray[np.float64]
Embed = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of some rows: n-grams ``(p, BUCKETS)``, the row of each, whether it is what its row is.

    ``whole`` as in `assistant.guardrails.heads.pieces`.
    """

    grams: csr_matrix
    owner: NDArray[np.int64]
    positive: NDArray[np.bool_]
    whole: bool


def fit(
    name: str, rows: Sequence[Row], kinds: Sequence[str], window: int, embed: Embed | None, *, whole: bool
) -> Heads:
    """Return heads trained on the rows, their calibration from folds left out; thresholds are not chosen yet.

    Without ``embed`` the heads have n-grams only.
    """
    parts = collect(rows, window, whole=whole)
    vectors = embed([row.text for row in rows]) if embed else None
    truth = np.array([[kind in row.kinds for kind in kinds] for row in rows])
    folds = np.array([row.fold for row in rows])
    idf = inverse_document_frequency(parts.grams).astype(np.float16).astype(np.float32)
    grams = weighed(parts.grams, idf)
    columns, disputed = [], np.zeros(len(rows), bool)
    mass = np.array([next((weight for part, weight in WEIGHTS.items() if part in row.source), 1.0) for row in rows])
    noisy = np.array([row.source.startswith(NOISY) for row in rows])
    for number in range(len(kinds) if noisy.any() else 0):
        first = _left_out(grams, parts, truth[:, number], folds, np.ones(len(rows), bool), mass)
        likely = 1 / (1 + np.exp(-np.where(truth[:, number], first, -first)))
        disputed |= noisy & (likely < DISPUTED)
    kept = ~disputed & (np.bincount(parts.owner, minlength=len(rows)) > 0)
    # An encoded copy of a disputed row is as doubtful as the row.
    doubtful = {row.text for row, bad in zip(rows, disputed, strict=True) if bad}
    kept &= np.array([row.key not in doubtful for row in rows])
    for number in range(len(kinds)):
        columns.append(_one(grams, parts, vectors, truth[:, number], folds, kept, mass))
    stack = {key: np.stack([column[key] for column in columns]).astype(np.float32) for key in columns[0]}
    card = {"kinds": list(kinds), "window_words": window, "whole": whole, "rows_used": int(kept.sum())}
    card["rows_disputed"] = int(len(rows) - kept.sum())
    return Heads(name=name, kinds=tuple(kinds), idf=idf, card=card, layers=None, **stack)


def collect(rows: Sequence[Row], window: int, *, whole: bool) -> Pieces:
    """Cut rows into pieces and count their n-grams."""
    found, owner, positive = [], [], []
    for number, row in enumerate(rows):
        for text, signs, is_it in cut(row, window, whole=whole):
            found.append(np.concatenate(buckets(text, signs)))
            owner.append(number)
            positive.append(is_it)
    ends = np.cumsum([0, *map(len, found)])
    grams = csr_matrix((np.ones(ends[-1], np.float32), np.concatenate(found), ends), shape=(len(found), BUCKETS))
    return Pieces(grams, np.array(owner), np.array(positive), whole)


def inverse_document_frequency(grams: csr_matrix) -> Values:
    """Return ``ln((1 + n) / (1 + df)) + 1`` of each bucket."""
    counts = np.bincount(grams.indices, minlength=BUCKETS)
    return np.asarray(np.log((1 + grams.shape[0]) / (1 + counts)) + 1)


def weighed(grams: csr_matrix, idf: NDArray[np.float32]) -> csr_matrix:
    """Weigh n-grams by ``idf``; words and characters have a length of one each, as in `Heads.odds`."""
    grams = csr_matrix((idf[grams.indices], grams.indices, grams.indptr), shape=grams.shape)
    return hstack([normalize(grams[:, :WORD_BUCKETS]), normalize(grams[:, WORD_BUCKETS:])]).tocsr()


def _one(
    grams: csr_matrix,
    parts: Pieces,
    vectors: NDArray[Any] | None,
    truth: NDArray[Any],
    folds: NDArray[Any],
    kept: NDArray[Any],
    mass: Values,
) -> dict[str, NDArray[Any]]:
    alone = _left_out(grams, parts, truth, folds, kept, mass)
    weights = _balance(truth)[kept]
    platt = LogisticRegression(C=1e6).fit(alone[kept, None], truth[kept], sample_weight=weights)
    final = _gram_model(grams, parts, truth, kept, mass)
    found = {
        "weights": final.coef_[0].astype(np.float16),
        "bias": final.intercept_[0],
        "alone": np.append(platt.coef_[0], platt.intercept_),
        "vector_weights": np.zeros(0),
        "vector_bias": np.zeros(()),
        "joined": np.array([platt.coef_[0, 0], 0, platt.intercept_[0]]),
    }
    if vectors is None:
        return found
    near = np.zeros(len(truth))
    for fold in range(FOLDS):
        train, test = kept & (folds != fold), folds == fold
        near[test] = _vector_model(vectors[train], truth[train], mass[train]).decision_function(vectors[test])
    both = np.stack([alone, near], axis=1)
    stacked = LogisticRegression(C=1e6).fit(both[kept], truth[kept], sample_weight=weights)
    final_vector = _vector_model(vectors[kept], truth[kept], mass[kept])
    return found | {
        "vector_weights": final_vector.coef_[0],
        "vector_bias": final_vector.intercept_[0],
        "joined": np.append(stacked.coef_[0], stacked.intercept_),
    }


def _left_out(
    grams: csr_matrix, parts: Pieces, truth: NDArray[Any], folds: NDArray[Any], kept: NDArray[Any], mass: Values
) -> Values:
    """Return each row's log-odds, the highest of its pieces, by the model of the other folds."""
    found = np.full(len(truth), -np.inf)
    for fold in range(FOLDS):
        model = _gram_model(grams, parts, truth, kept & (folds != fold), mass)
        places = np.flatnonzero(folds[parts.owner] == fold)
        np.maximum.at(found, parts.owner[places], model.decision_function(grams[places]))
    return found


def _gram_model(
    grams: csr_matrix, parts: Pieces, truth: NDArray[Any], use: NDArray[Any], mass: Values
) -> LogisticRegression:
    places = np.flatnonzero(use[parts.owner])
    owner = parts.owner[places]
    labels = truth[owner] & parts.positive[places]
    # The pieces of one row weigh more than one row and less than as many. Where harmless rows have long documents to
    # teach from, every piece counts: each can raise an alarm.
    sizes = np.bincount(owner, minlength=len(truth))[owner]
    each = mass[owner] * np.where(truth[owner] | parts.whole, 1 / np.sqrt(sizes), 1.0)
    # A text of n-grams that were never seen is harmless. Without such rows the intercept pays for the many harmless
    # English ones, and every text in a script that the rows lack raises an alarm.
    blank = csr_matrix((1, BUCKETS), dtype=np.float32)
    model = LogisticRegression(C=_C, max_iter=2000, tol=1e-5)
    weights = np.append(each * _balance(labels, each), _UNSEEN * each.sum())
    return model.fit(vstack([grams[places], blank]).tocsr(), np.append(labels, False), sample_weight=weights)


def _vector_model(vectors: NDArray[Any], truth: NDArray[Any], mass: Values) -> LogisticRegression:
    weights = mass * _balance(truth, mass)
    return LogisticRegression(C=_VECTOR_C, max_iter=1000).fit(vectors, truth, sample_weight=weights)


def _balance(labels: NDArray[Any], each: NDArray[Any] | float = 1.0) -> Values:
    """Return weights that make the rarer side weigh as much as the other, at most `_MOST_WEIGHT` times as much."""
    mass = np.ones(len(labels)) * each
    positive, negative = mass[labels].sum(), mass[~labels].sum()
    ratio = np.clip(negative / max(positive, 1e-9), 1 / _MOST_WEIGHT, _MOST_WEIGHT)
    return np.asarray(np.where(labels, np.sqrt(ratio), 1 / np.sqrt(ratio)))
