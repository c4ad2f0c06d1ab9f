"""The music of one genre, prepared once for training and measuring.

Two files: ``GENRE.npz`` holds all pieces one after the other, in C major or A minor, and ``GENRE.json`` says where each
of them comes from. Both are all that training needs, on whatever machine. Pieces with the same tune are on the same
side of the split. Other users' files can be loaded safely: nothing in them is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from assistant.composer.genres import Genre, Part, genre
from assistant.composer.pieces import Piece, Skipped, find_recipe
from assistant.composer.register import normalised
from assistant.composer.roll import PITCHES, STEPS_PER_BAR, Roll, bars
from assistant.composer.tunes import groups, split
from assistant.errors import InputError

Split = Literal["train", "dev", "test"]
SPLITS: tuple[Split, ...] = ("train", "dev", "test")
FORMAT = 1


@dataclass(frozen=True)
class Corpus:
    """The prepared music of one genre; p parts, n pieces.

    Args:
        genre: its name.
        parts: from the melody down.
        manifest: what ``GENRE.json`` says.
        roll: all pieces in normalised key, shaped (p, steps, 128).
        starts: at which bar each piece begins, and after the last one all bars, shaped (n + 1,).
        split: 0 train, 1 dev, 2 test, shaped (n,).
        shift: semitones from the written key to the normalised one, shaped (n,); octaves are not counted.

    """

    genre: str
    parts: tuple[Part, ...]
    manifest: dict[str, Any]
    roll: Roll
    starts: NDArray[np.int64]
    split: NDArray[np.uint8]
    shift: NDArray[np.int8]

    @property
    def digest(self) -> str:
        """SHA-256 of the music and its split, whatever compressed it."""
        return _digest(self.roll, self.starts, self.split)

    def rolls(self, split: Split) -> list[Roll]:
        """Return the pieces on one side, each shaped (parts, steps, 128), in normalised key."""
        steps = self.starts * STEPS_PER_BAR
        return [
            self.roll[:, steps[place] : steps[place + 1]] for place in np.flatnonzero(self.split == SPLITS.index(split))
        ]

    def titles(self, split: Split) -> list[str]:
        """Return the titles of the pieces on one side, in the order of `rolls`."""
        return [piece["title"] for piece in self.manifest["pieces"] if piece["split"] == split]


def prepare(
    name: str,
    folder: Path,
    *,
    midi: Sequence[Path] = (),
    layout: str = "",
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Path:
    """Read the music of a genre, write ``NAME.npz`` and ``NAME.json`` and return the first.

    Args:
        name: of a genre, or "custom" for the user's own music.
        folder: is made where there is none; files of the same name in it are written anew.
        midi: the user's files; a recipe that finds its own music reads these instead where any are given.
        layout: for "custom" only: the genre whose parts the music is mapped to; the chorale's where empty.
        on_progress: told how many of how many files are read.

    Raises:
        InputError: there is no such genre, what its recipe needs is missing, nothing in the files can be used, or the
            folder cannot be written.

    """
    made = _genre(name, layout)
    missing = [path for path in midi if not path.is_file()] if name != "custom" else []
    if missing:
        raise InputError(f"There is no file {missing[0]}.")
    found = list(find_recipe(name)(midi, made.parts, on_progress))
    pieces = [one for one in found if isinstance(one, Piece)]
    skipped = {one.title: one.reason for one in found if isinstance(one, Skipped)}
    if not pieces:
        raise InputError(f"No music for “{name}” can be used. {next(iter(skipped.values()), 'No files were found.')}")
    rolls, shifts, octaves = zip(*(normalised(piece.roll, made.parts) for piece in pieces), strict=True)
    counted = [bars(roll) for roll in rolls]
    group = groups([roll[0] for roll in rolls], [piece.sha256 for piece in pieces])
    sides = split(group, [piece.title for piece in pieces], counted)
    arrays = {
        "roll": np.concatenate(rolls, axis=1),
        "starts": np.concatenate([[0], np.cumsum(counted)]).astype(np.int64),
        "split": np.array(sides, np.uint8),
        "shift": np.array(shifts, np.int8),
    }
    manifest = _manifest(made, pieces, arrays, group) | {
        "octaves_moved": sum(moved != 0 for moved in octaves),
        "skipped": skipped,
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
        np.savez_compressed(
            folder / f"{name}.npz",
            roll=arrays["roll"],
            starts=arrays["starts"],
            split=arrays["split"],
            shift=arrays["shift"],
        )
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror}. Name another folder.") from error
    return folder / f"{name}.npz"


def load(path: Path) -> Corpus:
    """Return what `prepare` wrote.

    Raises:
        InputError: the file or its manifest is missing, or they are not such files.

    """
    try:
        manifest = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            arrays = {key: found[key] for key in ("roll", "starts", "split", "shift")}
        corpus = Corpus(manifest["genre"], tuple(Part(**part) for part in manifest["parts"]), manifest, **arrays)
        fits = manifest["format"] == FORMAT and _fits(corpus) and corpus.digest == manifest["digest"]
    except FileNotFoundError as error:
        raise InputError(
            f"There is no prepared music at {path}: both the .npz and the .json are needed. Prepare it with: "
            f"etude compose prepare {path.stem}"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{path} is not prepared music that can be read. Prepare it again.") from error
    if not fits:
        raise InputError(f"{path} and its manifest do not belong together. Prepare it again.")
    return corpus


def _genre(name: str, layout: str) -> Genre:
    if name != "custom":
        made = genre(name)
        if layout:
            raise InputError(f"The genre “{name}” has its own parts; a layout is for “custom” only.")
        return made
    like = genre(layout or "chorale")
    return Genre("custom", "Custom", "Your own music.", "custom", like.tempo, like.parts)


def _manifest(
    made: Genre, pieces: Sequence[Piece], arrays: dict[str, NDArray[Any]], group: Sequence[int]
) -> dict[str, Any]:
    lengths = np.diff(arrays["starts"])
    counts: Counter[str] = Counter()
    for piece in pieces:
        counts.update(piece.counts)
    return {
        "format": FORMAT,
        "genre": made.name,
        "kind": made.kind,
        "tempo": made.tempo,
        "parts": [asdict(part) for part in made.parts],
        "digest": _digest(arrays["roll"], arrays["starts"], arrays["split"]),
        "counts": {"pieces": len(pieces), "tunes": len(set(group)), "bars": int(lengths.sum()), **counts},
        "bars": {side: int(lengths[arrays["split"] == number].sum()) for number, side in enumerate(SPLITS)},
        "versions": {name: found for name in ("etude-assistant", "music21", "symusic") if (found := _version(name))},
        "pieces": [
            {
                "title": piece.title,
                "source": piece.source,
                "licence": piece.licence,
                "sha256": piece.sha256,
                "bars": int(length),
                "split": SPLITS[side],
                "tune": pieces[place].title,
                "shift": int(shift),
            }
            for piece, length, side, place, shift in zip(
                pieces, lengths, arrays["split"], group, arrays["shift"], strict=True
            )
        ],
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _fits(corpus: Corpus) -> bool:
    roll, starts = corpus.roll, corpus.starts
    return (
        roll.dtype == np.uint8
        and roll.ndim == 3
        and roll.shape[0] == len(corpus.parts)
        and roll.shape[2] == PITCHES
        and starts[0] == 0
        and bool((np.diff(starts) > 0).all())
        and starts[-1] * STEPS_PER_BAR == roll.shape[1]
        and len(corpus.split) == len(corpus.shift) == len(starts) - 1 == len(corpus.manifest["pieces"])
    )


def _digest(*arrays: NDArray[Any]) -> str:
    found = hashlib.sha256()
    for array in arrays:
        found.update(f"{array.dtype}{array.shape}".encode())
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()
