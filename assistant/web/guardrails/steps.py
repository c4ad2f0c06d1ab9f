"""What each step of the person does, and the screen that follows. Knows nothing of Gradio.

A step is a mapping that the page sends: ``do`` names it, the rest says where and brings what was typed. All state is in
the library's files or on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

from assistant.errors import EtudeError
from assistant.guardrails.library import DRAFT
from assistant.rooms import guardrails_of, open_embedder
from assistant.settings import Settings
from assistant.web import words
from assistant.web.guardrails.editing import EditSteps
from assistant.web.guardrails.form import read_fields
from assistant.web.guardrails.kinds import SOURCES
from assistant.web.guardrails.list_view import broken_html, list_html, show_html
from assistant.web.guardrails.shelf import Shelf
from assistant.web.guardrails.trial import LONGEST, Trial, Trier
from assistant.web.guardrails.try_view import try_html
from assistant.web.guardrails.views import views
from assistant.web.screen import Screen
from assistant.web.values import Data, text


class Steps:
    """Takes steps."""

    address: tuple[str, ...] = ("guardrail", "version", "doing")

    def __init__(self, settings: Settings) -> None:
        library = guardrails_of(settings)
        self._settings = settings
        self._shelf = Shelf(library, settings.guardrail)
        self._trier = Trier(library, lambda: open_embedder(settings))
        self._edits = EditSteps(self._shelf)
        self._steps: dict[str, Callable[[Data], Screen]] = {
            "list": self._list,
            "show": self._show,
            "publish": self._publish,
            "delete": self._delete,
            "edit": self._edits.edit,
            "add": self._edits.add,
            "remove": self._edits.remove,
            "switch": self._edits.switch,
            "save": self._save,
            "try": self._try,
            "check": self._check,
        }

    def take(self, data: Data) -> Screen:
        """Take a step; what is wrong is said on the screen where the person was, or on the list."""
        self._shelf.force = self._settings.guardrail
        step = self._steps.get(text(data, "do"), self._list)
        try:
            return step(data)
        except EtudeError as error:
            return self._list({}, str(error))

    def opening(self, address: Mapping[str, str]) -> Screen:
        """Return the screen that the page's address names."""
        name, version, doing = (address.get(part, "") for part in self.address)
        where = {"name": name, "version": version}
        if doing == "try":
            return self.take({"do": "try", **where})
        if name:
            does = "edit" if doing in ("edit", "copy") else "show"
            return self.take({"do": does, "new": doing == "copy", **where})
        return self.take({"do": "list"})

    def _list(self, _data: Data, notice: str = "", done: str = "") -> Screen:
        try:
            notice = notice or self._lost()
            return Screen(list_html(self._shelf.entries(), self._shelf.force, notice=notice, done=done), "list")
        except EtudeError as error:
            again = words.button("Try again", do="list")
            return Screen(views("list") + words.notice(str(error)) + again, "list")

    def _show(self, data: Data, notice: str = "", done: str = "") -> Screen:
        name, version = text(data, "name"), text(data, "version")
        at = f"&version={quote(version)}" if version not in ("", DRAFT) else ""
        address = f"guardrail={quote(name)}{at}"
        try:
            shown = self._shelf.shown(name, version)
        except EtudeError as error:
            entry = self._shelf.entry(name)
            return Screen(broken_html(entry, str(error)), "show", address, name)
        return Screen(show_html(shown, notice=notice, done=done), "show", address, name)

    def _save(self, data: Data) -> Screen:
        wrong, name = self._edits.save(data)
        done = "The draft is saved."
        if self._shelf.force in (name, f"{name}@{DRAFT}"):
            done += " It is in force from the next question."
        return wrong or self._show({"name": name}, done=done)

    def _publish(self, data: Data) -> Screen:
        name, described = text(data, "name"), read_fields(data.get("fields")).get("description", "").strip()
        try:
            version = self._shelf.library.publish(name, described)
        except EtudeError as error:
            return self._show({"name": name}, str(error))
        return self._show({"name": name}, done=f"The draft is now also version {version}.")

    def _delete(self, data: Data) -> Screen:
        name = text(data, "name")
        self._shelf.library.delete(name)
        return self._list({}, done=f"{name} is deleted.")

    def _try(self, data: Data) -> Screen:
        name, version = text(data, "name"), text(data, "version")
        wanted = name if version in ("", DRAFT) else f"{name}@{version}"
        choices = self._shelf.choices()
        chosen = next((each for each in (wanted, self._shelf.force) if each in choices), "default")
        return self._trial(Trial(chosen))

    def _check(self, data: Data) -> Screen:
        fields = data.get("fields")
        sent = fields if isinstance(fields, Mapping) else {}
        source = next((each for each in SOURCES if each == sent.get("source")), "INPUT")
        said = {name: text(sent, name, LONGEST) for name in ("guardrail", "text", "question", "passage")}
        return self._trial(Trial(source=source, **said), check=True)  # type: ignore[arg-type]

    def _trial(self, trial: Trial, *, check: bool = False) -> Screen:
        choices, outcome, notice = self._shelf.choices(), None, ""
        if check:
            try:
                outcome = self._trier.outcome(trial)
            except EtudeError as error:
                notice = str(error)
        name, _, version = trial.guardrail.partition("@")
        address = f"doing=try&guardrail={quote(name)}" + (f"&version={quote(version)}" if version else "")
        return Screen(try_html(choices, trial, outcome, notice), "try", address, "Try a text")

    def _lost(self) -> str:
        """Say that the guardrail that the settings name is not there."""
        if not self._shelf.force:
            return ""
        name, _, version = self._shelf.force.partition("@")
        try:
            self._shelf.library.load(name, version or DRAFT)
        except EtudeError as error:
            return f"What the settings put in force cannot be used, and no question is answered. {error}"
        return ""
