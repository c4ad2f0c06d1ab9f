"""Alembic runs this file: the revisions go over the connection, and inside the transaction, of the caller."""

from alembic import context

from assistant.records.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
