"""Finds words and phrases of a list in a text, as whole words, also where their spelling is dressed up a little.

Words are compared in Unicode's compatibility form without case, and without characters that cannot be seen. Between
the words of a phrase there may be any white space, a hyphen or an underscore. In scripts that put no space between
words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) a word is found wherever its characters stand together.

Seen through are letters said three times or more for once or twice ("shiiit", from words of 3 letters), digits and
signs for letters ("sh1t", "@sshole", from words of 4 letters), and stars for letters that are left out ("f**k", from
words of 4 letters). Where these could as well be something else, as in "A55" or "10000", they are not tried.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex  # type: ignore[import-untyped]

_NO_SPACES = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_IN = rf"[[\p{{L}}\p{{N}}]--[{_NO_SPACES}]]"
_TOKEN = regex.compile(
    rf"(?V1)(?<hidden>\p{{Cf}}+)|(?<joint>(?<=[\p{{L}}\p{{M}}\p{{N}}])[\p{{Pd}}_]+(?=[\p{{L}}\p{{N}}]))"
    rf"|[{_NO_SPACES}]\p{{M}}*|{_IN}(?:[{_IN}\p{{M}}\p{{Cf}}]*[{_IN}\p{{M}}])?|\S"
)
_DRESSED = regex.compile(r"[\p{L}\p{M}\p{N}\p{Cf}@$!*]+")
_SIGNS = frozenset("@$!*")
_STRETCHED = regex.compile(r"([^\W\d_])\1{2,}")
_HIDDEN = regex.compile(r"\p{Cf}+")
_APOSTROPHES = str.maketrans("’‘ʼ`´", "'''''")
_LETTER_FOR = str.maketrans("034578@$", "oeastbas")
_SHORTEST_STRETCHED = 3
_SHORTEST_DRESSED = 4
_MOST_STRETCHES = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry of a lexicon in a text; ``entry`` is its number, the openings counted on after the words."""

    start: int
    end: int
    entry: int


class Lexicon:
    """A list of words to find.

    Args:
        words: words and phrases that are to be found whole.
        openings: beginnings of single words, found with any ending.

    """

    def __init__(self, words: Sequence[str], openings: Sequence[str] = ()) -> None:
        # Every beginning of a phrase is a key too, so that a text is followed only as far as it may become one.
        self._phrases: dict[tuple[str, ...], list[int]] = {}
        self._lengths: dict[tuple[str, int], list[tuple[str, int]]] = {}
        for number, word in enumerate(words):
            keys = tuple(key for _, _, key in _tokens(word))
            for end in range(1, len(keys)):
                self._phrases.setdefault(keys[:end], [])
            self._phrases.setdefault(keys, []).append(number)
            if len(keys) == 1:
                self._lengths.setdefault((keys[0][0], len(keys[0])), []).append((keys[0], number))
        self._openings = [(_key(opening), len(words) + number) for number, opening in enumerate(openings)]
        self._any_opening = tuple(opening for opening, _ in self._openings)

    def find(self, text: str) -> list[Hit]:
        """Return what a text has of the list, in the order of the text; hits may overlap."""
        tokens = list(_tokens(text))
        spellings = [_spellings(key) for _, _, key in tokens]
        hits = {hit for number in range(len(tokens)) for hit in self._from(number, tokens, spellings)}
        for match in _DRESSED.finditer(text):
            if not _SIGNS.isdisjoint(match[0]):
                hits |= set(self._dressed(match))
        return sorted(hits, key=lambda hit: (hit.start, -hit.end, hit.entry))

    def _from(
        self, first: int, tokens: Sequence[tuple[int, int, str]], spellings: Sequence[Sequence[str]]
    ) -> Iterator[Hit]:
        start, end, _ = tokens[first]
        for spelling in spellings[first]:
            for entry in self._opened(spelling):
                yield Hit(start, end, entry)
        phrases: list[tuple[str, ...]] = [()]
        for number in range(first, len(tokens)):
            end, choices = tokens[number][1], spellings[number]
            longer = ((*phrase, spelling) for phrase in phrases for spelling in choices)
            phrases = [phrase for phrase in longer if phrase in self._phrases]
            for phrase in phrases:
                yield from (Hit(start, end, entry) for entry in self._phrases[phrase])
            if not phrases:
                break

    def _dressed(self, match: regex.Match[str]) -> Iterator[Hit]:
        """Look up one run of letters, digits and signs as a single word."""
        word = match[0].strip("*")
        start = match.start() + match[0].index(word)
        key = _key(word)
        if "*" in key:
            found = self._starred(key)
        else:
            found = [entry for spelling in _spellings(key) for entry in self._whole(spelling)]
        yield from (Hit(start, start + len(word), entry) for entry in found)

    def _whole(self, spelling: str) -> list[int]:
        return [*self._phrases.get((spelling,), []), *self._opened(spelling)]

    def _opened(self, spelling: str) -> list[int]:
        if not spelling.startswith(self._any_opening):
            return []
        return [number for opening, number in self._openings if spelling.startswith(opening)]

    def _starred(self, key: str) -> list[int]:
        if len(key) < _SHORTEST_DRESSED or sum(map(str.isalpha, key)) < 2:
            return []
        found = [entry for word, entry in self._lengths.get((key[0], len(key)), ()) if _fits(key, word)]
        return found + [
            number
            for opening, number in self._openings
            if _SHORTEST_DRESSED <= len(opening) <= len(key) and _fits(key[: len(opening)], opening)
        ]


def _tokens(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and key of every word, and of every sign that is not just between two words."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup is None and (key := _key(match[0])):
            yield match.start(), match.end(), key


def _key(word: str) -> str:
    return unicodedata.normalize("NFKC", _HIDDEN.sub("", word)).casefold().translate(_APOSTROPHES).strip()


def _spellings(key: str) -> list[str]:
    """Return the words for which a word may stand, itself first."""
    found = [key]
    if key.isalpha() or sum(map(str.isalpha, key)) < 2:
        plain = []
    else:
        plain = [key.translate(_LETTER_FOR).replace("1", one).replace("!", one) for one in "il"]
    found += [word for word in plain if len(word) >= _SHORTEST_DRESSED and word != key]
    for word in found[:]:
        runs = [match.span() for match in _STRETCHED.finditer(word)]
        if 0 < len(runs) <= _MOST_STRETCHES:
            shorter = (_shortened(word, runs, kept) for kept in itertools.product((1, 2), repeat=len(runs)))
            found += [each for each in shorter if len(each) >= _SHORTEST_STRETCHED]
    return list(dict.fromkeys(found))


def _shortened(word: str, runs: Sequence[tuple[int, int]], kept: Sequence[int]) -> str:
    parts, end = [], 0
    for (start, stop), length in zip(runs, kept, strict=True):
        parts += [word[end:start], word[start : start + length]]
        end = stop
    return "".join([*parts, word[end:]])


def _fits(starred: str, word: str) -> bool:
    # Not more may be left out than is there, else a row of stars would be any word.
    if starred.count("*") > len(starred) / 2:
        return False
    return all(mine in ("*", other) for mine, other in zip(starred, word, strict=True))
