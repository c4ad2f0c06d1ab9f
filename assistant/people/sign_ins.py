"""Who is signed in, in which browser.

A browser holds 256 random bits and the database their SHA-256. There is nothing in them to forge, so that a signature
would add nothing; and, other than a signed cookie, a sign-in can be ended: by signing out, by a new password, with the
account.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete

from assistant.people.person import Person
from assistant.records.columns import now
from assistant.records.database import Database
from assistant.records.models import AccountRow, SignInRow


class SignIns:
    """The sign-ins of a database, each good for ``hours``. Every method may raise `RecordsError`."""

    def __init__(self, database: Database, hours: float) -> None:
        self._session = database.session
        self.seconds = int(hours * 3600)

    def begin(self, person: Person, at: datetime | None = None) -> str:
        """Sign somebody in and return the secret for their browser; what has expired is forgotten."""
        secret, at = secrets.token_urlsafe(32), at or now()
        with self._session(write=True) as session:
            session.execute(delete(SignInRow).where(SignInRow.expires < at))
            expires = at + timedelta(seconds=self.seconds)
            session.add(SignInRow(secret=_digest(secret), account=person.name, expires=expires))
        return secret

    def person(self, secret: str, at: datetime | None = None) -> Person | None:
        """Return who is signed in by a secret, or None."""
        with self._session() as session:
            row = session.get(SignInRow, _digest(secret)) if secret else None
            if row is None or row.expires <= (at or now()):
                return None
            account = session.get(AccountRow, row.account)
            return Person(account.name, account.admin) if account else None

    def end(self, secret: str) -> None:
        """Sign out the browser that has a secret."""
        with self._session(write=True) as session:
            session.execute(delete(SignInRow).where(SignInRow.secret == _digest(secret)))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
