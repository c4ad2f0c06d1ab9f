"""Markdown tables as sentences.

A small language model loses the column of a cell that stands forty tokens after its header; with the header's words
beside every cell it does not.
"""

from __future__ import annotations

import re
from itertools import zip_longest

_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?\s*$|\s*\|?\s*:?-{2,}:?\s*\|?\s*$")


def spell_out_tables(markdown: str) -> str:
    """Replace each table by one line a row: ``- first cell: header = cell; header = cell``."""
    rows = table_rows(markdown)
    lines = (rows.get(number, line) for number, line in enumerate(markdown.split("\n")))
    return "\n".join(line for line in lines if line is not None and line != "")


def table_rows(markdown: str) -> dict[int, str]:
    """Return the lines of tables by line number from 0, each row spelled out; header lines become empty."""
    lines = markdown.split("\n")
    found: dict[int, str] = {}
    header: list[str] = []
    for number, line in enumerate(lines):
        if header and number in found:
            continue
        if number + 1 < len(lines) and "|" in line and _RULE.match(lines[number + 1]):
            header = cells(line)
            found |= {number: "", number + 1: ""}
        elif header and "|" in line:
            found[number] = _row(header, cells(line))
        else:
            header = []
    return found


def cells(line: str) -> list[str]:
    """Return the cells of one row, trimmed; an escaped bar stays inside its cell."""
    inner = line.strip().removeprefix("|").removesuffix("|")
    parts = re.split(r"(?<!\\)\|", inner)
    return [re.sub(r"\s*<br\s*/?>\s*", ", ", part).replace("\\|", "|").strip() for part in parts]


def _row(header: list[str], row: list[str]) -> str:
    if len(row) < 2:
        return f"- {' '.join(row)}"
    named = zip_longest(header[1:], row[1:], fillvalue="")
    pairs = [f"{name} = {cell}" if name else cell for name, cell in named if cell]
    return "- " + ": ".join(part for part in (row[0], "; ".join(pairs)) if part)
