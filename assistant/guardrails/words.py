"""The word policy: words of one's own that may not be said, and the managed list of profanity.

Words are found as ``assistant/guardrails/lexicon.py`` says: whole, in any case, and through simple disguises.

What this does not protect against: anything said in other words, other inflections of a word of one's own (list each),
other languages than English for the managed list, letters of other alphabets that look alike and letters set apart
("s h i t") unless the text was normalised before, words in pictures or code, and whether a word is used or only
quoted: a text about a word has the word. The managed list is our own and small; it is no measure of harm.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from assistant.guardrails.document import WordPolicy
from assistant.guardrails.findings import Finding, Source
from assistant.guardrails.lexicon import Lexicon

GROUPS = ("profanities", "insults", "slurs", "threats")
"""The groups of the list of offensive words."""

_FILE = Path(__file__).parent / "offensive_words.toml"
_PROFANITY = ("profanities", "slurs")


def check(text: str, policy: WordPolicy, source: Source = "INPUT") -> list[Finding]:
    """Return every own word and listed profanity in a text, in its order; one that is switched off is left out."""
    findings: list[Finding] = []
    for hit in _policy_lexicon(policy).find(text):
        own = hit.entry < len(policy.wordsConfig)
        entry = policy.wordsConfig[hit.entry] if own else policy.managedWordListsConfig[0]
        if (action := entry.action_on(source)) is None:
            continue
        kind, why = ("CUSTOM_WORD", "It is one of the guardrail's own words.") if own else ("PROFANITY", _LISTED)
        found = Finding("wordPolicy", kind, action, hit.start, hit.end, text[hit.start : hit.end], why=why)
        if found not in findings[-1:]:
            findings.append(found)
    return findings


def offensive_words(text: str, groups: Sequence[str] = GROUPS) -> list[str]:
    """Return what a text has of some groups of the list of offensive words, in order, as the text spells it."""
    spans = {(hit.start, hit.end) for hit in _list_lexicon(tuple(groups)).find(text)}
    return [text[start:end] for start, end in sorted(spans)]


def list_version() -> int:
    """Return the version of the list of offensive words."""
    return int(_list()["version"])


_LISTED = "It is on the managed list of profanity."


@cache
def _list() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def _entries(groups: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the whole words of some groups, and the beginnings of words."""
    entries = [entry for group in groups for entry in _list()[group]]
    return [e for e in entries if not e.endswith("*")], [e[:-1] for e in entries if e.endswith("*")]


@cache
def _list_lexicon(groups: tuple[str, ...]) -> Lexicon:
    return Lexicon(*_entries(groups))


@lru_cache(maxsize=8)
def _policy_lexicon(policy: WordPolicy) -> Lexicon:
    words, openings = _entries(_PROFANITY) if policy.managedWordListsConfig else ([], [])
    return Lexicon([word.text for word in policy.wordsConfig] + words, openings)
