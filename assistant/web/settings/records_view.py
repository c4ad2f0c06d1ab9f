"""The Records section: how long they are kept, a copy of them, where everything is, and what the doctor says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from assistant.doctor import Finding
from assistant.web.fields import form
from assistant.web.settings.files import ADDRESS
from assistant.web.settings.form import Fields
from assistant.web.settings.places import facts, top

NAMES = ("records.keep_days",)
_SAID = {"ok": "Good", "warning": "Look at this", "problem": "Problem"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is, and how large it is in words; nothing where it is not there or not here."""

    what: str
    where: str
    size: str = ""


def records_html(
    fields: Fields,
    places: Sequence[Place],
    version: str,
    findings: Sequence[Finding] | None,
    *,
    notice: str = "",
    done: str = "",
) -> str:
    """Return the section; ``findings`` is None as long as nothing was checked."""
    keep = (
        f'{fields.number("records.keep_days")}<div class="send"><button type="submit" class="primary wide" '
        'data-focus="save">Save</button></div>'
        '<p class="hint">What is older is deleted once a day, conversations, invocations, exams and ratings alike; '
        "what the cards have learned stays.</p>"
    )
    rows = {
        one.what: f"<code>{escape(one.where)}</code>" + (f" <small>{escape(one.size)}</small>" if one.size else "")
        for one in places
    }
    return (
        f"{top('records', notice=notice, done=done)}"
        '<section class="first"><h3>How long</h3>'
        f"{form({'do': 'save', 'section': 'records'}, keep, 'edit keep')}</section>"
        '<section class="files"><h3>A copy</h3><p class="hint">All records as JSON lines: conversations, invocations, '
        f'exams, cards, ratings, jobs.</p><p class="links"><a class="file-link" href="{ADDRESS}" download>Export the '
        "records</a></p></section>"
        f'<section class="where"><h3>Where things are</h3>{facts(rows)}</section>'
        f"<section><h3>Etude {escape(version)}</h3>{_doctor(findings)}</section>"
    )


def _doctor(findings: Sequence[Finding] | None) -> str:
    check = (
        '<button type="submit" class="plain" data-focus="doctor">Check everything</button>'
        '<p class="hint waiting" role="status"><span class="pulse"></span>Checking; this may load the models</p>'
    )
    asked = form({"do": "doctor"}, f'<div class="send">{check}</div>', "doctor")
    if findings is None:
        return f'<p class="hint">The machine, the settings, the models, the notes and the records.</p>{asked}'
    items = "".join(
        f'<li data-state="{one.state}"><b>{escape(_capital(one.check))}</b>'
        f'<span class="state">{_SAID[one.state]}</span>'
        f"<p>{escape(one.said)}</p></li>"
        for one in findings
    )
    return f'<ul class="findings">{items}</ul>{asked}'


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
