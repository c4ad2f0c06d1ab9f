"""The Device section: what the machine has, and who writes the answers: this program, a server, a model folder."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from assistant.web import words
from assistant.web.fields import form, with_form
from assistant.web.settings.form import Fields
from assistant.web.settings.machine import Machine
from assistant.web.settings.places import facts, top
from assistant.web.settings.saving import SECRET
from assistant.web.settings.sizes import in_words

BACKENDS = {
    "embedded": ("Etude itself", "llama.cpp in this program, with a model of the catalog."),
    "openai": ("A server", "Any that is OpenAI-compatible: vLLM, Ollama, a gateway."),
    "transformers": ("A model folder", "From Hugging Face, through transformers; on the GPU where there is one."),
}
EMBEDDED, FOLDER = "embedded", "folder"
"""Fields of the form that both name the model."""


def device_html(
    machine: Machine,
    fields: Fields,
    models: Mapping[str, str],
    *,
    notice: str = "",
    done: str = "",
    tried: str = "",
    refused: str = "",
) -> str:
    """Return the section.

    Args:
        machine: what there is.
        fields: of the form.
        models: the chat models that are here, by id.
        notice: what went wrong.
        done: what was done.
        tried: what came of trying, where it went well.
        refused: what came of it where it did not.

    """
    saving = fields.saving
    gpus = "<br>".join(map(escape, machine.gpus)) or "None that PyTorch can use; models run on the CPU"
    rows = {
        "Cores": f"{machine.cores} that Etude may use",
        "Memory": f"{in_words(machine.memory)}, of which {in_words(machine.available)} are free now",
        "GPU": gpus,
    }
    of_openai = (
        f"{fields.text('endpoint.base_url')}{fields.text('endpoint.model')}{_key(fields)}"
        '<p class="hint">Questions and passages of your notes go to that server.</p>'
    )
    model_closed = saving.forced("model")
    off = " disabled" if model_closed else ""
    choice = fields.sheet.choice(EMBEDDED, "Model", models).replace("<select ", f"<select{off} ", 1)
    folder = fields.sheet.line(
        FOLDER, "Folder", longest=400, hint="Holds config.json, a tokenizer and weights.", also=off
    )
    closed = f'<p class="hint">{escape(model_closed)}</p>' if model_closed else ""
    body = (
        f"{_backends(fields)}"
        f'<div class="of-embedded">{choice}{closed}{fields.number("threads")}{fields.number("context_length")}</div>'
        f'<div class="of-openai">{of_openai}</div><div class="of-transformers">{folder}{closed}</div>'
        '<div class="send"><button type="submit" class="primary wide" data-focus="save">Save</button>'
        f"{with_form('Try it', {'do': 'try'}, extra=' data-focus=try')}"
        '<p class="hint waiting" role="status"><span class="pulse"></span>Asking</p></div>'
        f"{_tried(tried)}{words.notice(refused)}"
    )
    return (
        f"{top('device', notice=notice, done=done, changed=bool(done))}"
        f'<section class="first"><h3>This machine</h3>{facts(rows)}</section>'
        f"<section>{form({'do': 'save', 'section': 'device'}, body, 'edit device')}</section>"
    )


def _backends(fields: Fields) -> str:
    forced, chosen = fields.saving.forced("backend"), fields.sheet.value("backend")
    options = "".join(
        f'<label><input type="radio" name="backend" value="{name}"{" checked" if name == chosen else ""}'
        f"{' disabled' if forced else ''}><span><b>{title}</b><small>{what}</small></span></label>"
        for name, (title, what) in BACKENDS.items()
    )
    why = f'<small class="forced">{escape(forced)}</small>' if forced else ""
    wrong = fields.sheet.wrong("backend")
    return f'<fieldset class="ways"><legend>Who writes the answers</legend>{options}{why}{wrong}</fieldset>'


def _key(fields: Fields) -> str:
    kept = bool(fields.saving.value(SECRET))
    hint = "A key is saved; it is never shown. Leave this empty to keep it." if kept else "Local servers ask for none."
    field = fields.text(SECRET, hint=hint, kind="password", also=' autocomplete="new-password"')
    forget = words.button("Forget the key", do="forget", extra=' data-focus="forget" data-sure="Forget it?"')
    return field + (f'<p class="forget">{forget}</p>' if kept and not fields.saving.forced(SECRET) else "")


def _tried(said: str) -> str:
    return f'<p class="said tried" role="status">{escape(said)}</p>' if said else ""
