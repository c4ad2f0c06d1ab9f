import threading

import pytest

from assistant.rooms import open_embedder, open_index, open_sources
from assistant.web.knowledge.syncing import Syncs, Work
from knowledge.index import IndexFolder
from knowledge.search import Searcher
from tests.assistant.web.knowledge.waiting import until


class Slow:
    """The embedding model, which says when it is reached and waits until it may go on."""

    def __init__(self, embedder):
        self._embedder = embedder
        self.reached, self.go_on = threading.Event(), threading.Event()

    def __getattr__(self, name):
        return getattr(self._embedder, name)

    def encode(self, texts, progress=None):
        self.reached.set()
        assert self.go_on.wait(60)
        return self._embedder.encode(texts, progress)


@pytest.fixture
def slow(settings):
    return Slow(open_embedder(settings))


@pytest.fixture
def syncs(settings, slow):
    syncs = Syncs(open_index(settings), open_sources(settings), lambda: slow)
    yield syncs
    slow.go_on.set()
    syncs.close(60)


def done(syncs, collection):
    until(lambda: not syncs.busy())
    return syncs.ended(collection)


def test_works_are_done_in_order_and_searches_go_on_meanwhile(syncs, slow, settings, garden, tmp_path):
    slow.go_on.set()
    syncs.begin([Work("garden", garden)])
    assert done(syncs, "garden").report.added == 1
    assert [source.folder for source in open_sources(settings).all("garden")] == [str(garden)]

    slow.go_on.clear()
    slow.reached.clear()
    other = tmp_path / "wasps.md"
    other.write_text("# Wasps\n\nWasps eat fruit.\n")
    (garden / "more.md").write_text("# Ants\n\nAnts carry leaves.\n")
    syncs.begin([Work("garden", garden), Work("other", other), Work("other", other)])
    assert slow.reached.wait(60)
    assert [work.collection for work in syncs.waiting] == ["other"]
    assert syncs.now.step == "embedding"
    hits = Searcher(open_index(settings), open_embedder(settings)).search("How much honey does a hive give?", 1)
    assert "twelve kilograms" in hits[0].chunk.text
    slow.go_on.set()
    assert done(syncs, "other").report.added == 1
    assert syncs.ended("garden").report.files == 2


def test_a_sync_that_is_stopped_leaves_the_index_as_it_was_and_is_finished_by_the_next(syncs, slow, settings, garden):
    slow.go_on.set()
    syncs.begin([Work("garden", garden)])
    done(syncs, "garden")
    before = open_index(settings).current().folder
    slow.go_on.clear()
    slow.reached.clear()
    (garden / "more.md").write_text("# Ants\n\nAnts carry leaves.\n")
    syncs.begin([Work("garden", garden)])
    assert slow.reached.wait(60)
    syncs.cancel("garden")
    assert syncs.now.stopping
    slow.go_on.set()
    assert done(syncs, "garden").stopped
    assert open_index(settings).current().folder == before
    syncs.begin([Work("garden", garden)])
    assert done(syncs, "garden").report.files == 2


def test_a_sync_waits_for_one_of_another_process(syncs, slow, settings, garden):
    slow.go_on.set()
    released = threading.Event()
    held = threading.Event()

    def hold():
        with IndexFolder(settings.index_folder).locked():
            held.set()
            assert released.wait(60)

    # A lock that another thread holds is refused as that of another process is.
    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(60)
    syncs.begin([Work("garden", garden)])
    until(lambda: syncs.now and syncs.now.elsewhere)
    released.set()
    other.join()
    assert done(syncs, "garden").report.added == 1


def test_what_is_wrong_is_one_sentence_and_the_next_work_is_done(syncs, slow, garden, tmp_path):
    slow.go_on.set()
    syncs.begin([Work("gone", tmp_path / "nowhere"), Work("garden", garden)])
    assert done(syncs, "garden").report.added == 1
    assert syncs.ended("gone").error.startswith("There is no folder")
