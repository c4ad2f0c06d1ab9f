"""On which device a job runs, and when it got in line."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns; nothing ran jobs before."""
    op.add_column("jobs", sa.Column("device", sa.String(20), nullable=False, server_default="cpu"))
    op.add_column("jobs", sa.Column("queued", sa.DateTime(timezone=True)))
