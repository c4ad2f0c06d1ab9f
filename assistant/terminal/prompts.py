"""``etude prompts``: the commands of the prompt library. Each imports lazily, so that `etude --help` is instant."""

from __future__ import annotations

from typing import Annotated

import typer

prompts_app = typer.Typer(
    name="prompts",
    help="Prompt templates: list, show, fill in and compare them. Your own stand in the folder `prompts` of the home.",
    no_args_is_help=True,
)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Reference = Annotated[str, typer.Argument(metavar="ID", help="A template, or an older version of it as ID@VERSION.")]
VersionOption = Annotated[str | None, typer.Option("--version", help="An older version.")]


@prompts_app.command("list")
def list_templates(as_json: JsonOption = False) -> None:
    """List the templates: where each is from, its versions and its variables."""
    from assistant.terminal.templates import show_list

    show_list(as_json=as_json)


@prompts_app.command()
def show(template: Reference, version: VersionOption = None, as_json: JsonOption = False) -> None:
    """Print the file of a template, which can be kept as one of your own."""
    from assistant.terminal.templates import show_template

    show_template(template, version, as_json=as_json)


@prompts_app.command()
def render(
    template: Reference,
    given: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=TEXT", help="A variable; may be given several times.")
    ] = None,
    files: Annotated[
        list[str] | None,
        typer.Option("--set-file", metavar="NAME=FILE", help="A variable from a file; - reads standard input."),
    ] = None,
    version: VersionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fill a template in and print the messages exactly as a model gets them.

    Passages that are given several times, or without [1] in front, are numbered.
    """
    from assistant.terminal.templates import show_messages

    show_messages(template, version, given or [], files or [], as_json=as_json)


@prompts_app.command()
def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="A template, as ID or ID@VERSION.")],
    b: Annotated[
        str | None, typer.Argument(metavar="[B]", help="Another; without it, your own A against the shipped one.")
    ] = None,
) -> None:
    """Compare two templates line by line."""
    from assistant.terminal.templates import show_difference

    show_difference(a, b)
