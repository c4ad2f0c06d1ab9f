import errno
import os
import subprocess
import threading

import numpy as np
import pytest

from knowledge.errors import DiskFull, IndexBusy, KnowledgeError
from knowledge.index import IndexFolder
from knowledge.keyword import KeywordIndex
from knowledge.manifest import Collection, File
from knowledge.split import split

WORDS = {"bees": "Bees make honey.", "wasps": "Wasps do not.", "ants": "Ants dig."}


def put(building, *names):
    """Write small notes with vectors that anybody can make."""
    manifest = building.manifest
    with manifest.transaction():
        if not manifest.collections():
            manifest.add_collection(Collection("notes", "tiny", 2))
        for name in names:
            chunks = split(name, [WORDS[name]], len, 50)
            whole = np.array([[1, 0]], np.float32)
            building.store.put("notes", chunks, whole, [whole] * len(chunks))
            manifest.put_file("notes", File(f"/{name}", name, 1, 1, ""), chunks)


def write(index, *names, job="job", then=lambda building: None):
    with index.writing(job) as building:
        put(building, *names)
        then(building)


def fail(error):
    def raise_it(*_, **__):
        raise error

    return raise_it


def names_in(index):
    current = IndexFolder(index.folder).current()
    return [entry.chunk.file for entry in current.entries] if current else []


def folders(index):
    return sorted(path.name for path in index.folder.iterdir() if path.is_dir())


def test_what_was_written_is_published_and_the_generation_before_is_kept_for_its_readers(index):
    assert index.current() is None
    write(index, "bees")
    reader = index.current()
    write(index, "wasps")
    assert [entry.chunk.file for entry in reader.entries] == ["bees"]
    assert len(reader.store.nearest(np.array([1, 0], np.float32), 9)) == 1
    assert names_in(index) == ["bees", "wasps"]
    assert folders(index) == ["g000001", "g000002"]
    write(index, "ants")
    assert folders(index) == ["g000002", "g000003"]
    assert [entry.chunk.file for entry in index.current().entries] == ["ants", "bees", "wasps"]
    assert index.current().keywords.scores("honey").argmax() == 1


def test_vectors_that_no_row_names_are_swept_out(index):
    write(index, "bees", "wasps")
    with index.writing("job") as building, building.manifest.transaction():
        building.manifest.remove_file("notes", "/bees")
    generation = index.current()
    assert names_in(index) == ["wasps"]
    assert generation.store.known([entry.chunk.id for entry in generation.entries])
    assert len(generation.store.nearest(np.array([1, 0], np.float32), 9)) == 1


def test_more_chunks_than_one_database_query_takes(index):
    write(index, "bees")
    generation = index.current()
    (entry,) = generation.entries
    others = [f"{n:024}" for n in range(40_000)]
    assert generation.store.known([*others, entry.chunk.id]) == {entry.chunk.id}


def test_generations_that_nobody_reads_any_more_are_closed(index):
    from chromadb.api.shared_system_client import SharedSystemClient

    for _ in range(3):
        write(index, "bees")
        assert index.current().store.nearest(np.array([1, 0], np.float32), 1)
        ours = [path for path in SharedSystemClient._identifier_to_system if path.startswith(str(index.folder))]
        assert ours == [str(index.current().folder / "vectors")]


def test_an_error_or_a_discard_leaves_the_current_generation(index):
    write(index, "bees")
    with pytest.raises(ZeroDivisionError):
        write(index, "wasps", then=fail(ZeroDivisionError))
    assert names_in(index) == ["bees"]
    write(index, "ants", job="other", then=lambda building: building.discard())
    assert names_in(index) == ["bees"]
    assert folders(index) == ["g000001"]


def test_only_the_same_job_continues_what_was_left(index):
    write(index, "bees")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            write(index, "wasps", then=fail(ZeroDivisionError))
    with index.writing("job") as building:
        assert building.continued
        assert set(building.manifest.files("notes")) == {"/bees", "/wasps"}
    with pytest.raises(ZeroDivisionError):
        write(index, "ants", then=fail(ZeroDivisionError))
    with index.writing("other") as building:
        assert not building.continued
        assert set(building.manifest.files("notes")) == {"/bees", "/wasps"}


def test_what_was_finished_and_not_made_current_is_not_done_again(index, monkeypatch):
    write(index, "bees")
    with monkeypatch.context() as patch:
        patch.setattr(type(index.folder), "replace", fail(OSError(errno.EIO, "broken")))
        with pytest.raises(KnowledgeError, match="broken"):
            write(index, "wasps")
    assert names_in(index) == ["bees"]
    with index.writing("job") as building:
        assert building.continued
        assert set(building.manifest.files("notes")) == {"/bees", "/wasps"}
    assert names_in(index) == ["bees", "wasps"]


def test_two_writers_at_once_are_refused(index):
    refused = []

    def other():
        try:
            write(index, "wasps")
        except IndexBusy as error:
            refused.append(str(error))

    with index.writing("job") as building:
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        put(building, "bees")
    assert len(refused) == 1
    assert "run this one again" in refused[0]
    assert names_in(index) == ["bees"]


def test_a_home_given_by_a_relative_path_works(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    index = IndexFolder(tmp_path.joinpath("a folder % with ? marks #").relative_to(tmp_path))
    write(index, "bees")
    assert names_in(index) == ["bees"]


@pytest.mark.parametrize("file", ["chunks.sqlite3", "vectors/chroma.sqlite3"])
@pytest.mark.parametrize("keep", [0, 5000])
def test_a_damaged_index_is_named_with_what_to_do(index, file, keep):
    write(index, "bees")
    path = index.folder / "g000001" / file
    path.write_bytes(path.read_bytes()[:keep] + b"garbage " * 2000)
    with pytest.raises(KnowledgeError, match="sync your notes again") as caught:
        write(IndexFolder(index.folder), "wasps")
    assert str(index.folder) in str(caught.value)


def test_a_damaged_keyword_index_is_built_anew(index):
    write(index, "bees", "wasps")
    for path in (index.folder / "g000001" / "bm25").iterdir():
        path.write_bytes(b"")
    assert index.current().keywords.scores("honey").argmax() == 0


def test_no_keywords_at_all_score_nothing():
    assert KeywordIndex([]).scores("honey").tolist() == []


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        RuntimeError("error returned from database: (code: 13) database or disk is full"),
        RuntimeError("IO error: No space left on device (os error 28)"),
    ],
)
def test_a_full_disk_is_named_whatever_library_meets_it(index, error):
    write(index, "bees")
    with pytest.raises(DiskFull, match="still there"):
        write(index, "wasps", then=fail(error))
    assert names_in(index) == ["bees"]


def test_a_real_full_disk_loses_nothing(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("a small disk needs the right to mount one")
    try:
        index = IndexFolder(disk / "index")
        write(index, "bees")
        filler = disk / "filler"
        for room in (300, 100, 20, 0):
            used = os.statvfs(disk)
            with filler.open("ab") as file:
                file.write(bytes(max(used.f_bavail * used.f_frsize - room * 1024, 0)))
            with pytest.raises(DiskFull):
                write(index, "wasps")
            assert names_in(index) == ["bees"]
        filler.unlink()
        write(index, "wasps")
        assert names_in(index) == ["bees", "wasps"]
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
