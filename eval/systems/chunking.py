"""Ways to cut notes into chunks, by name: ``headings`` is Etude's, ``characters-N`` that of most tutorials."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from assistant.errors import InputError
from knowledge.pack import CountTokens
from knowledge.split import Chunk, split
from knowledge.sync import Cut

HEADINGS = "headings"
_CHARACTERS = re.compile(r"characters-([1-9]\d*)")
_LEAST, _MOST = 100, 10_000
_OVERLAP = 5
"""A fifth of a piece stands in the next one too: 200 of 1,000 characters, the usual choice."""


def cut_for(chunking: str) -> Cut:
    """Return what cuts a file; empty is ``headings``.

    The embedding model reads the beginning of a piece that is too long for it, as it does everywhere: MiniLM reads 256
    tokens, about 1,100 characters.

    Raises:
        InputError: there is no such way.

    """
    if chunking in ("", HEADINGS):
        return split
    found = _CHARACTERS.fullmatch(chunking)
    size = int(found[1]) if found else 0
    if not _LEAST <= size <= _MOST:
        raise InputError(
            f"There is no chunking {chunking!r}; there are {HEADINGS} and characters-N, such as characters-1000, "
            f"with N from {_LEAST} to {_MOST:,}."
        )

    def cut(file: str, lines: Sequence[str], count: CountTokens, limit: int) -> list[Chunk]:
        return [
            Chunk(_digest(file, number, piece), file, (), start, end, piece)
            for number, (start, end, piece) in enumerate(by_characters(lines, size))
        ]

    return cut


def by_characters(lines: Sequence[str], size: int) -> Iterator[tuple[int, int, str]]:
    """Yield first line, last line (both counted from 1) and text of LangChain's recursive pieces of a file.

    A fifth of a piece overlaps with the next.
    """
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=size, chunk_overlap=size // _OVERLAP, add_start_index=True, strip_whitespace=True
    )
    text = "\n".join(lines)
    for document in splitter.create_documents([text]):
        first = text.count("\n", 0, document.metadata["start_index"]) + 1
        yield first, first + document.page_content.count("\n"), document.page_content


def _digest(file: str, number: int, piece: str) -> str:
    return hashlib.sha256("\x1f".join((file, str(number), piece)).encode()).hexdigest()[:24]
