"""What Alembic needs to bring an older records database to the present."""
