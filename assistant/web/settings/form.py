"""Fields of settings: with their range, and closed where the environment or a flag sets them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from assistant.web.fields import Sheet
from assistant.web.settings.known import KNOWN, range_of, read, shown
from assistant.web.settings.saving import Saving

LONGEST = 400
_RESTART = "Saved; in force once Etude is started again."


class Fields:
    """The fields of a form: what was typed, else the settings in force; ``errors`` stand beside the fields."""

    def __init__(
        self, saving: Saving, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
    ) -> None:
        self.saving = saving
        values = {name: saving.shown(name) for name in KNOWN}
        known = {name: value for name, value in (typed or {}).items() if name not in KNOWN or not saving.forced(name)}
        self.sheet = Sheet(values | known, errors or {})

    def number(self, name: str) -> str:
        """Return a field for a number."""
        one = KNOWN[name]
        bounds = range_of(name)
        scope = f"{bounds[:1].upper()}{bounds[1:]}."
        return self.text(name, hint=f"{scope} {one.hint}", also=' inputmode="decimal"')

    def text(self, name: str, *, hint: str = "", kind: str = "text", also: str = "") -> str:
        """Return a field of one line."""
        one, forced = KNOWN[name], self.saving.forced(name)
        hint = forced or (_RESTART if self.saving.waits(name) else "") or hint or one.hint
        closed = " disabled" if forced else ""
        legend = f"{one.label} ({one.unit})" if one.unit else one.label
        return self.sheet.line(name, legend, longest=LONGEST, hint=hint, kind=kind, also=f"{also}{closed}")

    def choice(self, name: str, choices: Mapping[str, str]) -> str:
        """Return a field in which one of several is chosen."""
        one, forced = KNOWN[name], self.saving.forced(name)
        field = self.sheet.choice(name, one.label, choices)
        if forced:
            field = field.replace("<select ", "<select disabled ", 1)
        return field.removesuffix("</div>") + f"<small>{forced or one.hint}</small></div>"


def changes_in(typed: Mapping[str, str], names: Iterable[str], saving: Saving) -> dict[str, Any]:
    """Return the values of the fields that were sent and that differ from what they showed.

    Raises:
        WrongValue: one of them is no number, and should be.

    """
    return {
        name: read(name, typed[name])
        for name in names
        if name in typed and not saving.forced(name) and typed[name].strip() != shown(saving.shown(name))
    }
