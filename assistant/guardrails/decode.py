"""Decoders for encodings that people use to get words past a check. `decoded` yields only what reads as text.

Each decoder is one regular expression without nested repetition, or one pass over the words, so that time stays
linear. Whether a text reads as English is told by its most frequent words.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

_MOST_RUNS = 64
"""Encoded runs of one kind that are looked at in one text."""
_READABLE = 0.75
"""Share of letters and spaces in what is taken for text."""

_COMMON = """
the be to of and a in that have it for not on with he as you do at this but his by from they we say her she or an
will my one all would there their what so up out if about who get which go me when make can like no just him know
take into your some could them see other than then now only its also after use how our well even want because any
these give us is are was were been has had did am tell show every need must should never always please where why
ignore previous instructions instruction system prompt secret password key reveal forget disregard above rules print
repeat answer question write following act pretend user assistant model developer mode order new command output
respond response message text before prior step steps guide email name address number live lives currently sort
numbers instead actually bypass safety filter unrestricted override execute send data file delete
"""
COMMON = frozenset(_COMMON.split())
"""The most frequent words of English, and those that attacks are made of."""

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}(?:\r?\n[A-Za-z0-9+/_-]{16,})*={0,2}")
_HEX = re.compile(r"(?:(?:0x|\\x)?[0-9a-fA-F]{2}[\s:,]?){8,}")
_BINARY = re.compile(r"(?:[01]{8}[\s,]?){4,}")
_DECIMAL = re.compile(r"(?:\d{2,3}[\s,]{1,2}){6,}\d{2,3}")
_ESCAPES = re.compile(r"\\u[0-9a-fA-F]{4}|&#x?[0-9a-fA-F]{2,6};|%[0-9a-fA-F]{2}")
_MORSE = re.compile(r"(?:[.\-·−–]{1,6}[ /|]{1,3}){5,}[.\-·−–]{0,6}")
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_](?:[ .\-_*|/]{1,3}|\n)){3,}[^\W\d_](?![^\W_])")
_CHOPPED = re.compile(
    r"(?<![^\W_])(?:[^\W\d_]{1,4}[-_.*·|]){2,}[^\W\d_]{1,4}(?![^\W_])|[^\W\d_]{2,6}[-*|·]{1,2}[^\W\d_]{2,6}"
)
_SEGMENT = re.compile(r"[^\n:.!?;\"]+")
_WORD = re.compile(r"[^\W\d_]+")
_LEET_WORD = re.compile(r"[A-Za-z0-9@$!|+€£(){}\[\]<>^*#\\/]{2,24}")
_LEET = str.maketrans("0134578@$!|+€£9(", "oleastbasiiteegc")
_LEET_ONE_AS_I = str.maketrans("0134578@$!|+€£9(", "oieastbasiiteegc")
_MORSE_CODE = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.. "
    "----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----."
)
_MORSE_LETTERS = dict(zip(_MORSE_CODE.split(), "abcdefghijklmnopqrstuvwxyz0123456789", strict=True))
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def decoded(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name of a decoder and what it found, one string for all of its runs."""
    for name, decoder in _DECODERS.items():
        if found := decoder(text):
            yield name, found


def _base64(text: str) -> str:
    return _runs(_BASE64, text, lambda run: base64.b64decode(_padded(run), altchars=None))


def _padded(run: str) -> str:
    plain = re.sub(r"[\r\n=]", "", run).replace("-", "+").replace("_", "/")
    plain = plain[: len(plain) - 1] if len(plain) % 4 == 1 else plain
    return plain + "=" * (-len(plain) % 4)


def _hex(text: str) -> str:
    return _runs(_HEX, text, lambda run: bytes.fromhex(re.sub(r"0x|\\x|[\s:,]", "", run)))


def _binary(text: str) -> str:
    return _runs(_BINARY, text, lambda run: bytes(int(bits, 2) for bits in re.findall(r"[01]{8}", run)))


def _decimal(text: str) -> str:
    return _runs(_DECIMAL, text, lambda run: bytes(min(int(code), 255) for code in re.findall(r"\d+", run)))


def _runs(pattern: re.Pattern[str], text: str, decode: Callable[[str], bytes]) -> str:
    found = []
    for number, match in enumerate(pattern.finditer(text)):
        if number == _MOST_RUNS:
            break
        try:
            plain = decode(match[0]).decode("utf-8")
        except (ValueError, binascii.Error):
            continue
        if _readable(plain):
            found.append(plain)
    return "\n".join(found)


def _readable(plain: str) -> bool:
    if len(plain) < 6 or not plain.replace("\n", " ").isprintable():
        return False
    if _BASE64.fullmatch(plain) and len(plain) >= 24:
        return True
    # Random bytes that happen to be ASCII have neither words nor blanks.
    good = sum(char.isalpha() or char in " \n" for char in plain)
    return good >= _READABLE * len(plain) and (" " in plain.strip() or plain.casefold() in COMMON)


def _escapes(text: str) -> str:
    if len(_ESCAPES.findall(text)) < 4:
        return ""
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), unquote(html.unescape(text)))
    return plain if plain != text and _hits(plain) > _hits(text) else ""


def _morse(text: str) -> str:
    found = []
    for number, match in enumerate(_MORSE.finditer(text)):
        if number == _MOST_RUNS:
            break
        words = re.split(r"\s*[/|]\s*|\s{2,}", re.sub("[−–]", "-", match[0].replace("·", ".")).strip())
        plain = " ".join("".join(_MORSE_LETTERS.get(code, "?") for code in word.split()) for word in words if word)
        if "?" not in plain and len(plain) > 4:
            found.append(plain)
    return "\n".join(found)


def _spaced(text: str) -> str:
    """Join words written letter by letter; two blanks, or a blank among other marks, stand between words."""
    found = []
    for match in _SPACED.finditer(text):
        run = match[0]
        words = re.split(r"\s{2,}|(?<=[.\-_*|/])\s+|\s+(?=[.\-_*|/])|\n", run)
        joined = " ".join(re.sub(r"[\W_]+", "", word) for word in words)
        found.append(joined if " " in joined.strip() else _split(joined))
    return " ".join(found) if sum(map(len, found)) >= 5 else ""


def _split(letters: str) -> str:
    """Split letters without blanks at words that are known, the longest first."""
    words, place, low = [""], 0, letters.casefold()
    while place < len(low):
        size = next((size for size in range(13, 1, -1) if low[place : place + size] in COMMON), 0)
        if size:
            words += [letters[place : place + size], ""]
        else:
            size = 1
            words[-1] += letters[place]
        place += size
    return " ".join(filter(None, words))


def _chopped(text: str) -> str:
    """Join "ig-no-re" where that makes a word that is known."""
    count = 0

    def join(match: re.Match[str]) -> str:
        nonlocal count
        joined = re.sub(r"[\W_]", "", match[0])
        if joined.casefold() not in COMMON or len(joined) < 5:
            return match[0]
        count += 1
        return joined

    plain = _CHOPPED.sub(join, text)
    return plain if count else ""


def _leet(text: str) -> str:
    count = 0

    def letters(match: re.Match[str]) -> str:
        nonlocal count
        token = match[0]
        if token.isalpha() or (not any(char.isalpha() for char in token) and len(token) < 4):
            return token
        tail = token[len(token.rstrip("!")) :] and ""
        low = token.casefold()
        forms = [low.translate(_LEET), low.translate(_LEET_ONE_AS_I)]
        best = next((form for form in forms if form in COMMON), forms[0])
        if not best.isalpha():
            return token
        count += best in COMMON
        return best + tail

    plain = _LEET_WORD.sub(letters, text)
    return plain if count >= 2 and _hits(plain) > _hits(text) else ""


def _shifted(text: str) -> str:
    """Undo rot13 and other Caesar shifts, Atbash, reversal and pig Latin, clause by clause."""
    found = []
    for number, match in enumerate(_SEGMENT.finditer(text)):
        if number == 4 * _MOST_RUNS:
            break
        words = [word.casefold() for word in _WORD.findall(match[0])]
        # Below four words chance makes English of anything.
        if len(words) < 4 or sum(map(len, words)) < _READABLE * len(match[0].strip()) - len(words):
            continue
        if sum(word in COMMON for word in words) > 0.2 * len(words):
            continue
        best = max((turn(match[0]) for turn in _TURNS), key=_hits)
        if _hits(best) >= max(3, 0.3 * len(words)):
            found.append(best.strip())
    return "\n".join(found)


def _hits(text: str) -> int:
    return sum(word in COMMON for word in _WORD.findall(text.casefold()))


def _caesar(shift: int) -> Callable[[str], str]:
    turned = _ALPHABET[shift:] + _ALPHABET[:shift]
    table = str.maketrans(_ALPHABET + _ALPHABET.upper(), turned + turned.upper())
    return lambda text: text.translate(table)


def _pig_latin(text: str) -> str:
    def word(match: re.Match[str]) -> str:
        low = match[0].casefold()
        if len(low) < 4 or not low.endswith("ay"):
            return match[0]
        stem = low[:-2].removesuffix("w") if low[:-2] not in COMMON and low.endswith("way") else low[:-2]
        turned = [stem, *(stem[-n:] + stem[:-n] for n in (1, 2, 3) if len(stem) > n)]
        return next((form for form in turned if form in COMMON), turned[1] if len(turned) > 1 else stem)

    return _WORD.sub(word, text)


_TURNS: tuple[Callable[[str], str], ...] = (
    lambda text: codecs.encode(text, "rot13"),
    lambda text: text[::-1],
    lambda text: _WORD.sub(lambda match: match[0][::-1], text),
    lambda text: text.translate(str.maketrans(_ALPHABET, _ALPHABET[::-1])),
    _pig_latin,
    *(_caesar(shift) for shift in range(1, 26) if shift != 13),
)

_DECODERS: dict[str, Callable[[str], str]] = {
    "base64": _base64,
    "hex": _hex,
    "binary": _binary,
    "decimal": _decimal,
    "escapes": _escapes,
    "morse": _morse,
    "spaced": _spaced,
    "chopped": _chopped,
    "leet": _leet,
    "shifted": _shifted,
}
