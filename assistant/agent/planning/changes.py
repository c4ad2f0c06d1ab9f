"""What "slower", "longer", "again" and "another one" mean for an earlier call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from assistant.composer.genres import genres
from assistant.composer.samples import samples

_SLOWER = re.compile(
    r"\b(?:slower|more slow(?:ly)?|slow(?:s|ed)? (?:it |this |that )?down|too fast|less fast|calmer|"
    r"half (?:the|as) (?:speed|tempo|fast)|(?:lower|reduce|decrease) the (?:tempo|speed))\b",
    re.IGNORECASE,
)
_FASTER = re.compile(
    r"\b(?:faster|quicker|more (?:fast|quick(?:ly)?)|speed(?:s)? (?:it |this |that )?up|too slow|livelier|"
    r"double (?:the )?(?:speed|tempo)|twice as fast|(?:raise|increase) the (?:tempo|speed))\b",
    re.IGNORECASE,
)
_LONGER = re.compile(
    r"\b(?:longer|lengthen|extend|stretch|too short|twice as long|double the length|more bars)\b", re.I
)
_SHORTER = re.compile(
    r"\b(?:shorter|shorten|too long|half as long|half the length|fewer bars|less bars)\b", re.IGNORECASE
)
_TWICE = re.compile(r"\b(?:twice|double|half)\b", re.IGNORECASE)
_BIT = re.compile(r"\b(?:a bit|a little|slightly|somewhat|a touch|a tad)\b", re.IGNORECASE)
_MUCH = re.compile(r"\b(?:much|way|a lot|far|very)\b", re.IGNORECASE)
_BY_BPM = re.compile(r"\bby (\d{1,3})\b|\b(\d{1,3}) (?:bpm|beats)\s+(?:slower|faster|quicker)", re.IGNORECASE)
_MORE_BARS = re.compile(
    r"\b(\d{1,2}) (?:more|extra|additional|further) bars\b|\b(\d{1,2}) bars (?:more|longer)\b", re.I
)
_AGAIN = re.compile(
    r"\b(?:again|once more|one more time|repeat|redo|rerun|re-run|encore|do it over|same)\b", re.IGNORECASE
)
_ANOTHER = re.compile(
    r"\b(?:another|a different|a new|other) (?:one|version|seed|take|variation|try)\b|^\W*(?:one more|another)\W*$",
    re.I,
)
_SLOW, _FAST = (
    re.compile(r"\b(?:slow|calm|adagio|largo)\b", re.IGNORECASE),
    re.compile(r"\b(?:fast|quick|allegro|presto|lively|upbeat)\b", re.IGNORECASE),
)
_TEMPO_RANGE, _BAR_RANGE = (30, 300), (1, 64)


def is_again(text: str) -> bool:
    """Say whether a text wants what was done before."""
    return bool(_AGAIN.search(text) or _ANOTHER.search(text))


def changed_piece(text: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a piece that relative words change, from those of the call before."""
    found: dict[str, Any] = {}
    slower, faster = _SLOWER.search(text), _FASTER.search(text)
    if slower or faster:
        tempo = float(before.get("tempo") or usual_tempo(before))
        if by := _BY_BPM.search(text):
            step = int(by[1] or by[2])
            tempo += step if faster else -step
        else:
            tempo = tempo * _factor(text) if faster else tempo / _factor(text)
        found["tempo"] = _within(tempo, _TEMPO_RANGE)
    longer, shorter = _LONGER.search(text), _SHORTER.search(text)
    if more := _MORE_BARS.search(text):
        found["bars"] = _within(_bars(before) + int(more[1] or more[2]), _BAR_RANGE)
    elif (longer or shorter) and not (slower or (faster and "twice as fast" in text)):
        factor = 1.5 if _BIT.search(text) else 2.0
        found["bars"] = _within(_bars(before) * factor if longer else _bars(before) / factor, _BAR_RANGE)
    if _ANOTHER.search(text):
        found["seed"] = int(before.get("seed") or 0) + 1
    return found


def plain_tempo(text: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tempo of "a slow piece" and "a fast one", by the usual tempo of the genre; none where none is said."""
    if "tempo" in arguments or not (_SLOW.search(text) or _FAST.search(text)):
        return {}
    return {"tempo": _within(usual_tempo(arguments) * (0.75 if _SLOW.search(text) else 1.3), _TEMPO_RANGE)}


def usual_tempo(arguments: Mapping[str, Any]) -> float:
    """Return the quarter notes a minute of a piece whose tempo was not named: its melody's, else its genre's."""
    if known := samples().get(str(arguments.get("melody", ""))):
        return known.tempo
    style = genres().get(str(arguments.get("genre", "chorale")).rsplit("-1", 1)[0])
    return style.tempo if style else 100


def _bars(before: Mapping[str, Any]) -> int:
    if before.get("bars"):
        return int(before["bars"])
    known = samples().get(str(before.get("melody", ""))) or next(iter(samples().values()))
    return known.notes.count("|") + 1


def _factor(text: str) -> float:
    if _TWICE.search(text):
        return 2.0
    if _BIT.search(text):
        return 1.1
    return 1.5 if _MUCH.search(text) else 1.25


def _within(value: float, limits: tuple[int, int]) -> int:
    return min(max(round(value), limits[0]), limits[1])
