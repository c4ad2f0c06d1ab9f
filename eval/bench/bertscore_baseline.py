"""What random pairs of sentences score under BERTScore, so that `eval.metrics.bertscore` can put them at 0.

    python -m eval.bench.bertscore_baseline [--encoder FOLDER] [--pairs 2000]

As in the paper (Zhang et al. 2020, section 3): the mean over pairs of sentences that have nothing to do with each
other, here one sentence each from two different notes that ship with Etude, drawn with seed 0. Written to
``eval/data`` for every layer of the encoder, in the form of bert-score's own baselines.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from assistant.rooms import shipped_notes
from assistant.settings import load_settings
from eval.metrics.bertscore import baseline_file, score_pairs
from eval.metrics.encoder import find_encoder
from eval.tools import Tools
from knowledge.plain import plain
from knowledge.sentences import sentences

_FEWEST_WORDS, _MOST_WORDS = 6, 60


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--encoder", type=Path)
    parser.add_argument("--pairs", type=int, default=2_000)
    arguments = parser.parse_args()
    encoder = find_encoder(Tools(load_settings(), encoder=arguments.encoder))
    pairs = unrelated_pairs([note_sentences(file) for file in sorted(shipped_notes().rglob("*.md"))], arguments.pairs)
    lines = ["LAYER,P,R,F"]
    for layer in range(encoder.model.config.num_hidden_layers + 1):
        scores = np.array(score_pairs(pairs, replace(encoder, layer=layer)))
        lines.append(",".join([str(layer), *(f"{value:.6f}" for value in scores.mean(axis=0))]))
        print(lines[-1], f"standard error of F {scores[:, 2].std() / len(scores) ** 0.5:.6f}")
    baseline_file(encoder).write_text("\n".join([*lines, ""]), encoding="utf-8")


def note_sentences(file: Path) -> list[str]:
    """Return the whole sentences of a note, without headings, tables and code."""
    text = file.read_text(encoding="utf-8")
    found = (plain(text[start:end]).removeprefix("- ").strip() for start, end in sentences(text))
    return [
        sentence
        for sentence in found
        if _FEWEST_WORDS <= len(sentence.split()) <= _MOST_WORDS and sentence.endswith(".") and "\n" not in sentence
    ]


def unrelated_pairs(notes: Sequence[Sequence[str]], count: int) -> list[tuple[str, str]]:
    """Draw pairs of sentences from two different notes."""
    generator = random.Random(0)
    full = [note for note in notes if note]
    return [
        (generator.choice(one), generator.choice(other))
        for one, other in (generator.sample(full, 2) for _ in range(count))
    ]


if __name__ == "__main__":
    main()
