"""Who sends a request, by what the connection says: the local person, somebody signed in, or whom a proxy names.

Bound to this machine alone, Etude asks nobody: there is one person, and who can reach the port is that person. Bound
elsewhere, people sign in with a password, or a reverse proxy does that for them and names them in a header. A header
counts only when it comes from the address of a trusted proxy; from anywhere else it is ignored.

It does not protect from who can read the network where the page is served without https, nor from programs that run on
the machine itself.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers

from assistant.errors import InputError, ServerError, SettingsError
from assistant.people.accounts import Accounts
from assistant.people.person import LOCAL, Person
from assistant.people.sign_ins import SignIns
from assistant.records.database import Database
from assistant.settings import Settings

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Connection:
    """What is known of a request: the address it came from, its headers and cookies, and whether it is https."""

    peer: str
    headers: Headers
    cookies: dict[str, str]
    secure: bool


class Access:
    """Says who is who.

    Raises:
        SettingsError: a header is named without the proxies that may send it, or an address of a proxy is none.

    """

    def __init__(self, settings: Settings, database: Database) -> None:
        people = settings.people
        self.required = needs_sign_in(settings)
        self.accounts, self.sign_ins = Accounts(database), SignIns(database, people.hours)
        self._header, self._proxies = people.header, _networks(people.proxies)
        self.host = settings.server.host
        if self._header and not self._proxies:
            raise SettingsError(
                f"The setting people.header lets anybody be whoever they write in {self._header}. "
                "Set people.proxies to the addresses of the proxies that may send it."
            )

    @property
    def by_header(self) -> bool:
        """Whether a proxy signs people in."""
        return bool(self._header)

    def check(self) -> None:
        """Refuse to serve the network without a way to sign in.

        Raises:
            ServerError: nobody could sign in.

        """
        if self.required and not self.by_header and not self.accounts.can_sign_in():
            where = (
                "Sign-in is set to always" if self.host in LOOPBACK else f"Others can reach {self.host or 'the page'}"
            )
            raise ServerError(
                f"{where}, and there is no account: make one with `etude people add NAME`, or name a reverse proxy's "
                "header under [people] in etude.toml, or set ETUDE_SERVER__HOST to 127.0.0.1."
            )

    def person(self, connection: Connection) -> Person | None:
        """Return who sends a request, or None; reads the database.

        Raises:
            RecordsError: the database cannot be read.

        """
        if not self.required:
            return LOCAL
        if self._header and self.trusts(connection.peer):
            named = connection.headers.getlist(self._header)
            try:
                return self.accounts.named(named[0]) if len(named) == 1 else None
            except InputError:
                return None
        return self.sign_ins.person(connection.cookies.get(cookie_name(self.is_secure(connection)), ""))

    def trusts(self, peer: str) -> bool:
        """Say whether an address is that of a trusted proxy."""
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        plain = getattr(address, "ipv4_mapped", None) or address
        return any(plain in network for network in self._proxies)

    def is_secure(self, connection: Connection) -> bool:
        """Say whether the browser speaks https, to us or to a trusted proxy."""
        said = connection.headers.get("x-forwarded-proto", "") if self.trusts(connection.peer) else ""
        return said.split(",")[0].strip() == "https" if said else connection.secure

    def address(self, connection: Connection) -> str:
        """Return the address of the browser, behind trusted proxies; an IPv6 one as its network, which is one place."""
        found = connection.peer
        if self.trusts(found):
            for one in reversed(connection.headers.get("x-forwarded-for", "").split(",")):
                found = one.strip() or found
                if not self.trusts(found):
                    break
        try:
            address = ipaddress.ip_address(found)
        except ValueError:
            return connection.peer
        return str(ipaddress.ip_network(f"{address}/64", strict=False)) if address.version == 6 else found

    def hosts(self, connection: Connection) -> set[str]:
        """Return the names under which the browser may know this server."""
        names = [connection.headers.get("host", "")]
        if self.trusts(connection.peer):
            names += connection.headers.get("x-forwarded-host", "").split(",")
        return {name.strip().casefold() for name in names if name.strip()}


def needs_sign_in(settings: Settings) -> bool:
    """Say whether people sign in: unless the page is bound to this machine alone and nothing else is wanted."""
    people = settings.people
    return settings.server.host not in LOOPBACK or people.sign_in == "always" or bool(people.header)


def cookie_name(secure: bool) -> str:
    """Return the name of the cookie; browsers take one that begins with __Host- over https from its own host only."""
    return "__Host-etude" if secure else "etude-sign-in"


def _networks(addresses: Sequence[str]) -> list[_Network]:
    try:
        return [ipaddress.ip_network(address.strip(), strict=False) for address in addresses]
    except ValueError as error:
        raise SettingsError(
            f"The setting people.proxies has something that is no address ({error}). "
            "Write it like 10.0.0.5 or 10.0.0.0/24."
        ) from error
