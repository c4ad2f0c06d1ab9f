"""The list of guardrails, and one of them in plain words with its versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from assistant.guardrails.document import GuardrailDocument, dump
from assistant.guardrails.library import DRAFT
from assistant.web import words
from assistant.web.fields import Sheet, form, said
from assistant.web.guardrails.policies import POLICIES, Policy, settings_of
from assistant.web.guardrails.views import views
from assistant.web.screen import head

LONGEST_DESCRIPTION = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """A guardrail of the list; ``force`` is the version in force, ``problem`` says why it cannot be read."""

    name: str
    description: str = ""
    versions: tuple[str, ...] = ()
    shipped: bool = False
    force: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One guardrail to show: an entry of the list, the version, its document, and how the draft stands to versions."""

    entry: Entry
    version: str
    document: GuardrailDocument
    changed: str = ""


def list_html(entries: Sequence[Entry], force: str, *, notice: str = "", done: str = "") -> str:
    """Return the list; ``force`` is what the settings name, empty where they name none."""
    rows = "".join(f"<li>{_row(entry)}</li>" for entry in entries)
    none = "" if force else '<p class="hint">No guardrail is in force: every text passes as it is.</p>'
    return (
        f'{views("list")}{words.notice(notice)}{said(done)}{none}<ul class="guardrails">{rows}</ul>'
        '<p class="hint">The one in force reads every question, passage and answer, on this machine. To put another in '
        'force, write its name in etude.toml, as in <code>guardrail = "strict"</code> or '
        '<code>guardrail = "mine@2"</code>, and start Etude again.</p>'
    )


def show_html(shown: Shown, *, notice: str = "", done: str = "") -> str:
    """Return one version of a guardrail in plain words."""
    entry, document = shown.entry, shown.document
    here = {"name": entry.name, "version": shown.version}
    editable = not entry.shipped and shown.version == DRAFT
    edit = "Edit" if editable else "Copy and edit"
    acts = words.button(edit, {"do": "edit", **here}, key="e", classes="primary wide", extra=' data-focus="edit"')
    acts += words.button("Try a text", {"do": "try", **here}, key="t", extra=' data-focus="try"')
    if editable:
        acts += words.button("Copy", {"do": "edit", **here}, new=True)
    sections = "".join(_policy(policy, document) for policy in POLICIES)
    messages = (
        f"<dl><div><dt>Question</dt><dd>{escape(document.blockedInputMessaging)}</dd></div>"
        f"<div><dt>Answer</dt><dd>{escape(document.blockedOutputsMessaging)}</dd></div></dl>"
    )
    return (
        f"{head(entry.name, 'Guardrails', {'do': 'list'}, tools=_tags(entry, shown.version))}"
        f"{words.notice(notice)}{said(done)}"
        f'<p class="lead">{escape(document.description or "")}</p><p class="more">{acts}</p>{_versions(shown)}'
        f"{sections}<section><h3>Said instead of what is stopped</h3>{messages}</section>"
        f'<section><details><summary>As YAML</summary><pre tabindex="0">{escape(dump(document))}</pre></details>'
        "</section>"
    )


def broken_html(entry: Entry, notice: str) -> str:
    """Return what can be done about a guardrail that cannot be read."""
    return (
        head(entry.name, "Guardrails", {"do": "list"}) + words.notice(notice) + f'<p class="more">{_delete(entry)}</p>'
    )


def _row(entry: Entry) -> str:
    name = words.button(escape(entry.name), classes="plain name", do="show", name=entry.name)
    about = entry.problem or entry.description
    return f'<div class="what">{name}<small>{escape(about)}</small></div>{_tags(entry, entry.force)}'


def _tags(entry: Entry, version: str) -> str:
    tags = []
    if entry.force and entry.force == version:
        tags.append(f'<b class="tag">In force{"" if version == DRAFT else f": version {escape(version)}"}</b>')
    elif entry.force:
        tags.append(f"<span>In force: {_title(entry.force).lower()}</span>")
    if entry.shipped:
        tags.append("<span>Ships with Etude</span>")
    else:
        numbers = len([each for each in entry.versions if each != DRAFT])
        tags.append(f"<span>{words.count(numbers, 'version') if numbers else 'Draft'}</span>")
    return f'<p class="tags">{"".join(tags)}</p>'


def _versions(shown: Shown) -> str:
    entry = shown.entry
    if entry.shipped:
        return ""
    names = "".join(
        words.button(
            _title(version),
            {"do": "show", "name": entry.name, "version": version},
            extra=' aria-current="true"' if version == shown.version else "",
        )
        for version in entry.versions
    )
    listed = f'<nav class="versions" aria-label="Versions">{names}</nav>'
    if shown.version != DRAFT:
        hint = '<p class="hint">A version never changes.</p>'
        return f'<section class="of-versions"><h3>Versions</h3>{listed}{hint}</section>'
    field = Sheet({}, {}).line("description", "What is new", longest=LONGEST_DESCRIPTION, hint="Optional.")
    save = '<button type="submit" class="plain" data-focus="publish">Save a version</button>'
    publish = form({"do": "publish", "name": entry.name}, field + save, "publish")
    stands = f'<p class="hint">{escape(shown.changed)}</p>' if shown.changed else ""
    return f'<section class="of-versions"><h3>Versions</h3>{listed}{stands}{publish}{_delete(entry)}</section>'


def _delete(entry: Entry) -> str:
    sure = f' data-sure="Delete {escape(entry.name)} and its versions?"'
    return words.button("Delete", {"do": "delete", "name": entry.name}, classes="plain discard", extra=sure)


def _title(version: str) -> str:
    return "Draft" if version == DRAFT else f"Version {version}"


def _policy(policy: Policy, document: GuardrailDocument) -> str:
    lines = settings_of(policy, document)
    if not lines:
        return f'<section class="policy off"><h3>{policy.title}</h3><p class="hint">Off.</p></section>'
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in lines)
    return (
        f'<section class="policy"><h3>{policy.title}</h3><p>{escape(policy.does)}</p><dl>{rows}</dl>'
        f'<p class="misses"><b>Does not see</b> {escape(policy.misses)}</p></section>'
    )
