"""Documents that are not text: web pages, office files, tables, notebooks and PDF, each to Markdown."""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Sequence

from knowledge.encoding import decode, decode_html
from knowledge.errors import InputError

_LINE_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)
_SLIDE = re.compile(r"^<!-- Slide number: (\d+) -->$", re.MULTILINE)


CONVERTED = {".html", ".htm", ".docx", ".pptx", ".xlsx", ".csv", ".tsv", ".ipynb", ".pdf"}


def convert(name: str, suffix: str, data: bytes, problems: list[str]) -> str:
    """Return a document as Markdown; what is missing from it is added to ``problems`` as sentences.

    Args:
        name: how sentences name it.
        suffix: one of ``CONVERTED``.
        data: its bytes.
        problems: grows.

    Raises:
        InputError: the document is damaged, encrypted, or not of this kind.

    """
    if suffix == ".pdf":
        return _pdf(name, data, problems)
    if suffix in {".csv", ".tsv"}:
        return _separated(name, decode(name, data), "\t" if suffix == ".tsv" else "")
    if suffix in {".html", ".htm"}:
        data = decode_html(name, data).encode()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if suffix == ".xlsx":
                return _workbook(data)
            text = _markitdown(suffix, data)
    except Exception as error:  # converters raise whatever their parsers raise
        raise InputError(f"{name} is damaged or not a real {suffix} file. Open and save it again.") from error
    if suffix == ".pptx":
        # A slide's number is where its owner looks; its title becomes a heading beneath.
        text = _SLIDE.sub(r"# Slide \1", re.sub(r"^(#{1,5} )", r"#\1", text, flags=re.MULTILINE))
    return _LINE_BREAK_TAG.sub(" ", text)


def _markitdown(suffix: str, data: bytes) -> str:
    from markitdown import StreamInfo, converters

    # Asked for by name: left to choose, markitdown reads a damaged document as plain text.
    named = {
        ".docx": converters.DocxConverter,
        ".pptx": converters.PptxConverter,
        ".ipynb": converters.IpynbConverter,
        ".html": converters.HtmlConverter,
        ".htm": converters.HtmlConverter,
    }
    text: str = named[suffix]().convert(io.BytesIO(data), StreamInfo(extension=suffix, charset="utf-8")).markdown
    return text


def _workbook(data: bytes) -> str:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    sheets = []
    for sheet in book.worksheets:
        rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        if table := _table(rows):
            sheets.append(f"## {sheet.title}\n\n{table}\n")
    return "\n".join(sheets)


def _separated(name: str, text: str, delimiter: str) -> str:
    import csv

    csv.field_size_limit(2**24)
    first = next((line for line in text.splitlines() if line.strip()), "")
    # csv.Sniffer guesses from letters too, and is often wrong on notes; the heads of columns tell.
    delimiter = delimiter or max(",;\t|", key=re.sub(r'"[^"]*"', "", first).count)
    try:
        return _table(list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    except csv.Error as error:
        raise InputError(f"{name} is not a readable table ({error}). Save it as CSV again.") from error


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Render rows as one Markdown table; the first one that is not blank is its header."""
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        return ""
    width = max(max(n for n, cell in enumerate(row, start=1) if cell.strip()) for row in rows)

    def line(row: Sequence[str]) -> str:
        cells = (" ".join(cell.split()).replace("|", "\\|") for cell in [*row, *[""] * width][:width])
        return "| " + " | ".join(cells) + " |"

    return "\n".join([line(rows[0]), "|" + " --- |" * width, *map(line, rows[1:])])


def _pdf(name: str, data: bytes, problems: list[str]) -> str:
    """Read a PDF page by page, so that a page without text can be named."""
    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    parts: list[str] = []
    empty: list[int] = []
    try:
        with warnings.catch_warnings(), pdfplumber.open(io.BytesIO(data)) as pdf:
            warnings.simplefilter("ignore")
            for number, page in enumerate(pdf.pages, start=1):
                text = (page.extract_text() or "").strip()
                if text:
                    body = "\n".join(_not_markdown(line) for line in text.splitlines())
                    parts.append(f"## Page {number}\n\n{body}\n")
                else:
                    empty.append(number)
                page.close()
    except Exception as error:  # pdfminer raises many kinds
        raise InputError(
            f"{name} is damaged, encrypted, or not a real PDF. Export it again without a password."
        ) from error
    if empty:
        which = f"page {empty[0]} has" if len(empty) == 1 else f"pages {_ranges(empty)} have"
        problems.append(f"{name}: {which} no text (a scan or a picture); run text recognition on it first.")
    return "\n".join(parts)


def _not_markdown(line: str) -> str:
    """Keep a printed ``#``, ``---`` or fence from turning into structure."""
    return "\\" + line if re.match(r"\s{0,3}(#{1,6}(\s|$)|-{3,}\s*$|`{3}|~{3})", line) else line


def _ranges(numbers: list[int]) -> str:
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
