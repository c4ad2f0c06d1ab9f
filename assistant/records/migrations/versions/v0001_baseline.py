"""The tables as they were before Alembic (layout 3). Layouts 1 and 2 lack some of them, which are made here."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_MOMENT = sa.DateTime(timezone=True)
_Kind = sa.types.TypeEngine[Any] | type[sa.types.TypeEngine[Any]]


def upgrade() -> None:
    """Make the tables that are missing; those that are there stay as they are."""
    bind = op.get_bind()
    _tables().create_all(bind, checkfirst=True)
    layout = sa.table("schema_version", sa.column("version", sa.Integer))
    bind.execute(sa.delete(layout))
    bind.execute(sa.insert(layout).values(version=3))


def _tables() -> sa.MetaData:
    metadata = sa.MetaData()

    def table(name: str, *columns: sa.Column[Any] | sa.UniqueConstraint, **options: bool) -> None:
        sa.Table(name, metadata, *columns, **options)  # type: ignore[call-overload]

    table("schema_version", sa.Column("version", sa.Integer, primary_key=True, autoincrement=False))
    table(
        "conversations",
        sa.Column("id", sa.String(36), primary_key=True),
        _column("title", sa.String(200)),
        _column("created", _MOMENT),
        _column("updated", _MOMENT, index=True),
    )
    table(
        "turns",
        sa.Column("id", sa.Integer, primary_key=True),
        _owner("conversation_id", "conversations.id", sa.String(36), index=True),
        *(_column(name, sa.Text) for name in ("question", "standalone", "text")),
        *(_column(name, sa.Boolean) for name in ("refused", "stopped", "cut")),
        *(_column(name, sa.JSON) for name in ("citations", "nearest", "timings", "usage")),
        _column("created", _MOMENT),
        sqlite_autoincrement=True,
    )
    table(
        "feedback",
        sa.Column("id", sa.Integer, primary_key=True),
        _owner("turn_id", "turns.id", sa.Integer),
        _column("up", sa.Boolean),
        _column("comment", sa.Text),
        _column("created", _MOMENT),
        sa.UniqueConstraint("turn_id"),
    )
    table(
        "exams",
        sa.Column("id", sa.String(36), primary_key=True),
        _column("mode", sa.String(20)),
        _column("created", _MOMENT, index=True),
        sa.Column("finished", _MOMENT, nullable=True),
        _column("state", sa.JSON),
    )
    table(
        "attempts",
        sa.Column("id", sa.Integer, primary_key=True),
        _column("exam_id", sa.String(36), index=True),
        _column("mode", sa.String(20)),
        _column("question_id", sa.String(80), index=True),
        _column("domain", sa.Integer),
        _column("task", sa.String(8)),
        _column("response", sa.JSON),
        _column("right", sa.Boolean),
        _column("at", _MOMENT, index=True),
        sa.UniqueConstraint("exam_id", "question_id"),
    )
    table(
        "cards",
        sa.Column("id", sa.String(120), primary_key=True),
        _column("due", _MOMENT, index=True),
        _column("state", sa.JSON),
    )
    table(
        "reviews",
        sa.Column("id", sa.Integer, primary_key=True),
        _column("card_id", sa.String(120), index=True),
        _column("rating", sa.Integer),
        _column("at", _MOMENT, index=True),
        sa.UniqueConstraint("card_id", "at"),
    )
    table(
        "rating_sessions",
        sa.Column("id", sa.String(36), primary_key=True),
        _column("name", sa.String(200)),
        _column("kind", sa.String(20)),
        _column("systems", sa.JSON),
        _column("seed", sa.Integer),
        _column("created", _MOMENT, index=True),
    )
    table(
        "rating_items",
        sa.Column("id", sa.Integer, primary_key=True),
        _owner("session_id", "rating_sessions.id", sa.String(36), index=True),
        _column("item_id", sa.String(200)),
        _column("content", sa.JSON),
        sa.UniqueConstraint("session_id", "item_id"),
    )
    table(
        "ratings",
        sa.Column("id", sa.Integer, primary_key=True),
        _owner("session_id", "rating_sessions.id", sa.String(36), index=True),
        _column("item_id", sa.String(200)),
        _column("rater", sa.String(80)),
        _column("value", sa.String(20)),
        _column("comment", sa.Text),
        _column("at", _MOMENT),
        sa.UniqueConstraint("session_id", "item_id", "rater"),
    )
    return metadata


def _column(name: str, kind: _Kind, *, index: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, index=index)


def _owner(name: str, target: str, kind: _Kind, *, index: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, sa.ForeignKey(target, ondelete="CASCADE"), nullable=False, index=index)
