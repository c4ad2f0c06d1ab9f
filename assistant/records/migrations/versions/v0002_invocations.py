"""Invocations, what guardrails found during them, and jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the new tables, and keep Etudes from before Alembic out."""
    op.create_table(
        "invocations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", _MOMENT, nullable=False, index=True),
        sa.Column("operation", sa.String(40), nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("prompt", sa.String(120), nullable=False),
        sa.Column("prompt_version", sa.String(40), nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("input_tokens", sa.Integer),
        sa.Column("cached_tokens", sa.Integer),
        sa.Column("output_tokens", sa.Integer),
        sa.Column("first_token", sa.Double),
        sa.Column("total", sa.Double, nullable=False),
        sa.Column("stop_reason", sa.String(40), nullable=False),
        sa.Column("error", sa.String(10), nullable=False),
        sa.Column("error_type", sa.String(80), nullable=False),
        sa.Column("cost", sa.Double, nullable=False),
        sa.Column("conversation_id", sa.String(36), index=True),
        sa.Column("turn_id", sa.Integer),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "invocation_findings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("invocation_id", sa.Integer, sa.ForeignKey("invocations.id", ondelete="CASCADE"), nullable=False),
        sa.Column("policy", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(200), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.UniqueConstraint("invocation_id", "policy", "kind", "action"),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("arguments", sa.JSON, nullable=False),
        sa.Column("result", sa.JSON, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("created", _MOMENT, nullable=False, index=True),
        sa.Column("started", _MOMENT),
        sa.Column("finished", _MOMENT),
    )
    layout = sa.table("schema_version", sa.column("version", sa.Integer))
    op.execute(sa.update(layout).values(version=4))
