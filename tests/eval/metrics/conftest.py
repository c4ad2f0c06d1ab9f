"""The texts that every text metric is held to its reference implementation on."""

import json
import random
from pathlib import Path

import pytest

from eval.sample import Case, Output, Sample
from eval.tools import Tools

PAIRS = Path(__file__).parents[1] / "data" / "text_pairs.jsonl"


@pytest.fixture(scope="session")
def text_cases() -> list[Case]:
    """Everyday answers and awkward ones: empty, one word, emoji, many scripts, several references, 2,000 words."""
    rows = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    draw = random.Random(0)
    words = " ".join(row["prediction"] for row in rows if row["prediction"].isascii()).split()
    long = " ".join(draw.choices(words, k=2_000))
    rows.append({"id": "2,000 words", "prediction": long, "references": [long[:1_200], "Something short."]})
    return [
        Case(
            Sample(id=row["id"], prompt=f"Say something about {row['id']}.", references=tuple(row["references"])),
            Output(prediction=row["prediction"]),
        )
        for row in rows
    ]


@pytest.fixture(scope="session")
def plain_cases(text_cases) -> list[Case]:
    """Those in ASCII."""
    return [case for case in text_cases if "".join((case.output.prediction, *case.sample.references)).isascii()]


@pytest.fixture(scope="session")
def good_and_shuffled(text_cases) -> tuple[list[Case], list[Case]]:
    """Sentences that answer word for word, and the same answers each given to the next question."""
    texts = [
        reference
        for case in text_cases
        for reference in case.sample.references[:1]
        if reference.isascii() and reference.endswith(".") and len(reference.split()) > 5
    ]
    texts = list(dict.fromkeys(texts))
    return tuple(
        [
            Case(Sample(id=str(n), prompt="?", references=(text,)), Output(prediction=texts[(n + move) % len(texts)]))
            for n, text in enumerate(texts)
        ]
        for move in (0, 1)
    )


@pytest.fixture(scope="session")
def tools(shared_settings) -> Tools:
    return Tools(shared_settings)
