"""What people call melodies, genres and keys, and what the composer calls them."""

from __future__ import annotations

import difflib
import re
import unicodedata

from assistant.composer.genres import genre, genres
from assistant.composer.samples import samples
from assistant.errors import InputError

FIRST_TUNE = next(iter(samples()))
"""The melody where none is named."""

_KEY = re.compile(
    r"(?P<tonic>[A-Ga-g])\s*(?P<sign>#|♯|b|♭|\s?-?sharp|\s?-?flat)?\s*(?P<mode>major|minor|maj|min|m)?", re.IGNORECASE
)
_NEAR = 0.75
"""Likeness of two titles, 0 to 1, from which one is a slip of the other."""


def tune_names() -> str:
    """Return the titles of the melodies that ship with Etude, for a description."""
    return ", ".join(one.title for one in samples().values())


def known_tune(said: str) -> str:
    """Return the name of a melody that ships with Etude, however it is called, or notes as they are.

    Raises:
        ValueError: it is neither.

    """
    if said.casefold().endswith((".mid", ".midi")):
        raise ValueError(
            f"Files are opened in the Compose tab, or by `etude compose {said[:60]}`. Here there are: {tune_names()}; "
            "or write the notes"
        )
    wanted = _letters(said)
    called = {_letters(name): one.name for one in samples().values() for name in (one.name, one.title)}
    if wanted in called:
        return called[wanted]
    words = set(wanted.split())
    # "Twinkle Twinkle" and "the Yankee Doodle song" are part of a title, or have one in them.
    for title, name in called.items():
        if len(wanted) >= 4 and (wanted in title or set(title.split()) <= words):
            return name
    if near := difflib.get_close_matches(wanted, called, n=1, cutoff=_NEAR):
        return called[near[0]]
    if _notes(said):
        return said
    raise ValueError(f"“{said[:60]}” is no melody that is known here. There are: {tune_names()}; or write its notes")


def known_genre(said: str) -> str:
    """Return the name of a genre, or of one version of its model, however it is written.

    Raises:
        ValueError: there is no such genre.

    """
    name = re.sub(r"[\s_]+", "-", said.strip().casefold())
    base = re.sub(r"-\d+$", "", name)
    for one in genres().values():
        if base in (one.name, _letters(one.title).replace(" ", "-"), f"{one.name}s"):
            return one.name + name[len(base) :]
    try:
        return genre(name).name
    except InputError as error:
        raise ValueError(str(error)) from None


def known_key(said: str | None) -> str | None:
    """Return a key as ``F# minor``: its tonic, and its mode where one is named.

    Raises:
        ValueError: this is no key.

    """
    if said is None or not said.strip():
        return None
    found = _KEY.fullmatch(said.strip().removeprefix("the key of ").strip())
    if not found:
        raise ValueError(f"“{said[:30]}” is no key; write one such as D, F# minor or Bb major")
    sign = (found["sign"] or "").strip(" -").casefold()
    sign = {"♯": "#", "sharp": "#", "♭": "b", "flat": "b"}.get(sign, sign)
    mode = (found["mode"] or "").casefold()
    mode = {"maj": " major", "major": " major", "min": " minor", "m": " minor", "minor": " minor"}.get(mode, "")
    return f"{found['tonic'].upper()}{sign}{mode}"


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def _notes(said: str) -> bool:
    from assistant.composer.abc_text import is_abc
    from assistant.composer.note_text import is_note_text

    return is_abc(said) or is_note_text(said)
