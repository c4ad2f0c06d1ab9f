"""One question of a practice round or a mock exam."""

from __future__ import annotations

import random
from collections.abc import Sequence
from html import escape

from assistant.exam.grade import is_complete, is_right
from assistant.exam.question import DOMAINS, Question
from assistant.exam.session import Exam
from assistant.web import words
from assistant.web.exam import pieces
from assistant.web.exam.solution_view import solution_html, verdict_html

GONE = "This question is no longer in the bank. Go on to the next one."


def question_html(
    exam: Exam,
    at: int,
    bank: pieces.Bank,
    outline: pieces.Outline,
    *,
    picked: Sequence[str] = (),
    notice: str = "",
) -> str:
    """Return the question at place ``at``.

    ``picked`` is what is chosen on the page in a matching question that is not complete; gaps are empty.
    """
    question = bank.get(exam.questions[at])
    head = _head(exam, at, question) + _dots(exam, at, bank) + words.notice(notice)
    if question is None:
        return f'<article class="question-page">{head}{words.notice(GONE)}{_foot(exam, at, None)}</article>'
    checked = question.id in exam.checked
    response = exam.responses.get(question.id, ())
    body = (
        f"{verdict_html(question, response)}{solution_html(question, response, outline)}"
        if checked
        else _asking(exam, at, question, response, picked)
    )
    return (
        f'<article class="question-page" data-question="{escape(question.id)}" data-type="{question.type}" '
        f'data-choose="{question.choose}" data-checked="{"yes" if checked else ""}">'
        f"{head}{stem_html(question)}{body}{_foot(exam, at, question)}</article>"
    )


def stem_html(question: Question) -> str:
    """Return the case and the stem."""
    case = (
        f'<section class="scenario"><h3>Case</h3><p>{escape(question.case.scenario)}</p></section>'
        if question.case
        else ""
    )
    return f'{case}<h2 class="stem">{escape(question.stem)}</h2>'


def shown_order(exam_id: str, question: Question, response: Sequence[str]) -> list[str]:
    """Return the letters of an ordering question as they are shown: as responded, else mixed but never solved."""
    if is_complete(question, response):
        return list(response)
    letters = list(question.options)
    random.Random(f"{exam_id} {question.id}").shuffle(letters)
    return letters[1:] + letters[:1] if letters == question.key else letters


def _asking(exam: Exam, at: int, question: Question, response: Sequence[str], picked: Sequence[str]) -> str:
    match question.type:
        case "ordering":
            return _ordering(exam, at, question, response)
        case "matching":
            return _matching(question, response, picked)
        case _:
            return _options(question, response)


def _options(question: Question, response: Sequence[str]) -> str:
    many = question.type == "multiple"
    role, group = ("checkbox", "group") if many else ("radio", "radiogroup")
    rows = "".join(
        f'<li><button type="button" class="option" role="{role}" aria-checked="{str(letter in response).lower()}" '
        f'data-do="choose" data-letter="{letter}" data-key="{number}" data-focus="option-{letter}">'
        f'<span class="letter">{letter}</span><span>{escape(text)}</span></button></li>'
        for number, (letter, text) in enumerate(question.options.items(), 1)
    )
    hint = f'<p class="choose">Choose {question.choose}</p>' if many else ""
    return f'{hint}<ul class="options" role="{group}" aria-label="Options">{rows}</ul>'


def _ordering(exam: Exam, at: int, question: Question, response: Sequence[str]) -> str:
    order = shown_order(exam.id, question, response)
    last = len(order)
    rows = "".join(
        f'<li class="option row" tabindex="0" data-letter="{letter}" data-key="{number}" '
        f'data-focus="card-{letter}" aria-label="{number} of {last}: {escape(question.options[letter], quote=True)}">'
        f'<span class="letter">{number}</span><span>{escape(question.options[letter])}</span><span class="moves">'
        f"{_move('up', '↑', 'Move up', number == 1)}{_move('down', '↓', 'Move down', number == last)}</span></li>"
        for number, letter in enumerate(order, 1)
    )
    hint = "Put the cards in order: the arrows move a card."
    keep = ""
    if exam.mode == "mock" and not response:
        keep = words.button(
            "It is right as it stands", do="respond", exam=exam.id, at=at, question=question.id, response=order
        )
    return f'<p class="choose">{hint}{keep}</p><ol class="options ordering">{rows}</ol>'


def _move(way: str, sign: str, label: str, off: bool) -> str:
    state = " disabled" if off else ""
    return (
        f'<button type="button" class="quiet" data-do="move" data-way="{way}" aria-label="{label}"{state}>'
        f"{sign}</button>"
    )


def _matching(question: Question, response: Sequence[str], picked: Sequence[str]) -> str:
    chosen = list(picked) if picked else list(response)
    chosen += [""] * (len(question.prompts) - len(chosen))
    rows = "".join(
        f'<li class="option row match"><label><span>{escape(prompt)}</span><select data-match="{number}" '
        f'data-focus="match-{number}"><option value="">Choose</option>{_choices(question, chosen[number])}'
        "</select></label></li>"
        for number, prompt in enumerate(question.prompts)
    )
    hint = '<p class="choose">Choose one for each. Not all of them need be used.</p>'
    return f'{hint}<ol class="options matching">{rows}</ol>'


def _choices(question: Question, chosen: str) -> str:
    return "".join(
        f'<option value="{letter}"{" selected" if letter == chosen else ""}>{escape(text)}</option>'
        for letter, text in question.options.items()
    )


def _head(exam: Exam, at: int, question: Question | None) -> str:
    place = f"Question {at + 1} of {len(exam.questions)}"
    back = words.button("‹ Exam", key="h", classes="plain back", do="home", hint="Leave; everything is kept (H)")
    if exam.mode == "practice":
        about = f"{escape(DOMAINS[question.domain])} · {question.difficulty}" if question else ""
        return f'<header class="sit">{back}<b>{place}</b><span class="about">{about}</span></header>'
    flagged = question is not None and question.id in exam.flags
    flag = (
        words.button(
            "⚑ Flagged" if flagged else "⚑ Flag",
            key="f",
            classes="plain flag",
            hint="Flag for review (F)",
            extra=f' aria-pressed="{str(flagged).lower()}" data-focus="flag"',
            do="flag",
            exam=exam.id,
            at=at,
            question=question.id,
            on=not flagged,
        )
        if question
        else ""
    )
    grid = words.button("All questions", key="r", hint="All questions (R)", do="grid", exam=exam.id, at=at)
    tools = f'<span class="tools-of-exam">{flag}{grid}</span>'
    return f'<header class="sit">{back}<b>{place}</b>{clock_html(exam)}{tools}</header>'


def clock_html(exam: Exam) -> str:
    """Return the clock; the page counts on by itself between two looks."""
    return (
        f'<span class="clock" role="timer" data-exam="{escape(exam.id)}" data-left="{exam.left:.0f}" '
        f'data-over="{"yes" if exam.finished else ""}">{words.left(exam.left)}</span>'
    )


def state_of(exam: Exam, key: str, bank: pieces.Bank) -> str:
    """Return what is known of a question: right, wrong, answered, begun or open."""
    question, response = bank.get(key), exam.responses.get(key, ())
    if question is None or not response:
        return "open"
    if key in exam.checked:
        return "right" if is_right(question, response) else "wrong"
    return "answered" if is_complete(question, response) else "begun"


def _dots(exam: Exam, at: int, bank: pieces.Bank) -> str:
    signs = {"right": "✓", "wrong": "✗"}
    dots = ""
    for number, key in enumerate(exam.questions):
        state = state_of(exam, key, bank)
        here = ' aria-current="step"' if number == at else ""
        flag = " flagged" if key in exam.flags else ""
        dots += f'<li class="{state}{flag}"{here} title="{number + 1}: {state}">{signs.get(state, "")}</li>'
    many = " many" if len(exam.questions) > 40 else ""
    return f'<ol class="dots{many}" aria-hidden="true">{dots}</ol>'


def _foot(exam: Exam, at: int, question: Question | None) -> str:
    last = at + 1 >= len(exam.questions)
    after: dict[str, object] = {"do": "show", "exam": exam.id, "at": at + 1}
    if last:
        after = {"do": "ending", "exam": exam.id, "at": at}
    off = " disabled" if at == 0 else ""
    before = {"do": "show", "exam": exam.id, "at": max(at - 1, 0)}
    previous = words.button("Previous", before, key="ArrowLeft", extra=f' data-focus="previous"{off}')
    forward = "" if last else pieces.silent(after, "ArrowRight")
    if exam.mode == "mock":
        main = forward + _main("End the exam" if last else "Next question", after)
    elif question is not None and question.id not in exam.checked:
        skip = words.button("End" if last else "Next", after, key="ArrowRight", extra=' data-focus="next"')
        main = f"{skip}{_CHECK}"
    else:
        main = forward + (_EXPLAIN if question else "") + _main("See the result" if last else "Next question", after)
    return f'<div class="steps">{previous}<span>{main}</span></div>'


def _main(label: str, step: dict[str, object]) -> str:
    return words.button(label, step, key="Enter", classes="primary wide", extra=' data-focus="main"')


_CHECK = '<button type="button" class="primary wide" data-do="check" data-key="Enter" data-focus="main">Check</button>'
_EXPLAIN = (
    '<button type="button" class="plain" data-do="explain" data-key="e" title="Ask the assistant (E)">'
    "Explain it to me</button>"
)
