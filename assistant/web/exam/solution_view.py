"""The solution of a question: what was right, what was chosen, and why. Words and signs say it, not colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assistant.exam.grade import is_right
from assistant.exam.question import Question
from assistant.web.exam import pieces


def verdict_html(question: Question, response: Sequence[str]) -> str:
    """Return one line that says how the response was."""
    if is_right(question, response):
        return '<p class="verdict right" role="status"><span class="sign">✓</span>Right.</p>'
    said = "Not right." if response else "Not answered."
    if question.type in ("single", "multiple"):
        said += f" The answer is {' and '.join(question.key)}."
    return f'<p class="verdict wrong" role="status"><span class="sign">✗</span>{said}</p>'


def solution_html(question: Question, response: Sequence[str], outline: pieces.Outline) -> str:
    """Return every option with its explanation, and the sections that prove the key."""
    match question.type:
        case "ordering":
            rows = _ordered(question, response)
        case "matching":
            rows = _matched(question, response)
        case _:
            rows = "".join(_option(question, letter, letter in response) for letter in question.options)
    return f'<ul class="options solved">{rows}</ul>{pieces.section_links(question.sections, outline)}'


def _option(question: Question, letter: str, chosen: bool) -> str:
    right = letter in question.key
    return _row(
        letter,
        question.options[letter],
        question.explanations[letter],
        right=right,
        word="Right" if right else "Wrong",
        note="your choice" if chosen else "",
        loud=right or chosen,
    )


def _ordered(question: Question, response: Sequence[str]) -> str:
    rows = ""
    for number, letter in enumerate(question.key, 1):
        yours = list(response).index(letter) + 1 if letter in response else 0
        right = yours == number
        note = "" if right else f"you had it at {yours}" if yours else "not placed"
        word = "Right" if right else "Wrong place"
        rows += _row(
            str(number), question.options[letter], question.explanations[letter], right=right, word=word, note=note
        )
    return rows


def _matched(question: Question, response: Sequence[str]) -> str:
    rows = ""
    for number, (prompt, key) in enumerate(zip(question.prompts, question.key, strict=True)):
        yours = response[number] if number < len(response) else ""
        right = yours == key
        note = "" if right else f"you chose {question.options.get(yours, '')}" if yours else "not answered"
        text = f"{prompt} → {question.options[key]}"
        rows += _row(
            str(number + 1),
            text,
            question.explanations[key],
            right=right,
            word="Right" if right else "Wrong",
            note=note,
        )
    for letter, text in question.options.items():
        if letter not in question.key:
            rows += _row("–", text, question.explanations[letter], right=False, word="Matches none", loud=False)
    return rows


def _row(mark: str, text: str, why: str, *, right: bool, word: str, note: str = "", loud: bool = True) -> str:
    look = "right" if right else "wrong" if loud else "other"
    sign = "✓" if right else "✗"
    said = f"{word}, {escape(note)}" if note else word
    return (
        f'<li class="option row {look}"><span class="letter">{escape(mark)}</span><div>'
        f'<p class="text">{escape(text)}</p>'
        f'<p class="mark"><span class="sign">{sign}</span>{said}</p><p class="why">{escape(why)}</p></div></li>'
    )
