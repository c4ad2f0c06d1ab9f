"""``etude people``: accounts of those who use one Etude together over a network."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

people_app = typer.Typer(
    name="people", help="Who may sign in where the page is reached over a network.", no_args_is_help=True
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Letters, digits and . _ @ + - between them.")]


@people_app.command("add")
def add_person(
    name: NameArgument,
    admin: Annotated[
        bool, typer.Option("--admin", help="May also evaluate, and change guardrails, prompts and settings.")
    ] = False,
    takes_local: Annotated[
        bool, typer.Option("--takes-local", help="Gets all that was made on this machine without signing in.")
    ] = False,
    without_password: Annotated[
        bool, typer.Option("--without-password", help="For somebody whom a reverse proxy names.")
    ] = False,
) -> None:
    """Make an account. The password is typed twice, or read from the input, one line."""
    from assistant.terminal.accounts import add

    add(name, None if without_password else _password(), admin=admin, takes_local=takes_local)


@people_app.command("list")
def list_people(as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False) -> None:
    """List the accounts."""
    from assistant.terminal.accounts import listed

    found = listed()
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    if not found:
        typer.echo("There are no accounts. Make one with `etude people add NAME`.")
    for one in found:
        how = "signs in with a password" if one["password"] else "is named by a reverse proxy"
        typer.echo(f"{one['name']}: {how}{', admin' if one['admin'] else ''}")


@people_app.command("password")
def change_password(name: NameArgument) -> None:
    """Give somebody another password, which ends where they are signed in."""
    from assistant.terminal.accounts import set_password

    set_password(name, _password())


@people_app.command("remove")
def remove_person(
    name: NameArgument, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False
) -> None:
    """Delete an account with all that is theirs: conversations, exams, cards, pieces, notes that are not shared."""
    from assistant.terminal.accounts import belongings, remove

    if not yes:
        typer.echo(belongings(name))
        if not sys.stdin.isatty():
            from assistant.errors import InputError

            raise InputError("Nothing was deleted: nobody is there to ask. Add --yes to delete without a question.")
        if not typer.confirm("Delete the account and all of that for good?"):
            typer.echo("Nothing was deleted.")
            return
    remove(name)


@people_app.command("share")
def share_collection(
    collection: Annotated[str, typer.Argument(metavar="COLLECTION", help="As `etude collections` names it.")],
    owner: Annotated[
        str, typer.Option("--owner", metavar="NAME", help="Whose it is; the local person's without.")
    ] = "",
    stop: Annotated[bool, typer.Option("--stop", help="Its owner alone may read it from now on.")] = False,
) -> None:
    """Let everybody who signs in read a collection of notes."""
    from assistant.terminal.accounts import share

    share(collection, owner, shared=not stop)


def _password() -> str:
    """Return a password: a line of the input, or what is typed twice where somebody sits there."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt="The same again"))
