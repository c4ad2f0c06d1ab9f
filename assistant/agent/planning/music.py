"""What a request says about a piece or a training: melody, genre, bars, tempo, key, seed and device."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from assistant.agent.planning.numbers import counted
from assistant.composer.genres import genres
from assistant.composer.samples import samples

GENRE_WORDS = {
    "chorale": r"chorals?|chorales?|hymns?|bach(?:'s|s|ian)?|baroque|choir|choral|church music|four[- ]part harmony",
    "quartet": r"(?:string )?quartets?|quartett|chamber music|strings",
    "folk-dance": r"folk[- ]?dances?|folk(?: music| tunes?)?|irish|scottish|celtic|jigs?|reels?|ceilidh|hornpipe",
    "rock": r"rock(?:y| ?(?:'?n'?|and|&) ?roll)?|rock-?song|hard rock",
    "jazz": r"jazz(?:y|ily)?|swing(?:ing)?|bebop|big band",
}
_MASTERS = {"quartet": r"(?:like|style of|after|à la|a la|sounds? like)\s+(?:haydn|mozart|beethoven)"}
_OTHER_GENRES = (
    "techno|reggae|pop|hip[- ]?hop|rap|country|blues|metal|punk|funk|soul|disco|house|salsa|tango|waltz|opera|symphony|"
    "edm|electronic|electro|classical|ambient|lo-?fi|ragtime|bossa nova|k-?pop|trap|drum and bass|gospel|flamenco|"
    "samba|r&b|grunge|indie|orchestral|polka"
)
_OTHER = re.compile(rf"\b({_OTHER_GENRES})\b", re.IGNORECASE)
_NOTES = re.compile(r"(?:(?<![\w#])[A-Ga-g][#b]?\d(?::[whqest]\.?)?~?(?![\w#])[\s|,-]*){3,}")
_SIGN = r"(?:\s*(?:#|♯|♭)|b(?![a-z])|[\s-]*(?:sharp|flat)\b)?"
_MODE = r"(?:[\s-]*(?:major|minor|maj|min|dur|moll)\b)"
_NAMED_KEY = re.compile(rf"\b(?P<tonic>[A-Ga-g])(?P<sign>{_SIGN})(?P<mode>{_MODE})", re.IGNORECASE)
_SHORT_MINOR = re.compile(r"\b(?P<tonic>[A-G])(?P<sign>[#b]?)(?P<mode>m)\b")
_LED_KEY = re.compile(
    rf"\b(?:in|to|into|for|key(?:\s+(?:of|to|is))?)\s*[:=]?\s+(?:the\s+key\s+of\s+)?(?P<tonic>[A-Ga-g])(?P<sign>{_SIGN})"
    r"(?![\w+#.])(?P<mode>)",
    re.IGNORECASE,
)
_BARE_KEY = re.compile(r"(?<![\w.'’-])(?P<tonic>[B-G])(?P<sign>[#♯♭b]?)(?![\w.'’+#-])(?P<mode>)")
_TEMPO = re.compile(
    r"\b(\d{2,3})\s*-?\s*(?:bpm|beats|quarter notes)\b|"
    r"\b(?:tempo|bpm|speed)\s*(?:of|to|at|is|=|:)?\s*(?:to\s+|of\s+)?(\d{2,3})\b|"
    # "at 90" is how musicians say it.
    r"\bat\s+(\d{2,3})\b(?!\s*(?::|bars?|minutes?|min|percent|%|questions?))",
    re.IGNORECASE,
)
_SEED = re.compile(r"\bseed\s*(?:of|to|=|:|number|is|no\.?)?\s*(\d{1,10})\b", re.IGNORECASE)
_GPU = re.compile(r"\b(?:gpu|cuda|graphics? (?:card|processor))\b", re.IGNORECASE)
_CPU = re.compile(r"\b(?:cpu|(?:without|no|not on) (?:the |a )?(?:gpu|cuda|graphics card))\b", re.IGNORECASE)
_NEAR = 0.82
_NO_SLIPS = frozenset({"rack", "rocket", "quarter", "quarters"})
_FILE = re.compile(r"[^\s\"'“”]+\.midi?\b", re.IGNORECASE)
_CALLED = re.compile(r"[\"“”«»]([^\"“”«»]{2,60})[\"“”«»]")
_CAPITALS = re.compile(
    r"(?i:\b(?:on|over|of|from|upon|to|harmoni[sz]e|arrange|accompany|play|melody))\s+(?:the\s+(?:melody|tune|song)\s+)?(?:of\s+)?"
    r"((?:[A-ZÀ-Þ][\w'’]+)(?:\s+(?:(?:of|the|to|in|on|and|a|my|de|la)\s+)*[A-ZÀ-Þ][\w'’]+)+)"
)


def piece_arguments(text: str) -> dict[str, Any]:
    """Return what a request with figures (`numbers.figures`) says of a piece; relative words are not among it."""
    found: dict[str, Any] = {}
    if notes := _NOTES.search(text):
        found["melody"] = notes[0].strip(" ,|-")
        text = text[: notes.start()] + text[notes.end() :]
    elif melody := find_melody(text):
        found["melody"] = melody
    if name := find_genre(text):
        found["genre"] = name
    if (bars := counted(text, "bars?|measures?")) is not None:
        found["bars"] = bars
    if tempo := _TEMPO.search(text):
        found["tempo"] = int(tempo[1] or tempo[2] or tempo[3])
    if key := find_key(text):
        found["key"] = key
    if seed := _SEED.search(text):
        found["seed"] = int(seed[1])
    if device := find_device(text):
        found["device"] = device
    return found


def find_genre(text: str) -> str | None:
    """Return the genre that a text names, by its own words or with a slip; the last where it names several."""
    low = text.casefold()
    best: tuple[int, str] | None = None
    for name in genres():
        pattern = rf"\b(?:{GENRE_WORDS.get(name, re.escape(name))}|{re.escape(name)})(?:-\d+)?\b"
        for place in [*re.finditer(pattern, low), *(re.finditer(_MASTERS[name], low) if name in _MASTERS else ())]:
            if best is None or place.start() >= best[0]:
                version = re.fullmatch(rf"{re.escape(name)}-\d+", place[0])
                best = (place.start(), place[0] if version else name)
    if best:
        return best[1]
    single = {name: name for name in genres() if "-" not in name}
    for word in re.findall(r"[a-z]{3,}", low):
        near = difflib.get_close_matches(word, single, n=1, cutoff=_NEAR)
        if near and word not in _NO_SLIPS:
            return single[near[0]]
    return None


def other_genre(text: str) -> str | None:
    """Return a style that is named and that Etude has no model of."""
    found = _OTHER.search(text)
    return found[1] if found and not find_genre(text) else None


def find_melody(text: str) -> str | None:
    """Return a MIDI file that a text names, else a melody that ships, perhaps with a slip, else a title in quotes."""
    if file := _FILE.search(text):
        return file[0]
    words = _letters(text).split()
    said = f" {' '.join(words)} "
    titles = _titles()
    for title, name in titles.items():
        if f" {title} " in said:
            return name
    for size in range(5, 0, -1):
        for start in range(len(words) - size + 1):
            part = " ".join(words[start : start + size])
            if len(part) >= 7 and (near := difflib.get_close_matches(part, titles, n=1, cutoff=_NEAR)):
                return titles[near[0]]
    quoted = _CALLED.search(text) or _CAPITALS.search(text)
    return None if quoted is None or find_genre(quoted[1]) or find_device(quoted[1]) else quoted[1].strip()


def find_key(text: str) -> str | None:
    """Return a key as ``F# minor`` or ``D``; None where none is named."""
    for pattern in (_NAMED_KEY, _SHORT_MINOR, _LED_KEY, _BARE_KEY):
        for found in pattern.finditer(text):
            # "in a rock style" has an article, and no key.
            article = found["tonic"] == "a" or (found["tonic"] == "A" and re.match(r"\s+[a-z]", text[found.end() :]))
            if not (pattern is _LED_KEY and article and not found["sign"].strip()):
                return _key(found)
    return None


def find_device(text: str) -> str | None:
    """Return ``cuda`` or ``cpu`` where a text names a device."""
    if _CPU.search(text):
        return "cpu"
    return "cuda" if _GPU.search(text) else None


def _key(found: re.Match[str]) -> str:
    sign = found["sign"].strip(" -").casefold()
    sign = {"♯": "#", "sharp": "#", "♭": "b", "flat": "b"}.get(sign, sign)
    mode = found["mode"].strip(" -").casefold()
    mode = {"maj": "major", "dur": "major", "min": "minor", "moll": "minor", "m": "minor"}.get(mode, mode)
    return f"{found['tonic'].upper()}{sign}{f' {mode}' if mode else ''}"


def _titles() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for one in samples().values():
        title, name = _letters(one.title), _letters(one.name)
        found |= {title: one.name, name: one.name}
        first = title.split()
        if first[:1] * 2 == first[:2]:  # "Twinkle, Twinkle"
            found[" ".join(first[:2])] = one.name
        short = title.split(" de la ")[0]
        if len(short) >= 8:
            found[short] = one.name
    return found


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return " ".join(re.findall(r"[a-z0-9]+", plain))
