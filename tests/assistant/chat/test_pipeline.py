"""The whole pipeline with the real small model, the real embedding model and a real index."""

import threading

import pytest

from assistant.chat.events import Answer, Delta, Stage, Turn
from assistant.chat.pipeline import Assistant
from assistant.errors import CollectionNotFound, InputError
from assistant.records import Invocations, Records
from assistant.rooms import open_embedder, open_index
from assistant.settings import Generation
from knowledge.sync import sync

NOTES = """# Services
## Amazon Polly
- Amazon Polly turns text into lifelike speech
- It offers lexicons and SSML
## Amazon Textract
- Amazon Textract reads text and handwriting from scanned documents
## Toxicity
## Amazon Lex
- Amazon Lex builds chatbots that listen and talk
"""


@pytest.fixture(scope="module")
def assistant(shared_settings, tmp_path_factory):
    folder = tmp_path_factory.mktemp("notes")
    (folder / "services.md").write_text(NOTES)
    (folder / "garden.md").write_text("# Garden\n## Roses\nRoses need six hours of sun a day.\n")
    settings = shared_settings.model_copy(
        update={
            "model": "smollm2-135m-instruct",
            "context_length": 2048,
            "generation": Generation(max_tokens=60),
            "home": tmp_path_factory.mktemp("pipeline-home"),
            # Words come as the model writes them; `test_guarding` has what a guardrail does about that.
            "guardrail": "",
        }
    )
    sync(open_index(settings), folder, "services", open_embedder(settings))
    assistant = Assistant(settings)
    assistant.warm()
    return assistant


def run(assistant, question, **more):
    events = list(assistant.answer(question, **more))
    assert isinstance(events[-1], Answer)
    assert sum(isinstance(event, Answer) for event in events) == 1
    return events, events[-1]


def test_an_answer_is_streamed_cited_and_timed(assistant):
    events, answer = run(assistant, "What does Amazon Polly turn text into?")
    assert not answer.refused
    assert "speech" in answer.text
    assert "".join(event.text for event in events if isinstance(event, Delta)) == answer.text
    stages = [event.name for event in events if isinstance(event, Stage)]
    assert stages == ["loading", "searching", "reading", "writing"]
    (citation, *_) = answer.citations
    assert citation.heading == ("Services", "Amazon Polly")
    assert f"[{citation.marker}]" in answer.text
    assert NOTES.splitlines()[citation.start_line - 1 : citation.end_line] == citation.text.splitlines()
    assert any("speech" in citation.text[start:end] for start, end in citation.used)
    assert 0 < answer.timings.retrieve < answer.timings.first_token < answer.timings.total
    assert answer.usage.cached_tokens > 300


def test_what_the_notes_do_not_cover_is_refused_without_asking_the_model(assistant):
    events, answer = run(assistant, "Who won the 1998 World Cup?")
    assert answer.refused
    assert answer.text.startswith("Your notes do not cover this.")
    assert answer.citations == ()
    assert answer.nearest
    assert answer.usage.completion_tokens == 0
    assert not any(isinstance(event, Delta) for event in events)


def test_a_heading_with_nothing_under_it_is_said_to_be_empty(assistant):
    _, answer = run(assistant, "What is toxicity in a language model?")
    assert answer.refused
    assert "“Toxicity” (nothing under it yet)" in answer.text


def test_a_follow_up_is_searched_as_a_question_of_its_own(assistant):
    before = Turn("What does Amazon Polly do?", "Amazon Polly turns text into lifelike speech. [1]")
    events, answer = run(assistant, "What about Textract?", history=[before])
    assert "rewriting" in [event.name for event in events if isinstance(event, Stage)]
    assert "Textract" in answer.standalone
    assert answer.standalone != answer.question
    assert any(citation.heading[-1] == "Amazon Textract" for citation in answer.citations) or answer.refused


def test_rewriting_a_follow_up_is_an_invocation_of_its_own(assistant, tmp_path):
    records = Records(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    invocations = Invocations(records.database)
    asking = Assistant(assistant.settings, searcher=assistant.searcher, invocations=invocations)
    before = Turn("What does Amazon Polly do?", "Amazon Polly turns text into lifelike speech. [1]")
    _, answer = run(asking, "Does it offer lexicons and SSML?", history=[before])
    rewrite, reply = sorted(invocations.find(), key=lambda one: one.id)
    assert [(one.operation, one.prompt) for one in (rewrite, reply)] == [("rewrite", "rewrite"), ("answer", "answer")]
    assert answer.invocations == (rewrite.id, reply.id)
    assert rewrite.input_tokens > 0
    assert 0 < rewrite.output_tokens <= rewrite.parameters["max_tokens"]
    assert 0 < rewrite.first_token <= rewrite.total
    # Another name in the place of the first needs no model, and leaves no record of one.
    _, swapped = run(asking, "What about Textract?", history=[before])
    assert "rewrite" not in [one.operation for one in invocations.find() if one.id in swapped.invocations]
    records.close()


def test_stop_ends_the_answer_and_keeps_what_was_written(assistant):
    stop = threading.Event()
    words = 0
    for event in assistant.answer("What does Amazon Polly offer?", stop=stop):
        if isinstance(event, Delta):
            words += 1
            stop.set()
        answer = event
    assert isinstance(answer, Answer)
    assert answer.stopped
    assert words <= 3
    assert answer.text


def test_leaving_early_frees_the_model(assistant):
    events = assistant.answer("What does Amazon Lex build?")
    while not isinstance(next(events), Delta):
        pass
    events.close()
    assert not assistant.chat().engine.busy


def test_a_second_question_is_told_that_it_waits(assistant):
    first = assistant.answer("What does Amazon Polly offer?")
    while not isinstance(next(first), Delta):
        pass
    second = assistant.answer("What does Amazon Lex build?")
    assert [next(second).name for _ in range(2)] == ["loading", "queued"]
    first.close()
    assert isinstance(list(second)[-1], Answer)


def test_bad_questions_and_unknown_collections_are_refused(assistant):
    with pytest.raises(InputError):
        next(assistant.answer("  "))
    with pytest.raises(CollectionNotFound, match="'nowhere'; there are services"):
        next(assistant.answer("What is Amazon Lex?", collections=["nowhere"]))
