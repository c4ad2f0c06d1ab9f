"""Names the section that a passage stands in as the gold of samples does."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Container, Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol

from knowledge.blocks import sections
from knowledge.read import read_file


class Place(Protocol):
    """Lines of a file: a chunk, a citation, or a passage of another system; lines count from 1."""

    @property
    def file(self) -> str: ...  # noqa: D102
    @property
    def start_line(self) -> int: ...  # noqa: D102
    @property
    def end_line(self) -> int: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102


def section_name(file: str, heading: str, anchor: str = "") -> str:
    """Return the id of a heading (``{#id}`` behind it), or ``file#heading`` where it has none."""
    return anchor or f"{file}#{heading.strip()}"


class Sections:
    """Knows the sections of the notes in some folders; a file is read when it is first asked about."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._folders = folders
        self._files: dict[tuple[str, str], _File] = {}

    def name(self, collection: str, place: Place, wanted: Container[str] = ()) -> str:
        """Return the section that a place stands in.

        A passage cut by characters may hold several sections. It stands in each of which it has at least half, or which
        is at least half of it, by characters; it is named after one that is ``wanted``, else after the one that it has
        most of. So a system that cuts without regard to headings loses nothing by it.

        Args:
            collection: the name of the folder.
            place: a passage of a file in it.
            wanted: sections to prefer, such as the gold ones.

        Raises:
            InputError: the file cannot be read.

        """
        key = (collection, place.file)
        if key not in self._files:
            self._files[key] = _File(place.file, read_file(self._folders[collection] / place.file, place.file).lines)
        names = self._files[key].held(place)
        return next((name for name in names if name in wanted), names[0])


class _File:
    def __init__(self, file: str, lines: list[str]) -> None:
        found = list(sections(lines))
        self._lines = lines
        self._starts = [section.line for section in found]
        self._names = [section_name(file, (section.heading or ("",))[-1], section.anchor) for section in found]

    def held(self, place: Place) -> list[str]:
        """Return the names of the sections that a place stands in, the one that it has most of first."""
        own: Counter[int] = Counter()
        for number, line in enumerate(place.text.split("\n"), start=place.start_line):
            # A piece of a table repeats the header, so its text may have more lines than it stands in.
            own[self._at(min(number, place.end_line))] += len(line.strip())
        ordered = [section for section, _ in own.most_common()]
        half = own.total() / 2
        held = [s for s in ordered if own[s] >= half or own[s] >= self._sizes[s] / 2]
        return [self._names[section] for section in held]

    def _at(self, line: int) -> int:
        # The part before the first heading begins in line 1, as the first heading may.
        return max(bisect_right(self._starts, line) - 1, 0)

    @cached_property
    def _sizes(self) -> Counter[int]:
        sizes: Counter[int] = Counter()
        for number, line in enumerate(self._lines, start=1):
            sizes[self._at(number)] += len(line.strip())
        return sizes
