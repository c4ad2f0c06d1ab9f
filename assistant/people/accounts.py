"""Accounts: a name, a hash of a password, and whether it may do everything.

Passwords are hashed with Argon2id as RFC 9106 recommends for little memory (64 MiB, three passes), which is what
``argon2-cffi`` does by default. An account without a password is for somebody whom a reverse proxy names.
"""

from __future__ import annotations

import threading
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import delete, func, select

from assistant.errors import InputError
from assistant.people.person import Person, check_name
from assistant.records.database import Database
from assistant.records.models import AccountRow, SignInRow

SHORTEST, LONGEST = 10, 200
"""Characters of a password; NIST SP 800-63B asks for 8 at least where there is a limit to the attempts."""
_AT_ONCE = threading.BoundedSemaphore(2)
"""Hashing takes 64 MiB: whoever sends many passwords at once is not to take all memory."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is listed; ``created`` is UTC."""

    name: str
    admin: bool
    password: bool
    created: datetime


class Accounts:
    """The accounts of a database. Every method may raise `RecordsError`."""

    def __init__(self, database: Database) -> None:
        self._session = database.session

    def add(self, name: str, password: str | None, *, admin: bool = False) -> Person:
        """Make an account; None for a password is for somebody whom a reverse proxy names.

        Raises:
            InputError: there is one of that name, or the name or the password cannot be used.

        """
        kept = check_name(name)
        hashed = "" if password is None else _hashed(password)
        with self._session(write=True) as session:
            if session.get(AccountRow, kept):
                raise InputError(
                    f"There is an account {kept} already. `etude people password {kept}` changes its password."
                )
            session.add(AccountRow(name=kept, password=hashed, admin=admin))
        return Person(kept, admin)

    def set_password(self, name: str, password: str) -> None:
        """Give an account another password, and end its sign-ins.

        Raises:
            InputError: there is no such account, or the password cannot be used.

        """
        kept, hashed = check_name(name), _hashed(password)
        with self._session(write=True) as session:
            row = session.get(AccountRow, kept)
            if row is None:
                raise _unknown(kept)
            row.password = hashed
            session.execute(delete(SignInRow).where(SignInRow.account == kept))

    def remove(self, name: str) -> None:
        """Delete an account with its sign-ins; what belongs to it stays, see ``assistant.people.belongings``.

        Raises:
            InputError: there is no such account.

        """
        kept = check_name(name)
        with self._session(write=True) as session:
            row = session.get(AccountRow, kept)
            if row is None:
                raise _unknown(kept)
            session.delete(row)

    def accounts(self) -> list[Account]:
        """Return the accounts by name."""
        with self._session() as session:
            rows = session.scalars(select(AccountRow).order_by(AccountRow.name))
            return [Account(row.name, row.admin, bool(row.password), row.created) for row in rows]

    def can_sign_in(self) -> bool:
        """Say whether anybody has a password."""
        with self._session() as session:
            return bool(session.scalar(select(func.count()).where(AccountRow.password != "")))

    def named(self, name: str) -> Person:
        """Return somebody whom a trusted proxy names, with the role that an account of that name has.

        Raises:
            InputError: it cannot name a person.

        """
        kept = check_name(name)
        with self._session() as session:
            row = session.get(AccountRow, kept)
            return Person(kept, bool(row and row.admin))

    def checked(self, name: str, password: str) -> Person | None:
        """Return the person of a name and a password, or None; for an unknown name it takes as long as for a known."""
        try:
            kept = check_name(name)
        except InputError:
            kept = ""
        with self._session() as session:
            row = session.get(AccountRow, kept) if kept else None
            hashed, admin = (row.password, row.admin) if row else ("", False)
        right = _verified(hashed or _nobodys(), password) and bool(hashed)
        return Person(kept, admin) if right else None


def _hashed(password: str) -> str:
    """Return the hash of a password that is good enough.

    Raises:
        InputError: it is too short or too long.

    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(f"A password has {SHORTEST} to {LONGEST} characters. A few words that you remember are best.")
    from argon2 import PasswordHasher

    return PasswordHasher().hash(_plain(password))


def _verified(hashed: str, password: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    with _AT_ONCE:
        try:
            return PasswordHasher().verify(hashed, _plain(password[: LONGEST + 1]))
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys() -> str:
    """Return the hash that the password of an unknown name is compared with."""
    import secrets

    from argon2 import PasswordHasher

    return PasswordHasher().hash(secrets.token_urlsafe())


def _plain(password: str) -> str:
    """Return a password in one form, whatever keyboard it was typed on (NFC, as in RFC 8265)."""
    return unicodedata.normalize("NFC", password.encode(errors="replace").decode())


def _unknown(name: str) -> InputError:
    return InputError(f"There is no account {name}. `etude people list` shows them.")
