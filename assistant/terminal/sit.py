"""``etude exam practice``, ``mock`` and ``drill``: an exam in the terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text

from assistant.errors import InputError
from assistant.exam.cards import DECKS, Card, load_contrasts, make_cards
from assistant.exam.draw import Wish
from assistant.exam.drill import RATINGS, Drill, Rating
from assistant.exam.grade import PASS, is_complete, is_right
from assistant.exam.question import DIFFICULTIES, DOMAINS, Question
from assistant.exam.room import ExamRoom
from assistant.exam.session import Exam
from assistant.rooms import open_exam_records, open_exam_room
from assistant.settings import load_settings

_HINTS = {
    "single": "Letter",
    "multiple": "Letters, such as A C",
    "ordering": "All letters in order, such as B A D C",
    "matching": "One letter for each, in order, such as B A C",
}


def run_practice(count: int, domains: Sequence[int], difficulties: Sequence[str], tasks: Sequence[str]) -> None:
    """Practise until the round is over or the person leaves with an empty line."""
    if wrong := [level for level in difficulties if level not in DIFFICULTIES]:
        raise InputError(f"There is no difficulty {wrong[0]!r}; there are {', '.join(DIFFICULTIES)}.")
    levels = tuple(level for level in DIFFICULTIES if level in difficulties)
    room = open_exam_room(load_settings())
    exam = room.begin_practice(Wish(tuple(domains), levels, tuple(tasks), count=count))
    console = Console(highlight=False)
    console.print(f"{len(exam.questions)} questions. An empty line ends the round.\n")
    for number, key in enumerate(exam.questions, 1):
        question = room.bank[key]
        _show(console, question, f"{number} of {len(exam.questions)}")
        response = _read(console, question)
        if response is None:
            break
        exam = room.check(exam.id, key, response)
        _solution(console, room, question, response)
    exam = room.finish(exam.id)
    result = room.result(exam)
    console.print(f"[bold]{result.right} of {result.of} right.[/bold]")
    _plan(console, room, exam)


def run_mock(*, resume: bool) -> None:
    """Sit a mock exam; an empty line leaves it, to be resumed later."""
    room = open_exam_room(load_settings())
    begun = [exam for exam in room.open_exams() if exam.mode == "mock"]
    if resume and not begun:
        raise InputError("No mock exam was begun. Begin one with `etude exam mock`.")
    exam = room.look(begun[0].id) if resume else room.begin_mock()
    console = Console(highlight=False)
    console.print("65 questions, 90 minutes. An empty line leaves the exam; `etude exam mock --resume` goes on.\n")
    for number, key in enumerate(exam.questions, 1):
        if key in exam.responses:
            continue
        if exam.finished:
            break
        question = room.bank[key]
        _show(console, question, f"{number} of {len(exam.questions)}, {_minutes(exam.left)} left")
        response = _read(console, question)
        if response is None:
            console.print(f"Left with {_minutes(room.look(exam.id).left)} to go. Nothing is lost.")
            return
        exam = room.look(exam.id)
        if exam.finished:
            console.print("The time is up.")
            break
        exam = room.respond(exam.id, key, response)
    exam = room.finish(exam.id)
    result = room.result(exam)
    verdict = "passed" if (result.score or 0) >= PASS else "not passed"
    console.print(f"[bold]Score {result.score} of 1000, {verdict}[/bold] ({PASS} passes).")
    for domain, share in result.domains.items():
        bar = "█" * round(share.percent / 5)
        console.print(f"{domain}  {DOMAINS[domain]:<40} {bar:<20} {share.right} of {share.of}")
    _plan(console, room, exam)


def run_drill(deck: str, count: int) -> None:
    """Go through the cards of a deck that are due."""
    chosen = next((name for name in DECKS if name == deck), None)
    if chosen is None:
        raise InputError(f"There is no deck {deck!r}; there are {', '.join(DECKS)}.")
    drill = _open_drill()
    console = Console(highlight=False)
    for _ in range(count):
        card = drill.next(chosen, datetime.now(UTC))
        if card is None:
            console.print("Nothing is due in this deck. Come back later, or drill another.")
            return
        rating = _ask_card(console, card)
        if rating is None:
            return
        saved = drill.review(card, rating, datetime.now(UTC))
        console.print(f"Again in {_span((saved.due - datetime.now(UTC)).total_seconds())}.\n", style="dim")


def show_due() -> None:
    """Say what is due in each deck."""
    console = Console(highlight=False)
    for deck, due in _open_drill().due(datetime.now(UTC)).items():
        console.print(f"{deck:<12} {due.repeat} to repeat, {due.new} new today, {due.unseen} never seen")


def _open_drill() -> Drill:
    settings = load_settings()
    records = open_exam_records(settings)
    room = open_exam_room(settings, records)
    return Drill(make_cards(room.bank, room.outline, load_contrasts()), records)


def _show(console: Console, question: Question, place: str) -> None:
    console.print(f"[bold]{place}[/bold]  {DOMAINS[question.domain]}, {question.difficulty}", style="dim")
    console.print(Text(question.whole_stem))
    for number, prompt in enumerate(question.prompts, 1):
        console.print(Text(f"  {number}. {prompt}"))
    for letter, text in question.options.items():
        console.print(Text(f"  {letter}. {text}"))


def _read(console: Console, question: Question) -> list[str] | None:
    """Read letters until they fit; None on an empty line or the end of the input."""
    while True:
        try:
            line = console.input(f"{_HINTS[question.type]}: ").strip()
        except EOFError:
            return None
        if not line:
            return None
        letters = [letter.upper() for letter in re.findall(r"[A-Za-z]", line)]
        if is_complete(question, letters):
            return letters
        console.print(f"Please give {question.choose} of {', '.join(question.options)}.")


def _solution(console: Console, room: ExamRoom, question: Question, response: Sequence[str]) -> None:
    right = is_right(question, response)
    console.print(Text("Right." if right else f"Not right. The answer is {' '.join(question.key)}.", style="bold"))
    for letter, text in question.explanations.items():
        sign = "✓" if letter in question.key and question.type in ("single", "multiple") else " "
        console.print(Padding(Text(f"{sign} {letter}. {text}"), (0, 2)))
    for section in question.sections:
        if note := room.outline.get(section):
            console.print(Text(f"  See {note.file}:{note.line} {note.title}", style="dim"))
    console.print()


def _plan(console: Console, room: ExamRoom, exam: Exam) -> None:
    steps = room.plan(exam)
    if steps:
        console.print("\nRead again:")
    for step in steps:
        console.print(Text(f"  {step.section.title}  {step.section.file}:{step.section.line}"))


def _ask_card(console: Console, card: Card) -> Rating | None:
    console.print(Markdown(card.front))
    for number, option in enumerate(card.options, 1):
        console.print(Text(f"  {number}. {option}"))
    try:
        console.input("Enter turns the card: ")
        console.print(Markdown(card.back))
        while True:
            said = console.input(", ".join(f"{n} {name}" for n, name in RATINGS.items()) + ": ").strip()
            if not said:
                return None
            if rating := next((rating for rating in RATINGS if said == str(rating)), None):
                return rating
    except EOFError:
        return None


def _minutes(seconds: float) -> str:
    return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


def _span(seconds: float) -> str:
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{round(seconds / size)} {unit}"
    return "a minute"
