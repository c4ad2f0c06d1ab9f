"""What a room shows at a time: a screen that a step leads to, and the head that most of them have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from assistant.web import words


@dataclass(frozen=True, slots=True)
class Screen:
    """What is shown: HTML, its name, the part of the address that leads back to it, and a title (else the room's)."""

    html: str
    name: str
    address: str = ""
    title: str = ""

    def root(self, room: str, seq: int) -> str:
        """Return the HTML inside the root of a room; ``seq`` is the number of the step that it answers."""
        return (
            f'<div class="{room}-root" data-view="{self.name}" data-address="{escape(self.address)}" '
            f'data-title="{escape(self.title or room.capitalize())}" data-seq="{seq}">{self.html}</div>'
        )


def head(title: str, back: str, step: Mapping[str, object], *, tools: str = "") -> str:
    """Return the head of a screen with the way back; ``tools`` is HTML beside the title."""
    button = words.button(f"‹ {back}", step, key="h", classes="plain back", hint=f"{back} (H)")
    return f'<header class="screen">{button}<h2>{escape(title)}</h2>{tools}</header>'
