"""Writes the figures of real music that ship with the composer.

    python -m eval.bench.compose_references --data FOLDER [GENRE …]

FOLDER holds the prepared music (``etude compose prepare GENRE``), of every genre or of those named. See
`assistant.composer.reference` for what is kept of it. To be run again when a genre's music, its parts or a metric
changes: a test holds the names of the metrics against the code.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from assistant.composer.data import load
from assistant.composer.genres import genres
from assistant.composer.reference import FOLDER, reference_of, reference_text


def main() -> None:
    """Write a file for each genre."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("genres", nargs="*", metavar="GENRE", help="All of them where none is named.")
    parser.add_argument("--data", type=Path, required=True, help="Folder of prepared music, with GENRE.npz.")
    given = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    for name in given.genres or genres():
        reference = reference_of(load(given.data / f"{name}.npz"))
        text = reference_text(reference)
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
        print(f"{name}: {reference.pieces} pieces, {len(reference.real.counted)} stretches, {len(text):,} bytes")


if __name__ == "__main__":
    main()
