"""Pure functions from answers and conversations to the HTML of the Chat tab. Every text from outside is escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from html import escape

from assistant.addresses import note_address
from assistant.chat.events import Answer, Citation, Nearest
from assistant.records import Conversation, SavedTurn
from assistant.web.guarded import UNSUPPORTED, blocked_html, dropped_html, kept_back, noted_html
from assistant.web.icons import button
from assistant.web.markdown import to_html
from assistant.web.passage import marked_html, passage_html
from assistant.web.tool_steps import over, said_by, steps_html

TIP_LENGTH = 280
NOT_COVERED = "Your notes do not cover this."
_HALF_MARKER = re.compile(r"\s*\[\d*$")


def thread_html(conversation_id: str, turns: Sequence[SavedTurn], notice: str = "") -> str:
    """Return the saved turns of a conversation."""
    last = len(turns) - 1
    shown = "".join(turn_html(turn, last - number, conversation_id) for number, turn in enumerate(turns))
    return f'<div class="turns" data-conversation="{escape(conversation_id)}">{_notice(notice)}{shown}</div>'


def turn_html(turn: SavedTurn, later: int = 0, conversation_id: str = "") -> str:
    """Return one saved turn of a conversation; ``later`` turns follow it."""
    answer = turn.answer if later == 0 else over(turn.answer)
    tools = button("copy", "copy", "Copy the answer")
    if later == 0:
        tools += button("retry", "retry", "Answer again, in other words")
    tools += _thumb("up", "Good answer", turn.up is True) + _thumb("down", "Poor answer", turn.up is False)
    if answer.citations or answer.dropped:
        tools += _sources_button(answer)
    return (
        f'<article class="turn" data-turn="{turn.id}" data-later="{later}" data-state="done">'
        f"{_question(answer.question, editable=True)}{answer_html(answer, conversation_id)}"
        f'<div class="tools">{tools}<span class="meta">{escape(_meta(answer))}</span></div>'
        f"{_comment_form(turn)}"
        f'<div class="passages" hidden>{sources_html(answer.citations)}{dropped_html(answer.dropped)}</div>'
        f'<div class="raw" hidden>{escape(answer.text)}</div></article>'
    )


def live_html(
    conversation_id: str,
    job: str,
    question: str,
    *,
    stage: str = "",
    seconds: float = 0,
    text: str = "",
    error: str = "",
) -> str:
    """Return the turn that is being answered now, or that failed with ``error``."""
    state = "error" if error else "writing" if text else "working"
    draft = f'<div class="reading answer">{draft_html(text)}</div>' if text else ""
    if error:
        body = draft + _notice(error)
    elif text:
        body = draft
    else:
        since = f'<span class="since">{seconds:.0f} s</span>' if seconds >= 2 else ""
        body = f'<p class="stage" role="status"><span class="pulse"></span>{escape(stage or "Starting")}{since}</p>'
    return (
        f'<article class="turn live" data-state="{state}" data-conversation="{escape(conversation_id)}" '
        f'data-job="{escape(job)}" data-beat="{seconds:.0f}">{_question(question)}{body}</article>'
    )


def draft_html(text: str) -> str:
    """Return an answer that is still being written: its citation numbers lead nowhere yet."""
    text = _HALF_MARKER.sub("", text)
    for sign in ("**", "`"):
        if text.rpartition("\n\n")[2].count(sign) % 2:
            text += sign
    return to_html(text, lambda number: f'<sup class="cite pending">{number}</sup>')


def answer_html(answer: Answer, conversation_id: str = "") -> str:
    """Return a finished answer: text, citation numbers, the nearest headings of a refusal, how it ended.

    One that the guardrail stopped is a notice with the reason; what it masked, removed or doubts is said below. The
    steps of a conversation that is kept lead to its trace.
    """
    if answer.blocked:
        return blocked_html(answer.text, answer.noted) + noted_html(answer.noted, answer.doubtful, blocked=True)
    citations = {citation.marker: citation for citation in answer.citations}
    # A refusal names the nearest headings in its text; here they are a list.
    written = NOT_COVERED if answer.refused and answer.nearest else answer.text
    if said_by(answer.steps, written):
        written = ""
    text = _doubted(
        written,
        answer.doubtful if written == answer.text else (),
        lambda text: to_html(text, lambda number: _marker(citations[number]) if number in citations else None),
    )
    parts = [
        steps_html(answer.steps, answer.rationale, conversation_id),
        f'<div class="reading answer">{text}</div>' if written.strip() else "",
        noted_html(answer.noted, answer.doubtful),
    ]
    if answer.nearest:
        parts.append(_nearest(answer.nearest))
    if answer.stopped:
        parts.append(f'<p class="ended">{"Stopped." if answer.text.strip() else "Stopped before the first word."}</p>')
    elif answer.cut:
        parts.append('<p class="ended">The answer reached the length set under Settings and ends here.</p>')
    return "".join(parts)


def sources_html(citations: Sequence[Citation]) -> str:
    """Return the cited passages: file, heading path, lines, and the text with the used sentences highlighted."""
    return "".join(_source(citation) for citation in citations)


def library_html(
    conversations: Sequence[Conversation], current: str, running: dict[str, str], now: datetime | None = None
) -> str:
    """Return the list of conversations; ``running`` holds ids and questions that are being answered now."""
    now = now or datetime.now().astimezone()
    known = {conversation.id for conversation in conversations}
    fresh = [(key, question) for key, question in running.items() if key not in known]
    groups: dict[str, list[str]] = {"Today": [_entry(key, question, current, busy=True) for key, question in fresh]}
    for saved in conversations:
        groups.setdefault(_day(saved.updated.astimezone(now.tzinfo), now), []).append(
            _entry(saved.id, saved.title or "Untitled", current, busy=saved.id in running)
        )
    lists = "".join(f"<h3>{day}</h3><ul>{''.join(entries)}</ul>" for day, entries in groups.items() if entries)
    return lists or '<p class="hint">Your conversations are kept here.</p>'


def empty_html(questions: Sequence[str], hint: str, notice: str = "") -> str:
    """Return what an empty dialogue shows: an invitation and a few questions to try; ``hint`` is HTML."""
    tries = "".join(
        f'<li><button type="button" data-do="try">{escape(question)}</button></li>' for question in questions
    )
    return (
        f'<div class="turns" data-conversation="">{_notice(notice)}'
        '<section class="empty"><h2>What would you like to understand?</h2>'
        f"<p>{hint}</p><ul>{tries}</ul></section></div>"
    )


def _doubted(text: str, doubtful: Sequence[tuple[int, int]], render: Callable[[str], str]) -> str:
    """Return an answer with the sentences underlined that no passage supports."""
    around = (f'<span class="doubtful" role="mark" title="{UNSUPPORTED}">', "</span>")
    html = marked_html(text, doubtful, around, render)
    if html is not None:
        return html
    quoted = "; ".join(f"“{text[start:end].strip()}”" for start, end in doubtful)
    return f'{render(text)}<p class="unsupported">Your notes do not support: {escape(quoted)}</p>'


def _notice(text: str) -> str:
    return f'<p class="notice" role="alert">{escape(text)}</p>' if text else ""


def _question(question: str, *, editable: bool = False) -> str:
    edit = button("edit", "edit", "Edit the question") if editable else ""
    return f'<header class="question"><h2>{escape(question)}</h2>{edit}</header>'


def _marker(citation: Citation) -> str:
    where = " › ".join((citation.file, *citation.heading))
    return (
        f'<sup><button type="button" class="cite" data-do="cite" data-marker="{citation.marker}" '
        f'aria-label="{escape(f"Source {citation.marker}: {where}")}" data-where="{escape(where)}" '
        f'data-tip="{escape(_tip(citation))}">{citation.marker}</button></sup>'
    )


def _tip(citation: Citation) -> str:
    used = " … ".join(citation.text[start:end].lstrip(" \t\n-*+#>|") for start, end in citation.used) or citation.text
    words = " ".join(re.sub(r"[*`#|]+", " ", used).split())
    return words if len(words) <= TIP_LENGTH else words[:TIP_LENGTH].rsplit(" ", 1)[0] + "…"


def _source(citation: Citation) -> str:
    lines = (
        f"line {citation.start_line}"
        if citation.start_line == citation.end_line
        else f"lines {citation.start_line}–{citation.end_line}"
    )
    path = " <i>›</i> ".join(escape(part) for part in citation.heading)
    there = escape(note_address(citation.collection, citation.file, citation.start_line))
    return (
        f'<section class="source" data-marker="{citation.marker}" tabindex="-1" aria-label="Source {citation.marker}">'
        f'<header><span class="number">{citation.marker}</span><div><p class="path">{path or escape(citation.file)}</p>'
        f'<p class="file">{escape(citation.file)}<span>{lines}</span></p></div></header>'
        f'<div class="reading">{passage_html(citation.text, citation.used)}</div>'
        f'<a class="place" href="{there}">Open in the notes</a></section>'
    )


def _nearest(nearest: Sequence[Nearest]) -> str:
    rows = "".join(
        f'<li><span class="path">{" <i>›</i> ".join(escape(part) for part in near.heading)}</span>'
        f'<span class="file">{escape(near.file)}{" · nothing under it yet" if near.empty else ""}</span></li>'
        for near in nearest
    )
    return f'<section class="nearest"><h3>Nearest headings in your notes</h3><ul>{rows}</ul></section>'


def _meta(answer: Answer) -> str:
    parts = []
    if answer.standalone.strip() != answer.question.strip():
        parts.append(f"searched as “{answer.standalone.strip()}”")
    if answer.timings.first_token is not None:
        parts.append(f"first word after {_seconds(answer.timings.first_token)}")
    if answer.timings.total:
        parts.append(f"done in {_seconds(answer.timings.total)}")
    return " · ".join(parts)


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"


def _sources_button(answer: Answer) -> str:
    count = len(answer.citations)
    cited = f"{count} source{'s' if count > 1 else ''}" if count else ""
    label = ", ".join(part for part in (cited, kept_back(answer.dropped)) if part)
    return f'<button type="button" class="quiet sources" data-do="sources">{label}</button>'


def _thumb(way: str, label: str, pressed: bool) -> str:
    return button(way, way, label, extra=f' aria-pressed="{"true" if pressed else "false"}"')


def _comment_form(turn: SavedTurn) -> str:
    return (
        f'<form class="comment" data-do="comment" hidden><label>What should be known about this answer? '
        f'<input type="text" name="comment" maxlength="2000" value="{escape(turn.comment)}" autocomplete="off" '
        'placeholder="Optional"></label><button type="submit" class="plain">Save</button></form>'
    )


def _entry(key: str, title: str, current: str, *, busy: bool) -> str:
    state = ' aria-current="true"' if key == current else ""
    pulse = '<span class="pulse" title="Being answered"></span>' if busy else ""
    return (
        f'<li data-conversation="{escape(key)}"{state}><button type="button" class="open" data-do="open" '
        f'title="{escape(title)}">{pulse}<span>{escape(title)}</span></button>'
        f"{button('rename', 'edit', 'Rename')}{button('delete', 'bin', 'Delete')}</li>"
    )


def _day(moment: datetime, now: datetime) -> str:
    days = (now.date() - moment.date()) // timedelta(days=1)
    return "Today" if days <= 0 else "Yesterday" if days == 1 else "This week" if days < 7 else "Earlier"
