"""What the commands of ``etude people`` do."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator

import typer

from assistant.errors import EtudeError, InputError
from assistant.jobs.folder import remove_folders
from assistant.jobs.queue import Queue
from assistant.people import LOCAL, CollectionOwners, Person, check_name, collections_in
from assistant.people.accounts import Accounts
from assistant.people.belongings import count_of, delete_all, give
from assistant.records.database import Database
from assistant.rooms import SHIPPED_COLLECTION, open_index, open_sources, uploads_folder
from assistant.settings import Settings, load_settings
from knowledge.sync import remove_collection


def add(name: str, password: str | None, *, admin: bool, takes_local: bool) -> None:
    """Make an account, and say what happens to what was made without one.

    Raises:
        InputError: the name or the password cannot be used, or the name has records already that would be mixed.

    """
    with _opened() as (settings, database):
        kept = check_name(name)
        if takes_local and count_of(database, kept):
            raise InputError(f"{kept} has records already, and two histories cannot be made one. Choose another name.")
        person = Accounts(database).add(kept, password, admin=admin)
        typer.echo(f"{person.name} may sign in{' and is an admin' if admin else ''}.")
        if takes_local:
            _claim_rest(settings, database, LOCAL)
            give(database, LOCAL.name, person.name)
            typer.echo(f"What was made on this machine without signing in is {person.name}'s now.")
        elif count_of(database, LOCAL.name):
            typer.echo(
                "What was made on this machine without signing in stays with whoever uses it without signing in; "
                "`etude people add NAME --takes-local` gives it to an account."
            )


def listed() -> list[dict[str, object]]:
    """Return the accounts for people and programs."""
    with _opened() as (_, database):
        return [
            {"name": one.name, "admin": one.admin, "password": one.password, "created": one.created.isoformat()}
            for one in Accounts(database).accounts()
        ]


def set_password(name: str, password: str) -> None:
    """Give an account another password.

    Raises:
        InputError: there is no such account, or the password cannot be used.

    """
    with _opened() as (_, database):
        Accounts(database).set_password(name, password)
    typer.echo("The password is changed, and whoever was signed in with the old one is not any more.")


def belongings(name: str) -> str:
    """Return in a sentence what is somebody's."""
    with _opened() as (_, database):
        counts = count_of(database, check_name(name))
    listed = ", ".join(f"{table} {number:,}" for table, number in counts.items())
    return f"Theirs are: {listed}." if listed else "Nothing is theirs."


def remove(name: str) -> None:
    """Delete an account with what is theirs.

    Raises:
        InputError: there is neither an account nor anything of that name.

    """
    with _opened() as (settings, database):
        kept = check_name(name)
        known = kept in {one.name for one in Accounts(database).accounts()}
        if not known and not count_of(database, kept):
            raise InputError(f"There is no account {kept}. `etude people list` shows them.")
        if known:
            # First, so that nothing new comes meanwhile.
            Accounts(database).remove(kept)
        _end_jobs(settings, database, kept)
        owners = CollectionOwners(database)
        there = {collection for collection, _ in collections_in(settings)}
        for collection in owners.owned(kept):
            if owners.is_shared(collection):
                owners.give(collection, LOCAL)
            else:
                if collection in there:
                    remove_collection(open_index(settings), collection)
                open_sources(settings).drop(collection)
                shutil.rmtree(uploads_folder(settings) / collection, ignore_errors=True)
        remove_folders(settings, delete_all(database, kept))
    typer.echo(
        f"{kept} and what was theirs are deleted; notes that they shared stay. Copies from before upgrades stay."
    )


def share(collection: str, owner: str, *, shared: bool) -> None:
    """Let everybody read a collection, or its owner alone.

    Raises:
        InputError: there is none of that name, or it is not this owner's.

    """
    with _opened() as (settings, database):
        person = Person(check_name(owner)) if owner else LOCAL
        if collection not in {name for name, _ in collections_in(settings)}:
            raise InputError(f"There is no collection {collection!r}. `etude collections` lists them.")
        CollectionOwners(database).share(person, collection, shared)
    typer.echo(f"{'Everybody' if shared else 'Its owner alone'} may read the collection {collection}.")


def _claim_rest(settings: Settings, database: Database, person: Person) -> None:
    """Claim the collections that nobody has claimed, such as those that ``etude sync`` made."""
    owners = CollectionOwners(database)
    for name, _ in collections_in(settings):
        if name != SHIPPED_COLLECTION and owners.may_change(person, name):
            owners.claim(person, name, taken=True)


def _end_jobs(settings: Settings, database: Database, owner: str) -> None:
    queue = Queue(settings, database, owner)
    for job in queue.jobs():
        if not job.over:
            with contextlib.suppress(EtudeError):
                queue.cancel(job.id)
                queue.wait(job.id)


@contextlib.contextmanager
def _opened() -> Iterator[tuple[Settings, Database]]:
    settings = load_settings()
    with contextlib.closing(Database(settings.database_url)) as database:
        yield settings, database
