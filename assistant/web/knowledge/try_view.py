"""Trying a question: the form, whether the notes cover it, and every passage found with its scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from assistant.chat.events import Dropped
from assistant.chat.passages import Passage
from assistant.web import words
from assistant.web.fields import Sheet, form
from assistant.web.knowledge.document_view import lines, path
from assistant.web.knowledge.places import views
from assistant.web.knowledge.trial import Outcome, Trial
from assistant.web.passage import passage_html
from knowledge.search import WEIGHTS, Hit
from knowledge.store import sentence_texts

LONGEST = 4_000
SCORES: Mapping[str, tuple[str, str]] = {
    "dense": ("Dense", "cosine of the question and the passage"),
    "sentence": ("Sentence", "cosine of the question and the nearest sentence, the one that is marked"),
    "keyword": ("Keyword", "BM25 of the words they share, drawn into 0 to 1"),
    "late": ("Late", "each word of the question with the nearest word of the passage, by their meaning"),
}
"""By the name of a score: what the page calls it, and what it is."""


def try_html(names: Sequence[str], trial: Trial, outcome: Outcome | None = None, notice: str = "") -> str:
    """Return the form, and what came of it; ``names`` are the collections that can be searched."""
    if not names:
        return (
            f'{views("try")}{words.notice(notice)}<div class="home empty"><h2>There is nothing to search yet.</h2>'
            f'<ul class="choices"><li>{_ADD}</li></ul></div>'
        )
    sheet = Sheet({"question": trial.question, "collection": trial.collection}, {"question": notice} if notice else {})
    choices = {"": "All notes"} | {name: name for name in names}
    body = (
        sheet.lines("question", "Question", rows=2)
        + (sheet.choice("collection", "Notes", choices) if len(names) > 1 else "")
        + '<div class="send"><button type="submit" class="primary wide" data-focus="search">Search</button>'
        '<p class="hint at-rest">Nothing that you write here is kept, and no answer is written.</p>'
        '<p class="hint waiting" role="status"><span class="pulse"></span>Searching; the first question also loads the '
        "models</p></div>"
    )
    return views("try") + form({"do": "search"}, body, "try") + (outcome_html(outcome) if outcome else "")


_ADD = words.button(
    "<b>Add notes</b><span>Upload files, or add a folder of this machine.</span>", {"do": "add"}, classes="choice"
)


def outcome_html(outcome: Outcome) -> str:
    """Return what a question finds."""
    found = outcome.found
    if found is None:
        return (
            '<section class="outcome"><p class="verdict" role="status"><b>The guardrail stops this question.</b></p>'
            f'<p class="hint">{escape(outcome.stopped)}</p></section>'
        )
    read = {passage.hit.chunk.id: passage for passage in found.passages}
    hits = "".join(
        _hit(number, hit, read.get(hit.chunk.id) if outcome.covered else None)
        for number, hit in enumerate(found.hits, start=1)
    )
    dropped = "".join(map(_dropped, found.dropped))
    return (
        f'<section class="outcome">{_verdict(outcome, len(read))}'
        f'<ol class="hits">{hits}{dropped}</ol>{_legend(outcome)}</section>'
    )


def _verdict(outcome: Outcome, number: int) -> str:
    if outcome.covered:
        said = f"The model reads {words.count(number, 'passage')} of these"
    else:
        said = "No answer: the search finds too little in the notes"
    ask = (
        f'<button type="button" class="plain" data-do="chat" data-question="{escape(outcome.asked)}">'
        "Ask it in the chat</button>"
    )
    return f'<p class="verdict" role="status"><b>{said}.</b></p><p class="more">{ask}</p>'


def _hit(number: int, hit: Hit, passage: Passage | None) -> str:
    chunk = hit.chunk
    tag = ""
    if passage:
        short = f", shortened to {words.count(len(passage.given), 'sentence')}" if passage.shortened else ""
        tag = f'<b class="tag">The model reads it{short}</b>'
    step = {"do": "read", "collection": hit.collection, "document": chunk.file, "section": chunk.start_line}
    where = words.button(escape(chunk.file), step, classes="plain")
    as_read = ""
    if passage and passage.shortened:
        as_read = (
            f'<details><summary>What it reads of it</summary><div class="reading"><p class="plain">'
            f"{escape(passage.text)}</p></div></details>"
        )
    return (
        f'<li{" data-read" if passage else ""}><header><span class="number">{number}</span>'
        f'<div><p class="path">{path(chunk.heading) or escape(chunk.file)}</p><p class="where">{where}'
        f"<span>{lines(chunk)}</span><span>{escape(hit.collection)}</span></p></div>{tag}</header>"
        f'<div class="found">{_scores(hit)}<div class="reading">{passage_html(chunk.text, _nearest(hit))}</div></div>'
        f"{as_read}</li>"
    )


def _scores(hit: Hit) -> str:
    shown = {"Fused": hit.score} | {SCORES[name][0]: hit.scores[name] for name in SCORES if name in hit.scores}
    rows = "".join(
        f'<div><dt>{label}</dt><dd><span class="track"><span style="width:{100 * min(max(value, 0), 1):.0f}%"></span>'
        f"</span>{value:.2f}</dd></div>"
        for label, value in shown.items()
    )
    return f'<dl class="scores">{rows}</dl>'


def _nearest(hit: Hit) -> list[tuple[int, int]]:
    """Return where the sentence stands that is nearest to the question."""
    parts = sentence_texts(hit.chunk)
    if not parts or not hit.sentences:
        return []
    best = max(range(min(len(parts), len(hit.sentences))), key=lambda number: hit.sentences[number])
    return [parts[best][:2]]


def _dropped(dropped: Dropped) -> str:
    file = escape(dropped.file)
    where = f'<p class="path">{path(dropped.heading) or file}</p><p class="where">{file}</p>'
    why = f"The guardrail keeps it from the model: {escape(dropped.why)}"
    return f'<li><header><span class="number">–</span><div>{where}</div></header><p class="wrong">{why}</p></li>'


def _legend(outcome: Outcome) -> str:
    rows = "".join(f"<div><dt>{label}</dt><dd>{what}</dd></div>" for label, what in SCORES.values())
    total = " + ".join(f"{weight:g} × {SCORES[name][0].lower()}" for name, weight in WEIGHTS.items())
    counted = f"in tokens of {escape(outcome.counted)}" if outcome.counted else "in tokens of the embedding model"
    return (
        f'<details class="legend"><summary>What the scores are</summary><dl>{rows}<div><dt>Fused</dt><dd>{total}</dd>'
        f'</div></dl><p class="hint">The model reads the best passages, as far as they are near the first and fit the '
        f"room for passages, {counted}.</p></details>"
    )
