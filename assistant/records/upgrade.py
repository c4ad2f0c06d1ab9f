"""Alembic's side of an upgrade. Importing it costs time: ``layout`` does so only when there is something to upgrade.

A new revision, for developers: change ``models.py``, add ``migrations/versions/vNNNN_name.py`` by the pattern of those
that are there, and name it in ``layout.HEAD``. There is no way back but the copy: revisions have no downgrade.
"""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a revision inside the transaction of the connection."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def scripts() -> ScriptDirectory:
    """Return the revisions that this Etude has."""
    return ScriptDirectory.from_config(_config())


def knows(revision: str) -> bool:
    """Say whether this Etude has a revision."""
    try:
        return scripts().get_revision(revision) is not None
    except CommandError:
        return False


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "assistant.records:migrations")
    return config
