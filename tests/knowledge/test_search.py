from concurrent.futures import ThreadPoolExecutor

import pytest

from knowledge.errors import CollectionNotFound, InputError
from knowledge.search import Filter, Searcher, nearest_headings
from knowledge.sync import sync


@pytest.fixture
def searcher(index, notes, embedder):
    sync(index, notes, "notes", embedder)
    return Searcher(index, embedder)


@pytest.mark.parametrize(
    ("query", "heading"),
    [
        ("Which service speaks?", "Amazon Polly"),
        ("handwriting", "Amazon Textract"),
        ("what does the large one cost for output", "Prices"),
        ("how much light do flowers want", "Roses"),
    ],
)
def test_a_question_finds_its_section_by_meaning_or_by_word(searcher, query, heading):
    hits = searcher.search(query, 3)
    assert hits[0].chunk.heading[-1] == heading
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert set(hits[0].scores) == {"dense", "sentence", "keyword", "late"}


def test_filters_leave_out_files_and_headings(searcher):
    assert {hit.chunk.file for hit in searcher.search("speech", 9, Filter(file="GARDEN"))} == {"deep/garden.txt"}
    assert {hit.chunk.heading[-1] for hit in searcher.search("sun", 9, Filter(heading="polly"))} == {"Amazon Polly"}
    assert searcher.search("speech", 9, Filter(heading="no such heading")) == []


def test_empty_headings_are_near_but_never_hits(searcher):
    assert all(hit.chunk.kind == "text" for hit in searcher.search("toxicity", 20))
    asked = "What is toxicity?"
    (file, path), *_ = nearest_headings(searcher.search(asked), searcher.empty_headings(asked))
    assert (file, path[-1]) == ("services.md", "Toxicity")


@pytest.mark.parametrize("query", ["", " \n "])
def test_an_empty_query_is_refused(searcher, query):
    with pytest.raises(InputError, match="empty"):
        searcher.search(query)


@pytest.mark.parametrize("query", ["?!", "the of and", "word " * 5000, "Ω≈ç√∫ 漢字", "'; DROP TABLE chunk; --"])
def test_odd_queries_are_searched_all_the_same(searcher, query):
    assert len(searcher.search(query, 2)) == 2


def test_nothing_synced_says_what_to_do(index, embedder):
    with pytest.raises(CollectionNotFound, match="etude sync FOLDER"):
        Searcher(index, embedder).search("anything")


def test_a_new_sync_is_seen_by_an_open_searcher_and_by_its_threads(searcher, index, notes, embedder):
    def search():
        return searcher.search("who makes honey?")[0].chunk.file

    (notes / "bees.md").write_text("# Bees\n\nBees make honey.\n")
    with ThreadPoolExecutor(6) as threads:
        before = [threads.submit(search) for _ in range(3)]
        sync(index, notes, "notes", embedder)
        after = [threads.submit(search) for _ in range(3)]
        assert [future.result() for future in after] == ["bees.md"] * 3
        assert all(future.result() for future in before)  # one that started early may have read either index
