"""What the agent did on the way to an answer, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns; nothing was done by an agent before."""
    op.add_column("turns", sa.Column("steps", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("turns", sa.Column("rationale", sa.Text, nullable=False, server_default=""))
