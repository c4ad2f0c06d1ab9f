import pytest

from knowledge.errors import KnowledgeError
from knowledge.sources import Sources


@pytest.fixture
def sources(tmp_path):
    return Sources(tmp_path / "home" / "sources.json")


def test_folders_are_noted_once_and_what_is_known_of_them_stays(sources):
    assert sources.all() == []
    sources.note("notes", "/a", watched=True)
    sources.note("other", "/a")
    sources.note("notes", "/a", synced=True)
    first, second = sources.all()
    assert (first.collection, first.folder, first.watched) == ("notes", "/a", True)
    assert first.synced is not None
    assert second.synced is None
    sources.note("notes", "/a", watched=False)
    assert [source.watched for source in sources.all("notes")] == [False]
    assert sources.all("notes")[0].synced == first.synced


def test_one_folder_is_dropped_or_all_of_a_collection(sources):
    for collection, folder in (("notes", "/a"), ("notes", "/b"), ("other", "/a")):
        sources.note(collection, folder)
    sources.drop("notes", "/a")
    assert [(one.collection, one.folder) for one in sources.all()] == [("notes", "/b"), ("other", "/a")]
    sources.drop("notes")
    assert [one.collection for one in sources.all()] == ["other"]


def test_a_damaged_file_is_said_and_not_written_over(sources, tmp_path):
    sources.note("notes", "/a")
    file = tmp_path / "home" / "sources.json"
    file.write_text("[{]")
    with pytest.raises(KnowledgeError, match="Move it away"):
        sources.note("notes", "/b")
    assert file.read_text() == "[{]"
