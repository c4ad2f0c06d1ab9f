"""The agent behind the chat: what was done is kept with the turn, a costly call waits, and an edit takes turns back."""

import re
from collections.abc import Iterator
from typing import Annotated

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import Field

from assistant.agent.agent import Agent
from assistant.agent.context import Context
from assistant.agent.planning.plan import Call, Plan
from assistant.agent.tool import Cost, Link, Observation, tool
from assistant.agent.toolbox import Toolbox
from assistant.chat.events import Answer, Delta
from assistant.people import LOCAL, Person
from assistant.people.person import SCOPE_KEY
from assistant.records import Records
from assistant.settings import load_settings
from assistant.web.agentic import Agentic, Agents
from assistant.web.answering import Ask, Desk
from assistant.web.render import answer_html, thread_html
from assistant.web.tool_steps import over
from assistant.web.trace import add_trace

DONE: list[str] = []


@tool(group="test")
def whistle(context: Context, tune: Annotated[str, Field(max_length=80)] = "a tune") -> Observation:
    """Whistle a tune."""
    DONE.append(tune)
    return Observation(f"Whistled {tune}.", (Link("Tune <1>", "piece", "?tab=compose&piece=ab12"),))


@tool(group="test", cost=lambda arguments: Cost(minutes=30))
def practise(context: Context, tune: str = "scales") -> Observation:
    """Practise a tune."""
    DONE.append(f"practised {tune}")
    return Observation(f"Practised {tune}.")


class Notes:
    """The answer pipeline of these tests: it repeats the question, and what was said before."""

    def answer(self, question: str, history=(), **options) -> Iterator[Delta | Answer]:
        yield Delta("You asked ")
        yield Answer(question, question, f"You asked {question} after {len(history)}.")

    def warm(self) -> None: ...


def plan(text: str, after=()) -> Plan:
    calls = {
        "whistle": (Call("whistle", {}),),
        "practise": (Call("practise", {}),),
        "both": (Call("practise", {"tune": "arpeggios"}), Call("whistle", {"tune": "the end"})),
        "again": (Call("whistle", {"tune": f"after {len(after)}"}),),
    }
    return Plan(calls.get(text, ()), rationale="because")


@pytest.fixture
def desk():
    DONE.clear()
    settings = load_settings(guardrail="")
    records = Records(settings.database_url)
    agent = Agent(settings, assistant=Notes(), toolbox=Toolbox({t.name: t for t in (whistle, practise)}), plan=plan)
    yield Desk(settings, records, lambda _: Notes(), agent=lambda *_: Agentic(agent))
    agent.close()
    records.close()


def said(desk: Desk, question: str, **more) -> Answer:
    job = desk.ask(Ask("c" * 8, question, tools=True, **more))
    *_, last = job.follow()
    assert not last.error, last.error
    return last.answer


def turns(desk: Desk):
    return desk._records.turns("c" * 8)


def test_what_a_tool_did_is_kept_and_shown_with_a_player_and_a_link(desk):
    said(desk, "whistle")
    (turn,) = turns(desk)
    (step,) = turn.answer.steps
    assert (step.tool, step.state, step.arguments, step.text) == ("whistle", "done", {}, "Whistled a tune.")
    assert turn.answer.rationale == "because"
    html = answer_html(turn.answer)
    assert html.count("Whistled a tune.") == 1
    assert '<audio controls preload="none" src="/compose/piece/ab12.wav"' in html
    assert "Open Tune &lt;1&gt; in Compose" in html


def test_a_question_is_answered_from_the_notes_with_the_conversation_as_it_is_saved(desk):
    said(desk, "What is a GAN?")
    assert said(desk, "And then?").text == "You asked And then? after 1."
    assert [turn.answer.steps for turn in turns(desk)] == [(), ()]


def test_a_costly_call_waits_in_its_turn_and_goes_on_there(desk):
    waiting = said(desk, "both")
    (step,) = waiting.steps
    assert step.state == "waiting"
    assert 'tune: "arpeggios"' in step.text
    assert f'data-confirmation="{step.confirmation}"' in answer_html(waiting)
    assert DONE == []
    (turn,) = turns(desk)
    said(desk, "both", replaces=turn.id, confirmation=step.confirmation, approved=True)
    (turn,) = turns(desk)
    assert [(one.tool, one.state) for one in turn.answer.steps] == [("practise", "done"), ("whistle", "done")]
    assert DONE == ["practised arpeggios", "the end"]
    job = desk.ask(Ask("c" * 8, "both", tools=True, replaces=turn.id, confirmation=step.confirmation, approved=True))
    *_, last = job.follow()
    assert "not open" in last.error
    assert len(DONE) == 2


def test_a_no_is_kept_and_nothing_is_done(desk):
    (step,) = said(desk, "practise").steps
    answer = said(desk, "practise", replaces=turns(desk)[0].id, confirmation=step.confirmation)
    assert [one.state for one in answer.steps] == ["declined"]
    assert DONE == []


def test_what_waits_is_over_when_the_person_goes_on(desk):
    (step,) = said(desk, "practise").steps
    said(desk, "What is a GAN?")
    first, _ = turns(desk)
    assert "data-confirmation" not in answer_html(over(first.answer))
    job = desk.ask(
        Ask("c" * 8, "practise", tools=True, replaces=first.id, confirmation=step.confirmation, approved=True)
    )
    *_, last = job.follow()
    assert "not open" in last.error
    assert DONE == []


def test_an_edited_turn_is_taken_back_from_the_agent_too(desk):
    said(desk, "whistle")
    said(desk, "What is a GAN?")
    said(desk, "again")
    assert DONE[-1] == "after 2"
    second = turns(desk)[1]
    said(desk, "again", replaces=second.id)
    assert DONE[-1] == "after 1"
    assert len(turns(desk)) == 2
    first = turns(desk)[0]
    said(desk, "again", replaces=first.id)
    assert DONE[-1] == "after 0"


def test_its_owner_can_open_the_trace_of_a_conversation_and_nobody_else(desk):
    said(desk, "whistle")
    link = re.search(r'href="(/agent/trace/[^"]+)"[^>]*>Trace<', thread_html("c" * 8, turns(desk)))[1]
    who = [LOCAL]
    app = FastAPI()
    app.add_middleware(As, who=who)
    add_trace(app, desk)
    with TestClient(app) as client:
        parts = client.get(link).json()
        assert "whistle" in str(parts)
        assert any("orchestrationTrace" in str(part) for part in parts)
        for person, path in ((Person("ben"), link), (LOCAL, "/agent/trace/none.json")):
            who[0] = person
            refused = client.get(path)
            assert refused.status_code == 404
            assert refused.text.startswith("There is no trace of such a conversation.")
        who[0] = LOCAL
        desk._records.delete("c" * 8)
        assert client.get(link).status_code == 404


class As:
    """Says who sends every request, as the door does."""

    def __init__(self, app, who):
        self.app, self.who = app, who

    async def __call__(self, scope, receive, send):
        await self.app(scope | {SCOPE_KEY: self.who[0]}, receive, send)


def test_who_is_no_admin_has_no_evaluations():
    settings, agents = load_settings(guardrail=""), Agents()
    tools = {
        admin: set(agents.of(settings, Notes(), Person("ada", admin))._agent.toolbox.tools) for admin in (True, False)
    }
    assert tools[True] - tools[False] == {"run_evaluation", "compare_runs"}
