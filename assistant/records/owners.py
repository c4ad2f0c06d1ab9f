"""Whose a record is. Everybody's records are in the same tables; each door shows those of one owner alone."""

from __future__ import annotations

LOCAL = "local"
"""The one person on a machine that asks nobody to sign in. No account has this name."""
LONGEST_OWNER = 80
"""Characters of a name."""
