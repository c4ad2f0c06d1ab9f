"""The root of Etude's error tree and the branch for notes.

It stands here, and not in ``assistant``, because ``knowledge`` imports nothing above it. The whole tree is drawn in
``assistant/errors.py``.
"""

from __future__ import annotations

from typing import ClassVar


class EtudeError(Exception):
    """Something went wrong that a person can mend.

    The message is one sentence or two that say what happened, where, and what to do next; the command line and the
    web page print it as it is, without a traceback.
    """

    exit_code: ClassVar[int] = 1


class InputError(EtudeError):
    """What the person gave cannot be used: an empty question, a missing folder, an unreadable file."""

    exit_code = 2


class KnowledgeError(EtudeError):
    """The notes or their index cannot be used."""

    exit_code = 5


class CollectionNotFound(KnowledgeError):
    """No collection of that name has been synced."""


class IndexMismatch(KnowledgeError):
    """The index was built by another embedding model or an older layout and must be rebuilt."""


class IndexBusy(KnowledgeError):
    """Another process is writing to this index."""

    exit_code = 6


class DiskFull(KnowledgeError):
    """There is no room left for the index."""
