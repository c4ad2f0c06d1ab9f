"""Who is asking: a name, and whether it may do everything."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from assistant.errors import InputError, NotSignedIn
from assistant.records.owners import LOCAL as LOCAL_NAME
from assistant.records.owners import LONGEST_OWNER

SCOPE_KEY = "etude.person"
"""Where the sign-in leaves the person in the scope of a request."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]*")


@dataclass(frozen=True, slots=True)
class Person:
    """A person; ``name`` is the owner of all that is theirs in the records."""

    name: str
    admin: bool = False

    @property
    def local(self) -> bool:
        """Whether this is the one person of a machine on which nobody signs in."""
        return self.name == LOCAL_NAME


LOCAL = Person(LOCAL_NAME, admin=True)


def person_of(request: object) -> Person:
    """Return who sent a request: one of Starlette, or of Gradio inside an event handler (``request: gr.Request``).

    Raises:
        NotSignedIn: the request did not come past the sign-in, which every request of the served page does.

    """
    inner = getattr(request, "request", None) or request
    scope = getattr(inner, "scope", None)
    person = scope.get(SCOPE_KEY) if isinstance(scope, dict) else None
    if not isinstance(person, Person):
        raise NotSignedIn("Nobody is signed in. Reload the page and sign in.")
    return person


def check_name(name: str) -> str:
    """Return a name as it is kept: in small letters, without blanks around it.

    Raises:
        InputError: it cannot name a person.

    """
    found = unicodedata.normalize("NFKC", name).strip().casefold()
    if found == LOCAL_NAME:
        raise InputError(f"The name {LOCAL_NAME} is that of whoever uses Etude without signing in. Choose another.")
    if len(found) > LONGEST_OWNER or not _NAME.fullmatch(found):
        raise InputError(
            f"{name[:LONGEST_OWNER]!r} cannot be a name. Use up to {LONGEST_OWNER} letters without accents, digits, "
            "and . _ @ + - between them."
        )
    return found
