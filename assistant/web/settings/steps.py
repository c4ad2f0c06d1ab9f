"""What each step of the person does in the Settings tab, and the screen that follows. Knows nothing of Gradio."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sqlalchemy.engine import make_url

from assistant.doctor import Finding, examine
from assistant.errors import EtudeError, InputError
from assistant.models.catalog import ModelCard
from assistant.models.sources import bytes_in
from assistant.people import Person
from assistant.rooms import guardrails_of
from assistant.settings import Settings
from assistant.web.guardrails.shelf import Shelf as Guardrails
from assistant.web.screen import Screen
from assistant.web.settings import answers_view, records_view
from assistant.web.settings.appearance_view import appearance_html
from assistant.web.settings.choosing import backend_changes, own_fields
from assistant.web.settings.device_view import device_html
from assistant.web.settings.downloads import Downloads
from assistant.web.settings.form import LONGEST, Fields, changes_in
from assistant.web.settings.known import WrongValue
from assistant.web.settings.machine import look
from assistant.web.settings.models_view import models_html
from assistant.web.settings.saving import SECRET, Saving
from assistant.web.settings.shelf import Shelf
from assistant.web.settings.sizes import in_words
from assistant.web.settings.trying import try_backend
from assistant.web.values import Data, text

Typed = Mapping[str, str]


class Steps:
    """Takes steps.

    Args:
        settings: in force; what is saved is put into them.
        changed: called when something is in force that was not.
        cards: other models than those of the catalog.

    """

    address: tuple[str, ...] = ("section",)

    def __init__(
        self,
        settings: Settings,
        changed: Callable[[], object] = lambda: None,
        cards: Mapping[str, ModelCard] | None = None,
    ) -> None:
        self._settings, self._saving = settings, Saving(settings, changed)
        self.downloads = Downloads(settings)
        self._shelf = Shelf(settings, self.downloads, cards)
        self._steps: dict[str, Callable[[Data], Screen]] = {
            "show": self._show,
            "save": self._save,
            "try": self._try,
            "forget": self._forget,
            "pull": lambda data: self._model(data, self._pull),
            "cancel": lambda data: self._model(data, self._cancel),
            "delete": lambda data: self._model(data, self._delete),
            "use": lambda data: self._model(data, self._use),
            "doctor": lambda data: self._records(findings=_checked()),
        }

    def take(self, data: Data) -> Screen:
        """Take a step; what is wrong is said on the section that the person is on."""
        try:
            return self._steps.get(text(data, "do"), self._show)(data)
        except EtudeError as error:
            return self._section(text(data, "section"), notice=str(error))

    def opening(self, address: Mapping[str, str]) -> Screen:
        """Return the screen that the page's address names."""
        return self.take({"do": "show", "section": address.get("section", "")})

    def of(self, person: Person) -> Steps | Looks:
        """Return the steps that a person may take."""
        return self if person.admin else Looks()

    def _show(self, data: Data) -> Screen:
        return self._section(text(data, "section"))

    def _section(self, name: str, **told: Any) -> Screen:
        sections: dict[str, Callable[..., Screen]] = {
            "device": self._device,
            "answers": self._answers,
            "appearance": self._appearance,
            "records": self._records,
            "models": self._models,
        }
        return sections[name if name in sections else "models"](**told)

    # --- forms ---

    def _save(self, data: Data) -> Screen:
        section, typed = text(data, "section"), _typed(data)
        section = section if section in ("device", "answers", "records") else "answers"
        try:
            done = self._saving.save(self._changes(section, typed))
        except WrongValue as error:
            return self._section(section, typed=typed, errors={error.field: str(error)})
        except EtudeError as error:
            return self._section(section, typed=typed, notice=str(error))
        return self._section(section, done=done)

    def _changes(self, section: str, typed: Typed) -> dict[str, Any]:
        if section == "device":
            return backend_changes(typed, self._saving, self._shelf)
        names: Sequence[str] = answers_view.NAMES if section == "answers" else records_view.NAMES
        return changes_in(typed, names, self._saving)

    def _try(self, data: Data) -> Screen:
        typed = _typed(data)
        try:
            tried = try_backend(self._saving.draft(backend_changes(typed, self._saving, self._shelf)))
        except WrongValue as error:
            return self._device(typed=typed, errors={error.field: str(error)})
        except EtudeError as error:
            return self._device(typed=typed, refused=str(error))
        return self._device(typed=typed, tried=tried)

    def _forget(self, _data: Data) -> Screen:
        self._saving.save({SECRET: None})
        return self._device(done="The key is forgotten.")

    # --- models ---

    def _model(self, data: Data, do: Callable[[str], str]) -> Screen:
        try:
            done = do(text(data, "model"))
        except EtudeError as error:
            return self._models(notice=str(error))
        return self._models(done=done)

    def _pull(self, model: str) -> str:
        self._shelf.pull(model)
        return ""

    def _cancel(self, model: str) -> str:
        self.downloads.cancel(model)
        return "The download is stopped. What has arrived is kept, and the next one goes on from there."

    def _delete(self, model: str) -> str:
        return f"{self._shelf.delete(model)} is deleted."

    def _use(self, model: str) -> str:
        card = self._shelf.check_chat(model)
        if why := self._saving.forced("model") or self._saving.forced("backend"):
            raise InputError(f"The model cannot be chosen here. {why}")
        return f"{card.name} writes the answers. {self._saving.save({'model': card.id, 'backend': 'embedded'})}"

    # --- sections ---

    def _models(self, *, notice: str = "", done: str = "", **_: Any) -> Screen:
        settings = self._settings
        elsewhere = ""
        if settings.backend == "openai":
            elsewhere = f"A server writes the answers now, with {settings.endpoint.model}; the Device section has it."
        elif settings.backend == "transformers":
            elsewhere = f"The model folder {settings.model} writes the answers now."
        elif settings.model not in self._shelf.cards:
            elsewhere = f"A file of your own writes the answers now: {settings.model}."
        html = models_html(
            self._shelf.entries("chat"),
            self._shelf.entries("embedding"),
            free=self._shelf.free(),
            place=self._shelf.place,
            elsewhere=elsewhere,
            forced=self._saving.forced("model") or self._saving.forced("backend"),
            notice=notice,
            done=done,
            changed=bool(done),
        )
        return Screen(html, "models", "section=models")

    def _device(self, *, typed: Typed | None = None, errors: Typed | None = None, **told: str) -> Screen:
        fields = Fields(self._saving, {**own_fields(self._saving), **(typed or {}), SECRET: ""}, errors)
        return Screen(device_html(look(), fields, self._chat_models(), **told), "device", "section=device")

    def _chat_models(self) -> dict[str, str]:
        here = {entry.card.id: entry.card.name for entry in self._shelf.entries("chat") if entry.folder}
        model = self._settings.model
        return here if model in here or self._settings.backend != "embedded" else {model: model, **here}

    def _appearance(self, **_: Any) -> Screen:
        return Screen(appearance_html(), "appearance", "section=appearance")

    def _answers(self, *, typed: Typed | None = None, errors: Typed | None = None, **told: str) -> Screen:
        choices = Guardrails(guardrails_of(self._settings), "").choices()
        html = answers_view.answers_html(Fields(self._saving, typed, errors), choices, **told)
        return Screen(html, "answers", "section=answers")

    def _records(
        self,
        *,
        typed: Typed | None = None,
        errors: Typed | None = None,
        findings: Sequence[Finding] | None = None,
        **told: str,
    ) -> Screen:
        fields = Fields(self._saving, typed, errors)
        html = records_view.records_html(fields, self._places(), _version(), findings, **told)
        return Screen(html, "records", "section=records")

    def _places(self) -> list[records_view.Place]:
        settings, place = self._settings, self._saving.place
        url = make_url(settings.database_url)
        folders = {"Models": self._shelf.place, "Notes, as they are searched": settings.index_folder}
        rows = [
            records_view.Place("Home", str(settings.home)),
            records_view.Place("Settings", str(place), "" if place.is_file() else "not there yet"),
            records_view.Place("Records", (url.database or "") if url.drivername == "sqlite" else str(url)),
        ]
        for what, folder in folders.items():
            rows.append(
                records_view.Place(what, str(folder), in_words(size) if (size := bytes_in(folder)) else "empty")
            )
        return rows


class Looks:
    """The steps of somebody who is no admin: the appearance alone."""

    address: tuple[str, ...] = ("section",)

    def take(self, _data: Data) -> Screen:
        """Show the appearance."""
        return Screen(appearance_html(alone=True), "appearance", "section=appearance")

    def opening(self, _address: Mapping[str, str]) -> Screen:
        """Return the one screen there is."""
        return self.take({})


def _typed(data: Data) -> dict[str, str]:
    sent = data.get("fields")
    return {str(name): text(sent, str(name), LONGEST) for name in sent} if isinstance(sent, Mapping) else {}


def _checked() -> list[Finding]:
    # The port is taken by the page itself.
    return [finding for finding in examine() if finding.check != "port"]


def _version() -> str:
    try:
        return version("etude-assistant")
    except PackageNotFoundError:
        return ""
