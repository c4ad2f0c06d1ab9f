"""Who is signed in: a letter in the header that opens a way out. The local person has none, as nobody asks them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assistant.people import Person


def who_html(person: Person, admin: Sequence[str]) -> str:
    """Return the sign and the way out; ``admin`` are tabs that are hidden from others, who could not open them."""
    if person.local:
        return ""
    name = escape(person.name)
    hidden = ", ".join(f'.tabs [data-tab="{tab}"]' for tab in admin)
    style = f"<style>{hidden} {{ display: none !important }}</style>" if hidden and not person.admin else ""
    return (
        f'{style}<details class="who"><summary aria-label="Signed in as {name}" title="Signed in as {name}">'
        f'<span aria-hidden="true">{escape(person.name[:1].upper())}</span></summary><div><p>{name}</p>'
        '<form method="post" action="/sign-out"><button type="submit" class="plain">Sign out</button></form>'
        "</div></details>"
    )
