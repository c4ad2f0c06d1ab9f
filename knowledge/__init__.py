"""Everything about the notes: files to Markdown, to chunks, to vectors, and the search over them.

These names are the door. Each is imported when it is first used, so that ``import knowledge`` costs nothing. What is
done on the way has one module a step: ``read`` (with ``encoding``, ``formats``, ``repair``), ``split``
(with ``blocks``, ``pack``, ``plain``), ``sync`` (with ``folder``, ``changes``, ``fill``), ``index`` (with ``manifest``,
``store``, ``keyword``), ``embed`` and ``search``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from knowledge.embed import Embedder
    from knowledge.index import IndexFolder
    from knowledge.read import Document, read_file
    from knowledge.search import Filter, Hit, Searcher
    from knowledge.split import Chunk
    from knowledge.sync import SyncReport, remove_collection
    from knowledge.sync import sync as sync_folder

__all__ = [
    "Chunk",
    "Document",
    "Embedder",
    "Filter",
    "Hit",
    "IndexFolder",
    "Searcher",
    "SyncReport",
    "read_file",
    "remove_collection",
    "sync_folder",
]

_ROOMS = {
    "embed": ("Embedder",),
    "index": ("IndexFolder",),
    "read": ("Document", "read_file"),
    "search": ("Filter", "Hit", "Searcher"),
    "split": ("Chunk",),
    "sync": ("SyncReport", "remove_collection", "sync_folder"),
}


def __getattr__(name: str) -> Any:
    for room, names in _ROOMS.items():
        if name in names:
            # The function has the name of its module, which stands in its way here.
            return getattr(import_module(f"knowledge.{room}"), "sync" if name == "sync_folder" else name)
    raise AttributeError(f"module 'knowledge' has no attribute {name!r}")
