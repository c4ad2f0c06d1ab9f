"""What the guardrail did about a turn, and the placeholders of a conversation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns; earlier turns passed no guardrail."""
    op.add_column("conversations", sa.Column("masks", sa.Text, nullable=False, server_default=""))
    op.add_column("turns", sa.Column("blocked", sa.Boolean, nullable=False, server_default=sa.false()))
    for name in ("noted", "dropped", "doubtful"):
        op.add_column("turns", sa.Column(name, sa.JSON, nullable=False, server_default="[]"))
