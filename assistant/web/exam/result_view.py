"""What is shown before an exam ends, and after it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assistant.exam.grade import HIGHEST, PASS, is_right
from assistant.exam.plan import Step
from assistant.exam.session import Exam, Result
from assistant.web import words
from assistant.web.exam import pieces
from assistant.web.exam.charts import domain_bars
from assistant.web.exam.question_view import clock_html, state_of, stem_html
from assistant.web.exam.solution_view import solution_html, verdict_html

STATES = {"answered": "answered", "begun": "not complete", "open": "no answer", "right": "right", "wrong": "not right"}


def grid_html(exam: Exam, at: int, bank: pieces.Bank, notice: str = "") -> str:
    """Return all questions of an exam at a glance, to go to any of them."""
    cells = ""
    for number, key in enumerate(exam.questions):
        state = state_of(exam, key, bank)
        flag = key in exam.flags
        said = f"Question {number + 1}, {STATES[state]}{', flagged' if flag else ''}"
        label = f"{number + 1}<i>{'⚑' if flag else ''}</i>"
        cells += (
            "<li>"
            + words.button(
                label,
                classes=f"cell {state}{' flagged' if flag else ''}",
                extra=f' aria-label="{said}" title="{said}"' + (' aria-current="step"' if number == at else ""),
                do="show",
                exam=exam.id,
                at=number,
            )
            + "</li>"
        )
    counts = _counts(exam, bank)
    back = words.button(
        "‹ Question", key="r", classes="plain back", hint="Back to the question (R)", do="show", exam=exam.id, at=at
    )
    end = words.button("End the exam", classes="primary wide", do="ending", exam=exam.id, at=at)
    return (
        f'<header class="sit">{back}{clock_html(exam) if exam.limit else ""}</header>{words.notice(notice)}'
        f'<p class="counts">{counts}</p><ol class="grid">{cells}</ol>'
        '<p class="legend"><span class="cell answered">1</span>answered <span class="cell begun">1</span>not complete '
        '<span class="cell open">1</span>no answer <span class="cell open flagged">1<i>⚑</i></span>flagged</p>'
        f'<div class="steps"><span></span>{end}</div>'
    )


def ending_html(exam: Exam, at: int, bank: pieces.Bank) -> str:
    """Ask whether the exam is to end, and say what is missing."""
    missing = [number for number, key in enumerate(exam.questions) if _missing(exam, key, bank)]
    if exam.mode == "practice":
        asked = len(exam.questions) - len(missing)
        said = f"{asked} of {words.count(len(exam.questions), 'question')} checked; only those count."
        title, label = "End this round?", "End the round"
    else:
        said = (
            f"{words.count(len(missing), 'question')} {'has' if len(missing) == 1 else 'have'} no whole answer and "
            f"will be wrong. You have {words.left(exam.left)}."
            if missing
            else f"Every question is answered. You have {words.left(exam.left)}."
        )
        title, label = "End the exam?", "End the exam"
    first = missing[0] if missing else at
    back = words.button(
        f"Go to question {first + 1}" if missing else "Go back", key="Escape", do="show", exam=exam.id, at=first
    )
    end = words.button(label, key="Enter", classes="primary wide", do="finish", exam=exam.id, at=at)
    clock = clock_html(exam) if exam.limit else ""
    return (
        f'<header class="sit">{clock}</header><h2>{title}</h2><p class="counts">{said}</p>'
        f'<div class="steps">{back}{end}</div>'
    )


def result_html(
    exam: Exam, result: Result, plan: Sequence[Step], bank: pieces.Bank, outline: pieces.Outline, notice: str = ""
) -> str:
    """Return the score, the domains, what to study next, and every question with its solution."""
    title = "Result of the mock exam" if exam.mode == "mock" else "Result of the round"
    over = '<p class="counts">The time is up; what you had answered until then was graded.</p>' if exam.over else ""
    again = words.button("Another round", key="Enter", do="setup") if exam.mode == "practice" else ""
    bars = domain_bars(result.domains)
    return (
        f"{pieces.head(title)}{words.notice(notice)}{over}{_score(exam, result)}"
        + (f"<section><h3>By domain</h3>{bars}</section>" if bars else "")
        + _plan(plan)
        + (f'<p class="more">{again}{_wrong_again(plan)}</p>' if again or plan else "")
        + _review(exam, bank, outline)
    )


def _missing(exam: Exam, key: str, bank: pieces.Bank) -> bool:
    if exam.mode == "practice":
        return key not in exam.checked
    return key in bank and state_of(exam, key, bank) != "answered"


def _counts(exam: Exam, bank: pieces.Bank) -> str:
    answered = sum(state_of(exam, key, bank) == "answered" for key in exam.questions)
    return f"{answered} of {len(exam.questions)} answered, {len(exam.flags)} flagged"


def _score(exam: Exam, result: Result) -> str:
    if result.score is None:
        if not result.of:
            return '<p class="score"><b>0</b> questions were checked, so there is nothing to count.</p>'
        return f'<p class="score" data-right="{result.right}"><b>{result.right} of {result.of}</b> right</p>'
    passed = result.score >= PASS
    idle = len(exam.unscored)
    word = "✓ passed" if passed else "✗ not passed"
    return (
        f'<p class="score" data-score="{result.score}"><b>{result.score}</b> of {HIGHEST} '
        f'<span class="{"right" if passed else "wrong"}">{word}</span></p>{_scale(result.score)}'
        f'<p class="counts">{result.right} of {result.of} scored questions right; {idle} more did not count. '
        f"{PASS} passes.</p>"
    )


def _scale(score: int) -> str:
    def place(value: int) -> str:
        return f"{(value - 100) / 9:.1f}%"

    return (
        f'<div class="scale" aria-hidden="true"><span class="track"><span style="width:{place(score)}"></span></span>'
        f'<i style="left:{place(PASS)}"><small>{PASS}</small></i></div>'
    )


def _plan(plan: Sequence[Step]) -> str:
    if not plan:
        return ""
    rows = "".join(
        f"<li>{pieces.section_button(step.section)}<small>{pieces.path_html(step.section.heading[:-1])}</small>"
        f"<span>{step.share.right} of {step.share.of} right</span></li>"
        for step in plan
    )
    return f'<section><h3>Read again, the weakest first</h3><ol class="plan">{rows}</ol></section>'


def _wrong_again(plan: Sequence[Step]) -> str:
    if not plan:
        return ""
    sections = [step.section.id for step in plan]
    return words.button("Practise these sections", do="begin", mode="practice", sections=sections, count=10)


def _review(exam: Exam, bank: pieces.Bank, outline: pieces.Outline) -> str:
    graded = exam.questions if exam.mode == "mock" else exam.checked
    rows = ""
    for number, key in enumerate(exam.questions, 1):
        question = bank.get(key)
        if question is None or key not in graded:
            continue
        response = exam.responses.get(key, ())
        right = is_right(question, response)
        idle = " <small>not counted</small>" if key in exam.unscored else ""
        rows += (
            f'<details class="{"right" if right else "wrong"}"><summary>'
            f'<span class="sign">{"✓" if right else "✗"}</span>'
            f'<span class="letter">{number}</span><span class="short">{escape(question.stem)}</span>'
            f'<span class="sr-only">{"right" if right else "not right"}</span>{idle}</summary><div class="body">'
            f"{stem_html(question)}{verdict_html(question, response)}{solution_html(question, response, outline)}"
            "</div></details>"
        )
    return f'<section class="review"><h3>All questions</h3>{rows}</section>' if rows else ""
