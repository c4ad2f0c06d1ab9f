import contextlib
from datetime import UTC, datetime, timedelta

import pytest

from assistant.agent.agent import Agent
from assistant.agent.planning.plan import Plan
from assistant.agent.toolbox import Toolbox
from assistant.records import Records
from assistant.records.kinds import kinds_of
from assistant.records.purge import AGENT, count, purge
from assistant.settings import load_settings

MINUTE = timedelta(minutes=1)


@pytest.fixture
def settings():
    settings = load_settings(guardrail="")
    plan = Plan(question="What about the secret-heron?")
    agent = Agent(settings, assistant=object(), toolbox=Toolbox({}), plan=lambda text, after=(): plan)
    for thread in ("one", "two"):
        list(agent.run(thread, f"a secret-heron in {thread}"))
    agent.close()
    return settings


@pytest.mark.parametrize(("before", "gone"), [(-MINUTE, 0), (MINUTE, 2), (None, 2)])
def test_conversations_of_the_agent_go_by_age_with_their_bytes(settings, before, gone):
    limit = datetime.now(UTC) + before if before else None
    with contextlib.closing(Records(settings.database_url)) as records:
        counted = count(records.database, kinds_of(["conversations"]), limit)
        purged = purge(records.database, kinds_of(["conversations"]), limit)
    assert counted.get(AGENT, 0) == purged.rows.get(AGENT, 0) == gone
    files = b"".join(path.read_bytes() for path in settings.home.glob("records.sqlite3*"))
    assert (b"secret-heron" in files) == (gone == 0)
    agent = Agent(settings, assistant=object(), toolbox=Toolbox({}))
    assert len(agent.turns("one")) == (0 if gone else 1)
    agent.close()


def test_other_kinds_leave_them(settings):
    with contextlib.closing(Records(settings.database_url)) as records:
        assert AGENT not in purge(records.database, kinds_of(["exams"])).rows
