"""Conversations with the agent in the database of the records, whichever it is."""

import contextlib

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from assistant.agent.events import Answered, Confirmation
from assistant.errors import InputError, RecordsError
from assistant.records.threads import delete_threads, old_threads
from assistant.settings import load_settings


@pytest.fixture
def bench(garden, url):
    return garden.make_bench(load_settings(guardrail="", database=url))


def test_a_conversation_goes_on_after_a_restart_and_is_deleted_with_all_of_it(bench, url, last):
    with contextlib.closing(bench.agent()) as agent:
        asked = last(agent.run("one", "toil"))
        last(agent.run("two", "look"))
    assert isinstance(asked, Confirmation)
    with contextlib.closing(bench.agent()) as agent:
        assert agent.pending("one") == asked
        assert isinstance(last(agent.decide("one", asked.id, True)), Answered)
        assert bench.done == [("look", "it"), ("the garden", 30.0)]
        with pytest.raises(InputError, match="not open"):
            last(agent.decide("one", asked.id, True))
        agent.forget("two")
        assert ([str(turn.said.content) for turn in agent.turns("one")], agent.turns("two")) == (["toil"], [])
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with Session(engine) as session, session.begin():
        assert "checkpoints" in delete_threads(session, old_threads(session))
        assert old_threads(session) == []
    engine.dispose()
    with contextlib.closing(bench.agent()) as agent:
        assert agent.turns("one") == []


def test_a_connection_that_the_server_ended_is_opened_anew(garden, postgres_url, last):
    import psycopg

    with contextlib.closing(garden.make_bench(load_settings(guardrail="", database=postgres_url)).agent()) as agent:
        last(agent.run("one", "look"))
        with psycopg.connect(postgres_url, autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        last(agent.run("one", "look"))
        assert len(agent.turns("one")) == 2


def test_a_database_that_is_not_there_is_one_sentence(garden, tmp_path, last):
    bench = garden.make_bench(load_settings(guardrail="", database=f"postgresql://me:secret@/etude?host={tmp_path}"))
    with pytest.raises(RecordsError, match="does not answer") as raised:
        last(bench.agent().run("one", "look"))
    assert "secret" not in str(raised.value)
