"""What ``etude compose MELODY`` and its lists do; for people and, with ``--json``, for programs."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from assistant.composer.genres import genres
from assistant.errors import InputError
from assistant.settings import Settings, load_settings


def run_piece(
    source: str,
    genre: str,
    bars: int | None,
    seed: int,
    tempo: float | None,
    out: Path,
    track: int | None,
    device: str,
    *,
    as_json: bool,
) -> None:
    """Compose to a melody and write the files."""
    from assistant.composer.fit import fit
    from assistant.composer.melody import read_melody

    settings = load_settings()
    out = _out(source, out)
    melody = fit(read_melody(source, track=track), bars)

    from assistant.composer.composing import Composer
    from assistant.composer.piece import make, write_piece

    made = make(Composer.load(genre, composer_folder(settings) / "models", device), melody, seed, tempo)
    paths = write_piece(made, out, settings.soundfont)
    if as_json:
        print_json({**made.about, "paths": {ending: str(path) for ending, path in paths.items()}})
        return
    for said in melody.notes:
        typer.echo(said)
    about = made.about
    typer.echo(
        f"{melody.title or 'The melody'}, {about['bars']} bars, seed {seed}: composed by {about['model']} "
        f"in {about['seconds']:.2f} s on {about['device']}."
    )
    typer.echo("Written: " + ", ".join(str(path) for path in paths.values()))


def run_genres(*, as_json: bool) -> None:
    """List the genres."""
    from assistant.composer.registry import Registry

    registry = Registry(composer_folder(load_settings()) / "models")
    rows: list[dict[str, Any]] = [
        {
            "genre": one.name,
            "title": one.title,
            "description": one.description,
            "kind": one.kind,
            "tempo": one.tempo,
            "parts": [part.name for part in one.parts],
            "models": [version.name for version in registry.versions(one.name)],
        }
        for one in genres().values()
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        trained = ", ".join(row["models"]) or f"none yet: etude compose train {row['genre']}"
        typer.echo(f"{typer.style(row['genre'], bold=True)} ({row['kind']}): {row['description']}")
        typer.echo(f"    Parts: {', '.join(row['parts'])}. Models: {trained}")


def run_samples(*, as_json: bool) -> None:
    """List the melodies that ship with Etude."""
    from assistant.composer.melody import read_melody
    from assistant.composer.samples import samples

    rows = [
        {"sample": one.name, "title": one.title, "bars": read_melody(one.name).bars, "source": one.source}
        for one in samples().values()
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        typer.echo(f"{typer.style(row['sample'], bold=True)}: {row['title']}, {row['bars']} bars\n    {row['source']}")


def run_models(*, as_json: bool) -> None:
    """List the trained models."""
    from assistant.composer.registry import Registry

    versions = sorted(
        Registry(composer_folder(load_settings()) / "models").versions(),
        key=lambda one: (one.about.genre, one.index, one.name),
    )
    if as_json:
        print_json(
            [
                {
                    "model": one.name,
                    "genre": one.about.genre,
                    "metrics": finite(one.about.metrics),
                    "path": str(one.folder),
                }
                for one in versions
            ]
        )
        return
    if not versions:
        typer.echo("No model is trained yet; run: etude compose train chorale")
    for one in versions:
        index = f"similarity index {one.index:.3f}" if math.isfinite(one.index) else "not measured"
        typer.echo(f"{typer.style(one.name, bold=True)}: {one.about.title}, {index}\n    {one.folder}")


def run_listen(out: Path, genres_asked: Sequence[str], seed: int, device: str, *, as_json: bool) -> None:
    """Write the page of pieces to listen to."""
    from assistant.composer.checkpoints import replace
    from assistant.composer.composing import Composer
    from assistant.composer.listening import listening_page
    from assistant.composer.registry import Registry

    settings = load_settings()
    models = composer_folder(settings) / "models"
    wanted = genres_asked or sorted({version.about.genre for version in Registry(models).versions()})
    if not wanted:
        raise InputError("No model is trained yet; run: etude compose train chorale")
    composers = [Composer.load(name, models, device) for name in wanted]
    page = listening_page(composers, seed, settings.soundfont)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        replace(out, page.encode())
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror}. Name another --out.") from error
    if as_json:
        print_json({"path": str(out), "models": [composer.version for composer in composers]})
    else:
        typer.echo(f"Written: {out}. Open it in a browser.")


def composer_folder(settings: Settings) -> Path:
    """Return where the composer keeps what is prepared and trained on this machine, in ``data`` and ``models``."""
    return settings.home / "composer"


def finite(values: Mapping[str, float]) -> dict[str, float | None]:
    """Return values as JSON holds them: what could not be measured is null."""
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def print_json(value: Any) -> None:
    """Print a result for programs."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def _out(source: str, out: Path) -> Path:
    from assistant.composer.piece import ENDINGS, paths_of

    if out.suffix.lstrip(".") in ENDINGS:
        out = out.with_suffix("")
    if out.is_dir():
        raise InputError(f"{out} is a folder. Name the files in it, as in --out {out / 'piece'}")
    if not out.name:
        raise InputError("--out needs a name, such as --out piece")
    with contextlib.suppress(OSError, ValueError):
        if any(path.exists() and path.samefile(source) for path in paths_of(out).values()):
            raise InputError(f"The piece would replace the melody {source}. Name another --out.")
    return out
