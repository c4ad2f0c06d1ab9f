"""Whose each record is: all that was there belongs to the local person. Accounts, sign-ins, owners of collections."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the owner, as a part of the key where two people may have the same exam or card."""
    for table in ("conversations", "jobs"):
        op.add_column(table, _owner())
        op.create_index(f"ix_{table}_owner", table, ["owner"])
    _rebuild(
        "exams",
        _owner(primary_key=True),
        sa.Column("id", sa.String(36), primary_key=True),
        _column("mode", sa.String(20)),
        _column("created", _MOMENT),
        sa.Column("finished", _MOMENT),
        _column("state", sa.JSON),
        indexes=("created",),
    )
    _rebuild(
        "attempts",
        sa.Column("id", sa.Integer, primary_key=True),
        _owner(),
        _column("exam_id", sa.String(36)),
        _column("mode", sa.String(20)),
        _column("question_id", sa.String(80)),
        _column("domain", sa.Integer),
        _column("task", sa.String(8)),
        _column("response", sa.JSON),
        _column("right", sa.Boolean),
        _column("at", _MOMENT),
        sa.UniqueConstraint("owner", "exam_id", "question_id"),
        indexes=("exam_id", "question_id", "at"),
    )
    _rebuild(
        "cards",
        _owner(primary_key=True),
        sa.Column("id", sa.String(120), primary_key=True),
        _column("due", _MOMENT),
        _column("state", sa.JSON),
        indexes=("due",),
    )
    _rebuild(
        "reviews",
        sa.Column("id", sa.Integer, primary_key=True),
        _owner(),
        _column("card_id", sa.String(120)),
        _column("rating", sa.Integer),
        _column("at", _MOMENT),
        sa.UniqueConstraint("owner", "card_id", "at"),
        indexes=("card_id", "at"),
    )
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(80), primary_key=True),
        _column("password", sa.Text),
        _column("admin", sa.Boolean),
        _column("created", _MOMENT),
    )
    op.create_table(
        "sign_ins",
        sa.Column("secret", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(80), sa.ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False),
        _column("expires", _MOMENT),
    )
    op.create_index("ix_sign_ins_account", "sign_ins", ["account"])
    op.create_table(
        "collections",
        sa.Column("name", sa.String(63), primary_key=True),
        _column("owner", sa.String(80)),
        _column("shared", sa.Boolean),
    )
    op.create_index("ix_collections_owner", "collections", ["owner"])


def _rebuild(name: str, *parts: sa.Column[Any] | sa.UniqueConstraint, indexes: tuple[str, ...]) -> None:
    """Make a table anew with its rows. SQLite cannot change a key, and so every database goes the same way."""
    before = {column["name"]: column["type"] for column in sa.inspect(op.get_bind()).get_columns(name)}
    kept, numbered = ", ".join(f'"{column}"' for column in before), isinstance(before["id"], sa.Integer)
    op.create_table(f"{name}_new", *parts)
    op.execute(f"INSERT INTO {name}_new ({kept}) SELECT {kept} FROM {name} ORDER BY id")
    op.drop_table(name)
    op.rename_table(f"{name}_new", name)
    for column in indexes:
        op.create_index(f"ix_{name}_{column}", name, [column])
    if numbered and op.get_bind().dialect.name == "postgresql":
        # The rows brought their numbers along; the next one counts on from there.
        after = f"(SELECT coalesce(max(id), 0) + 1 FROM {name})"
        op.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {after}, false)")


def _owner(*, primary_key: bool = False) -> sa.Column[Any]:
    return sa.Column("owner", sa.String(80), primary_key=primary_key, nullable=False, server_default="local")


def _column(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)
