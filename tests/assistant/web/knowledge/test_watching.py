import pytest

from assistant.rooms import open_sources
from assistant.web.knowledge.syncing import Work
from assistant.web.knowledge.watching import Watcher
from tests.assistant.web.knowledge.waiting import until


class Begun(list):
    def __call__(self, works):
        self.extend(works)


@pytest.fixture
def sources(settings):
    return open_sources(settings)


@pytest.fixture
def watching(sources):
    begun = Begun()
    watcher = Watcher(sources, begun)
    yield watcher, begun
    watcher.close(20)


def test_a_watched_folder_is_synced_at_the_start_and_when_a_note_in_it_changes(watching, sources, garden):
    watcher, begun = watching
    sources.note("garden", str(garden), watched=True)
    watcher.start()
    work = Work("garden", garden, watched=True)
    until(lambda: begun == [work])
    (garden / "deep").mkdir()
    until(lambda: len(begun) > 1)
    del begun[:]
    (garden / "deep" / "ants.md").write_text("Ants carry leaves.")
    until(lambda: work in begun)
    del begun[:]
    (garden / "deep" / "ants.md").unlink()
    until(lambda: work in begun)
    assert set(begun) == {work}


def test_folders_come_and_go_while_it_watches(watching, sources, garden, tmp_path):
    watcher, begun = watching
    watcher.start()
    sources.note("garden", str(garden), watched=True)
    watcher.look_again()
    until(lambda: [work.folder for work in begun] == [garden])
    # One that is not there yet is begun when it comes, and nothing is begun for it until then.
    other = tmp_path / "other"
    sources.note("other", str(other), watched=True)
    sources.note("garden", str(garden), watched=False)
    watcher.look_again()
    other.mkdir()
    until(lambda: begun[-1].folder == other)
    del begun[:]
    (garden / "more.md").write_text("more")
    (other / "more.md").write_text("more")
    until(lambda: begun)
    assert {work.collection for work in begun} == {"other"}
