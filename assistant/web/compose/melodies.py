"""Melodies as the page takes them: a sample, a file that was chosen in the browser, or what is written."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from assistant.composer.melody import LARGEST, Melody, read_melody
from assistant.composer.samples import find_sample
from assistant.errors import InputError
from assistant.web.compose.spelling import spell

_KNOWN = (".mid", ".midi", ".abc", ".txt")


def sample_fields(name: str) -> dict[str, str]:
    """Return what the form holds for a sample.

    Raises:
        InputError: there is none of this name.

    """
    sample = find_sample(name)
    if sample is None:
        raise InputError(f"There is no sample “{name[:40]}”. Choose one of those above.")
    return {"melody": sample.notes.strip(), "title": sample.title, "said": "", "tempo": str(sample.tempo)}


def file_fields(name: str, content: str, size: int) -> dict[str, str]:
    """Return what the form holds for a file: its melody, and what was done to it.

    Args:
        name: of the file, as the browser says it.
        content: its bytes in base64; empty where the browser did not send it, for its size.
        size: its bytes.

    Raises:
        InputError: it is too large, damaged, or has no melody.

    """
    called = PurePath(name.replace("\\", "/")).name or "file"
    if size > LARGEST:
        raise InputError(f"{called} has more than {LARGEST // 1_000_000} MB. Choose a smaller file.")
    if PurePath(called).suffix.lower() not in _KNOWN:
        raise InputError(
            f"{called} is not a file that Etude reads. Choose MIDI (.mid), ABC (.abc) or note text (.txt)."
        )
    with TemporaryDirectory() as folder:
        file = Path(folder) / safe_name(called)
        file.write_bytes(decoded(called, content))
        melody = read_melody(file)
    tempo = f"{melody.tempo:g}" if melody.tempo else ""
    return {"melody": spell(melody.roll), "title": melody.title[:200], "said": "\n".join(melody.notes), "tempo": tempo}


def read_text(text: str) -> Melody:
    """Return the melody in what was written; it is never taken for a path of this machine.

    Raises:
        InputError: it is no melody.

    """
    if not text.strip():
        raise InputError(
            "There is no melody yet. Choose a sample, play the keys, or write notes such as C4:q D4:q E4:h."
        )
    return read_melody(as_text(text))


def as_text(text: str) -> str:
    """Return a text in a form that is read as one: with a line break at its end it is no path."""
    return f"{text.strip()}\n"


def decoded(name: str, content: str) -> bytes:
    """Return the bytes of a file that the browser sent.

    Raises:
        InputError: it did not arrive whole, or is empty.

    """
    try:
        data = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise InputError(f"{name} did not arrive whole. Choose it again.") from None
    if not data:
        raise InputError(f"{name} is empty. Choose a file with a melody.")
    return data


def safe_name(name: str) -> str:
    """Return a name that is a file's and nothing else, with the ending that it has."""
    path = PurePath(name)
    stem = re.sub(r"[^\w .()-]+", "-", path.stem)[:60].strip(" .-") or "melody"
    return stem + path.suffix.lower()


def said_in(fields: Mapping[str, str]) -> list[str]:
    """Return the sentences that say what was done to a melody before it came into the form."""
    return [line[:1_000] for line in fields.get("said", "").splitlines() if line.strip()][:20]
