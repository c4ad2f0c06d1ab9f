"""``etude search`` and ``etude collections``."""

from __future__ import annotations

import json

import typer
from rich.console import Console
from rich.text import Text

from assistant.rooms import open_index, open_searcher, open_sources
from assistant.settings import load_settings
from knowledge.search import Filter, Hit
from knowledge.split import plain
from knowledge.sync import remove_collection


def run_search(query: str, k: int, collections: tuple[str, ...], file: str, heading: str, *, as_json: bool) -> None:
    """Print the passages that a query finds."""
    hits = open_searcher(load_settings()).search(query, k, Filter(collections, file, heading))
    if as_json:
        typer.echo(json.dumps([hit_json(hit) for hit in hits], ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False)
    if not hits:
        console.print("Nothing was found.")
    for number, hit in enumerate(hits, start=1):
        chunk = hit.chunk
        console.print(Text(f"{number}  {' > '.join(chunk.heading) or chunk.file}", style="bold"))
        parts = "  ".join(f"{name} {value:.2f}" for name, value in hit.scores.items())
        place = f"{hit.collection}/{chunk.file}:{chunk.start_line}-{chunk.end_line}"
        console.print(Text(f"   {place}   score {hit.score:.3f} ({parts})", style="dim"))
        console.print(Text("\n".join(f"   {line}" for line in plain(chunk.text).splitlines()[:6])))
        console.print()


def run_collections(remove: str, *, as_json: bool) -> None:
    """List the collections, or forget one."""
    settings = load_settings()
    index = open_index(settings)
    if remove:
        remove_collection(index, remove)
        open_sources(settings).drop(remove)
        typer.echo(f"The collection {remove} is forgotten. Its files are still where they were.")
        return
    current = index.current()
    found = current.manifest.collections() if current else []
    if as_json:
        rows = [{"name": c.name, "files": c.files, "passages": c.chunks, "embedding": c.embedding} for c in found]
        typer.echo(json.dumps(rows, indent=2))
    elif not found:
        typer.echo("No notes have been synced yet. Run `etude sync FOLDER` with a folder of notes.")
    for c in found if not as_json else ():
        typer.echo(f"{c.name}: {c.files} files, {c.chunks} passages, embedded with {c.embedding}")


def hit_json(hit: Hit) -> dict[str, object]:
    """Return a hit as programs read it."""
    chunk = hit.chunk
    return {
        "file": chunk.file,
        "heading": list(chunk.heading),
        "start_line": chunk.start_line,
        "end_line": chunk.end_line,
        "score": round(hit.score, 4),
        "text": chunk.text,
        "collection": hit.collection,
        "scores": {name: round(value, 4) for name, value in hit.scores.items()},
    }
