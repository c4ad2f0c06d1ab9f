"""``etude compose prepare``, ``train`` and ``metrics``: music to learn from, models, and how good music is."""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import typer
from rich.console import Console
from rich.table import Table

from assistant.composer.genres import genre as find_genre
from assistant.errors import InputError
from assistant.settings import load_settings
from assistant.terminal.composing import composer_folder, finite, print_json

_MIDI = (".mid", ".midi")


def run_prepare(genre: str, midi: Sequence[Path], layout: str, *, as_json: bool) -> None:
    """Prepare the music of a genre."""
    from assistant.composer.data import load, prepare

    files = _midi_files(midi)
    with _progress(f"Reading {genre}") as tell:
        path = prepare(genre, composer_folder(load_settings()) / "data", midi=files, layout=layout, on_progress=tell)
    corpus = load(path)
    pieces, bars = len(corpus.split), int(corpus.starts[-1])
    if as_json:
        print_json({"genre": genre, "pieces": pieces, "bars": bars, "path": str(path), "digest": corpus.digest})
    else:
        typer.echo(f"{pieces:,} pieces, {bars:,} bars: {path}")


def run_train(
    genre: str,
    midi: Sequence[Path],
    layout: str,
    start: str,
    device: str,
    plan: Mapping[str, Any],
    *,
    resume: bool,
    as_json: bool,
) -> None:
    """Train a model of a genre, and say how good it is."""
    from assistant.composer.plan import Plan
    from assistant.composer.registry import INDEX
    from assistant.composer.runs import train

    home = composer_folder(load_settings())
    try:
        with _progress(f"Training {genre}") as tell:
            folder, about = train(
                genre,
                home,
                Plan(**plan),
                midi=_midi_files(midi),
                layout=layout,
                start=start,
                resume=resume,
                device=device,
                on_progress=lambda share, where: tell(round(1000 * share), 1000, where),
            )
    except KeyboardInterrupt:
        typer.echo(f"Stopped. To go on: etude compose train {genre} --resume", err=True)
        raise
    index = about.metrics.get(INDEX, math.nan)
    if as_json:
        print_json({"model": folder.name, "genre": genre, "metrics": finite(about.metrics), "path": str(folder)})
    else:
        typer.echo(f"{folder.name}: similarity index {_shown(index)} on music that it was not trained on; {folder}")


def run_metrics(files: Sequence[Path], reference: str, *, as_json: bool) -> None:
    """Score MIDI files beside real music and noise."""
    from assistant.composer.metrics import measure
    from assistant.composer.pieces import Piece, Skipped, find_recipe
    from assistant.composer.reference import read_reference
    from assistant.composer.register import normalised

    kind, real = find_genre(reference).kind, read_reference(reference)
    parts = real.scale.parts
    read = list(find_recipe("custom")(_midi_files(files), parts, lambda done, total: None))
    pieces = [one for one in read if isinstance(one, Piece)]
    skipped = [one.reason for one in read if isinstance(one, Skipped)]
    if not pieces:
        raise InputError(skipped[0])
    rolls = [normalised(piece.roll, parts)[0] for piece in pieces]
    index = real.scale.interval(rolls, real.real, paired=False)
    found = measure(rolls, parts)
    if as_json:
        print_json(
            {
                "reference": reference,
                "kind": kind,
                "data": real.digest,
                "files": [piece.title for piece in pieces],
                "skipped": skipped,
                "metrics": finite(found),
                "real": finite(real.means),
                "noise": finite(real.scale.noise),
                "similarity_index": {"value": index.value, "low": index.low, "high": index.high},
            }
        )
        return
    for reason in skipped:
        typer.echo(f"Left out: {reason}", err=True)
    table = Table("metric", "files", kind, "noise", box=None, pad_edge=False)
    for name, value in found.items():
        beside = (values.get(name, math.nan) for values in (real.means, real.scale.noise))
        table.add_row(name, _shown(value), *map(_shown, beside))
    Console(highlight=False).print(table)
    held_out = f"the {real.pieces} pieces that models of {reference} do not learn from ({kind})"
    typer.echo(
        f"Similarity index {index.value:.3f} ({index.low:.3f} to {index.high:.3f}); 0 is as {held_out}, 1 is noise."
    )


def _midi_files(named: Sequence[Path]) -> list[Path]:
    files: list[Path] = []
    for path in named:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.suffix.lower() in _MIDI)
            if not inside:
                raise InputError(f"The folder {path} has no MIDI files.")
            files += inside
        elif path.is_file():
            files.append(path)
        else:
            raise InputError(f"There is no file {path}.")
    return files


class _Tell(Protocol):
    def __call__(self, done: int, total: int, doing: str = "") -> None: ...


@contextlib.contextmanager
def _progress(title: str) -> Iterator[_Tell]:
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def tell(done: int, total: int, doing: str = "") -> None:
            bar.update(task, completed=done, total=total, description=f"{title}, {doing}" if doing else title)

        yield tell


def _silent(done: int, total: int, doing: str = "") -> None:
    """Tell nothing: nobody is looking."""


def _shown(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "–"
