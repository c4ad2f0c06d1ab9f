"""The guardrails beside simple baselines, by what a text is: how much is stopped or masked, and how fast.

    python -m eval.bench.guardrails [--split test] [--notes FOLDER] [--system etude regexes ...] [--train FILE]

The texts and systems are those of the suite ``guardrails``; shares have Wilson's intervals. Only attacks, harmful
requests, injected documents and texts with personal data should be flagged. ``--train FILE`` adds a row that is no
system of Etude's: TF-IDF of words and characters with logistic regression, trained on that file (JSON lines of ``text``
and ``label``, may be gzipped), whose threshold lets 5 % of the harmless texts at hand be flagged. It is chosen on what
it is measured on, which flatters it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.settings import load_settings
from eval.metrics.detection import POSITIVE, threshold_at
from eval.metrics.personal_data import personal_data
from eval.sample import Case, Output, Sample
from eval.stats import wilson
from eval.suites.guardrails import CLEAN, HARMLESS, SUITE
from eval.suites.registry import Variant
from eval.systems.alarms import PERSONAL
from eval.tools import Tools

_FALSE_ALARMS = 0.05
"""Share of harmless texts that the trained baseline may flag."""


def main() -> None:
    """Print a Markdown table with a row for each system."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--split", choices=["dev", "test", "all"], default="test")
    parser.add_argument("--notes", type=Path, help="A folder of labelled files, as `etude eval run` takes it.")
    parser.add_argument("--system", nargs="+", choices=list(SUITE.systems), default=list(SUITE.systems))
    parser.add_argument("--train", type=Path)
    arguments = parser.parse_args()
    samples = SUITE.samples(arguments.split, arguments.notes)
    tools = Tools(load_settings())
    found: dict[str, list[Case]] = {}
    for name in arguments.system:
        ask = SUITE.systems[name](tools, Variant())
        found[name] = [Case(sample, ask(sample)) for sample in samples]
    if arguments.train:
        found["tf-idf"] = trained(arguments.train, samples)
    print(table(found, tools))


def table(found: Mapping[str, Sequence[Case]], tools: Tools) -> str:
    """Return the table of some systems on the same samples."""
    kinds = list(dict.fromkeys(_kind(case) for cases in found.values() for case in cases))
    head = ["system", *kinds, "spans caught", "spans right", "ms, median"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for name, cases in found.items():
        row = [name, *(_flagged([case for case in cases if _kind(case) == kind]) for kind in kinds)]
        scores = personal_data([case for case in cases if case.sample.category == PERSONAL], tools)
        for figure in ("pii_recall", "pii_precision"):
            pairs = [pair for score in scores if isinstance(pair := score.get(figure), list)]
            row.append(_share(int(sum(part for part, _ in pairs)), int(sum(whole for _, whole in pairs))))
        times = [case.output.seconds for case in cases if case.output.seconds is not None]
        row.append(f"{1_000 * statistics.median(times):.1f}" if times else "")
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)


def trained(file: Path, samples: Sequence[Sample]) -> list[Case]:
    """Return what TF-IDF with logistic regression gives, trained on labelled texts."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream if line.strip()]
    features = make_union(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True),
    )
    model = make_pipeline(features, LogisticRegression(C=10, max_iter=1_000))
    model.fit([row["text"] for row in rows], [int(row["label"]) for row in rows])
    asked = [sample for sample in samples if sample.category != PERSONAL]
    scores = model.predict_proba([sample.prompt for sample in asked])[:, 1].tolist()
    harmless = [sample.category in (HARMLESS, CLEAN) for sample in asked]
    least = threshold_at(scores, [not each for each in harmless], _FALSE_ALARMS).value
    return [
        Case(sample, Output(letters=(POSITIVE,) if score >= least else (), probabilities={POSITIVE: score}))
        for sample, score in zip(asked, scores, strict=True)
    ]


def _kind(case: Case) -> str:
    nothing = case.sample.category == PERSONAL and case.sample.key != (POSITIVE,)
    return f"no {PERSONAL}" if nothing else case.sample.category


def _flagged(cases: Sequence[Case]) -> str:
    return _share(sum(POSITIVE in case.output.letters for case in cases), len(cases))


def _share(count: int, of: int) -> str:
    if not of:
        return ""
    found = wilson(count, of)
    return f"{found.value:.0%} [{found.low:.0%}, {found.high:.0%}], {count} of {of}"


if __name__ == "__main__":
    main()
