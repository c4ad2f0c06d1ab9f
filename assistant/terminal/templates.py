"""What ``etude prompts`` prints."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from langchain_core.messages import BaseMessage, convert_to_openai_messages
from rich.console import Console
from rich.text import Text

from assistant.errors import InputError, SettingsError
from assistant.prompts import PromptLibrary, PromptTemplate
from assistant.prompts.library import Entry
from assistant.settings import Settings, load_settings

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def show_list(*, as_json: bool) -> None:
    """Print every template; leave with the code of wrong settings when a file is broken."""
    settings = load_settings()
    library = PromptLibrary.of(settings)
    entries = library.entries()
    if as_json:
        typer.echo(json.dumps([_row(entry) for entry in entries], ensure_ascii=False, indent=2))
    else:
        console = Console(highlight=False)
        for entry in entries:
            if entry.template:
                _describe(console, entry, entry.template, settings)
        console.print(Text(f"\nTemplates of your own stand in {library.own}."), soft_wrap=True)
    broken = [entry.problem for entry in entries if entry.problem]
    for problem in broken:
        typer.echo(problem, err=True)
    if broken:
        raise typer.Exit(SettingsError.exit_code)


def show_template(reference: str, version: str | None, *, as_json: bool) -> None:
    """Print a template's file, with where it is and its hash as comments in front."""
    template = PromptLibrary.of(load_settings()).load(reference, version)
    if as_json:
        facts = template.model_dump(mode="json", exclude={"inference"}) | _stamp(template)
        facts["inference"] = template.inference.model_dump(exclude_unset=True)
        typer.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    stamp = template.stamp()
    typer.echo(f"# {template.file}\n# {template.reference}, SHA-256 {stamp['sha256']}\n{_text(template)}", nl=False)


def show_messages(
    reference: str, version: str | None, given: Sequence[str], files: Sequence[str], *, as_json: bool
) -> None:
    """Print the messages of a filled template.

    Raises:
        InputError: a variable is not given as NAME=…, or its file cannot be read.
        SettingsError: there is no such template, or a variable is missing or unknown.

    """
    template = PromptLibrary.of(load_settings()).load(reference, version)
    messages = template.messages(**_values(template, given, files))
    if as_json:
        typer.echo(json.dumps(convert_to_openai_messages(messages), ensure_ascii=False, indent=2))
        return
    shown = (f"{typer.style(f'[{_role(message)}]', bold=True)}\n{message.content}" for message in messages)
    typer.echo("\n\n".join(shown))


def show_difference(a: str, b: str | None) -> None:
    """Print the unified difference of two files.

    Raises:
        SettingsError: there is no such template, or nothing to compare it with.

    """
    library = PromptLibrary.of(load_settings())
    second = library.load(b) if b else library.load(a)
    first = library.load(a) if b else library.shipped(second.id)
    if first is None or (first.file == second.file and not b):
        raise SettingsError(f"{a!r} is not a shipped template with one of yours in its place. Name two templates.")
    before, after = (_text(template).splitlines() for template in (first, second))
    names = [f"{template.reference}  {template.file}" for template in (first, second)]
    lines = list(difflib.unified_diff(before, after, names[0], names[1], lineterm=""))
    for line in lines:
        typer.secho(line, fg=_COLOURS.get(line[0]), bold=line.startswith(("+++", "---")) or None)
    if not lines:
        typer.echo("They are the same.")


def _values(template: PromptTemplate, given: Sequence[str], files: Sequence[str]) -> dict[str, object]:
    found: dict[str, list[str]] = {}
    for option, parts, read in (("--set", given, str), ("--set-file", files, _read)):
        for part in parts:
            name, sign, text = part.partition("=")
            if not sign or not name:
                raise InputError(f"{option} takes NAME=… and got {part[:60]!r}.")
            found.setdefault(name, []).append(read(text))
    values: dict[str, object] = {}
    for name, texts in found.items():
        listed = template.variables.get(name) == "passages" and not texts[0].lstrip().startswith("[1]")
        if len(texts) > 1 and not listed:
            raise InputError(f"{name} is given {len(texts)} times. Give it once.")
        values[name] = texts if listed else texts[0]
    return values


def _read(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror or error
        raise InputError(f"{name} cannot be read ({why}). Check the path.") from error


def _describe(console: Console, entry: Entry, template: PromptTemplate, settings: Settings) -> None:
    head = Text(template.reference, style="bold")
    notes = [where] if (where := _where(entry)) else []
    if entry.older:
        notes.append(f"older: {', '.join(entry.older)}")
    if not template.suits(settings.model):
        notes.append(f"written for {', '.join(template.families)}")
    console.print(head + Text(f"  ({'; '.join(notes)})" if notes else "", style="not bold"), soft_wrap=True)
    console.print(Text(f"    {template.description}"), soft_wrap=True)
    variables = ", ".join(f"{name} ({kind})" for name, kind in template.variables.items()) or "none"
    console.print(Text(f"    variables: {variables}", style="dim"), soft_wrap=True)


def _where(entry: Entry) -> str:
    if not entry.own:
        return ""
    return f"yours, in place of the shipped version {entry.replaces.version}" if entry.replaces else "yours"


def _row(entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = {"id": entry.id, "own": entry.own, "file": str(entry.file)}
    if template := entry.template:
        row |= {"name": template.name, "version": template.version, "description": template.description}
        row |= {"variables": dict(template.variables), "families": list(template.families)}
        row |= {"sha256": template.stamp()["sha256"], "older": list(entry.older)}
    row["replaces"] = entry.replaces.version if entry.replaces else None
    return row | ({"problem": entry.problem} if entry.problem else {})


def _stamp(template: PromptTemplate) -> dict[str, str]:
    return {"file": str(template.file), "sha256": template.stamp()["sha256"]}


def _role(message: BaseMessage) -> str:
    return {"human": "user", "ai": "assistant"}.get(message.type, message.type)


def _text(template: PromptTemplate) -> str:
    assert template.file is not None  # every template of a library has a file
    return template.file.read_text(encoding="utf-8")
