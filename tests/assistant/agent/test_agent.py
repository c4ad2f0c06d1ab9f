"""The agent from a message to its end: done, asked for, refused, stopped, and gone on with after a restart."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from assistant.agent.context import Context
from assistant.agent.events import Answered, Confirmation, Failed, Observed, Planned, Stopped
from assistant.agent.planning.plan import Call, Plan
from assistant.agent.stop import STOPPED, go_on, is_stopped, stop_all
from assistant.agent.tool import Observation, tool
from assistant.agent.toolbox import Toolbox
from assistant.chat.events import Answer, Delta
from assistant.chat.pipeline import Assistant
from assistant.errors import InputError, ModelError
from assistant.guardrails.document import parse
from assistant.guardrails.library import Library

HERE = Path(__file__)


def test_a_cheap_call_is_done_at_once_and_said(bench):
    agent = bench.agent()
    events = list(agent.run("one", "look"))
    assert [type(event).__name__ for event in events] == [
        *("Thinking", "Thinking", "Planned", "Started", "Observed", "Answered")
    ]
    assert bench.done == [("look", "it")]
    assert (events[-1].text, events[-1].observations) == ("I see it.", (Observation("I see it."),))
    assert agent.pending("one") is None
    agent.close()


def test_a_costly_call_waits_for_a_yes_to_exactly_these_arguments_which_counts_once(bench, last):
    agent = bench.agent()
    asked = last(agent.run("one", "toil"))
    assert isinstance(asked, Confirmation)
    assert asked.arguments == {"what": "the garden", "minutes": 30.0}
    assert 'what: "the garden"' in asked.words
    assert "about 30 minutes on the CPU" in asked.words
    assert bench.done == []
    with pytest.raises(InputError, match="not open in this conversation"):
        last(agent.decide("two", asked.id, True))
    end = last(agent.decide("one", asked.id, True))
    assert (bench.done, end.text) == ([("the garden", 30.0)], "the garden is done.")
    with pytest.raises(InputError, match="not open"):
        last(agent.decide("one", asked.id, True))
    # The same call again is another call, and needs a yes of its own.
    again = last(agent.run("one", "toil"))
    assert again.digest == asked.digest
    assert again.id != asked.id
    assert len(bench.done) == 1
    agent.close()


def test_changed_arguments_are_another_confirmation(bench, last):
    agent = bench.agent()
    asked = last(agent.run("one", "toil"))
    changed = last(agent.decide("one", asked.id, True, {"what": "the house", "minutes": 50}))
    assert isinstance(changed, Confirmation)
    assert changed.arguments == {"what": "the house", "minutes": 50.0}
    assert changed.digest != asked.digest
    assert bench.done == []
    with pytest.raises(InputError, match="not open"):
        last(agent.decide("one", asked.id, True))
    last(agent.decide("one", changed.id, True, dict(changed.arguments)))
    assert bench.done == [("the house", 50.0)]
    agent.close()


def test_a_no_is_seen_and_the_next_step_goes_on(bench, last):
    agent = bench.agent()
    asked = last(agent.run("one", "both"))
    events = list(agent.decide("one", asked.id, False))
    assert bench.done == [("look", "the wall")]
    assert [event.refused for event in events if isinstance(event, Observed)] == [True, False]
    assert events[-1].text == "Not done, as you did not confirm it.\n\nI see the wall."
    agent.close()


def test_going_on_with_something_else_withdraws_what_waited(bench, last):
    agent = bench.agent()
    asked = last(agent.run("one", "both"))
    assert last(agent.run("one", "look")).text == "I see it."
    assert bench.done == [("look", "it")]
    assert agent.pending("one") is None
    with pytest.raises(InputError):
        last(agent.decide("one", asked.id, True))
    agent.close()


def test_a_conversation_that_waits_goes_on_in_another_process(bench, last, monkeypatch):
    """A process of its own asks for the call and ends; this one finds what waits, and confirms it."""
    code = (
        "from assistant.settings import load_settings; from garden import make_bench\n"
        "bench = make_bench(load_settings(guardrail=''))\n"
        "*_, end = [*bench.agent().run('one', 'look'), *bench.agent().run('one', 'toil')]\n"
        "print(type(end).__name__, bench.done)"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE.parent), str(HERE.parents[3])]))
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300)
    assert run.stdout.strip() == "Confirmation [('look', 'it')]", run.stderr
    agent = bench.agent()
    asked = agent.pending("one")
    assert asked.arguments == {"what": "the garden", "minutes": 30.0}
    assert [turn.said.content for turn in agent.turns("one")] == ["look", "toil"]
    assert last(agent.decide("one", asked.id, True)).text == "the garden is done."
    assert bench.done == [("the garden", 30.0)]
    agent.close()


def test_of_two_processes_that_confirm_one_is_first(bench, last):
    agent, other = bench.agent(), bench.agent()
    asked = last(agent.run("one", "toil"))
    assert other._checkpoints.claim(asked.id)
    with pytest.raises(InputError, match="counts once"):
        last(agent.decide("one", asked.id, True))
    assert bench.done == []
    agent.close()
    other.close()


def test_nobody_can_name_the_conversation_of_another(bench, last):
    mine, yours = bench.agent(owner="ada"), bench.agent(owner="bob")
    asked = last(mine.run("one", "toil"))
    assert yours.turns("one") == []
    with pytest.raises(InputError):
        last(yours.decide("one", asked.id, True))
    assert mine.pending("one") == asked
    mine.close()
    yours.close()


def test_wrong_arguments_and_a_question_are_said_and_nothing_is_called(bench, last):
    agent = bench.agent()
    wrong = last(agent.run("one", "wrong"))
    assert wrong.text == "minutes cannot be 100: input should be less than or equal to 60."
    assert last(agent.run("one", "which")).text == "Which one?"
    with pytest.raises(InputError):
        last(agent.run("one", "  "))
    assert bench.done == []
    agent.close()


def test_budgets_of_steps_and_minutes_end_kindly(bench, settings, last):
    tight = settings.model_copy(update={"agent": settings.agent.model_copy(update={"steps": 3, "minutes": 45})})
    agent = bench.agent(settings=tight)
    end = last(agent.run("one", "many"))
    assert len(bench.done) == 3
    assert "more than 3 steps for one message" in end.text
    asked = last(agent.run("one", "toil"))
    last(agent.decide("one", asked.id, True))
    over = last(agent.run("one", "toil"))
    assert isinstance(over, Answered)
    assert "may start 45 minutes of work" in over.text
    assert last(agent.run("another", "toil")).tool == "toil"
    agent.close()


class Answering:
    """Stands for the answer pipeline: says what it is told, and keeps what it was asked."""

    def __init__(self, text="It is a [1].", error=None):
        self.text, self.error, self.asked = text, error, []

    def answer(self, question, history=(), **given):
        self.asked.append((question, [turn.question for turn in history]))
        if self.error:
            raise self.error
        yield Delta(self.text)
        yield Answer(question=question, standalone=question, text=self.text)


def test_what_needs_no_tool_is_answered_from_the_notes_with_its_history(bench):
    bench.assistant = Answering()
    agent = bench.agent()
    events = list(agent.run("one", "What is a GAN?"))
    assert isinstance(events[-1], Answered)
    assert (events[-1].text, events[-1].answer.question) == ("It is a [1].", "What is a GAN?")
    kinds = [type(event) for event in events]
    assert kinds.index(Planned) < kinds.index(Delta)
    list(agent.run("one", "look"))
    list(agent.run("one", "And a VAE?"))
    assert bench.assistant.asked == [("What is a GAN?", []), ("And a VAE?", ["What is a GAN?"])]
    agent.close()


def test_what_goes_wrong_is_one_sentence_and_the_conversation_goes_on(bench, last):
    bench.assistant = Answering(error=ModelError("The model is not here."))
    agent = bench.agent()
    assert last(agent.run("one", "What is a GAN?")) == Failed("The model is not here.")
    assert last(agent.run("one", "look")).text == "I see it."
    assert {"failureReason": "The model is not here.", "failureType": "failed"}.items() <= next(
        part["failureTrace"] for part in agent.trace("one") if "failureTrace" in part
    ).items()
    agent.close()


def test_the_guardrail_stands_before_everything(bench, settings, last):
    body = (
        "name: gate\nblockedInputMessaging: Not this.\nblockedOutputsMessaging: Withheld.\n"
        "sensitiveInformationPolicyConfig:\n  piiEntitiesConfig: [{type: EMAIL, action: ANONYMIZE}]\n"
        "wordPolicyConfig:\n  wordsConfig: [{text: xylophone}]\n"
    )
    Library(settings.home / "guardrails").save_draft("gate", parse(body))
    gate = settings.model_copy(update={"guardrail": "gate"})
    bench.assistant = Assistant(gate, searcher=type("Searcher", (), {"embedder": None})())
    bench.told.plans |= {
        "write to {EMAIL}": Plan((Call("look", {"at": "{EMAIL}"}),)),
        "play": Plan((Call("look", {"at": "a xylophone"}),)),
        "trick": Plan((Call("tricked", {}),)),
    }

    @tool(group="test")
    def tricked(context: Context) -> Observation:
        """Give back what may not be shown."""
        return Observation("Write to bob@example.org for it.")

    tools = Toolbox({**bench.toolbox.tools, "tricked": tricked})
    agent = bench.agent(settings=gate, toolbox=tools)
    blocked = last(agent.run("one", "the xylophone of maria@example.org"))
    assert (blocked.text, blocked.answer.blocked, blocked.answer.question) == (
        "Not this.",
        True,
        "the xylophone of {EMAIL}",
    )
    assert bench.told.seen == []
    assert last(agent.run("one", "write to maria@example.org")).text == "I see {EMAIL}."
    assert bench.told.seen == ["write to {EMAIL}"]
    assert "does not allow these arguments" in last(agent.run("one", "play")).text
    assert last(agent.run("one", "trick")).text == "Write to {EMAIL-2} for it."
    agent.close()
    kept = b"".join(file.read_bytes() for file in settings.home.glob("records.sqlite3*"))
    assert b"write to {EMAIL}" in kept
    assert b"maria@example.org" not in kept
    assert b"bob@example.org" not in kept


def test_stop_ends_a_run_before_its_next_call(bench):
    agent, stop = bench.agent(), threading.Event()
    ends = []
    for event in agent.run("one", "many", stop):
        ends.append(event)
        if isinstance(event, Observed):
            stop.set()
    assert isinstance(ends[-1], Stopped)
    assert len(bench.done) < 5
    assert [type(event) for event in agent.run("one", "look")][-1] is Answered
    agent.close()


def test_the_switch_stops_everything_until_it_is_lifted(bench, settings, last):
    agent = bench.agent()
    asked = last(agent.run("one", "toil"))
    assert stop_all(settings) == []
    assert is_stopped(settings)
    assert last(agent.decide("one", asked.id, True)) == Stopped(STOPPED)
    assert last(agent.run("two", "look")) == Stopped(STOPPED)
    assert bench.done == []
    go_on(settings)
    last(agent.decide("one", asked.id, True))
    assert bench.done == [("the garden", 30.0)]
    agent.close()


def test_one_message_of_a_conversation_at_a_time(bench):
    agent, other = bench.agent(), bench.agent()
    events = agent.run("one", "look")
    next(events)
    with pytest.raises(InputError, match="at work on another message"):
        next(other.run("one", "look"))
    next(other.run("two", "look"))
    events.close()
    assert type(list(other.run("one", "look"))[-1]) is Answered
    agent.close()
    other.close()


def test_everything_is_in_the_trace(bench, last):
    agent = bench.agent()
    asked = last(agent.run("one", "both"))
    waiting = agent.trace("one")[-1]["orchestrationTrace"]["invocationInput"]["actionGroupInvocationInput"]
    assert waiting["executionType"] == "RETURN_CONTROL"
    assert waiting["parameters"][0] == {"name": "what", "type": "string", "value": "the wall"}
    last(agent.decide("one", asked.id, True))
    parts = agent.trace("one")
    names = [next(iter(part)) for part in parts]
    assert (names[0], names[-1]) == ("preProcessingTrace", "postProcessingTrace")
    steps = [part["orchestrationTrace"] for part in parts if "orchestrationTrace" in part]
    assert "rationale" in steps[0]
    called = [step["invocationInput"]["actionGroupInvocationInput"] for step in steps if "invocationInput" in step]
    assert [(one["function"], one["actionGroupName"]) for one in called] == [("toil", "test"), ("look", "test")]
    assert called[0]["confirmedDigest"] == asked.digest
    seen = [step["observation"] for step in steps if "observation" in step]
    assert [one["type"] for one in seen] == ["ACTION_GROUP", "ACTION_GROUP", "FINISH"]
    agent.close()


def test_a_conversation_can_be_forgotten(bench, last):
    agent = bench.agent()
    last(agent.run("one", "look"))
    agent.forget("one")
    assert (agent.turns("one"), agent.pending("one")) == ([], None)
    agent.close()
