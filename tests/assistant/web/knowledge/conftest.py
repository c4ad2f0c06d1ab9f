"""The notes room over a home of its own, and folders to add."""

import pytest

from assistant.people import LOCAL
from assistant.records import Records
from assistant.web.knowledge.room import NotesRoom
from assistant.web.knowledge.steps import Steps

BEES = "# Bees\n\n## Honey\n\nEach hive gives about twelve kilograms of honey.\n\n## Winter\n\nBees sleep in winter.\n"


@pytest.fixture
def records(settings):
    records = Records(settings.database_url)
    yield records
    records.close()


@pytest.fixture
def room(settings, records):
    settings = settings.model_copy(update={"model": "smollm2-135m-instruct"})
    room = NotesRoom(settings, records.database)
    yield room
    room.close()


@pytest.fixture
def steps(room):
    return Steps(room, LOCAL)


@pytest.fixture
def garden(tmp_path):
    """A folder of a person's own."""
    folder = tmp_path / "garden"
    folder.mkdir()
    (folder / "bees.md").write_text(BEES)
    return folder
