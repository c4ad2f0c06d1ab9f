import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from knowledge.embed import Embedder
from knowledge.errors import CollectionNotFound, IndexBusy, IndexMismatch, InputError
from knowledge.index import IndexFolder
from knowledge.search import Filter, Searcher
from knowledge.sync import remove_collection, sync

ROOT = Path(__file__).parents[2]


def chunks_of(index):
    return {entry.chunk.text for entry in index.current().entries if entry.chunk.kind == "text"}


def test_a_first_sync_indexes_and_a_second_does_nothing(index, notes, embedder, monkeypatch):
    first = sync(index, notes, "notes", embedder)
    assert (first.added, first.files, first.chunks) == (2, 2, 4)
    before = {path: path.stat().st_mtime_ns for path in index.folder.rglob("*") if path.name != "lock"}
    blind = Embedder(embedder.name, Path("no-model-is-needed"))
    second = sync(index, notes, "notes", blind)
    assert (second.added, second.unchanged, second.embedded, second.chunks) == (0, 2, 0, 4)
    assert {path: path.stat().st_mtime_ns for path in index.folder.rglob("*") if path.name != "lock"} == before


def test_additions_changes_renames_and_deletions_are_followed(index, notes, embedder):
    sync(index, notes, "notes", embedder)
    (notes / "new.md").write_text("# Bees\n\nBees make honey.\n")
    assert sync(index, notes, "notes", embedder).added == 1
    (notes / "new.md").write_text("# Bees\n\nBees make wax too.\n")
    assert sync(index, notes, "notes", embedder).changed == 1
    assert {"Bees make wax too."} <= chunks_of(index)
    assert "Bees make honey." not in chunks_of(index)
    (notes / "new.md").rename(notes / "bees.md")
    moved = sync(index, notes, "notes", embedder)
    assert (moved.added, moved.deleted) == (1, 1)
    (hit, *_) = Searcher(index, embedder).search("who makes wax?")
    assert hit.chunk.file == "bees.md"
    (notes / "bees.md").unlink()
    assert sync(index, notes, "notes", embedder).deleted == 1
    assert "Bees make wax too." not in chunks_of(index)


def test_what_cannot_be_read_is_named_and_the_rest_is_synced(index, notes, embedder):
    (notes / "dead.md").symlink_to("nowhere.md")
    (notes / "loop").symlink_to(notes)
    (notes / "binary.txt").write_bytes(b"\x00\x01\x02")
    (notes / "empty.md").touch()
    (notes / "picture.png").write_bytes(b"\x89PNG")
    (notes / ".hidden.md").write_text("secret")
    report = sync(index, notes, "notes", embedder)
    assert report.chunks == 4
    assert sorted(sentence.split()[0] for sentence in report.failed) == ["binary.txt", "dead.md"]
    assert any("empty.md" in problem for problem in report.problems)
    assert report.skipped == 2


def test_a_file_that_turns_unreadable_keeps_what_was_indexed(index, notes, embedder):
    sync(index, notes, "notes", embedder)
    (notes / "services.md").write_bytes(b"\x00\x01")
    report = sync(index, notes, "notes", embedder)
    assert len(report.failed) == 1
    assert "Amazon Polly turns text into lifelike speech." in chunks_of(index)


def test_collections_stay_apart_and_can_be_forgotten(index, notes, embedder):
    sync(index, notes / "services.md", "work", embedder)
    sync(index, notes / "deep", "home", embedder)
    searcher = Searcher(index, embedder)
    assert {hit.collection for hit in searcher.search("speech", 9, Filter(("home",)))} == {"home"}
    remove_collection(index, "home")
    with pytest.raises(CollectionNotFound, match="'home'; there are work"):
        searcher.search("roses", where=Filter(("home",)))
    with pytest.raises(CollectionNotFound):
        remove_collection(index, "home")


def test_another_embedding_model_is_refused_with_the_command_that_rebuilds(index, notes, embedder):
    sync(index, notes, "notes", embedder)
    other = Embedder("another-model", embedder.folder)
    with pytest.raises(IndexMismatch, match="--collection notes --rebuild"):
        sync(index, notes, "notes", other)
    with pytest.raises(IndexMismatch, match="another-model"):
        Searcher(index, other).search("speech")
    assert sync(index, notes, "notes", other, rebuild=True).embedded >= 4
    assert Searcher(index, other).search("speech")


@pytest.mark.parametrize("name", ["", "a b", "../up", "x" * 64, "-dash"])
def test_a_name_that_cannot_be_used_is_refused(index, notes, embedder, name):
    with pytest.raises(InputError, match="collection"):
        sync(index, notes, name, embedder)


def test_a_folder_that_is_not_there_is_refused(index, tmp_path, embedder):
    with pytest.raises(InputError, match="no folder"):
        sync(index, tmp_path / "nowhere", "notes", embedder)


SLOW_SYNC = """
    import sys, time
    from pathlib import Path
    from knowledge.embed import Embedder
    from knowledge.index import IndexFolder
    from knowledge.sync import sync

    index, notes, model, moment = map(Path, sys.argv[1:])
    said = []

    def tell(step, done, total, name):
        if step not in said:
            said.append(step)
            print(step, flush=True)
            if step == str(moment):
                time.sleep(60)

    sync(IndexFolder(index), notes, "notes", Embedder("all-minilm-l6-v2", model), progress=tell)
"""


def begin_sync(index, notes, embedder, moment):
    """Start a sync in another process and return it when it has reached a step, where it stays."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SLOW_SYNC), index.folder, notes, embedder.folder, moment],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    for line in process.stdout:
        if line.strip() == moment:
            time.sleep(0.2)
            return process
    raise AssertionError(f"the sync never came to {moment}")


@pytest.mark.parametrize("moment", ["reading", "embedding", "publishing"])
def test_a_killed_sync_loses_nothing_and_the_next_one_completes_it(index, notes, embedder, moment):
    sync(index, notes, "notes", embedder)
    (notes / "new.md").write_text("# Bees\n\nBees make honey.\n")
    (notes / "deep" / "garden.txt").unlink()
    process = begin_sync(index, notes, embedder, moment)
    try:
        assert Searcher(index, embedder).search("roses and sun")[0].chunk.file == "deep/garden.txt"
        with pytest.raises(IndexBusy, match="run this one again"):
            sync(IndexFolder(index.folder), notes, "notes", embedder)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    assert Searcher(IndexFolder(index.folder), embedder).search("roses and sun")[0].chunk.file == "deep/garden.txt"
    sync(index, notes, "notes", embedder)
    hits = Searcher(index, embedder).search("who makes honey?", 20)
    assert hits[0].chunk.file == "new.md"
    assert {hit.chunk.file for hit in hits} == {"new.md", "services.md"}
    clean = IndexFolder(index.folder.parent / "clean")
    sync(clean, notes, "notes", embedder)
    assert chunks_of(clean) == chunks_of(index)
