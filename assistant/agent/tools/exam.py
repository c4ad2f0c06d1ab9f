"""Action group exam: begin, go on, be asked about a topic, and what is due to be repeated."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlencode

from pydantic import Field

from assistant.agent.context import Context
from assistant.agent.tool import Link, Observation, tool
from assistant.errors import InputError
from assistant.exam.question import DOMAINS

if TYPE_CHECKING:
    from assistant.exam.session import Exam

_Count = Annotated[int, Field(ge=1, le=200, description="How many questions.")]


@tool(group="exam")
def start_exam(
    context: Context,
    kind: Annotated[
        Literal["practice", "mock"], Field(description="A timed mock exam, or practice with solutions.")
    ] = "practice",
    count: Annotated[_Count | None, Field(description="How many practice questions.")] = None,
    domain: Annotated[
        Annotated[int, Field(ge=1, le=len(DOMAINS))] | None,
        Field(description="; ".join(f"{number} {name}" for number, name in DOMAINS.items())),
    ] = None,
) -> Observation:
    """Begin a mock exam, or a round of practice questions."""
    from assistant.exam.draw import Wish

    room = context.exam_room()
    if kind == "mock":
        exam = room.begin_mock()
        said = f"A mock exam is ready: {len(exam.questions)} questions, {exam.limit / 60:.0f} minutes from now."
        if count or domain:
            said += " It always has all domains in the official weights."
        return _begun(said, exam)
    wish = Wish(domains=(domain,) if domain else (), count=count or 10)
    exam = room.begin_practice(wish)
    about = f" about {DOMAINS[domain]}" if domain else ""
    return _begun(f"{_questions(exam)}{about} are ready; each shows its solution when you have answered.", exam)


@tool(group="exam")
def continue_exam(context: Context) -> Observation:
    """Go on with the exam that was begun last and not ended."""
    exams = context.exam_room().open_exams()
    if not exams:
        raise InputError("No exam is open. Say “start a mock exam” or “give me 10 practice questions”.")
    exam = exams[0]
    done = len(exam.responses)
    left = f", {exam.left / 60:.0f} minutes left" if exam.limit else ""
    kind = "mock exam" if exam.mode == "mock" else "practice round"
    return _begun(f"Your {kind} goes on: {done} of {len(exam.questions)} questions answered{left}.", exam, done)


@tool(group="exam")
def quiz_me(
    context: Context,
    topic: Annotated[str, Field(min_length=1, max_length=200, description="What to be asked about.")],
    count: _Count = 5,
) -> Observation:
    """Ask the person questions about a topic."""
    from assistant.agent.topics import questions_about
    from assistant.exam.draw import Wish
    from assistant.rooms import open_embedder

    room = context.exam_room()
    questions = questions_about(
        topic, list(room.bank.values()), room.outline, lambda: open_embedder(context.settings), count
    )
    if not questions:
        domains = ", ".join(DOMAINS.values())
        raise InputError(f"No question of the bank is about “{topic}”. Its domains are: {domains}.")
    exam = room.begin_practice(Wish(questions=questions, count=count))
    return _begun(f"{_questions(exam)} about {topic} {'is' if len(exam.questions) == 1 else 'are'} ready.", exam)


@tool(group="exam")
def flashcards_due(context: Context) -> Observation:
    """Say which flashcards are due, and open them."""
    from assistant.exam.cards import load_contrasts, make_cards
    from assistant.exam.drill import Drill

    room = context.exam_room()
    due = Drill(make_cards(room.bank, room.outline, load_contrasts()), context.exam_records()).due(datetime.now(UTC))
    lines = [f"{deck}: {one.repeat} to repeat, {one.new} new today" for deck, one in due.items()]
    links = tuple(
        Link(f"Drill {deck}", "exam", "?" + urlencode({"tab": "exam", "view": "drill", "deck": deck})) for deck in due
    )
    data: dict[str, object] = {
        deck: {"repeat": one.repeat, "new": one.new, "unseen": one.unseen} for deck, one in due.items()
    }
    return Observation("\n".join(lines), links, data)


def _begun(words: str, exam: Exam, at: int = 0) -> Observation:
    place = min(at + 1, len(exam.questions))
    address = "?" + urlencode({"tab": "exam", "exam": exam.id, "q": place})
    title = "Open the mock exam" if exam.mode == "mock" else "Open the questions"
    data = {"exam": exam.id, "kind": exam.mode, "questions": len(exam.questions), "answered": len(exam.responses)}
    return Observation(words, (Link(title, "exam", address),), data)


def _questions(exam: Exam) -> str:
    count = len(exam.questions)
    return f"{count} question{'s' * (count != 1)}"
