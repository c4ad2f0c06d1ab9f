"""The first screen of the Exam tab, and the screens on which practice and a mock exam are begun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from assistant.exam.cards import Deck
from assistant.exam.draw import MINUTES, SCORED, UNSCORED
from assistant.exam.drill import Due
from assistant.exam.grade import HIGHEST, LOWEST, PASS
from assistant.exam.question import DOMAINS
from assistant.exam.session import Exam
from assistant.web import words
from assistant.web.exam import pieces

COUNTS = (5, 10, 20, 40)
LEVELS = {"": "Any", "easy": "Easy", "medium": "Medium", "hard": "Hard"}
MOST_OPEN = 3


def home_html(
    begun: Sequence[Exam], due: Mapping[Deck, Due], questions: int, *, own: bool = True, notice: str = ""
) -> str:
    """Return the choices; ``begun`` are exams that have not ended, ``own`` whether pasted questions can be answered."""
    waiting = sum(deck.repeat + deck.new for deck in due.values())
    cards = words.count(waiting, "card") + " due today" if waiting else "Nothing is due today"
    more = [("History", "history")]
    if own:
        more.insert(0, ("Ask your own question", "ask"))
    return (
        f'<section class="home">{words.notice(notice)}<h2>What would you like to practise?</h2>{_begun(begun)}'
        '<ul class="choices">'
        + _choice(
            "Practice",
            "One question at a time, and why each option is right or wrong.",
            f"{questions} questions",
            "setup",
        )
        + _choice("Mock exam", "As on the day: no hints, a score at the end.", f"65 questions, {MINUTES} min", "mock")
        + _choice("Drill", "Cards that come back just before you forget them.", cards, "decks")
        + '</ul><p class="more">'
        + "".join(words.button(label, do=do) for label, do in more)
        + "</p></section>"
    )


def setup_html(chosen: Mapping[str, object] | None = None, notice: str = "") -> str:
    """Return the form in which a practice round is chosen."""
    chosen = chosen or {}
    domains = chosen.get("domains") or ()
    level, count = chosen.get("difficulty", ""), chosen.get("count", 10)
    boxes = "".join(
        f'<label><input type="checkbox" name="domains" value="{number}"{_on(number in _list(domains))}>'
        f"<span>{escape(name)}</span></label>"
        for number, name in DOMAINS.items()
    )
    levels = "".join(
        f'<label><input type="radio" name="difficulty" value="{value}"{_on(value == level)}><span>{name}</span></label>'
        for value, name in LEVELS.items()
    )
    counts = "".join(
        f'<label><input type="radio" name="count" value="{value}"{_on(value == count)}><span>{value}</span></label>'
        for value in COUNTS
    )
    return (
        f'{pieces.head("Practice")}{words.notice(notice)}<form class="setup" data-do="begin">'
        f'<fieldset class="rows"><legend>Domains <span>none chosen is all of them</span></legend>{boxes}</fieldset>'
        f'<fieldset class="chips"><legend>Difficulty</legend>{levels}</fieldset>'
        f'<fieldset class="chips"><legend>Questions</legend>{counts}</fieldset>'
        '<button type="submit" class="primary wide" data-key="Enter">Begin</button></form>'
    )


def mock_html(notice: str = "") -> str:
    """Return what a mock exam is, and the button that starts its clock."""
    return (
        f'{pieces.head("Mock exam")}{words.notice(notice)}<div class="reading about"><ul>'
        f"<li>{SCORED + UNSCORED} questions in {MINUTES} minutes, drawn in the official weights of the five domains."
        f"</li><li>{UNSCORED} of them do not count, as in the real exam; you are not told which.</li>"
        f"<li>The score goes from {LOWEST} to {HIGHEST}; {PASS} passes. A question without an answer is wrong.</li>"
        "<li>You can move freely, flag questions, and change answers until you end the exam.</li>"
        "<li>The time stands still while the page is closed; everything you choose is kept.</li></ul></div>"
        + words.button("Begin", key="Enter", classes="primary wide", do="begin", mode="mock")
    )


def place_of(exam: Exam) -> int:
    """Return the first question of an exam that still waits: unchecked in practice, unanswered in a mock exam."""
    done = exam.checked if exam.mode == "practice" else exam.responses
    return next((at for at, key in enumerate(exam.questions) if key not in done), len(exam.questions) - 1)


def _begun(begun: Sequence[Exam]) -> str:
    # A practice round in which nothing was chosen is no loss.
    worth = [exam for exam in begun if exam.mode == "mock" or exam.responses]
    rows = "".join(_open_exam(exam, number) for number, exam in enumerate(worth[:MOST_OPEN]))
    return f'<ul class="begun">{rows}</ul>' if rows else ""


def _open_exam(exam: Exam, number: int) -> str:
    at = place_of(exam)
    where = f"question {at + 1} of {len(exam.questions)}"
    name = "mock exam" if exam.mode == "mock" else "practice"
    rest = f", {words.left(exam.left)}" if exam.limit else ""
    when = f"{exam.created.astimezone():%d %b, %H:%M}"
    go = words.button(
        f"<b>Go on:</b> {name}, {where}{rest} <small>begun {when}</small>",
        key="" if number else "Enter",
        classes="plain go-on",
        do="show",
        exam=exam.id,
        at=at,
    )
    drop = words.button(
        "Discard", classes="plain discard", extra=' data-sure="Discard it?"', do="discard", exam=exam.id
    )
    return f"<li>{go}{drop}</li>"


def _choice(title: str, line: str, fact: str, do: str) -> str:
    label = f"<b>{title}</b><span>{escape(line)}</span><em>{escape(fact)}</em>"
    return f"<li>{words.button(label, classes='choice', do=do)}</li>"


def _on(on: bool) -> str:
    return " checked" if on else ""


def _list(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else ()
