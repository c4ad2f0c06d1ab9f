"""What the commands of human evaluation do in the terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from assistant.errors import InputError
from assistant.records import RatingRecords, Records
from assistant.settings import load_settings
from eval.human.exchange import session_json, take_in
from eval.human.feedback import feedback_samples, feedback_turns, samples_jsonl
from eval.human.items import Item
from eval.human.kinds import Kind
from eval.human.result import METHOD, TIES, Result, result_of
from eval.human.sessions import find_session, make_session
from eval.human.sitting import item_at, sit
from eval.human.sitting import rate as keep_rating
from eval.human.table import session_csv
from eval.runs import find_run

_LARGEST = 50 * 1024 * 1024


def run_new(runs: Sequence[str], kind: str, limit: int, seed: int, name: str) -> None:
    """Make a session and say how to rate in it."""
    folders = [find_run(load_settings(), run) for run in runs]
    records = _records()
    session = make_session(records, folders, kind, limit=limit, seed=seed, name=name)
    count = len(records.item_ids(session.id))
    typer.echo(f"{session.name}: {count} items. Rate them with `etude eval human rate {session.id[:8]} --rater NAME`.")


def run_list(*, as_json: bool) -> None:
    """Print the sessions, the latest first."""
    records = _records()
    sessions, counts = records.sessions(), records.counts()
    if as_json:
        rows = [
            {
                "id": one.id,
                "name": one.name,
                "kind": one.kind,
                "systems": list(one.systems),
                "created": one.created.isoformat(),
                "items": counts.get(one.id, (0, {}))[0],
                "raters": counts.get(one.id, (0, {}))[1],
            }
            for one in sessions
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False)
    if not sessions:
        console.print("There is no rating session yet. Make one with `etude eval human new RUN`.")
        return
    table = Table("Id", "Name", "Kind", "Items", "Rated", box=None, pad_edge=False)
    for one in sessions:
        items, raters = counts.get(one.id, (0, {}))
        rated = ", ".join(f"{rater} {count}" for rater, count in raters.items())
        table.add_row(one.id[:8], Text(one.name), one.kind, str(items), Text(rated or "nobody yet"))
    console.print(table)


def run_rate(named: str, rater: str) -> None:
    """Ask for a rating of each item that the rater has not rated."""
    records = _records()
    sitting = sit(records, find_session(records, named), rater)
    console = Console(highlight=False)
    console.print(f"{len(sitting.given)} of {len(sitting.places)} rated. An empty line leaves.\n")
    while (at := sitting.next) is not None:
        _show(console, item_at(records, sitting, at), f"{at + 1} of {len(sitting.places)}")
        value = _ask(console, sitting.kind)
        if value is None:
            console.print("Left. Nothing is lost; the same command goes on.")
            return
        sitting = keep_rating(records, sitting, at, value)
    console.print(f"All {len(sitting.places)} items are rated. `etude eval human result` shows what came of it.")


def run_result(named: str, *, as_json: bool) -> None:
    """Print a result."""
    records = _records()
    found = result_of(records, find_session(records, named))
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
    else:
        _print_result(Console(highlight=False), found)


def run_export(named: str, file: Path) -> None:
    """Write a session to a .csv or .json file."""
    records = _records()
    session = find_session(records, named)
    writers = {".csv": session_csv, ".json": session_json}
    writer = writers.get(file.suffix.lower())
    if writer is None:
        raise InputError(f"Etude writes .csv and .json, not {file.suffix or 'a file without an ending'}.")
    _write(file, writer(records, session))
    typer.echo(f"{session.name} is in {file}.")


def run_import(file: Path) -> None:
    """Take in a file of ratings."""
    try:
        if file.stat().st_size > _LARGEST:
            raise InputError(f"{file} has more than {_LARGEST // 2**20} MB; that is no file of ratings.")
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"There is no file {file}. Name a .csv or .json file of ratings.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read as UTF-8 text ({error}). Save it as UTF-8.") from error
    typer.echo(str(take_in(_records(), str(file), text)))


def run_from_feedback(out: Path) -> None:
    """Write feedback from chat as samples."""
    samples = feedback_samples(feedback_turns(Records(load_settings().database_url)))
    if not samples:
        raise InputError("Nobody rated an answer in chat yet. The thumbs under each answer do that.")
    _write(out, samples_jsonl(samples))
    liked = sum(bool(sample.references) for sample in samples)
    typer.echo(f"{len(samples)} samples are in {out}, {liked} of them with a reference.")


def _records() -> RatingRecords:
    return RatingRecords(Records(load_settings().database_url).database)


def _show(console: Console, item: Item, place: str) -> None:
    console.print(Text(place, style="dim"))
    console.print(Text(item.question, style="bold"))
    for number, answer in enumerate(item.answers, 1):
        if len(item.answers) > 1:
            console.print(Text(f"\nAnswer {number}", style="bold"))
        console.print(Markdown(answer.text))
        for passage in answer.passages:
            console.print(Text(f"  [{passage.marker}] {passage.section}", style="dim"))


def _ask(console: Console, kind: Kind) -> str | None:
    """Read a value until it fits; None on an empty line or the end of the input."""
    words = {"A": "answer 1", "B": "answer 2"} if kind.answers == 2 else {}
    keys = {words.get(value, value): value for value in kind.values}
    while True:
        try:
            said = console.input(f"\n{', '.join(f'{n} {word}' for n, word in enumerate(keys, 1))}: ").strip().lower()
        except EOFError:
            return None
        if not said:
            return None
        if said in keys:
            return keys[said]
        if said.isdecimal() and 1 <= int(said) <= len(keys):
            return list(keys.values())[int(said) - 1]
        console.print(f"Please give a number from 1 to {len(keys)}.")


def _print_result(console: Console, found: Result) -> None:
    console.print(Text(found.session.name, style="bold"))
    for letter, system in zip("AB", found.session.systems, strict=False):
        console.print(Text(f"  {letter}: {system}" if len(found.session.systems) > 1 else f"  {system}"))
    console.print(Text(found.said, style="bold"))
    for value, count in found.counts.items():
        share = count / found.rated if found.rated else 0
        console.print(f"  {value:<10} {'█' * round(20 * share):<20} {count}")
    raters = ", ".join(f"{rater} {count} of {found.items}" for rater, count in found.raters.items())
    console.print(Text(f"Raters: {raters or 'nobody yet'}"))
    alpha = found.agreement.alpha
    value = f"Krippendorff's alpha ({found.agreement.level}) {alpha}. " if alpha.n else ""
    console.print(Text(value + found.agreement.said))
    if found.preference and found.rated:
        a, b = found.preference.points
        console.print(Text(f"Elo points: A {a:.0f}, B {b:.0f}. {TIES} {METHOD}", style="dim"))


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file} cannot be written ({error.strerror or error}). Choose another place.") from error
