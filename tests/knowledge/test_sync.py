import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
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


def contents(index):
    """All that a search can see: chunks with their places, and the vectors of each."""
    generation = IndexFolder(index.folder).current()
    entries = {(entry.collection, entry.chunk) for entry in generation.entries}
    wholes, parts = generation.store.vectors([entry.chunk for entry in generation.entries])
    vectors = {key: (wholes[key].round(3).tolist(), parts[key].round(3).tolist()) for key in wholes}
    assert len(wholes) == len(entries)
    return entries, vectors


def files_under(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.name != "lock"}


def blind(embedder):
    """An embedding model whose folder is empty, so that any use of it fails."""
    return Embedder(embedder.name, Path("no-model-is-needed"))


def test_a_first_sync_indexes_and_a_second_does_nothing(index, notes, embedder):
    first = sync(index, notes, "notes", embedder)
    assert (first.added, first.files, first.chunks) == (2, 2, 4)
    before = files_under(index.folder)
    second = sync(index, notes, "notes", blind(embedder))
    assert (second.added, second.unchanged, second.embedded, second.chunks) == (0, 2, 0, 4)
    assert files_under(index.folder) == before


def test_an_unchanged_folder_loads_neither_torch_nor_chroma(index, notes, embedder):
    sync(index, notes, "notes", embedder)
    code = """
        import sys
        from pathlib import Path
        from knowledge.embed import Embedder
        from knowledge.index import IndexFolder
        from knowledge.sync import sync
        index, notes, model = map(Path, sys.argv[1:])
        assert sync(IndexFolder(index), notes, "notes", Embedder("all-minilm-l6-v2", model)).unchanged == 2
        print(*sorted({name.partition(".")[0] for name in sys.modules}))
    """
    command = [sys.executable, "-c", textwrap.dedent(code), index.folder, notes, embedder.folder]
    done = subprocess.run(command, env=here(), capture_output=True, text=True, check=True)
    heavy = {"torch", "chromadb", "transformers", "sentence_transformers", "scipy", "bm25s", "markitdown"}
    assert not heavy & set(done.stdout.split())


def test_additions_changes_renames_and_deletions_are_followed(index, notes, embedder):
    sync(index, notes, "notes", embedder)
    (notes / "new.md").write_text("# Bees\n\nBees make honey.\n\n# Wasps\n\nWasps do not.\n")
    assert sync(index, notes, "notes", embedder).added == 1
    (notes / "new.md").write_text("# Bees\n\nA line before.\n\nBees make wax too.\n\n# Wasps\n\nWasps do not.\n")
    edited = sync(index, notes, "notes", embedder)
    assert (edited.changed, edited.embedded) == (1, 1)
    assert "A line before.\n\nBees make wax too." in chunks_of(index)
    assert "Bees make honey." not in chunks_of(index)
    (notes / "new.md").rename(notes / "bees.md")
    moved = sync(index, notes, "notes", embedder)
    assert (moved.added, moved.deleted, moved.embedded) == (1, 1, 0)
    (hit, *_) = Searcher(index, embedder).search("who makes wax?")
    assert (hit.chunk.file, hit.chunk.start_line, hit.chunk.end_line) == ("bees.md", 3, 5)
    (notes / "bees.md").unlink()
    assert sync(index, notes, "notes", embedder).deleted == 1
    assert "Wasps do not." not in chunks_of(index)


def test_edits_and_renames_end_where_a_clean_sync_ends(index, notes, embedder, tmp_path):
    sync(index, notes, "notes", embedder)
    (notes / "services.md").rename(notes / "deep" / "offers.md")
    (notes / "deep" / "garden.txt").write_text(
        "# Garden\n\n## Roses\n\nRoses need sun.\n\n## Tulips\n\nTulips need frost.\n"
    )
    sync(index, notes, "notes", embedder)
    clean = IndexFolder(tmp_path / "clean")
    sync(clean, notes, "notes", embedder)
    assert contents(index) == contents(clean)


def test_a_file_that_was_only_touched_is_not_embedded(index, notes, embedder):
    sync(index, notes, "notes", embedder)
    os.utime(notes / "services.md", (1, 1))
    touched = sync(index, notes, "notes", embedder)
    assert (touched.changed, touched.unchanged, touched.embedded) == (0, 2, 0)
    before = files_under(index.folder)
    assert sync(index, notes, "notes", blind(embedder)).unchanged == 2
    assert files_under(index.folder) == before


def test_what_cannot_be_read_is_named_and_the_rest_is_synced(index, notes, embedder):
    (notes / "dead.md").symlink_to("nowhere.md")
    (notes / "loop").symlink_to(notes)
    (notes / "circle.md").symlink_to("circle.md")
    (notes / "binary.txt").write_bytes(b"\x00\x01\x02")
    (notes / "huge.md").touch()
    os.truncate(notes / "huge.md", 200 * 2**20)
    os.mkfifo(notes / "pipe.md")
    (notes / "folder.md").mkdir()
    (notes / "empty.md").touch()
    (notes / "picture.png").write_bytes(b"\x89PNG")
    (notes / ".hidden.md").write_text("secret")
    (notes / ".git").mkdir()
    (notes / ".git" / "config.txt").write_text("secret")
    odd = make_file_with_a_name_that_is_no_text(notes)
    report = sync(index, notes, "notes", embedder)
    assert report.chunks == 4
    unread = ["binary.txt", "circle.md", "dead.md", "huge.md", "pipe.md"]
    assert sorted(sentence.split()[0] for sentence in report.failed) == unread
    assert sorted(problem.split()[0] for problem in report.problems) == [*odd, "empty.md"]
    assert report.skipped == 2
    json.dumps([report.failed, report.problems]).encode()
    before = files_under(index.folder)
    again = sync(index, notes, "notes", blind(embedder))
    assert (sorted(again.failed), sorted(again.problems)) == (sorted(report.failed), sorted(report.problems))
    assert (again.unchanged, again.embedded) == (3 + len(odd), 0)
    assert files_under(index.folder) == before
    (notes / "binary.txt").write_text("now it is text")
    assert len(sync(index, notes, "notes", embedder).failed) == 4
    assert "now it is text" in chunks_of(index)


def make_file_with_a_name_that_is_no_text(folder):
    """Return how it is shown, or nothing where file systems refuse such names."""
    try:
        os.close(os.open(os.fsencode(folder) + b"/caf\xe9.md", os.O_CREAT))
    except OSError:
        return []
    return ["caf\\xe9.md"]


def test_a_file_that_turns_unreadable_keeps_what_was_indexed(index, notes, embedder):
    sync(index, notes, "notes", embedder)
    (notes / "services.md").write_bytes(b"\x00\x01")
    for _ in range(2):
        assert len(sync(index, notes, "notes", embedder).failed) == 1
        assert "Amazon Polly turns text into lifelike speech." in chunks_of(index)
    (notes / "services.md").unlink()
    gone = sync(index, notes, "notes", embedder)
    assert (gone.deleted, gone.failed) == (1, [])


def test_what_permissions_hide_is_named_and_keeps_what_was_indexed(embedder):
    # Not under tmp_path, whose parents are closed to the user that root becomes here.
    with tempfile.TemporaryDirectory() as name:
        notes, index = Path(name, "notes"), IndexFolder(Path(name, "index"))
        (notes / "closed").mkdir(parents=True)
        (notes / "closed" / "inside.md").write_text("Inside.")
        (notes / "closed.md").write_text("Closed.")
        (notes / "open.md").write_text("Open.")
        sync(index, notes, "notes", embedder)
        (notes / "late.md").write_text("Late.")
        for path in [Path(name), *Path(name).rglob("*")]:
            path.chmod(0o777)
        (notes / "closed").chmod(0)
        (notes / "closed.md").chmod(0)
        (notes / "late.md").chmod(0)
        try:
            become_nobody()
            report = sync(index, notes, "notes", blind(embedder))
            with pytest.raises(InputError, match="cannot be read"):
                sync(index, notes / "closed", "notes", blind(embedder))
        finally:
            become_root()
            (notes / "closed").chmod(stat.S_IRWXU)
        assert len(report.failed) == 2
        assert any("The folder" in sentence and "closed" in sentence for sentence in report.failed)
        assert any(sentence.startswith("late.md cannot be read") for sentence in report.failed)
        assert (report.files, report.deleted) == (3, 0)
        assert chunks_of(index) == {"Inside.", "Closed.", "Open."}


def become_nobody():
    if os.geteuid() == 0:
        os.seteuid(65534)


def become_root():
    if os.getuid() == 0:
        os.seteuid(0)


def test_a_file_that_disappears_during_a_sync_counts_as_deleted(index, notes, embedder):
    sync(index, notes, "notes", embedder)
    for name in ("services.md", "deep/garden.txt"):
        (notes / name).write_text("# New\n\nWords about something else.\n")

    def vanish(step, done, total, name):
        if step == "reading" and name == "services.md":
            (notes / name).unlink()

    report = sync(index, notes, "notes", embedder, progress=vanish)
    assert (report.changed, report.deleted, report.failed) == (1, 1, [])
    assert chunks_of(index) == {"Words about something else."}


def test_a_folder_with_nothing_to_read_is_refused_unless_it_was_emptied(index, notes, embedder, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "picture.png").touch()
    with pytest.raises(InputError, match="nothing to read"):
        sync(index, empty, "notes", embedder)
    assert index.current() is None
    sync(index, notes, "notes", embedder)
    with pytest.raises(InputError, match="nothing to read"):
        sync(index, empty, "notes", embedder, rebuild=True)
    shutil.rmtree(notes)
    notes.mkdir()
    assert sync(index, notes, "notes", embedder).deleted == 2
    assert chunks_of(index) == set()
    assert Searcher(index, embedder).search("anything") == []


def test_a_folder_in_which_nothing_can_be_read_makes_no_collection(index, tmp_path, embedder):
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.txt").write_bytes(b"\x00")
    report = sync(index, tmp_path / "bad", "notes", blind(embedder))
    assert (len(report.failed), report.files) == (1, 0)
    assert index.current() is None


def test_a_rebuild_that_finds_nothing_readable_keeps_what_there_is(index, notes, embedder):
    sync(index, notes / "services.md", "notes", embedder)
    (notes / "services.md").write_bytes(b"\x00")
    assert sync(index, notes / "services.md", "notes", embedder, rebuild=True).failed
    assert "Amazon Polly turns text into lifelike speech." in chunks_of(index)


def test_collections_stay_apart_and_can_be_forgotten(index, notes, embedder):
    sync(index, notes / "services.md", "work", embedder)
    sync(index, notes / "deep", "home", embedder)
    searcher = Searcher(index, embedder)
    assert {hit.collection for hit in searcher.search("speech", 9, Filter(("home",)))} == {"home"}
    assert {hit.collection for hit in searcher.search("speech", 9)} == {"home", "work"}
    remove_collection(index, "home")
    with pytest.raises(CollectionNotFound, match="'home'; there are work"):
        searcher.search("roses", where=Filter(("home",)))
    with pytest.raises(CollectionNotFound):
        remove_collection(index, "home")
    assert (notes / "deep" / "garden.txt").exists()


def test_two_folders_share_a_collection_and_the_same_note_is_found_in_both(index, notes, embedder):
    shutil.copy(notes / "services.md", notes / "deep" / "services.md")
    sync(index, notes / "services.md", "notes", embedder)
    report = sync(index, notes / "deep", "notes", embedder)
    assert (report.added, report.deleted, report.files) == (2, 0, 3)
    hits = Searcher(index, embedder).search("speech", 2)
    assert [hit.chunk.heading[-1] for hit in hits] == ["Amazon Polly", "Amazon Polly"]


def test_two_homes_never_meet(tmp_path, notes, embedder):
    one, other = IndexFolder(tmp_path / "one"), IndexFolder(tmp_path / "other")
    sync(one, notes / "services.md", "notes", embedder)
    before = files_under(one.folder)
    with pytest.raises(CollectionNotFound):
        Searcher(other, embedder).search("speech")
    sync(other, notes / "deep", "notes", embedder)
    assert {hit.chunk.file for hit in Searcher(other, embedder).search("speech", 9)} == {"garden.txt"}
    assert files_under(one.folder) == before


@pytest.fixture(scope="session")
def tiny(embedder, tmp_path_factory):
    """Another embedding model: real, very small, untrained, with vectors of another length."""
    from sentence_transformers import SentenceTransformer, models
    from transformers import BertConfig, BertModel

    parts, folder = tmp_path_factory.mktemp("bert"), tmp_path_factory.mktemp("tiny")
    config = BertConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    BertModel(config).save_pretrained(parts)
    for file in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        shutil.copy(embedder.folder / file, parts)
    reader = models.Transformer(str(parts), max_seq_length=64)
    SentenceTransformer(modules=[reader, models.Pooling(16)]).save(str(folder))
    shutil.copy(embedder.folder / "tokenizer.json", folder)
    return Embedder("tiny", folder)


def test_another_embedding_model_is_refused_and_can_rebuild(index, notes, embedder, tiny):
    sync(index, notes, "notes", embedder)
    sync(index, notes / "deep", "garden", embedder)
    before = contents(index)
    with pytest.raises(IndexMismatch, match="--collection notes --rebuild"):
        sync(index, notes, "notes", tiny)
    with pytest.raises(IndexMismatch, match="tiny"):
        Searcher(index, tiny).search("speech")
    assert contents(index) == before
    rebuilt = sync(index, notes, "notes", tiny, rebuild=True)
    assert (rebuilt.added, rebuilt.embedded) == (2, 5)
    assert len(Searcher(index, tiny).search("speech", 9, Filter(("notes",)))) == 4
    assert len(Searcher(index, embedder).search("roses", 9, Filter(("garden",)))) == 1
    sync(index, notes, "notes", embedder, rebuild=True)
    assert contents(index) == before


@pytest.mark.parametrize("name", ["", "a b", "../up", "x" * 64, "-dash"])
def test_a_name_that_cannot_be_used_is_refused(index, notes, embedder, name):
    with pytest.raises(InputError, match="collection"):
        sync(index, notes, name, embedder)


def test_a_folder_that_is_not_there_is_refused(index, tmp_path, embedder):
    (tmp_path / "round").symlink_to("round")
    for folder in ("nowhere", "round"):
        with pytest.raises(InputError, match=f"{folder}"):
            sync(index, tmp_path / folder, "notes", embedder)


def test_two_syncs_at_once_are_refused_between_threads_and_processes(index, notes, embedder):
    refused = []

    def another(step, done, total, name):
        if step == "reading" and not refused:
            thread = threading.Thread(target=lambda: refused.append(busy(index, notes, embedder)))
            thread.start()
            thread.join()
            code = "import sys; from knowledge.index import IndexFolder; from pathlib import Path\n"
            code += "with IndexFolder(Path(sys.argv[1])).locked(): pass"
            done = subprocess.run(
                [sys.executable, "-c", code, index.folder], env=here(), capture_output=True, text=True, check=False
            )
            refused.append(done.stderr.splitlines()[-1])

    assert sync(index, notes, "notes", embedder, progress=another).added == 2
    assert len(refused) == 2
    assert all("Another sync is writing" in sentence for sentence in refused)


def busy(index, notes, embedder):
    with pytest.raises(IndexBusy) as caught:
        sync(IndexFolder(index.folder), notes, "notes", embedder)
    return str(caught.value)


def here():
    return {**os.environ, "PYTHONPATH": str(ROOT)}


KILLED_SYNCS = """
    import json, os, shutil, signal, sys
    from pathlib import Path

    import chromadb, sentence_transformers, transformers  # once, for all the children

    from knowledge import fill
    from knowledge.embed import Embedder
    from knowledge.index import IndexFolder
    from knowledge.manifest import Manifest
    from knowledge.store import VectorStore
    from knowledge.sync import sync

    def die(*_, **__):
        os.kill(os.getpid(), signal.SIGKILL)

    def on_call(owner, name, number):
        original, calls = getattr(owner, name), []
        def counted(*arguments, **options):
            calls.append(1)
            if len(calls) == number:
                die()
            return original(*arguments, **options)
        setattr(owner, name, counted)

    MOMENTS = {
        "copying": lambda: on_call(shutil, "copyfile", 3),
        "copied": lambda: on_call(Path, "write_text", 1),
        "reading": lambda: "reading",
        "embedding": lambda: on_call(Embedder, "encode", 2),
        "between vectors": lambda: on_call(VectorStore, "_upsert", 4),
        "before rows": lambda: on_call(Manifest, "put_file", 3),
        "publishing": lambda: "publishing",
        "sweeping": lambda: on_call(VectorStore, "keep_only", 1),
        "before renaming": lambda: on_call(Path, "rename", 1),
        "renamed": lambda: on_call(Path, "replace", 1),
        "current": lambda: on_call(Path, "unlink", 1),
        "cleaning up": lambda: on_call(shutil, "rmtree", 3),
    }
    fill._WINDOW = 4
    folder, notes, model = map(Path, sys.argv[1:4])
    states = {}
    for moment in sys.argv[4:]:
        child = os.fork()
        if not child:
            step = MOMENTS[moment]()
            tell = lambda now, done, total, name: die() if now == step else None
            sync(IndexFolder(folder / moment), notes, "notes", Embedder("all-minilm-l6-v2", model), progress=tell)
            os._exit(0)
        states[moment] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps(states))
"""
MOMENTS = (
    *("copying", "copied", "reading", "embedding", "between vectors", "before rows"),
    *("publishing", "sweeping", "before renaming", "renamed", "current", "cleaning up"),
)


@pytest.fixture(scope="module")
def killed(embedder, tmp_path_factory):
    """An index for each moment at which a sync was killed, and one that was never disturbed."""
    folder, notes = tmp_path_factory.mktemp("killed"), tmp_path_factory.mktemp("notes")
    for name in ("bees", "wasps", "ants", "moths"):
        (notes / f"{name}.md").write_text(
            f"# Of {name}\n\nThere are {name} here. They fly.\n\n# More\n\nMany {name}.\n"
        )
    first = IndexFolder(folder / "first")
    for _ in range(2):
        sync(first, notes, "notes", embedder)
        (notes / "ants.md").write_text("# Of ants\n\nThere are ants here.\n")
    for moment in MOMENTS:
        shutil.copytree(first.folder, folder / moment)
    (notes / "bees.md").write_text("# Of bees\n\nBees make honey. They fly far.\n\n# Wax\n\nBees make wax.\n")
    (notes / "flies.md").write_text("# Of flies\n\nFlies make nothing. They buzz.\n")
    (notes / "gnats.md").write_text("# Of gnats\n\nGnats bite. They swarm.\n")
    (notes / "wasps.md").unlink()
    (notes / "moths.md").rename(notes / "butterflies.md")
    command = [sys.executable, "-c", textwrap.dedent(KILLED_SYNCS), folder, notes, embedder.folder, *MOMENTS]
    done = subprocess.run(command, env=here(), capture_output=True, text=True, check=True, timeout=300)
    assert json.loads(done.stdout) == dict.fromkeys(MOMENTS, -9), done.stderr
    clean = IndexFolder(folder / "clean")
    sync(clean, notes, "notes", embedder)
    return folder, notes, contents(first), contents(clean)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_sync_loses_nothing_and_the_next_one_completes_it(killed, embedder, moment):
    folder, notes, before, after = killed
    index = IndexFolder(folder / moment)
    assert contents(index) == (after if moment in ("current", "cleaning up") else before)
    assert Searcher(index, embedder).search("who is here?")
    report = sync(index, notes, "notes", embedder)
    if moment in ("sweeping", "before renaming", "renamed"):
        assert report.embedded == 0
    assert contents(index) == after
    assert Searcher(index, embedder).search("who makes honey?")[0].chunk.file == "bees.md"
    assert sync(index, notes, "notes", blind(embedder)).unchanged == 5
    assert not (index.folder / "building").exists()


def test_a_sync_killed_halfway_is_not_published_by_another_one(index, notes, embedder, tmp_path):
    sync(index, notes, "notes", embedder)
    before = contents(index)

    def stop(step, done, total, name):
        if step == "publishing":
            raise ZeroDivisionError

    (notes / "services.md").write_text("# Less\n\nLess than before.\n")
    with pytest.raises(ZeroDivisionError):
        sync(index, notes, "notes", embedder, rebuild=True, progress=stop)
    (tmp_path / "other.md").write_text("Something else.")
    sync(index, tmp_path / "other.md", "other", embedder)
    entries, _ = contents(index)
    assert {entry for entry in entries if entry[0] == "notes"} == before[0]
