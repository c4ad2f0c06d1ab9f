"""The metrics table of a genre: composers on held-out melodies beside four controls.

    python -m eval.bench.compose --data FOLDER --genre chorale [--model TITLE=FOLDER …] [--lab FOLDER] [--out STEM]

FOLDER of ``--data`` holds the prepared music (``etude compose prepare``). Every row but the second has the melodies of
the held-out pieces; only what is written to them differs:

- real: what the composer wrote. Its similarity index is 0, as it is compared with itself;
- real, other pieces: those to learn from. What real music gets when it is compared with other real music: the floor;
- wrong accompaniment: another piece's;
- random notes: what the similarity index calls noise, from another seed than the index's own;
- rules: `assistant.composer.rules`, where all parts are voices;
- lab: the network of the AWS DeepComposer lab, by `eval.bench.lab_network`, given with ``--lab``;
- the genre's best model that ships with Etude, and every one given with ``--model``, such as one that was trained by
  cross-entropy alone.

Similarity indices have 95 % bootstrap intervals over pieces, or stretches of 16 bars where pieces are longer. The
Fréchet distance is that of two-bar windows from those of the pieces to learn from, so that real held-out music has one
too; of the other pieces it is left out. Diversity is the share of accompaniment cells in which two seeds differ. Prints
the table; ``--out`` writes it as STEM.md and STEM.json.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.composer.composing import Composer
from assistant.composer.controls import densities, random_notes, wrong_accompaniment
from assistant.composer.data import Corpus, Split, load
from assistant.composer.metrics import bars_of, diversity, features, frechet, measure
from assistant.composer.registry import SHIPPED, Registry
from assistant.composer.roll import Roll
from assistant.composer.rules import harmonise
from assistant.composer.similarity import Scale, scale_of
from eval.bench.lab_network import Trained, accompany, load_lab

SEEDS = (1, 2)
"""Of what is composed; the first one's pieces are measured, the second one's are for diversity."""
_OTHER = "real, other pieces"

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table.

    Args:
        name: short, what stands at the top of the column.
        about: which model it is, in words; empty for controls.
        rolls: its pieces, in the order of the held-out ones where they have the same melodies.
        again: the same with another seed, where chance is in it.

    """

    name: str
    about: str
    rolls: Sequence[Roll]
    again: Sequence[Roll] | None = None


def main() -> None:
    """Print the table, and write it where it is asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="Folder of prepared music, with GENRE.npz.")
    parser.add_argument("--genre", default="chorale")
    parser.add_argument("--model", action="append", default=[], metavar="TITLE=FOLDER", help="A trained model.")
    parser.add_argument("--lab", type=Path, help="Folder of a trained network of the lab.")
    parser.add_argument("--split", choices=("dev", "test"), default="test", help="The pieces that are held out.")
    parser.add_argument("--out", type=Path, help="Where to write the table, without .md and .json.")
    given = parser.parse_args()
    models = [model.partition("=") for model in given.model]
    report = table(
        load(given.data / f"{given.genre}.npz"), given.split, {title: Path(to) for title, _, to in models}, given.lab
    )
    text = markdown(report)
    print(text)
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.with_suffix(".md").write_text(text, encoding="utf-8")
        given.out.with_suffix(".json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")


def table(corpus: Corpus, split: Split, models: dict[str, Path], lab: Path | None = None) -> Figures:
    """Return all figures of the table.

    Args:
        corpus: the prepared music of a genre.
        split: which pieces are held out.
        models: folders of checkpoints by what they are called in the table.
        lab: folder of a trained network of the lab.

    Raises:
        InputError: a model cannot be read, or there are too few pieces.

    """
    train, real = corpus.rolls("train"), corpus.rolls(split)
    scale = scale_of(train, corpus.parts)
    reference = features(bars_of(train)[0], corpus.parts)
    judge = Judge(scale, real, reference)
    return {
        "genre": corpus.genre,
        "data": corpus.digest,
        "held_out": {"split": split, "pieces": len(real), "windows": len(bars_of(real)[0])},
        "train": {"pieces": len(train), "windows": len(reference)},
        "seeds": list(SEEDS),
        "in_the_index": sorted(scale.noise),
        "rows": [judge.figures(row) for row in rows(corpus, train, real, models, lab)],
    }


def rows(
    corpus: Corpus, train: list[Roll], real: list[Roll], models: dict[str, Path], lab: Path | None
) -> Iterator[Row]:
    """Yield the rows, controls first."""
    melodies = [roll[:1] for roll in real]
    density = densities(train, corpus.parts)
    yield Row("real", "", real)
    yield Row(_OTHER, "", train)
    # The last one's, or the only one's, is that of a piece to learn from.
    yield Row("wrong accompaniment", "", wrong_accompaniment([*real, train[0]])[: len(real)])
    # The scale's own noise has seed 0.
    yield _composed("random notes", "", lambda seed: random_notes(real, corpus.parts, density, seed))
    if all(part.kind == "voice" for part in corpus.parts):
        yield Row("rules", "", [harmonise(melody, corpus.parts) for melody in melodies])
    if lab:
        generator, trained = load_lab(lab)
        yield _composed("lab", _lab_about(trained), lambda seed: accompany(generator, melodies, seed))
    for title, folder in models.items():
        yield _model(title, Composer.load(folder.resolve().name, folder.resolve().parent), melodies)
    if Registry(SHIPPED).versions(corpus.genre):
        yield _model("etude", Composer.load(corpus.genre, SHIPPED), melodies)


@dataclass(frozen=True, slots=True)
class Judge:
    """What every row is held against."""

    scale: Scale
    real: Sequence[Roll]
    reference: Any

    def figures(self, row: Row) -> Figures:
        """Return the figures of one row; None where one has no meaning for it."""
        parts, other = self.scale.parts, row.name == _OTHER
        index = self.scale.interval(row.rolls, self.real, paired=not other)
        apart = None if other else frechet(features(bars_of(row.rolls)[0], parts), self.reference)
        return {
            "name": row.name,
            "about": row.about,
            "similarity_index": asdict(index),
            "frechet": apart,
            "diversity": None if row.again is None else diversity(row.rolls, row.again, parts),
            "metrics": {name: _known(value) for name, value in measure(row.rolls, parts).items()},
        }


def markdown(report: Figures) -> str:
    """Return the table as Markdown: a column for each row of figures, metrics in the index marked with a star."""
    every = report["rows"]
    held_out, train = report["held_out"], report["train"]
    lines = [
        f"# {report['genre']}",
        "",
        f"{held_out['pieces']} held-out pieces ({held_out['split']}), {held_out['windows']} windows of two bars; "
        f"{train['pieces']} pieces to learn from. Similarity index: 0 is real music, 1 is random notes; the 95 % "
        "interval is in brackets. * counts in the index.",
        "",
        "| | " + " | ".join(row["name"] for row in every) + " |",
        "|---|" + "---:|" * len(every),
        _line("similarity index", [_interval(row["similarity_index"]) for row in every]),
        _line("Fréchet distance", [_cell(row["frechet"]) for row in every]),
        _line("diversity of two seeds", [_cell(row["diversity"]) for row in every]),
    ]
    for name in every[0]["metrics"]:
        star = " *" if name in report["in_the_index"] else ""
        lines.append(_line(name + star, [_cell(row["metrics"][name]) for row in every]))
    abouts = [f"- {row['name']}: {row['about']}" for row in every if row["about"]]
    return "\n".join([*lines, *(["", *abouts] if abouts else [])]) + "\n"


def _composed(name: str, about: str, compose: Callable[[int], list[Roll]]) -> Row:
    first, second = (compose(seed) for seed in SEEDS)
    return Row(name, about, first, second)


def _model(name: str, composer: Composer, melodies: Sequence[Roll]) -> Row:
    return _composed(name, composer.version, lambda seed: [composer.compose(melody, seed) for melody in melodies])


def _lab_about(trained: Trained) -> str:
    return (
        f"{trained.iterations} updates of the generator in {trained.minutes} minutes on {trained.device}, "
        f"{trained.precision}, {trained.windows} windows, seed {trained.seed}"
    )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _line(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | " + " | ".join(cells) + " |"


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(index: dict[str, float]) -> str:
    return f"{index['value']:.3f} [{index['low']:.3f}, {index['high']:.3f}]"


if __name__ == "__main__":
    main()
