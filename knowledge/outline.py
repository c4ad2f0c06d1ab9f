"""The sections of the shipped notes by their stable ids.

A section is a heading that was given an id (``### Tokens {#tokens}``) with all that stands beneath it. The ids are what
questions, cards and study plans point at, so that a heading may be reworded and a file be split.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.blocks import sections
from knowledge.errors import InputError
from knowledge.read import read_file


@dataclass(frozen=True, slots=True)
class NoteSection:
    """One section; ``file`` is relative to the folder of notes, ``line`` the line of its heading counted from 1.

    ``blocks`` are its paragraphs, list items and tables as Markdown, in order.
    """

    id: str
    file: str
    heading: tuple[str, ...]
    line: int
    blocks: tuple[str, ...]

    @property
    def title(self) -> str:
        """The words of its own heading."""
        return self.heading[-1]

    @property
    def text(self) -> str:
        """What stands beneath the heading, as Markdown."""
        return "\n\n".join(self.blocks)


@cache
def load_outline(folder: Path) -> Mapping[str, NoteSection]:
    """Return the sections with an id of all Markdown files in a folder, in reading order, by id.

    Raises:
        InputError: an id stands twice, or a file cannot be read.

    """
    found: dict[str, NoteSection] = {}
    for file in sorted(folder.rglob("*.md")):
        for section in _sections_of(file, folder):
            if twin := found.get(section.id):
                raise InputError(
                    f"The section id {section.id} stands twice: {twin.file}:{twin.line} and "
                    f"{section.file}:{section.line}. Give one of them another."
                )
            found[section.id] = section
    return found


def _sections_of(file: Path, folder: Path) -> Iterator[NoteSection]:
    name = file.relative_to(folder).as_posix()
    lines = read_file(file).lines
    for section in sections(lines):
        if section.anchor:
            # The lines between the blocks keep the shape of lists and tables.
            start = section.blocks[0].start if section.blocks else section.line
            end = section.blocks[-1].end if section.blocks else section.line
            parts = "\n".join(lines[start:end]).split("\n\n")
            blocks = tuple(part.strip("\n") for part in parts if part.strip())
            yield NoteSection(section.anchor, name, section.heading, section.line, blocks)
