"""Chunks of many files to vectors in the index, so that a kill at any moment costs seconds and nothing more.

Texts of several files are embedded together, so that each finds others of its length to share a batch with. Vectors
are written first, then the row that makes them count, so that what a kill leaves behind is only unreferenced. Text that
the index has a vector of already, from the file as it was or under its former name, is not embedded again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from knowledge.embed import Embedder, Vectors
from knowledge.index import Generation
from knowledge.manifest import File
from knowledge.split import Chunk, embedding_text
from knowledge.store import sentence_embedding_texts

_WINDOW = 1024
"""Texts that are embedded together and lost together; about ten seconds on two cores with the default model."""


def fill(
    building: Generation,
    collection: str,
    files: Sequence[tuple[File, Sequence[Chunk]]],
    old: Iterable[Chunk],
    embedder: Embedder,
    tell: Callable[[int, int, str], None],
) -> int:
    """Write files and their chunks into a generation.

    Args:
        building: the generation.
        collection: the collection that they belong to.
        files: each with its chunks.
        old: chunks of this collection whose vectors may serve again.
        embedder: makes the vectors that are missing.
        tell: hears how many texts are done, of how many, and the file at hand.

    Returns:
        How many chunks the embedding model had to read.

    """
    jobs = list(_jobs(building, files))
    ready = _vectors_by_text(building, old) if jobs else {}
    left = Counter(job.file.path for job in jobs)
    _put_rows(building, collection, ((file, chunks) for file, chunks in files if not left[file.path]))
    chunks_of = {file.path: chunks for file, chunks in files}
    total, done, embedded = sum(len(job.texts) for job in jobs), 0, 0
    for window in _windows(jobs):
        name = window[0].file.name
        missing = dict.fromkeys(text for job in window for text in job.texts if text not in ready)
        embedded += sum(job.texts[0] in missing for job in window)
        tell(done, total, name)
        vectors = embedder.encode(list(missing), partial(_tell_on, tell, done, total, name))
        found = ready | dict(zip(missing, vectors, strict=True))
        building.store.put(
            collection,
            [job.chunk for job in window],
            np.stack([found[job.texts[0]] for job in window]),
            [_stacked([found[text] for text in job.texts[1:]], vectors) for job in window],
        )
        left.subtract(job.file.path for job in window)
        complete = {job.file.path: job.file for job in window if not left[job.file.path]}
        _put_rows(building, collection, ((file, chunks_of[path]) for path, file in complete.items()))
        done += sum(len(job.texts) for job in window)
    if total:
        tell(total, total, "")
    return embedded


@dataclass(frozen=True, slots=True)
class _Job:
    """A chunk that has no vectors yet; ``texts`` are its own and those of its sentences."""

    file: File
    chunk: Chunk
    texts: list[str]


def _jobs(building: Generation, files: Sequence[tuple[File, Sequence[Chunk]]]) -> Iterator[_Job]:
    known = building.store.known([chunk.id for _, chunks in files for chunk in chunks])
    for file, chunks in files:
        for chunk in chunks:
            if chunk.id not in known:
                yield _Job(file, chunk, [embedding_text(chunk), *sentence_embedding_texts(chunk)])


def _windows(jobs: Sequence[_Job]) -> Iterator[list[_Job]]:
    held: list[_Job] = []
    size = 0
    for job in jobs:
        held.append(job)
        size += len(job.texts)
        if size >= _WINDOW:
            yield held
            held, size = [], 0
    if held:
        yield held


def _vectors_by_text(building: Generation, chunks: Iterable[Chunk]) -> dict[str, Vectors]:
    chunks = list(chunks)
    wholes, parts = building.store.vectors(chunks)
    found: dict[str, Vectors] = {}
    for chunk in chunks:
        texts = sentence_embedding_texts(chunk)
        if chunk.id in wholes and len(parts[chunk.id]) == len(texts):
            found |= {embedding_text(chunk): wholes[chunk.id], **dict(zip(texts, parts[chunk.id], strict=True))}
    return found


def _tell_on(tell: Callable[[int, int, str], None], before: int, total: int, name: str, done: int) -> None:
    tell(before + done, total, name)


def _put_rows(building: Generation, collection: str, files: Iterable[tuple[File, Sequence[Chunk]]]) -> None:
    with building.manifest.transaction():
        for file, chunks in files:
            building.manifest.put_file(collection, file, chunks)


def _stacked(vectors: Sequence[Vectors], like: Vectors) -> Vectors:
    return np.stack(vectors) if vectors else like[:0]
