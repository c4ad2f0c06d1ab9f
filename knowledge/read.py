"""Any file of notes to Markdown lines.

``read_file`` is the door. Markdown and text keep their own line numbers, so that a citation points into the file as
its owner sees it; every other kind is converted (markitdown, pdfplumber) and its lines are those of the Markdown.
Repairs (mojibake, dead image links) work inside a line and never add or remove one.
"""

from __future__ import annotations

import io
import logging
import re
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import ftfy

from knowledge.errors import InputError

MAX_BYTES = 50 * 1024 * 1024
"""Files above this are refused: they are data, not notes, and would hold a laptop's memory for minutes."""

PLAIN = {".md", ".markdown", ".txt", ".text", ".rst"}
CONVERTED = {".html", ".htm", ".docx", ".pptx", ".xlsx", ".csv", ".tsv", ".ipynb"}
SUPPORTED = PLAIN | CONVERTED | {".pdf"}

_IMAGE_SUFFIX = r"\.(?:png|jpe?g|gif|svg|webp|bmp|tiff?|ico|avif)"
_IMAGE_TAG = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_IMAGE_LINK = re.compile(r"!\[([^\]]*)\]\(\s*([^)\s]*)[^)]*\)?")
_STRAY_IMAGE_TARGET = re.compile(rf"\]\([^)\s]*{_IMAGE_SUFFIX}\s*\)", re.IGNORECASE)
_LINE_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Document:
    """A file as Markdown.

    ``lines`` have no line ends; line *n* of the file is ``lines[n - 1]``. ``problems`` are sentences for the sync
    report ("Page 4 has no text: …").
    """

    lines: list[str]
    problems: list[str]


def read_file(path: Path) -> Document:
    """Read one file as Markdown.

    Raises:
        InputError: the file is too large, binary, encrypted, damaged, unreadable, or of an unknown kind.

    """
    suffix = path.suffix.lower()
    if suffix not in SUPPORTED:
        raise InputError(f"{path.name} is a {suffix or 'nameless'} file, which Etude does not read.")
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(
                f"{path.name} has {size / 2**20:.0f} MB, more than the {MAX_BYTES // 2**20} MB that Etude reads "
                "as one file. Split it, or leave it out."
            )
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read ({error.strerror or error}). Check its permissions.") from error
    problems: list[str] = []
    if suffix == ".pdf":
        text = _pdf(path.name, data, problems)
    elif suffix in CONVERTED:
        text = _convert(path.name, suffix, data)
    else:
        text = decode(path.name, data)
    lines = [_repair(line, path.parent) for line in re.split(r"\r\n|\r|\n", text)]
    return Document(lines, problems)


def decode(name: str, data: bytes) -> str:
    """Turn bytes of unknown encoding into text.

    Raises:
        InputError: the bytes are not text.

    """
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if b"\x00" in data:
        raise InputError(f"{name} is not text although its name says so. Convert it, or leave it out.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(data[: 2**20]).best()
        return data.decode(best.encoding if best else "cp1252", errors="replace")


def _repair(line: str, folder: Path) -> str:
    if not line:
        return line
    line = ftfy.fix_text(line, uncurl_quotes=False, fix_line_breaks=False, unescape_html=False)
    line = line.replace("\ufeff", "").replace("\n", " ").replace("\xa0", " ")
    if "<" in line:
        line = _IMAGE_TAG.sub("", line)
    if "](" in line:
        line = _IMAGE_LINK.sub(lambda match: _alternative_text(match, folder), line)
        line = _STRAY_IMAGE_TARGET.sub("", line)
    return line.rstrip()


def _alternative_text(match: re.Match[str], folder: Path) -> str:
    """Keep the words of an image that is there; a dead link says nothing that can be checked."""
    words, target = match.groups()
    try:
        alive = bool(target) and "://" not in target and (folder / target).is_file()
    except (OSError, ValueError):
        alive = False
    return words if alive else ""


def _convert(name: str, suffix: str, data: bytes) -> str:
    from markitdown import StreamInfo

    if suffix in {".csv", ".tsv"}:
        return _table(name, decode(name, data), "\t" if suffix == ".tsv" else None)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text: str = _converter().convert_stream(io.BytesIO(data), stream_info=StreamInfo(extension=suffix)).markdown
    except Exception as error:  # noqa: BLE001 - converters raise whatever their parsers raise
        raise InputError(f"{name} is damaged or not a real {suffix} file. Open and save it again.") from error
    return _LINE_BREAK_TAG.sub(" ", text)


@cache
def _converter() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from markitdown import MarkItDown

        return MarkItDown(enable_plugins=False)


def _table(name: str, text: str, delimiter: str | None) -> str:
    """Render comma-separated rows as one Markdown table; csv because markitdown cannot be told the delimiter."""
    import csv

    csv.field_size_limit(2**24)
    try:
        dialect: Any = csv.excel_tab if delimiter else csv.Sniffer().sniff(text[:4096], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), dialect) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputError(f"{name} is not a readable table ({error}). Save it as CSV again.") from error
    if not rows:
        return ""
    width = max(len(row) for row in rows)

    def line(row: list[str]) -> str:
        cells = (" ".join(cell.split()).replace("|", "\\|") for cell in row + [""] * (width - len(row)))
        return "| " + " | ".join(cells) + " |"

    return "\n".join([line(rows[0]), "|" + " --- |" * width, *map(line, rows[1:])])


def _pdf(name: str, data: bytes, problems: list[str]) -> str:
    """Read a PDF page by page, so that a page without text can be named."""
    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    parts: list[str] = []
    empty: list[int] = []
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            for number, page in enumerate(pdf.pages, start=1):
                text = (page.extract_text() or "").strip()
                if text:
                    body = "\n".join(_not_markdown(line) for line in text.splitlines())
                    parts.append(f"## Page {number}\n\n{body}\n")
                else:
                    empty.append(number)
                page.close()
    except Exception as error:  # noqa: BLE001 - pdfminer raises many kinds
        raise InputError(f"{name} is damaged, encrypted, or not a real PDF. Export it again without a password.") from error
    if empty:
        which = f"page {empty[0]} has" if len(empty) == 1 else f"pages {_ranges(empty)} have"
        problems.append(f"{name}: {which} no text (a scan or a picture); run text recognition on it first.")
    return "\n".join(parts)


def _not_markdown(line: str) -> str:
    """Keep a printed ``#`` or ``---`` from turning into a heading."""
    return "\\" + line if re.match(r"\s{0,3}(#{1,6}\s|={3,}\s*$|-{3,}\s*$)", line) else line


def _ranges(numbers: list[int]) -> str:
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
