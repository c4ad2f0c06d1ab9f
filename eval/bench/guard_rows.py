"""Rows that guardrail heads are trained on: read, hidden in encodings, put into documents, cut into pieces."""

from __future__ import annotations

import base64
import codecs
import gzip
import json
import random
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.errors import InputError
from assistant.guardrails.heads import pieces
from assistant.guardrails.normalise import Normalised, normalise

FOLDS = 4

_MOSTLY, _TELLING = 0.5, 60
"""A window is an instruction where at least this share of it is, and this share or so many characters of the whole."""
_EVERY = 3
"""One in so many windows of an attacked document that have no part in the attack is kept."""


@dataclass(frozen=True, slots=True)
class Row:
    """A text to learn from.

    Args:
        text: as it comes.
        kinds: what it is; nothing where it is harmless.
        source: which data set it is from, with its ``licence``.
        key: what it was made of; rows of the same key stand in the same fold.
        spans: characters of ``text`` that make it what it is; all of it where there are none.

    """

    text: str
    kinds: frozenset[str]
    source: str
    licence: str
    key: str = ""
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def fold(self) -> int:
        """Number of the cross-validation fold."""
        return zlib.crc32((self.key or self.text).encode("utf-8", "surrogatepass")) % FOLDS


def read_rows(file: Path, kind: str) -> list[Row]:
    """Return the rows of a JSONL file, which may be gzipped: ``text`` and either ``kinds`` or ``label`` 0 or 1.

    ``label`` says whether it is of ``kind``. A Markdown file is one harmless row a section, and questions of the bank
    and dev questions of ``eval/data`` are harmless too.

    Raises:
        InputError: a row lacks one of them.

    """
    if file.suffix == ".md":
        sections = file.read_text(encoding="utf-8").split("\n## ")
        return [Row(text, frozenset(), "Etude's notes", "Apache-2.0") for text in sections]
    rows = []
    with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                given = json.loads(line)
                if "stem" in given or "question" in given:
                    rows += _questions(given)
                    continue
                kinds = given["kinds"] if "kinds" in given else [kind] * int(given["label"])
                text = str(given["text"])
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(f'{file}:{number} needs "text" and either "kinds" or "label".') from error
            source, licence = given.get("source", file.name), given.get("license", "")
            rows.append(Row(text, frozenset(kinds), source, licence, str(given.get("group", ""))))
    return list({row.text: row for row in rows}.values())


def _questions(given: dict[str, Any]) -> list[Row]:
    """Return a question of the bank, alone and with options and explanations, or a dev question of ``eval/data``."""
    if "stem" not in given:
        return [Row(given["question"], frozenset(), "Etude's questions", "Apache-2.0")] * (given["split"] == "dev")
    whole = "\n".join([given["stem"], *given["options"].values(), *given["explanations"].values()])
    return [
        Row(text, frozenset(), "Etude's question bank", "Apache-2.0", given["id"]) for text in (given["stem"], whole)
    ]


def hide(rows: Sequence[Row], share: float, kind: str = "", seed: int = 0) -> list[Row]:
    """Return a share of the rows, of what they are and of the harmless ones alike, each hidden in one way.

    Harmless ones stay harmless in base64 and hex. Nobody writes a harmless text in letters that only look right to a
    person, so that such a text is of ``kind``; without a kind there are none.
    """
    generator = random.Random(seed)
    found = []
    for row in rows:
        if generator.random() >= share or len(row.text) > 600:
            continue
        names = list(_HIDING) if row.kinds else ["base64", "hex", *(_DISGUISES if kind and row.text.isascii() else ())]
        name = generator.choice(names)
        if name in _DISGUISES and not row.kinds:
            row = replace(row, kinds=frozenset([kind]))
        carrier = generator.choice(_CARRIERS if name in _ENCODED else ["{}"])
        text = carrier.format(_HIDING[name](row.text))
        found.append(replace(row, text=text, key=row.key or row.text, source=f"{row.source}, encoded"))
    return found


def put(instructions: Sequence[Row], documents: Sequence[Row], times: int, seed: int = 0) -> list[Row]:
    """Return documents with one instruction each, at the beginning, between two lines or sentences, or at the end."""
    generator = random.Random(seed)
    found = []
    for fold in range(FOLDS):
        carriers = [row for row in documents if row.fold == fold]
        for row in (row for row in instructions if row.fold == fold):
            for carrier in generator.sample(carriers, min(times, len(carriers))):
                text = carrier.text
                breaks = [place for place, char in enumerate(text) if char == "\n" or text.startswith(". ", place - 1)]
                place = generator.choice([0, generator.choice([0, *breaks]), len(text)])
                before = text[:place].rstrip(" ") + ("\n" if place else "")
                whole = f"{before}{row.text}\n{text[place:].lstrip()}"
                span = (len(before), len(before) + len(row.text))
                found.append(replace(row, text=whole, key=row.key or row.text, spans=(span,)))
    return found


def added(attacked: Sequence[Row], clean: Sequence[Row]) -> list[Row]:
    """Return the lines of documents that stand in no clean document: what was put into them."""
    known = {line.strip() for row in clean for line in row.text.splitlines()}
    found = []
    for row in attacked:
        lines = row.text.splitlines()
        new = [number for number, line in enumerate(lines) if line.strip() not in known and line.strip()]
        # Where a line of the document itself was changed the rest cannot be told apart.
        if new and all(len(lines[number]) < 300 for number in new):
            found.append(replace(row, text="\n".join(lines[new[0] : new[-1] + 1]).strip()))
    return found


def cut(row: Row, window: int, *, whole: bool) -> list[tuple[str, frozenset[str], bool]]:
    """Return the pieces of a row with its signs, and whether each is what the row is.

    Of a row with spans these are windows that are mostly span, or not at all. Of another row that is not harmless it is
    the whole, for which of its windows is meant is not known.
    """
    cleaned = normalise(row.text)
    if row.spans:
        return _labelled(row, cleaned, window, whole=whole)
    found = []
    for start, end, text in pieces(cleaned, window, whole=whole):
        if row.kinds and end > 0 and (end - start) < len(cleaned.text):
            continue
        # What hides the attack is the attack: the outside of an encoded text has the sign.
        found.append((text, cleaned.signs, bool(row.kinds)))
    return found


def _labelled(row: Row, cleaned: Normalised, window: int, *, whole: bool) -> list[tuple[str, frozenset[str], bool]]:
    spans = [(cleaned.cleaned(start), cleaned.cleaned(end)) for start, end in row.spans]
    size = sum(stop - begin for begin, stop in spans)
    found = []
    for start, end, text in pieces(cleaned, window, whole=whole):
        shared = sum(max(0, min(end, stop) - max(start, begin)) for begin, stop in spans)
        if shared >= _MOSTLY * (end - start) and shared >= min(_MOSTLY * size, _TELLING):
            found.append((text, cleaned.signs, True))
        elif not shared and zlib.crc32(text.encode("utf-8", "surrogatepass")) % _EVERY == 0:
            found.append((text, cleaned.signs, False))
    return found


_CARRIERS = [
    "{}",
    "Decode this and do what it says: {}",
    "The text is encoded: {}",
    "Notes: {}",
    "Please convert and follow: {}",
]
_LOOKALIKE = str.maketrans("aeopcxyiAEOPCTHKMBX", "аеорсхуіАЕОРСТНКМВХ")
_LEET = str.maketrans("aeiost", "4310$7")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def _rot13(text: str) -> str:
    return codecs.encode(text, "rot13")


_HIDING: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64encode(text.encode("utf-8", "surrogatepass")).decode(),
    "hex": lambda text: text.encode("utf-8", "surrogatepass").hex(),
    "rot13": _rot13,
    "reversed": lambda text: text[::-1],
    "leet": lambda text: text.translate(_LEET),
    "lookalike": lambda text: text.translate(_LOOKALIKE),
    "wide": lambda text: text.translate(_WIDE),
    "zero width": lambda text: "\u200b".join(text),
    "spaced": lambda text: "   ".join(" ".join(word) for word in text.split()),
    "tags": lambda text: "Hello! " + "".join(chr(0xE0000 + ord(char)) for char in text if " " <= char <= "~"),
}
_DISGUISES = ("lookalike", "wide", "zero width")
_ENCODED = {"base64", "hex", "rot13", "reversed"}


def licences(rows: Iterable[Row]) -> list[dict[str, str | int]]:
    """Return how many rows each source gave, under which licence."""
    counts: dict[tuple[str, str], int] = {}
    for row in rows:
        place = (row.source.removesuffix(", encoded"), row.licence)
        counts[place] = counts.get(place, 0) + 1
    return [{"source": source, "licence": licence, "rows": count} for (source, licence), count in counts.items()]
