"""Editing a guardrail: a form with a part for each policy, or the whole as YAML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from assistant.guardrails.library import DRAFT
from assistant.web import words
from assistant.web.fields import Sheet, form, hidden, with_form
from assistant.web.guardrails.form import (
    CONTENT_ROWS,
    GROUNDING_ROWS,
    PATTERN_ROWS,
    PERSONAL_ROWS,
    PROFANITY,
    SWITCHED_WORDS,
    TOPIC_ROWS,
    WORDS,
    count,
)
from assistant.web.guardrails.kinds import ACTIONS, CONTENT, PERSONAL, STRENGTHS, capital
from assistant.web.guardrails.policies import POLICIES, Policy
from assistant.web.screen import head

_PASS = {"": "Leave alone"}
_NOTE_OR_BLOCK = {**_PASS, "NONE": ACTIONS["NONE"], "BLOCK": ACTIONS["BLOCK"]}
_GROUNDING = {"": "Off", "NONE": "Mark the sentence", "BLOCK": "Remove the sentence"}
_RELEVANCE = {"": "Off", "NONE": "Only note", "BLOCK": "Withhold the answer"}
_SIDES = (("input", "Questions"), ("output", "Answers"))
_MOST = {TOPIC_ROWS: 30, PATTERN_ROWS: 30}


@dataclass(frozen=True, slots=True)
class Editing:
    """What is edited: the guardrail that was opened, and whether it is saved as one of another name."""

    of: str
    version: str = DRAFT
    new: bool = False

    def step(self, do: str, **more: object) -> dict[str, object]:
        """Return a step that goes on with it."""
        return {"do": do, "name": self.of, "version": self.version, "new": self.new, **more}


def form_html(editing: Editing, sheet: Sheet, notice: str = "") -> str:
    """Return the form."""
    parts = (_content, _topics, _words, _personal, _grounding)
    sections = "".join(
        f"<section><h3>{escape(policy.title)}</h3>{_about(policy)}{part(editing, sheet)}{sheet.wrong(policy.field)}"
        "</section>"
        for policy, part in zip(POLICIES, parts, strict=True)
    )
    if editing.new:
        name = sheet.line("name", "Name", longest=50, hint="Letters, digits, hyphens and underscores.")
    else:
        name = hidden("name", sheet.value("name"))
    messages = sheet.lines("blockedInputMessaging", "Instead of a question that is stopped") + sheet.lines(
        "blockedOutputsMessaging", "Instead of an answer that is stopped"
    )
    body = (
        f"{name}{sheet.line('description', 'Description', longest=200)}{sections}"
        f'<section><h3>What is said instead</h3><div class="pair">{messages}</div></section>'
    )
    wrong = "Correct what is marked, then save again." if sheet.errors else ""
    return _screen(editing, "form", body, notice or sheet.errors.get("", "") or wrong)


def yaml_html(editing: Editing, yaml: str, notice: str = "") -> str:
    """Return the whole as YAML to edit."""
    sheet = Sheet({"yaml": yaml}, {"yaml": notice} if notice else {})
    hint = "YAML or JSON, with the fields of Bedrock’s CreateGuardrail."
    return _screen(editing, "yaml", sheet.lines("yaml", "Guardrail", rows=28, hint=hint, classes="code"), "")


def _screen(editing: Editing, mode: str, body: str, notice: str) -> str:
    title = f"{'Copy of' if editing.new else 'Edit'} {editing.of}"
    other, label = ("yaml", "Edit as YAML") if mode == "form" else ("form", "Edit as a form")
    back = {"do": "list"} if editing.new else {"do": "show", "name": editing.of}
    switch = with_form(label, editing.step("switch", mode=mode, to=other), extra=' data-focus="switch"')
    save = '<button type="submit" class="primary wide" data-focus="save">Save the draft</button>'
    kept = (
        f'<p class="hint">{escape(editing.of)} stays as it is; what you save becomes a guardrail of your own.</p>'
        if editing.new
        else ""
    )
    body = f'{kept}{words.notice(notice)}{body}<div class="steps">{save}{switch}</div>'
    header = head(title, "Guardrails" if editing.new else editing.of, back)
    return header + form(editing.step("save", mode=mode), body, f"edit {mode}")


def _about(policy: Policy) -> str:
    return f'<p class="hint">{escape(policy.does)}</p>'


def _content(_editing: Editing, sheet: Sheet) -> str:
    rows = []
    for at in _by_kind(sheet, CONTENT_ROWS, list(CONTENT)):
        row = f"{CONTENT_ROWS}.{at}"
        kind = sheet.value(f"{row}.type")
        name, meaning = capital(CONTENT[kind][0]), CONTENT[kind][1]
        if kind == "PROMPT_ATTACK":
            cells = sheet.cell(f"{row}.inputStrength", "Questions and passages", STRENGTHS, name)
            cells += hidden(f"{row}.outputStrength", "NONE")
        else:
            cells = "".join(sheet.cell(f"{row}.{side}Strength", label, STRENGTHS, name) for side, label in _SIDES)
        rest = sheet.rest(row, "inputStrength", "outputStrength")
        label = f"<b>{name}</b><small>{escape(meaning)}</small>{_switches(sheet, row)}"
        rows.append(_settings(label, cells + rest + sheet.wrong(row)))
    return "".join(rows)


def _topics(editing: Editing, sheet: Sheet) -> str:
    rows = []
    for at in range(count(sheet.fields, TOPIC_ROWS)):
        row = f"{TOPIC_ROWS}.{at}"
        rows.append(
            f'<fieldset class="row"><legend>Topic {at + 1}</legend>{_remove(editing, "topic", at)}'
            + sheet.line(f"{row}.name", "Name", longest=100)
            + sheet.lines(f"{row}.definition", "What it is, in a sentence", hint="At most 200 characters.")
            + sheet.lines(
                f"{row}.examples", "Questions that belong to it", rows=3, hint="One a line, at most five; three help."
            )
            + sheet.rest(row, "name", "definition", "examples")
            + _switches(sheet, row)
            + sheet.wrong(row)
            + "</fieldset>"
        )
    return "".join(rows) + _add(editing, sheet, "topic", TOPIC_ROWS, "Add a topic")


def _words(_editing: Editing, sheet: Sheet) -> str:
    own = sheet.lines(WORDS, "Words of your own", rows=3, hint="One a line; a text that has one is stopped.")
    cells = "".join(sheet.cell(f"{PROFANITY}.{side}", label, _NOTE_OR_BLOCK, "Swear words") for side, label in _SIDES)
    managed = _settings("<b>Swear words</b><small>English ones, of a list that Etude brings</small>", cells)
    switched = sheet.value(SWITCHED_WORDS)
    more = '<p class="hint small">Some words have switches of their own, which YAML shows.</p>' if switched else ""
    return own + more + hidden(SWITCHED_WORDS, switched) + hidden(f"{PROFANITY}.type", "PROFANITY") + managed


def _personal(editing: Editing, sheet: Sheet) -> str:
    groups = []
    for title, names in PERSONAL.items():
        cells = []
        for at in _by_kind(sheet, PERSONAL_ROWS, list(names)):
            row = f"{PERSONAL_ROWS}.{at}"
            name = capital(names[sheet.value(f"{row}.type")])
            choose = sheet.cell(f"{row}.action", "", {**_PASS, **ACTIONS}, name)
            label = f"<span>{escape(name)}{_switches(sheet, row)}</span>"
            cells.append(f'<div class="kind">{label}{choose}{sheet.rest(row, "action")}</div>')
        groups.append(f'<fieldset class="kinds"><legend>{title}</legend>{"".join(cells)}</fieldset>')
    return "".join(groups) + _patterns(editing, sheet)


def _patterns(editing: Editing, sheet: Sheet) -> str:
    rows = []
    for at in range(count(sheet.fields, PATTERN_ROWS)):
        row = f"{PATTERN_ROWS}.{at}"
        rows.append(
            f'<fieldset class="row"><legend>Pattern {at + 1}</legend>{_remove(editing, "pattern", at)}'
            f'<div class="pair">{sheet.line(f"{row}.name", "Name", longest=100)}'
            f"{sheet.choice(f'{row}.action', 'What is done', ACTIONS)}</div>"
            + sheet.line(f"{row}.pattern", "Regular expression", longest=500, also=' class="code"')
            + sheet.line(f"{row}.description", "Description", longest=1000)
            + sheet.rest(row, "name", "action", "pattern", "description")
            + _switches(sheet, row)
            + sheet.wrong(row)
            + "</fieldset>"
        )
    return "".join(rows) + _add(editing, sheet, "pattern", PATTERN_ROWS, "Add a pattern of your own")


def _grounding(_editing: Editing, sheet: Sheet) -> str:
    rows = []
    for at in _by_kind(sheet, GROUNDING_ROWS, ["GROUNDING", "RELEVANCE"]):
        row = f"{GROUNDING_ROWS}.{at}"
        grounding = sheet.value(f"{row}.type") == "GROUNDING"
        title, what = (
            ("Grounding", "of a sentence in the passages")
            if grounding
            else ("Relevance", "of the answer to the question")
        )
        rows.append(
            f'<div class="pair threshold">'
            f"{sheet.choice(f'{row}.action', f'{title}: below the threshold', _GROUNDING if grounding else _RELEVANCE)}"
            + sheet.line(
                f"{row}.threshold",
                f"{title}: threshold",
                longest=8,
                hint=f"0 to 0.99, {what}.",
                also=' inputmode="decimal"',
            )
            + sheet.rest(row, "action", "threshold")
            + "</div>"
        )
    return "".join(rows)


def _switches(sheet: Sheet, row: str) -> str:
    """Say that questions and answers are treated otherwise than the form shows."""
    set_here = any(f"{row}.{side}{switch}" in sheet.fields for side, _ in _SIDES for switch in ("Action", "Enabled"))
    return '<small class="switched">Questions and answers differ here, as YAML shows.</small>' if set_here else ""


def _settings(label: str, cells: str) -> str:
    return f'<div class="settings"><p>{label}</p>{cells}</div>'


def _by_kind(sheet: Sheet, rows: str, kinds: list[str]) -> list[int]:
    """Return the rows of these kinds, in the order of the kinds."""
    at = {sheet.value(f"{rows}.{row}.type"): row for row in range(count(sheet.fields, rows))}
    return [at[kind] for kind in kinds if kind in at]


def _add(editing: Editing, sheet: Sheet, what: str, rows: str, label: str) -> str:
    at = count(sheet.fields, rows)
    if at >= _MOST[rows]:
        return f'<p class="hint">There may be {_MOST[rows]}.</p>'
    button = with_form(
        label, editing.step("add", what=what), then=f"{rows}.{at}.name", extra=f' data-focus="add-{what}"'
    )
    return f'<p class="more">{button}</p>'


def _remove(editing: Editing, what: str, at: int) -> str:
    return with_form("Remove", editing.step("remove", what=what, row=at), then=f"add-{what}")
