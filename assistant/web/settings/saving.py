"""Saving settings to the ``etude.toml`` in force, and putting them in force.

What is written stands a moment in a draft beside the file, and only once the class of the settings has taken it. The
comments of the file stay. A setting that the environment or a flag sets is not saved: the file would not count.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import ValidationError
from tomlkit.exceptions import TOMLKitError

from assistant.errors import SettingsError
from assistant.settings import Settings, load_settings, set_in_environment, settings_of, settings_place
from assistant.web.settings.known import KNOWN, WrongValue, shown, value_in, wrong

SECRET = "endpoint.api_key"


class Saving:
    """The settings of the running page; safe to share between threads.

    Args:
        settings: in force; what is saved is put into them, where it counts at once.
        changed: called when something is in force that was not.

    """

    def __init__(self, settings: Settings, changed: Callable[[], object] = lambda: None) -> None:
        self.settings, self._changed = settings, changed
        self._lock = threading.Lock()
        self._flags = _flags(settings)
        self._later: dict[str, Any] = {}

    @property
    def place(self) -> Path:
        """The file that is written."""
        return settings_place()

    def forced(self, name: str) -> str:
        """Return what sets a setting so that the file does not count, as a sentence; nothing where the file does."""
        if variable := set_in_environment(name):
            return f"Set by {variable} in the environment; change it there."
        return "Set by a flag when Etude was started." if name in self._flags else ""

    def value(self, name: str) -> Any:
        """Return a setting as it was saved last, whether it is in force already or not."""
        return self._later[name] if name in self._later else value_in(self.settings, name)

    def waits(self, name: str) -> bool:
        """Whether a setting was saved and is in force after a restart only."""
        return name in self._later

    def shown(self, name: str) -> str:
        """Return a setting as its field shows it: without a password in an address, and never a key."""
        return "" if name == SECRET else re.sub(r"(?<=://)[^/@]*@", "(hidden)@", shown(self.value(name)))

    def draft(self, changes: Mapping[str, Any]) -> Settings:
        """Return the settings with these changes; nothing is written.

        Raises:
            WrongValue: a value is out of range.
            SettingsError: the file that is there is not valid.

        """
        changes = {name: value for name, value in changes.items() if not self.forced(name)}
        self._checked(changes)
        return _with(self.settings, changes)

    def save(self, changes: Mapping[str, Any]) -> str:
        """Save settings by name, None to take one out, and return a sentence on what is in force when.

        Raises:
            WrongValue: a value is out of range; nothing is written.
            SettingsError: the file is not valid as it is, or cannot be written.

        """
        with self._lock:
            changes = {
                name: value for name, value in changes.items() if not self.forced(name) and value != self.value(name)
            }
            if not changes:
                return "Nothing was changed."
            place = self.place
            _write(place, self._checked(changes), secret=bool(changes.get(SECRET)))
            live = {name: value for name, value in changes.items() if KNOWN[name].live}
            for name, value in changes.items() - live.items():
                self._later[name] = value
            after = _with(self.settings, live)
            for name in {name.partition(".")[0] for name in live}:
                setattr(self.settings, name, getattr(after, name))
        if live:
            self._changed()
        return f"Saved in {place}. {_when(live, changes)}"

    def _checked(self, changes: Mapping[str, Any]) -> str:
        """Return the text of the file with the changes."""
        document = _document(self.place)
        for name, value in changes.items():
            _put(document, name, value)
        try:
            settings_of(document.unwrap())
        except ValidationError as error:
            name = next((found for one in error.errors() if (found := _dotted(one["loc"])) in changes), "")
            if name:
                raise WrongValue(name, wrong(name)) from error
            first = error.errors()[0]
            raise SettingsError(
                f"Nothing was saved: {self.place} has a mistake at {_dotted(first['loc'])} "
                f"({first['msg'][0].lower()}{first['msg'][1:]}). Correct it first."
            ) from error
        return tomlkit.dumps(document)


def _flags(settings: Settings) -> frozenset[str]:
    """Return the settings that neither the file nor the environment gave their value."""
    with contextlib.suppress(SettingsError):
        without = load_settings()
        return frozenset(name for name in KNOWN if value_in(settings, name) != value_in(without, name))
    return frozenset()


def _with(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """Return a copy with these changes; a group that changes is another one, as runs at work may hold the old one."""
    update: dict[str, Any] = {}
    for name, value in changes.items():
        group, _, last = name.rpartition(".")
        if value is None and last in ("api_key",):
            value = ""
        if not group:
            update[name] = value
            continue
        before = update.get(group, getattr(settings, group))
        update[group] = before.model_copy(update={last: value})
    return settings.model_copy(update=update)


def _document(place: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return tomlkit.document()
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise SettingsError(f"Nothing was saved: {place} cannot be read ({error}). Correct it first.") from error


def _put(document: tomlkit.TOMLDocument, name: str, value: Any) -> None:
    *groups, last = name.split(".")
    table: Any = document
    for group in groups:
        if group not in table:
            if value is None:
                return
            table.add(group, tomlkit.table())
        table = table[group]
    if value is None:
        table.pop(last, None)
    else:
        table[last] = value


def _write(place: Path, text: str, *, secret: bool) -> None:
    place = place.resolve()
    draft = place.with_name(f"{place.name}.new")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
        # Nobody else may read a key, not even for a moment.
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if not secret:
            with contextlib.suppress(FileNotFoundError):
                shutil.copymode(place, draft)
        draft.replace(place)
    except OSError as error:
        raise SettingsError(
            f"Nothing was saved: {place} cannot be written ({error.strerror or error}). Give yourself access to it."
        ) from error


def _when(live: Mapping[str, Any], changes: Mapping[str, Any]) -> str:
    later = [KNOWN[name].label for name in changes if name not in live]
    now = "In force from the next answer." if live else ""
    restart = f"“{', '.join(later)}” is in force once Etude is started again." if later else ""
    return " ".join(filter(None, (now, restart)))


def _dotted(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc)
