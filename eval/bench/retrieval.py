"""Recall@5 and MRR of the search, beside each of its parts alone and plain rank fusion.

    python -m eval.bench.retrieval FOLDER [--split test]

FOLDER holds the study notes that ``eval/data/retrieval.jsonl`` asks about; the questions about the shipped notes are
searched in those. A hit is right when its file and its last heading are among the gold ones. Intervals are 95 %,
bootstrap over questions (10,000 resamples, seed 0).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from assistant.rooms import open_embedder, shipped_notes
from assistant.settings import load_settings
from eval.stats import bootstrap
from eval.suites.reference import DATA as DATA
from eval.suites.reference import read_jsonl as read_jsonl
from eval.systems.rankings import Rankings
from knowledge.index import IndexFolder
from knowledge.manifest import Entry
from knowledge.search import Searcher
from knowledge.sync import sync

Ranker = Callable[[str], Sequence[Entry]]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--split", choices=["dev", "test"], default="test")
    arguments = parser.parse_args()
    rows = [row for row in read_jsonl(DATA / "retrieval.jsonl") if row["split"] == arguments.split]
    apart = sum(not row["shares_words"] for row in rows)
    print(f"{len(rows)} questions ({arguments.split}), {apart} share no word with the heading")
    ranks: dict[str, dict[str, list[int | None]]] = {}
    for source, folder in (("study", arguments.folder), ("notes", shipped_notes())):
        asked = [row for row in rows if row["source"] == source]
        with tempfile.TemporaryDirectory() as home:
            embedder = open_embedder(load_settings())
            index = IndexFolder(Path(home) / "index")
            sync(index, folder, "bench", embedder)
            for name, ranker in rankers(Searcher(index, embedder), index).items():
                found = [rank_of_gold(ranker(row["question"]), row["gold"]) for row in asked]
                ranks.setdefault(name, {})[source] = found
    for source in ("study", "notes", "both"):
        print(f"\n{source + ' notes' if source != 'notes' else 'shipped notes':36}{'recall@5':24}{'MRR':24}")
        for name, by_source in ranks.items():
            chosen = by_source["study"] + by_source["notes"] if source == "both" else by_source[source]
            recall = bootstrap([float(rank is not None and rank <= 5) for rank in chosen])
            mrr = bootstrap([1 / rank if rank else 0.0 for rank in chosen])
            print(f"{name:36}{recall!s:24}{mrr!s:24}")


def rankers(searcher: Searcher, index: IndexFolder) -> dict[str, Ranker]:
    """Return the ways of ranking that are compared, by name."""
    rankings = Rankings(index, searcher.embedder)
    named = {
        "dense only": "dense",
        "BM25 only": "bm25",
        "best sentence only": "sentence",
        "plain fusion (dense, BM25; RRF 60)": "rrf",
    }

    def etude(query: str) -> Sequence[Entry]:
        return [Entry(hit.collection, hit.chunk) for hit in searcher.search(query, 50)]

    return {label: partial(rankings.rank, name) for label, name in named.items()} | {"etude search": etude}


def rank_of_gold(found: Sequence[Entry], gold: Sequence[dict[str, str]]) -> int | None:
    """Return the rank from 1 of the first right section; chunks of one section count once."""
    wanted = {(place["file"], place["heading"].strip()) for place in gold}
    seen: dict[tuple[str, tuple[str, ...]], None] = {}
    for entry in found:
        seen.setdefault((entry.chunk.file, entry.chunk.heading))
        if (entry.chunk.file, entry.chunk.heading[-1] if entry.chunk.heading else "") in wanted:
            return len(seen)
    return None


if __name__ == "__main__":
    main()
