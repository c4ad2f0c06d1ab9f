"""Replaces what was found by placeholders, the same value by the same placeholder all through a conversation.

The first value of a type becomes Bedrock's form, ``{NAME}``, and the next ones ``{NAME-2}``, ``{NAME-3}``: a model can
then still tell two people apart, and a text with one person reads as Bedrock would give it. A later "Maria" is the
"Maria Sanchez" of before.

What this does not protect against: `Masks` keeps no values, only their keyed hashes, but a hash can be tried. Whoever
reads a saved conversation has the key too and can test guesses; a PIN or a telephone number falls to that in seconds.
It keeps values from being read, and not from being confirmed. A value that is written in another way (a nickname, a
number in words) is another value, and two people of one given name become one.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import regex

from assistant.errors import InputError
from assistant.guardrails.findings import Finding
from assistant.guardrails.pii.clean import clean

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_LONGEST = 16
"""Words of a value that `Masks.again` looks for; a longer value is found again only by `find`."""
_SHORT = 3
"""Letters or digits that a value must have to be looked for again: shorter ones would be found everywhere."""


def mask(text: str, findings: Iterable[Finding], names: Masks | None = None) -> str:
    """Return the text with a placeholder in place of each finding of sensitive information that is not only told of.

    Args:
        text: what the findings were found in.
        findings: findings of any policy; of those that overlap, the longest is replaced.
        names: the placeholders of a conversation; without them, all values of one type get the same one.

    """
    pieces, place = [], 0
    for finding in _apart(findings):
        name = names.placeholder(finding.kind, finding.match) if names else f"{{{finding.kind}}}"
        pieces += [text[place : finding.start], name]
        place = finding.end
    return "".join([*pieces, text[place:]])


@dataclass(slots=True)
class Masks:
    """The placeholders of one conversation."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)
    _numbers: dict[str, dict[str, int]] = field(default_factory=dict)
    _longest: int = 0

    def placeholder(self, kind: str, value: str) -> str:
        """Return the placeholder of a value: that of before, or a new one."""
        words = _words(value)
        numbers = self._numbers.setdefault(kind, {})
        digest = self._digest(kind, words)
        if digest not in numbers:
            new = max(numbers.values(), default=0) + 1
            parts = [self._digest(kind, [word]) for word in words if kind == "NAME" and len(word) >= _SHORT]
            # "Maria" of before, or the "Maria Sanchez" that this is now said to be.
            number = next((numbers[part] for part in parts if part in numbers and len(words) == 1), new)
            numbers[digest] = number
            for part in parts:
                numbers.setdefault(part, number)
            self._longest = max(self._longest, min(len(words), _LONGEST))
        return _form(kind, numbers[digest])

    def again(self, text: str) -> str:
        """Return a text with every value that was masked before masked again, whatever a recogniser thinks of it.

        Values are found as whole words, without regard to case and punctuation; a part of a name only with a capital.
        """
        known = {digest: (kind, number) for kind, each in self._numbers.items() for digest, number in each.items()}
        if not known:
            return text
        cleaned = clean(text)
        words = list(_WORD.finditer(cleaned.text))
        pieces, place, at = [], 0, 0
        while at < len(words):
            found = self._known_at(words, at, known)
            if found is None:
                at += 1
                continue
            count, name = found
            start, end = cleaned.original(words[at].start(), words[at + count - 1].end())
            pieces += [text[place:start], name]
            place, at = end, at + count
        return "".join([*pieces, text[place:]])

    def dumps(self) -> str:
        """Return the placeholders as JSON, to be saved with the conversation."""
        return json.dumps({"key": self.key.hex(), "longest": self._longest, "numbers": self._numbers})

    @classmethod
    def loads(cls, saved: str) -> Masks:
        """Return the placeholders that `dumps` gave.

        Raises:
            InputError: this is not what `dumps` gave.

        """
        try:
            read = json.loads(saved)
            numbers = {
                str(kind): {str(digest): int(number) for digest, number in each.items()}
                for kind, each in read["numbers"].items()
            }
            return cls(bytes.fromhex(read["key"]), numbers, int(read["longest"]))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(
                "The saved placeholders of this conversation cannot be read. Begin a new conversation."
            ) from error

    def _known_at(
        self, words: list[regex.Match[str]], at: int, known: dict[str, tuple[str, int]]
    ) -> tuple[int, str] | None:
        for count in range(min(self._longest, len(words) - at), 0, -1):
            part = [word[0].casefold() for word in words[at : at + count]]
            if len("".join(part)) < _SHORT:
                continue
            for kind in self._numbers:
                hit = known.get(self._digest(kind, part))
                if hit and (kind != "NAME" or words[at][0][0].isupper()):
                    return count, _form(*hit)
        return None

    def _digest(self, kind: str, words: list[str]) -> str:
        value = f"{kind}\0{''.join(words)}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(value, key=self.key, digest_size=16).hexdigest()


def _form(kind: str, number: int) -> str:
    return f"{{{kind}}}" if number == 1 else f"{{{kind}-{number}}}"


def _words(value: str) -> list[str]:
    """Return what is compared of a value: its words and numbers in small letters."""
    return [word.casefold() for word in _WORD.findall(clean(value).text)] or [value]


def _apart(findings: Iterable[Finding]) -> Iterator[Finding]:
    kept: list[Finding] = []
    wanted = (
        f for f in findings if f.policy == "sensitiveInformationPolicy" and f.action != "NONE" and f.end > f.start
    )
    for finding in sorted(wanted, key=lambda finding: (finding.start - finding.end, finding.start)):
        if not any(finding.start < other.end and other.start < finding.end for other in kept):
            kept.append(finding)
    yield from sorted(kept, key=lambda finding: finding.start)
