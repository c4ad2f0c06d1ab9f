"""Every error that Etude raises on purpose.

::

    EtudeError                    exit code 1
    ├── InputError                2   empty question, missing folder, unreadable file
    ├── SettingsError             3   broken etude.toml, a value out of range
    ├── ModelError                4
    │   ├── ModelUnknown              not in the catalog, and not a path
    │   ├── WeightsMissing            in the catalog, not on this machine
    │   ├── WeightsCorrupt            the SHA-256 is not the publisher's
    │   ├── DownloadFailed            no source could deliver the weights
    │   └── GenerationFailed          the engine refused or broke off
    ├── KnowledgeError            5
    │   ├── CollectionNotFound
    │   ├── IndexMismatch             other embedding model: rebuild
    │   ├── DiskFull
    │   └── IndexBusy             6   another process writes to the index
    ├── RecordsError              7   the database of conversations cannot be opened or written
    ├── ServerError               8   the port is in use, the page cannot be served
    ├── NotSignedIn               9   nobody is signed in, or not somebody who may do that
    └── RunBusy                   6   another process is at work on this evaluation run

The messages are for people; the command line and the web page print them without a traceback and leave with the
``exit_code`` of the class. 2 is also what a wrong option gives; 130 is an interrupt.
"""

from __future__ import annotations

from knowledge.errors import (
    CollectionNotFound,
    DiskFull,
    EtudeError,
    IndexBusy,
    IndexMismatch,
    InputError,
    KnowledgeError,
)

__all__ = [
    "CollectionNotFound",
    "DiskFull",
    "DownloadFailed",
    "EtudeError",
    "GenerationFailed",
    "IndexBusy",
    "IndexMismatch",
    "InputError",
    "KnowledgeError",
    "ModelError",
    "ModelUnknown",
    "NotSignedIn",
    "RecordsError",
    "RunBusy",
    "ServerError",
    "SettingsError",
    "WeightsCorrupt",
    "WeightsMissing",
]


class SettingsError(EtudeError):
    """A setting cannot be used."""

    exit_code = 3


class ModelError(EtudeError):
    """A language or embedding model cannot be used."""

    exit_code = 4


class ModelUnknown(ModelError):
    """The name is neither in the catalog nor a path."""


class WeightsMissing(ModelError):
    """The model is in the catalog but its weights are not on this machine."""


class WeightsCorrupt(ModelError):
    """A file of weights does not have the SHA-256 that its publisher gives."""


class DownloadFailed(ModelError):
    """No source could deliver the weights."""


class GenerationFailed(ModelError):
    """The engine refused the request or broke off."""


class RecordsError(EtudeError):
    """The database of conversations cannot be opened or written."""

    exit_code = 7


class ServerError(EtudeError):
    """The web page cannot be served."""

    exit_code = 8


class NotSignedIn(EtudeError):
    """Nobody is signed in, or somebody who may not do that."""

    exit_code = 9


class RunBusy(EtudeError):
    """Another process is at work on this evaluation run."""

    exit_code = 6
