"""One template: what it says, and how it differs from the shipped one."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assistant.prompts import PromptTemplate
from assistant.prompts.library import Entry
from assistant.web import words
from assistant.web.fields import said
from assistant.web.prompts.list_view import described, tags
from assistant.web.screen import head

_SIGNS = {"+": "ins", "-": "del"}


def show_html(
    entry: Entry, template: PromptTemplate, versions: Sequence[str], difference: Sequence[str], *, done: str = ""
) -> str:
    """Return one version of a template; ``difference`` are the lines against the shipped one."""
    here = {"id": template.id, "version": _other(entry, template)}
    acts = words.button("Edit", {"do": "edit", **here}, key="e", classes="primary wide", extra=' data-focus="edit"')
    acts += words.button("Fill in", {"do": "fill", **here}, key="t", extra=' data-focus="fill"')
    acts += words.button("Copy", {"do": "edit", **here}, copy=True, extra=' data-focus="copy"')
    acts += _delete(entry)
    return (
        f"{head(template.id, 'Prompts', {'do': 'list'}, tools=tags(entry))}{said(done)}"
        f'<p class="lead">{described(template.description)}</p><p class="more">{acts}</p>'
        f"{_versions(template, versions)}"
        f"{_facts(template)}{_difference(entry, difference)}{_text('System', template.system)}"
        f"{_text('User', template.user)}{_examples(template)}"
    )


def broken_html(entry: Entry) -> str:
    """Return what can be done about a file that is not valid."""
    edit = words.button("Edit", {"do": "edit", "id": entry.id}, key="e", classes="primary wide")
    return (
        f"{head(entry.id, 'Prompts', {'do': 'list'}, tools=tags(entry))}{words.notice(entry.problem)}"
        f'<p class="more">{edit if entry.own else ""}{_delete(entry)}</p>'
    )


def _other(entry: Entry, template: PromptTemplate) -> str:
    """Return the version where it is not the one in force."""
    in_force = entry.template and entry.template.version == template.version
    return "" if in_force else str(template.version)


def _delete(entry: Entry) -> str:
    if not entry.own:
        return ""
    label = "Go back to the shipped one" if entry.replaces else "Delete"
    older = " and its older versions" if entry.older else ""
    sure = f' data-sure="Delete your {escape(entry.id)}{older}?"'
    return words.button(label, {"do": "delete", "id": entry.id}, classes="plain discard", extra=sure)


def _versions(template: PromptTemplate, versions: Sequence[str]) -> str:
    if len(versions) < 2:
        return ""
    names = "".join(
        words.button(
            f"Version {escape(version)}",
            {"do": "show", "id": template.id, "version": "" if version == versions[0] else version},
            extra=' aria-current="true"' if version == str(template.version) else "",
        )
        for version in versions
    )
    return f'<nav class="versions" aria-label="Versions, the one in force first">{names}</nav>'


def _facts(template: PromptTemplate) -> str:
    settings = template.inference.model_dump(exclude_unset=True)
    rows = [
        ("Name", template.name),
        ("Version", str(template.version)),
        ("Variables", ", ".join(f"{name} ({kind})" for name, kind in template.variables.items())),
        ("Settings", ", ".join(f"{name} {value}" for name, value in settings.items()) or "those of Etude"),
        ("Models", ", ".join(template.families) or "any"),
        ("Answer after", template.answer_after),
        ("File", str(template.file)),
    ]
    body = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in rows if value)
    return f'<dl class="facts">{body}</dl>'


def _difference(entry: Entry, lines: Sequence[str]) -> str:
    if not entry.replaces:
        return ""
    title = f"Against the shipped version {escape(str(entry.replaces.version))}"
    if not lines:
        return f'<section><h3>{title}</h3><p class="hint">It is the same.</p></section>'
    # Every line ends inside its element, so that none runs into the next when it is read aloud or copied.
    body = "".join(
        f"<{sign}>{escape(line)}\n</{sign}>" if (sign := _SIGNS.get(line[:1])) else f"<span>{escape(line)}\n</span>"
        for line in lines
    )
    return f'<section><h3>{title}</h3><pre class="diff" tabindex="0" aria-label="{title}">{body}</pre></section>'


def _text(title: str, text: str) -> str:
    return f'<section><h3>{title}</h3><pre tabindex="0" aria-label="{title}">{escape(text.strip())}</pre></section>'


def _examples(template: PromptTemplate) -> str:
    if not template.examples:
        return ""
    rows = "".join(
        f"<li><h4>User</h4><pre>{escape(each.user.strip())}</pre><h4>Assistant</h4>"
        f"<pre>{escape(each.assistant.strip())}</pre></li>"
        for each in template.examples
    )
    label = words.count(len(template.examples), "worked example")
    return f'<section><details><summary>{label}</summary><ol class="examples">{rows}</ol></details></section>'
