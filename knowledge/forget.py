"""Take documents out of a collection; the files themselves stay where they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from knowledge.index import IndexFolder


def forget_folder(index: IndexFolder, collection: str, folder: str) -> int:
    """Forget every document of a collection that lies in a folder, or is that file; return how many those were.

    Args:
        index: where the index lives.
        collection: the collection.
        folder: an absolute path, as `knowledge.folder.key_of` gives it.

    Raises:
        IndexBusy: a sync is running.
        DiskFull: there is no room; the index is as it was.
        KnowledgeError: the index cannot be read or written.

    """
    with index.locked():
        current = index.current()
        if current is None:
            return 0
        manifest = current.manifest
        inside = _inside(manifest.files(collection), folder)
        failed = _inside(manifest.failures(collection), folder)
        if not inside and not failed:
            return 0
        # The name of the job holds the place, so that only the same forgetting goes on with what a killed one left.
        place = hashlib.sha256(folder.encode()).hexdigest()[:16]
        with index.writing(f"forget {collection}\n{place}") as building, building.manifest.transaction():
            for key in inside:
                building.manifest.remove_file(collection, key)
            kept = [one for one in building.manifest.failures(collection).values() if one.path not in failed]
            building.manifest.put_failures(collection, kept)
        return len(inside)


def _inside(keys: Iterable[str], folder: str) -> set[str]:
    return {key for key in keys if Path(key).is_relative_to(folder)}
