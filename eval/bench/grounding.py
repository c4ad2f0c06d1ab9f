"""How well the scorer of ``assistant/grounding.py`` tells supported sentences from others; simpler scores beside it.

    python -m eval.bench.grounding [--split test] [--fit]

Reads ``eval/data/grounding.jsonl``. The rows: the probability that guardrails and metrics use, the score that citations
and refusals use, and three signs alone. ROC AUC has a bootstrap interval over sentences (2,000 resamples); accuracy,
share of supported sentences that pass (TPR) and of others that pass (FPR) have Wilson's. Thresholds of the rows without
one of their own are those with the best accuracy on ``dev``. Sentences of one passage are alike, so that the intervals
are somewhat too narrow.

``--fit`` prints the weights: a logistic regression (L2, C = 3) on ``dev``, and its figures when passages are left out
nine-fold.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.grounding import PROBABLE, SUPPORTED, Grounding, Signs, read_source
from assistant.rooms import open_embedder
from assistant.settings import load_settings
from eval.stats import Draws, bootstrap, bootstrap_of, wilson
from eval.suites.reference import DATA, read_jsonl
from knowledge.embed import Embedder
from knowledge.keyword import stems


@dataclass(frozen=True, slots=True)
class Pair:
    """A labelled sentence with its scores by row; ``group`` is the number of its passages' line."""

    group: int
    kind: str
    supported: bool
    signs: Signs
    scores: dict[str, float]


def main() -> None:
    """Print the table, or the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--split", choices=["dev", "test"], default="test")
    parser.add_argument("--fit", action="store_true")
    arguments = parser.parse_args()
    embedder = open_embedder(load_settings())
    dev = list(pairs("dev", embedder))
    if arguments.fit:
        print(fit(dev))
        return
    shown = dev if arguments.split == "dev" else list(pairs(arguments.split, embedder))
    thresholds = {name: best_threshold(dev, name) for name in dev[0].scores}
    thresholds |= {"probability": PROBABLE, "score": SUPPORTED}
    yes = sum(pair.supported for pair in shown)
    print(f"{len(shown)} sentences ({arguments.split}), {yes} supported\n")
    print(f"{'':22}{'AUC':24}{'from':8}{'accuracy':24}{'TPR':24}{'FPR':24}")
    for name, threshold in thresholds.items():
        passed = [pair.scores[name] >= threshold for pair in shown]
        right = [given == pair.supported for given, pair in zip(passed, shown, strict=True)]
        shares = [_share(right)]
        for label in (True, False):
            shares.append(_share([given for given, pair in zip(passed, shown, strict=True) if pair.supported is label]))
        auc = bootstrap_of(len(shown), auc_of(shown, name), 2_000)
        print(f"{name:22}{auc!s:24}{threshold:<8.2f}" + "".join(f"{share:24}" for share in shares))
    brier = bootstrap([(pair.scores["probability"] - pair.supported) ** 2 for pair in shown])
    print(f"\nBrier score of the probability {brier}; 0.250 for always 0.5")
    print(f"\n{'passed, by kind':30}" + "".join(f"{name:>14}" for name in ("n", "probability", "score")))
    for kind, supported in sorted({(pair.kind, pair.supported) for pair in shown}, key=lambda k: (not k[1], k[0])):
        of = [pair for pair in shown if (pair.kind, pair.supported) == (kind, supported)]
        passed_of = [sum(p.scores[name] >= thresholds[name] for p in of) for name in ("probability", "score")]
        print(f"{'yes' if supported else 'no':5}{kind:25}" + "".join(f"{n:>14}" for n in (len(of), *passed_of)))


def pairs(split: Literal["dev", "test"], embedder: Embedder) -> Iterator[Pair]:
    """Score every labelled sentence of a half."""
    from rouge_score.rouge_scorer import RougeScorer

    rouge = RougeScorer(["rougeL"], use_stemmer=True)
    for group, line in enumerate(read_jsonl(DATA / "grounding.jsonl")):
        if line["split"] != split:
            continue
        sources = [read_source(passage["heading"], passage["text"], embedder) for passage in line["passages"]]
        texts = [f"{source.heading}\n" + "\n".join(source.sentences) for source in sources]
        for row in line["sentences"]:
            sentence = row["sentence"]
            grounding = Grounding(row.get("question", line["question"]), sources, embedder)
            best = grounding.check(sentence)[0]
            vector = embedder.encode([sentence])[0]
            said = set(stems(sentence))
            yield Pair(
                group,
                row["kind"],
                row["supported"],
                grounding.signs(sentence, best),
                {
                    "probability": grounding.probability(sentence),
                    "score": best.score,
                    "cosine alone": max(float((source.vectors @ vector).max()) for source in sources),
                    "ROUGE-L recall alone": max(rouge.score(sentence, text)["rougeL"].recall for text in texts),
                    "word recall alone": max(len(said & set(stems(text))) / len(said) for text in texts),
                },
            )


def auc_of(found: Sequence[Pair], name: str) -> Callable[[Draws], NDArray[np.float64]]:
    """Return a statistic for `bootstrap_of`: ROC AUC of each row of sentence numbers, NaN without both classes."""
    scores = np.array([pair.scores[name] for pair in found])
    supported = np.array([pair.supported for pair in found])

    def statistic(draws: Draws) -> NDArray[np.float64]:
        from sklearn.metrics import roc_auc_score

        return np.array(
            [
                roc_auc_score(supported[row], scores[row]) if 0 < supported[row].sum() < len(row) else np.nan
                for row in draws
            ]
        )

    return statistic


def best_threshold(found: Sequence[Pair], name: str) -> float:
    """Return the score from which most sentences are told right."""
    scores = np.array([pair.scores[name] for pair in found])
    supported = np.array([pair.supported for pair in found])
    return float(max(sorted(set(scores)), key=lambda threshold: ((scores >= threshold) == supported).sum()))


def fit(found: Sequence[Pair]) -> str:
    """Return the weights as Python, with cross-validated figures as a comment."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss, roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict

    names = [field.name for field in fields(Signs)]
    features = np.array([[asdict(pair.signs)[name] for name in names] for pair in found])
    supported = np.array([pair.supported for pair in found])
    model = LogisticRegression(C=3, max_iter=10_000)
    given = cross_val_predict(
        model, features, supported, cv=GroupKFold(9), groups=[pair.group for pair in found], method="predict_proba"
    )[:, 1]
    model.fit(features, supported)
    weights = ", ".join(f'"{name}": {weight:.2f}' for name, weight in zip(names, model.coef_[0], strict=True))
    return (
        f"# nine-fold: AUC {roc_auc_score(supported, given):.3f}, log loss {log_loss(supported, given):.3f}, "
        f"right at {PROBABLE}: {((given >= PROBABLE) == supported).mean():.3f}\n"
        f"WEIGHTS = {{{weights}}}\nINTERCEPT = {model.intercept_[0]:.2f}"
    )


def _share(values: Sequence[bool]) -> str:
    return str(wilson(sum(values), len(values)))


if __name__ == "__main__":
    main()
