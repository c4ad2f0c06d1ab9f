"""Questions of one's own: where they are pasted, and how they were answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from assistant.exam.asked import Asked
from assistant.web import words
from assistant.web.exam import pieces
from assistant.web.exam.charts import thin_bar
from assistant.web.guarded import blocked_html, dropped_html, noted_html
from assistant.web.render import sources_html

if TYPE_CHECKING:
    from assistant.exam.solution import OptionNote, Solution

TRY = """Which AWS service turns text into spoken audio?
A. Amazon Transcribe
B. Amazon Polly
C. Amazon Lex
D. Amazon Translate"""
NOT_COVERED = "Your notes do not cover this question."


@dataclass(frozen=True, slots=True)
class Solved:
    """A question with its solution, or the sentence that says why there is none."""

    asked: Asked
    solution: Solution | None = None
    error: str = ""


def ask_html(pasted: str = "", notice: str = "") -> str:
    """Return the place for pasted questions."""
    return (
        f'{pieces.head("Ask your own")}{words.notice(notice)}<form class="paste" data-do="solve">'
        '<label for="paste">Paste a multiple-choice question</label>'
        f'<textarea id="paste" name="pasted" rows="9" spellcheck="false" data-focus="paste" '
        f'placeholder="{escape(TRY)}">{escape(pasted)}</textarea>'
        '<p class="hint">Options may be lettered, numbered or one a line. Several questions are answered one after '
        "the other.</p>"
        '<p class="more"><button type="submit" class="primary wide">Answer</button>'
        '<button type="button" class="plain" data-do="try">Try an example</button></p></form>'
    )


def solved_html(solved: Sequence[Solved], of: int, *, stopped: bool = False, error: str = "") -> str:
    """Return the questions answered so far, of ``of``."""
    busy = len(solved) < of and not stopped and not error
    wait = ""
    if busy:
        which = f"question {len(solved) + 1} of {of}" if of > 1 else "the question"
        wait = (
            f'<p class="stage" role="status"><span class="pulse"></span>Answering {which}'
            '<button type="button" class="plain" data-do="halt" data-key="Escape">Stop</button></p>'
        )
    ended = '<p class="ended">Stopped.</p>' if stopped else ""
    rows = "".join(one_html(row, number, of) for number, row in enumerate(solved, 1))
    return (
        f'<div class="solved-list" data-busy="{"yes" if busy else ""}">{rows}{wait}{ended}{words.notice(error)}</div>'
    )


def one_html(solved: Solved, number: int, of: int) -> str:
    """Return one answered question."""
    solution = solved.solution
    asked = solution.asked if solution else solved.asked
    head = f'<p class="choose">Question {number} of {of}</p>' if of > 1 else ""
    stem = f'{head}<h2 class="stem">{escape(asked.stem)}</h2>'
    if solution is None:
        return f'<article class="turn solved-one">{stem}{words.notice(solved.error)}</article>'
    if solution.blocked:
        stopped = blocked_html(solution.blocked, solution.noted) + noted_html(solution.noted, blocked=True)
        return f'<article class="turn solved-one">{stem}{stopped}</article>'
    answer = " and ".join(solution.answer)
    said = f'<p class="verdict right">Answer: {escape(answer)}</p>' if answer else ""
    if not solution.covered:
        likely = f" Most likely without them: {escape(answer)}." if answer else ""
        said = f'<p class="verdict">{NOT_COVERED}{likely}</p>'
    rows = "".join(_option(asked, solution, letter) for letter in asked.options)
    return (
        f'<article class="turn solved-one" data-answer="{escape(" ".join(solution.answer))}">{stem}{said}'
        f'<ul class="options solved">{rows}</ul>{_cited(solution)}{noted_html(solution.noted)}'
        f'<p class="counts">{solution.seconds:.1f} s</p>'
        f'<div class="passages" hidden>{sources_html(solution.citations)}</div>'
        f"{dropped_html(solution.dropped)}</article>"
    )


def _option(asked: Asked, solution: Solution, letter: str) -> str:
    note = solution.notes.get(letter)
    chosen = letter in solution.answer
    part = solution.probabilities.get(letter, 0.0)
    sign = '<span class="sign">✓</span>Answer' if chosen else '<span class="sign">✗</span>Not the answer'
    why = _why(note) if note and note.text.strip() else '<p class="why none">Your notes say nothing of it.</p>'
    return (
        f'<li class="option row {"right" if chosen else "other"}"><span class="letter">{escape(letter)}</span><div>'
        f'<p class="text">{escape(asked.options[letter])}</p><p class="mark">{sign}</p>{why}'
        f'<p class="likely">{thin_bar(part)}<small>{100 * part:.0f} %</small></p></div></li>'
    )


def _why(note: OptionNote) -> str:
    cite = (
        f'<sup><button type="button" class="cite" data-do="cite" data-marker="{note.marker}" '
        f'aria-label="Source {note.marker}">{note.marker}</button></sup>'
        if note.marker
        else ""
    )
    place = f"{pieces.path_html(note.section)} · {escape(note.file)}:{note.line}"
    where = f'<small class="where">{place}</small>' if note.file else ""
    return f'<p class="why">{escape(note.text)}{cite}</p>{where}'


def _cited(solution: Solution) -> str:
    rows = "".join(
        f'<button type="button" class="plain section" data-do="cite" data-marker="{cited.marker}">'
        f"{escape(cited.heading[-1] if cited.heading else cited.file)}</button>"
        for cited in solution.citations
    )
    return f'<p class="sections"><span>In your notes</span>{rows}</p>' if rows else ""
