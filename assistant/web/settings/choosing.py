"""The form of the Device section as changes of settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.errors import EtudeError
from assistant.web.settings.device_view import BACKENDS, EMBEDDED, FOLDER
from assistant.web.settings.form import changes_in
from assistant.web.settings.known import WrongValue
from assistant.web.settings.saving import SECRET, Saving
from assistant.web.settings.shelf import Shelf

_OF = {
    "embedded": ("threads", "context_length"),
    "openai": ("endpoint.base_url", "endpoint.model"),
    "transformers": (),
}


def own_fields(saving: Saving) -> dict[str, str]:
    """Return what the two fields hold that both name the model."""
    model, backend = saving.shown("model"), saving.shown("backend")
    return {EMBEDDED: model, FOLDER: model if backend == "transformers" else ""}


def backend_changes(typed: Mapping[str, str], saving: Saving, shelf: Shelf) -> dict[str, Any]:
    """Return the changes that the form asks for.

    Raises:
        WrongValue: what the chosen back end needs is missing or wrong.

    """
    changes = changes_in(typed, ("backend",), saving)
    backend = str(changes.get("backend", saving.value("backend")))
    if backend not in BACKENDS:
        raise WrongValue("backend", "Choose who writes the answers.")
    changes |= changes_in(typed, _OF[backend], saving)
    if backend == "openai":
        return changes | _server(typed, changes, saving)
    if saving.forced("model"):
        return changes
    model = _folder(typed.get(FOLDER, "")) if backend == "transformers" else _embedded(typed.get(EMBEDDED, ""), shelf)
    return changes if model == saving.value("model") else changes | {"model": model}


def _server(typed: Mapping[str, str], changes: dict[str, Any], saving: Saving) -> dict[str, Any]:
    for name, said in (
        ("endpoint.base_url", "Write the address of the server; it begins with http:// or https://."),
        ("endpoint.model", "Write the model that the server is to use."),
    ):
        value = str(changes.get(name, saving.value(name)))
        if not value or (name == "endpoint.base_url" and not value.startswith(("http://", "https://"))):
            raise WrongValue(name, said)
    if saving.forced(SECRET):
        return {}
    if key := typed.get(SECRET, "").strip():
        return {SECRET: key}
    # A key is for whom it was given to.
    return {SECRET: None} if "endpoint.base_url" in changes and saving.value(SECRET) else {}


def _folder(typed: str) -> str:
    folder = Path(typed.strip()).expanduser()
    if not typed.strip() or not (folder / "config.json").is_file():
        raise WrongValue(FOLDER, "Write the folder of a Hugging Face model; it holds config.json.")
    return str(folder)


def _embedded(typed: str, shelf: Shelf) -> str:
    if typed == shelf.settings.model:
        return typed
    try:
        return shelf.check_chat(typed).id
    except EtudeError as error:
        raise WrongValue(EMBEDDED, str(error)) from error
