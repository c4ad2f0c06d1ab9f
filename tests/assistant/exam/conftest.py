"""A small bank of its own, so that these tests stand whatever ships."""

import random
from pathlib import Path

import pytest

from assistant.exam.question import Question
from assistant.exam.room import ExamRoom
from assistant.records import ExamRecords, Records
from knowledge.outline import NoteSection


def make_question(number=1, domain=1, **more):
    values = {
        "id": f"q{domain}-{number:02d}",
        "type": "single",
        "domain": domain,
        "task": f"{domain}.1",
        "difficulty": "easy",
        "stem": f"Which service fits case {domain}-{number}?",
        "options": {"A": "Amazon Polly", "B": "Amazon Lex", "C": "Amazon Kendra", "D": "Amazon Textract"},
        "key": ["B"],
        "explanations": {"A": "speaks", "B": "talks", "C": "searches", "D": "reads"},
        "sections": [f"s{domain}"],
        "split": "dev",
    }
    return Question.model_validate({**values, **more})


def make_bank(each=30):
    return {q.id: q for domain in range(1, 6) for n in range(each) for q in [make_question(n, domain)]}


class Clock:
    """Seconds that only this test moves."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def new_question():
    """Make a question; what is named differs from the plain one."""
    return make_question


@pytest.fixture
def study_material():
    """The notes of a real learner, which are not part of the repository."""
    folder = Path(__file__).parents[4] / "shared" / "study_material"
    if not folder.is_dir():
        pytest.skip("the real notes are not here")
    return folder


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def outline():
    return {
        f"s{n}": NoteSection(f"s{n}", "notes.md", ("Notes", f"Section {n}"), n, (f"Text {n}.",)) for n in range(1, 6)
    }


@pytest.fixture
def records(settings):
    opened = Records(settings.database_url)
    yield ExamRecords(opened.database)
    opened.close()


@pytest.fixture
def room(records, outline, clock):
    return ExamRoom(make_bank(), outline, records, random.Random(1), clock)
