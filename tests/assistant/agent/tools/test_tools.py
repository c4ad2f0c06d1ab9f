"""The tools that ship with Etude, each doing what it says."""

import threading
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest

from assistant.addresses import note_address
from assistant.agent import evaluating
from assistant.agent.context import Context
from assistant.agent.events import Progressed, Started
from assistant.agent.tool import Link
from assistant.agent.toolbox import shipped
from assistant.agent.tools import jobs
from assistant.agent.tools.evaluation import ALL_RUNS
from assistant.agent.tools.music import piece_link, training_link
from assistant.agent.topics import questions_about
from assistant.agent.tunes import known_genre, known_key, known_tune
from assistant.composer.genres import genres
from assistant.composer.samples import samples
from assistant.errors import InputError
from assistant.exam.bank import load_bank
from assistant.jobs.queue import open_queue
from assistant.rooms import open_embedder, open_exam_room, shipped_notes
from assistant.settings import load_settings
from assistant.web.compose.steps import Steps as ComposeSteps
from assistant.web.evaluate.steps import ADDRESS as EVALUATE
from assistant.web.exam.tab import _ADDRESS as EXAM
from assistant.web.knowledge.steps import Steps as KnowledgeSteps
from eval.suites.registry import suites
from knowledge.outline import load_outline

TOOLS = {one.name: one for one in shipped()}


@pytest.fixture
def settings():
    return load_settings(guardrail="")


@pytest.fixture
def context(settings):
    told = []
    context = Context(settings, tell=told.append)
    context.told = told
    yield context
    with open_queue(settings) as queue:
        for status in queue.jobs():
            if not status.over:
                queue.cancel(status.id)
                queue.wait(status.id)


def use(context, name, **arguments):
    tool = TOOLS[name]
    context.tool = name
    return tool.run(context, tool.check(arguments))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Twinkle Twinkle", "twinkle"),
        ("twinkle, twinkle little star", "twinkle"),
        ("ODE TO JOY", "ode-to-joy"),
        ("frere jaques", "frere-jacques"),
        ("the Yankee Doodle song", "yankee-doodle"),
        ("C4:q D4:q E4:h", "C4:q D4:q E4:h"),
    ],
)
def test_a_melody_is_known_by_what_people_call_it(said, name):
    assert known_tune(said) == name


def test_what_is_no_melody_genre_or_key_is_said():
    for read, said in ((known_tune, "Moonlight Sonata"), (known_genre, "polka"), (known_key, "H flat")):
        with pytest.raises(ValueError, match=said):
            read(said)
    assert [known_key(said) for said in ("d", "f sharp minor", "Bb", "A maj", "")] == [
        *("D", "F# minor", "Bb", "A major", None)
    ]
    assert {known_genre(one.title) for one in genres().values()} == set(genres())
    assert {known_tune(one.title) for one in samples().values()} == set(samples())


def test_what_needs_a_yes():
    def asks(name, **arguments):
        tool = TOOLS[name]
        return tool.cost(tool.check(arguments)).needs_confirmation

    assert not asks("compose_music", bars=64)
    assert asks("compose_music", device="gpu")
    assert asks("train_genre", genre="rock", minutes=1)
    assert asks("run_evaluation", suite="qa")
    assert not asks("run_evaluation", suite="retrieval", limit=5)
    assert not any(asks(name) for name in ("continue_exam", "flashcards_due", "list_models", "job_status"))


def test_the_suites_are_those_there_are():
    offered = TOOLS["run_evaluation"].schema()["properties"]["suite"]["enum"]
    assert set(offered) <= set(suites())


def test_exams_begin_and_go_on(context):
    with pytest.raises(InputError, match="No exam is open"):
        use(context, "continue_exam")
    begun = use(context, "start_exam", count=3, domain=5)
    room = open_exam_room(context.settings)
    (exam,) = room.open_exams()
    assert [room.bank[key].domain for key in exam.questions] == [5, 5, 5]
    assert begun.links[0].address == f"?tab=exam&exam={exam.id}&q=1"
    assert "0 of 3 questions answered" in use(context, "continue_exam").text
    mock = use(context, "start_exam", kind="mock")
    assert (mock.data["questions"], mock.data["kind"]) == (65, "mock")
    assert use(context, "open_result", job=exam.id).links[0].address == f"?tab=exam&exam={exam.id}"
    due = use(context, "flashcards_due")
    assert due.data["flashcards"]["repeat"] == 0
    assert due.links[0].address == "?tab=exam&view=drill&deck=flashcards"


def test_every_place_that_is_linked_is_one_that_its_tab_reads(context, settings):
    read = {
        "knowledge": KnowledgeSteps.address,
        "compose": ComposeSteps.address,
        "evaluate": EVALUATE,
        "exam": EXAM,
    }
    done = {"kind": "evaluate", "state": "done", "arguments": {"name": "run-1"}}
    links = [
        Link("A note", "note", note_address("notes & more", "sub/a?.md", 12)),
        ALL_RUNS,
        piece_link("1"),
        training_link("2"),
        *use(context, "start_exam", count=1).links,
        *use(context, "flashcards_due").links,
        *jobs._links(SimpleNamespace(**done)),
        *jobs._links(SimpleNamespace(**{**done, "state": "running"})),
    ]
    for link in links:
        query = parse_qs(link.address.removeprefix("?"), strict_parsing=True)
        (tab,) = query.pop("tab")
        assert set(query) <= set(read[tab]), link
    assert [link.address for link in links[-2:]] == ["?tab=evaluate&run=run-1", "?tab=evaluate"]


def test_a_quiz_is_about_its_topic(context, settings):
    bank, outline = load_bank(), load_outline(shipped_notes())
    found = use(context, "quiz_me", topic="prompt injection", count=2)
    exam = open_exam_room(settings).open_exams()[0]
    assert found.data["questions"] == len(exam.questions) == 2
    for key in exam.questions:
        right = [bank[key].options[letter] for letter in bank[key].key]
        heading = outline[bank[key].sections[0]].title
        assert "prompt injection" in " ".join([bank[key].stem, *right, heading]).lower()
    with pytest.raises(InputError, match="No question of the bank is about"):
        use(context, "quiz_me", topic="cooking pasta")
    # Few name it so; the others stand under a heading that is near it.
    near = questions_about("GANs", list(bank.values()), outline, lambda: open_embedder(settings), 5)
    assert any("adversarial" in outline[bank[key].sections[0]].title.lower() for key in near)


def test_music_is_composed_by_a_job_that_is_followed(context):
    made = use(context, "compose_music", melody="Twinkle Twinkle", bars=4, key="D", tempo=90)
    assert "4 bars in the genre chorale" in made.text
    job = made.data["job"]
    assert made.links[0].address == f"?tab=compose&piece={job}"
    assert set(made.data["files"]) >= {"mid", "wav"}
    assert [event.job for event in context.told if isinstance(event, Started)] == [job]
    assert max(event.share for event in context.told if isinstance(event, Progressed)) > 0
    assert use(context, "job_status").text == "The piece is done."
    assert use(context, "open_result").links[0].address == made.links[0].address
    with pytest.raises(InputError, match="no such job"):
        use(context, "cancel_job")


def test_a_stopped_piece_is_cancelled(context):
    context.stop = threading.Event()
    context.stop.set()
    with pytest.raises(InputError, match="cancelled"):
        use(context, "compose_music", bars=4)


def test_no_more_jobs_than_the_agent_may_have(context, settings):
    few = settings.agent.model_copy(update={"queued": 1})
    context.settings = settings.model_copy(update={"agent": few})
    begun = use(context, "train_genre", genre="chorale", minutes=1, device="cpu")
    with pytest.raises(InputError, match="1 jobs wait or run"):
        use(context, "compose_music", bars=4)
    assert "cancelled" in use(context, "cancel_job", job=begun.data["job"][:8]).text


def test_an_evaluation_runs_in_a_process_of_its_own_and_is_found(context, settings):
    with pytest.raises(InputError, match="fewer than two finished runs"):
        use(context, "compare_runs")
    begun = use(context, "run_evaluation", suite="guardrails", limit=3)
    with open_queue(settings) as queue:
        status = queue.wait(begun.data["job"])
    assert (status.state, status.result.get("samples")) == ("done", 3), status.error
    run = begun.data["run"]
    assert evaluating.finished_runs(settings) == [run]
    assert use(context, "open_result", run=run[:8]).data == {"run": run}
    assert "0" in use(context, "compare_runs", first=run, second=run).text
    with pytest.raises(InputError, match="There is no run"):
        use(context, "open_result", run="nothing")
