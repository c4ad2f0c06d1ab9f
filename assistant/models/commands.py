"""``etude models``: list, pull, verify and locate the weights of the catalog."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from assistant.models.catalog import ModelCard, card_for, load_catalog
from assistant.models.sources import Progress
from assistant.models.weights import find_weights, locate
from assistant.models.weights import verify as verify_weights
from assistant.settings import Settings, load_settings

models_app = typer.Typer(help="Models: list, fetch, verify and locate their weights.", no_args_is_help=True)

_Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Catalog ids; none means those in use.")]


@models_app.command("list")
def list_models(as_json: Annotated[bool, typer.Option("--json", help="Print the cards as JSON.")] = False) -> None:
    """Show the catalog, and what of it is on this machine."""
    settings = load_settings()
    rows = [_row(card, settings) for card in load_catalog().values()]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
    else:
        typer.echo("\n".join(_describe(row) for row in rows))


@models_app.command()
def pull(
    ids: _Ids = None,
    local: Annotated[
        Path | None, typer.Option("--from", help="A file or folder that you have; nothing is downloaded.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every model of the catalog.")] = False,
) -> None:
    """Fetch weights and verify them. Without an id: the chat and embedding models in use."""
    from assistant.models.download import pull as pull_weights

    settings = load_settings()
    cards = list(load_catalog().values()) if everything else _cards(ids, settings)
    if local is not None and len(cards) != 1:
        raise typer.BadParameter("name the one model that the path holds", param_hint="--from")
    for card in cards:
        try:
            with _progress(card) as progress:
                path = pull_weights(card, settings, progress, local)
        except KeyboardInterrupt:
            typer.echo("Stopped. What has arrived is kept: the same command goes on from there.", err=True)
            raise typer.Exit(130) from None
        typer.echo(f"{card.id}: {_checked_against(card)}, {path}")


@models_app.command()
def verify(ids: _Ids = None) -> None:
    """Hash weights again and compare with the publisher's SHA-256."""
    settings = load_settings()
    for card in _cards(ids, settings):
        path = verify_weights(card, settings)
        typer.echo(f"{card.id}: {_checked_against(card)}, {path}")


@models_app.command()
def path(model_id: Annotated[str, typer.Argument(metavar="ID", help="Catalog id.")]) -> None:
    """Print where the weights of a model are."""
    typer.echo(find_weights(card_for(model_id), load_settings()))


def _cards(ids: list[str] | None, settings: Settings) -> list[ModelCard]:
    if ids:
        return [card_for(name) for name in dict.fromkeys(ids)]
    in_use = [settings.model, settings.embedding] if settings.backend == "embedded" else [settings.embedding]
    # A setting may also be a path of the user's own, which is not ours to fetch; a name that is neither is a mistake.
    return [card_for(name) for name in in_use if name in load_catalog() or not Path(name).exists()]


def _row(card: ModelCard, settings: Settings) -> dict[str, object]:
    folder = locate(card, settings)
    facts = card.model_dump(include={"id", "name", "kind", "format", "purpose", "licence", "publisher"})
    facts |= card.model_dump(include={"context_length", "memory_mb", "size"})
    return facts | {
        "verified": card.verified,
        "in_use": card.id in (settings.model, settings.embedding),
        "path": str(folder) if folder else None,
    }


def _checked_against(card: ModelCard) -> str:
    return "SHA-256 is the publisher's" if card.verified else "not verified (SHA-256 as it was when it came)"


def _describe(row: dict[str, object]) -> str:
    cost = f"{_megabytes(row['size'])} to download, {_megabytes(int(str(row['memory_mb'])) * 1_000_000)} of memory"
    here = ", ".join(["on this machine" if row["path"] else "not here"] + (["in use"] if row["in_use"] else []))
    hashes = "" if row["verified"] else " SHA-256 not verified."
    head = f"{typer.style(row['id'], bold=True)} ({row['kind']}; {here})"
    return f"{head}\n    {row['purpose']}\n    {row['licence']}; {cost}.{hashes}"


def _megabytes(size: object) -> str:
    return f"{int(str(size)) / 1e6:,.0f} MB"


@contextlib.contextmanager
def _progress(card: ModelCard) -> Iterator[Progress | None]:
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Bar(TextColumn("{task.description}"), *columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(card.id, total=None, start=False)

        def tell(done: int, total: int, doing: str) -> None:
            if not bar.tasks[0].started:
                bar.start_task(task)
            bar.update(task, completed=done, total=total, description=f"{card.id}, {doing}")

        yield tell
