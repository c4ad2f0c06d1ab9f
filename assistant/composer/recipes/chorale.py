"""Bach's chorales in four parts and 4/4, from the scores that music21 carries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.composer.genres import Part
from assistant.composer.pieces import Piece, Progress, Skipped, recipe
from assistant.composer.recipes.scores import LICENCE, corpus_folder, file_hash, measures_of, meters, parse, stretch

SOURCE = "J. S. Bach, {title}; encoding © Margaret Greentree, in the corpus of music21"


@recipe("chorale")
def pieces(files: Sequence[Path], parts: Sequence[Part], on_progress: Progress) -> Iterator[Piece | Skipped]:
    """Yield every chorale of four parts that is wholly in 4/4, soprano first, and name the others."""
    # Two more scores, bwv277.krn and bwv281.krn, are other encodings of chorales that are there already.
    found = sorted(files) or sorted((corpus_folder() / "bach").glob("bwv*.mxl"))
    for done, path in enumerate(found, start=1):
        score = parse(path)
        if len(score.parts) == len(parts) and meters(score) == {"4/4"}:
            roll, counts = stretch([measures_of(part) for part in score.parts], 4, ("high", "high", "low", "low"))
            title = path.stem.upper().replace("BWV", "BWV ")
            yield Piece(title, SOURCE.format(title=title), LICENCE, roll, file_hash(path), counts)
        else:
            yield Skipped(path.stem, "It is not in four parts and 4/4 throughout.")
        on_progress(done, len(found))
