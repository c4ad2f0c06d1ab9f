"""``etude guardrail``: the commands of the guardrails. Each imports lazily, so that `etude --help` is instant."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

guardrail_app = typer.Typer(
    name="guardrail",
    help="Guardrails: try them on a text or a file, show and publish them. Your own stand in `guardrails` of the home.",
    no_args_is_help=True,
)


class SourceName(StrEnum):
    """Where a text comes from."""

    INPUT = "INPUT"
    OUTPUT = "OUTPUT"
    DOCUMENT = "DOCUMENT"


SourceOption = Annotated[
    SourceName,
    typer.Option(
        "--source", case_sensitive=False, help="INPUT is a question, OUTPUT an answer, DOCUMENT a passage that is read."
    ),
]
NameOption = Annotated[str, typer.Option("--name", metavar="NAME", help="A guardrail, as `list` shows them.")]
VersionOption = Annotated[str, typer.Option("--version", metavar="N", help="A published version instead of the draft.")]
NameArgument = Annotated[str, typer.Argument(metavar="[NAME]", help="A guardrail, as `list` shows them.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@guardrail_app.command()
def check(
    text: Annotated[str, typer.Argument(help="The text; - reads standard input.")],
    source: SourceOption = SourceName.INPUT,
    name: NameOption = "default",
    version: VersionOption = "DRAFT",
    as_json: JsonOption = False,
) -> None:
    """Check one text: what is found, by which policy, and what would be done. JSON is Bedrock's ApplyGuardrail."""
    from assistant.terminal.guarding import check_text

    check_text(text, source.value, name, version, as_json=as_json)


@guardrail_app.command("test")
def try_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON lines of text, and perhaps id, label and spans.")],
    source: SourceOption = SourceName.INPUT,
    benign: Annotated[Path | None, typer.Option("--benign", metavar="FILE", help="Rows that should pass.")] = None,
    name: NameOption = "default",
    version: VersionOption = "DRAFT",
    as_json: JsonOption = False,
) -> None:
    """Check every row of a file, then say how many were caught and how many were false alarms.

    Rows without a label should be caught, except those of --benign. Rows with spans of personal data are caught when
    they are masked or blocked, all others when they are blocked.
    """
    from assistant.terminal.guarding import check_file

    check_file(file, benign, source.value, name, version, as_json=as_json)


@guardrail_app.command()
def ground(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON lines of answer, passages and query.")],
    name: NameOption = "default",
    version: VersionOption = "DRAFT",
    as_json: JsonOption = False,
) -> None:
    """Hold each answer of a file against its passages (grounding) and its question (relevance).

    A label says whether an answer should fall below a threshold.
    """
    from assistant.terminal.guarding import ground_file

    ground_file(file, name, version, as_json=as_json)


@guardrail_app.command("list")
def list_guardrails(as_json: JsonOption = False) -> None:
    """List the guardrails and their versions."""
    from assistant.terminal.policies import show_list

    show_list(as_json=as_json)


@guardrail_app.command()
def show(name: NameArgument = "default", version: VersionOption = "DRAFT", as_json: JsonOption = False) -> None:
    """Print the document of a guardrail, which can be kept as one of your own."""
    from assistant.terminal.policies import show_document

    show_document(name, version, as_json=as_json)


@guardrail_app.command()
def version(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One of your own guardrails.")],
    description: Annotated[str, typer.Option("--description", help="What is new, for those who choose one.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Publish the draft of a guardrail as its next version, which never changes again."""
    from assistant.terminal.policies import publish

    publish(name, description, as_json=as_json)


@guardrail_app.command()
def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="A guardrail, as NAME or NAME@VERSION.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The one to compare it with.")],
) -> None:
    """Show what differs between two guardrails or versions, line by line."""
    from assistant.terminal.policies import show_difference

    show_difference(a, b)
