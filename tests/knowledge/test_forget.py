from knowledge.folder import key_of
from knowledge.forget import forget_folder
from knowledge.search import Searcher
from knowledge.sync import sync


def test_the_documents_of_a_folder_are_forgotten_and_the_others_stay(index, notes, embedder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "bees.md").write_text("# Bees\n\nBees make honey.\n")
    (other / "broken.pdf").write_text("no pdf")
    sync(index, notes, "notes", embedder)
    sync(index, other, "notes", embedder)
    assert forget_folder(index, "notes", key_of(other)) == 1
    manifest = index.current().manifest
    assert sorted(file.name for file in manifest.files("notes").values()) == ["deep/garden.txt", "services.md"]
    assert manifest.failures("notes") == {}
    hits = Searcher(index, embedder).search("Who makes honey?", 5)
    assert hits
    assert "Bees" not in {heading for hit in hits for heading in hit.chunk.heading}
    assert (other / "bees.md").is_file()


def test_a_single_file_is_forgotten_and_nothing_is_written_for_nothing(index, notes, embedder):
    assert forget_folder(index, "notes", key_of(notes)) == 0
    sync(index, notes, "notes", embedder)
    before = index.current().folder
    assert forget_folder(index, "notes", "/elsewhere") == 0
    assert index.current().folder == before
    assert forget_folder(index, "notes", key_of(notes / "services.md")) == 1
    assert [file.name for file in index.current().manifest.files("notes").values()] == ["deep/garden.txt"]
    # The file was not changed, and is still taken in again.
    assert sync(index, notes, "notes", embedder).added == 1
