import pytest

from assistant.agent.planning import Planner
from assistant.agent.toolbox import Toolbox


@pytest.fixture(scope="session")
def planner(shared_settings) -> Planner:
    """The planner as it ships, without the chat model: that is asked only where the rest is not sure."""
    return Planner(shared_settings, Toolbox.load(shared_settings), ask=False)
