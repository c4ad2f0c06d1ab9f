import dataclasses

import pytest

from assistant.errors import InputError
from eval.runs import runs_folder
from eval.systems.corpus import open_corpus
from eval.systems.naive import open_naive


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "roses.md").write_text("# Roses\nRoses need six hours of sun a day.\n")
    return folder


@pytest.fixture
def heard(tools):
    said = []
    return dataclasses.replace(tools, tell=said.append), said


def test_an_index_is_made_once_for_the_same_notes_wherever_they_are(heard, folder, tmp_path):
    tools, said = heard
    corpus = open_corpus(tools, {"given": folder})
    assert corpus.searcher().search("sun")[0].chunk.heading == ("Roses",)
    assert said
    said.clear()
    moved = folder.rename(tmp_path / "moved")
    assert open_corpus(tools, {"given": moved}).index is corpus.index
    assert not said


def test_other_notes_or_another_chunking_have_an_index_of_their_own(tools, folder):
    first = open_corpus(tools, {"given": folder}).index.folder
    second = open_corpus(tools, {"given": folder}, "characters-200").index.folder
    (folder / "roses.md").write_text("# Roses\nRoses need seven hours of sun a day.\n")
    third = open_corpus(tools, {"given": folder}).index.folder
    assert len({first, second, third}) == 3
    assert first.parent == runs_folder(tools.settings)


def test_an_index_that_was_interrupted_is_finished_by_the_next_run(tools, folder):
    (folder / "roses.md").write_text("# Tulips\nTulips flower in April.\n")

    def interrupt(text):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_corpus(dataclasses.replace(tools, tell=interrupt), {"given": folder})
    assert open_corpus(tools, {"given": folder}).searcher().search("April")[0].chunk.heading == ("Tulips",)


def test_the_index_of_the_user_is_left_alone(tools, folder):
    open_corpus(tools, {"given": folder})
    assert not tools.settings.index_folder.exists()


def test_a_note_that_cannot_be_read_is_named_every_time(tools, folder):
    (folder / "broken.pdf").write_bytes(b"no pdf")
    for _ in range(2):
        with pytest.raises(InputError, match=r"broken\.pdf"):
            open_corpus(tools, {"given": folder})


def test_the_vectors_of_the_baseline_are_kept(heard, folder):
    tools, said = heard
    before = open_naive(tools, {"given": folder}).ranked("sun", 1)
    assert len(said) == 1
    assert open_naive(tools, {"given": folder}).ranked("sun", 1) == before
    assert len(said) == 1
