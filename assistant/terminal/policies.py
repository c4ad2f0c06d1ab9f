"""What ``etude guardrail list | show | version | diff`` print."""

from __future__ import annotations

import difflib
import json
from typing import Any

import typer

from assistant.errors import EtudeError
from assistant.guardrails.document import GuardrailDocument, dump
from assistant.guardrails.library import DRAFT, SHIPPED, Library
from assistant.rooms import guardrails_of
from assistant.settings import load_settings


def open_library() -> Library:
    """Return the guardrails of the home that the settings name."""
    return guardrails_of(load_settings())


def show_list(*, as_json: bool) -> None:
    """Print one row a guardrail; one that cannot be read is listed with what is wrong."""
    library = open_library()
    rows = [_row(library, name) for name in library.names()]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        whose = "ships with Etude" if row["shipped"] else ", ".join(row["versions"])
        typer.echo(f"{row['name']} ({whose}): {row['problem'] or row['description'] or 'no description'}")


def show_document(name: str, version: str, *, as_json: bool) -> None:
    """Print a document as YAML, or as the JSON that Bedrock takes."""
    document = open_library().load(name, version)
    if as_json:
        typer.echo(json.dumps(document.model_dump(mode="json", exclude_none=True), ensure_ascii=False, indent=2))
    else:
        typer.echo(dump(document), nl=False)


def publish(name: str, description: str, *, as_json: bool) -> None:
    """Make a version of a draft."""
    number = open_library().publish(name, description)
    if as_json:
        typer.echo(json.dumps({"name": name, "version": str(number)}))
    else:
        typer.echo(f"The draft of {name} is now also its version {number}.")


def show_difference(a: str, b: str) -> None:
    """Print a unified diff of two documents."""
    library = open_library()
    before, after = (dump(_load(library, reference)).splitlines() for reference in (a, b))
    found = list(difflib.unified_diff(before, after, fromfile=a, tofile=b, lineterm=""))
    typer.echo("\n".join(found) if found else f"{a} and {b} say the same.")


def _load(library: Library, reference: str) -> GuardrailDocument:
    name, _, version = reference.partition("@")
    return library.load(name, version or DRAFT)


def _row(library: Library, name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"name": name, "shipped": name in SHIPPED, "description": None, "problem": None}
    try:
        row["versions"] = library.versions(name)
        row["description"] = library.load(name, row["versions"][0]).description
    except EtudeError as error:
        row |= {"versions": [], "problem": str(error)}
    return row
