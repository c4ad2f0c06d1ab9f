"""Whether a candidate is the name of a person: no product, no common word, no namesake of a theorem, no code."""

from __future__ import annotations

import regex

from assistant.guardrails.pii.census import frequent_names, given_names, surnames
from assistant.guardrails.pii.ner import common_words
from assistant.guardrails.pii.words import words

_NAME = regex.compile(r"[\p{Latin}\p{M}'. -]+")
_INNER = regex.compile(r"(?!\b(?:Mc|Mac|De|Di|Du|La|Le|Van|O'|D'|Fitz)\p{Lu})\b\p{Lu}\p{Ll}+\p{Lu}")
_LOWER_PART = regex.compile(r"-\p{Ll}{1,3}\b")
_MAKER = regex.compile(
    r"\b(?:Amazon|AWS|Azure|Google|Microsoft|Meta|Apache|Nvidia|NVIDIA|IBM|Hugging Face|class|import|def|model"
    r"|library|package|command|service|University of|College of|game of)\s+['\"]?$"
)
_NAMESAKE = regex.compile(
    r"^[- ][vV]?\d|^(?:'s?)?[- –](?:\p{Lu}\p{L}+[- –])?(?:theorem|distribution|divergence|transform|test|chains?|"
    r"machines?|score|networks?|optimi[sz]ers?|algorithms?|method|matri\w+|index|equation|inequality|law|numbers?|"
    r"process|filter|rule|check|scale|condition|GANs?|coefficient|correlation|distance|similarity|loss|norm|series|"
    r"estimator|sampling|regression|kernel|search|attention|embeddings?|classifier|model|paradox|principle|notation|"
    r"diagram|plot|curve|function|space|award|dropout|simulation|University|College|School|Institute|Hospital|"
    r"Foundation|Inc|Ltd|LLC|Corp\w*|Company|Bank|Street|Road|Avenue|API|SDK|CLI)\b"
)
_CODE = regex.compile(r"^(?:[(\[_=/\\@]|\.\p{L}|::)")
_BEFORE_CODE = regex.compile(r"[_./\\@(\[{<#$:=`-]$(?<!\s[(\[])")
_FIRST = regex.compile(r"(?:^|[.!?:|>*#\n-])[\s\"'*|>#-]*$")


def is_person(text: str, start: int, end: int, *, introduced: bool) -> bool:
    """Say whether ``text[start:end]`` is a name; ``introduced`` says that the words in front of it claim so."""
    value, behind = text[start:end], text[end : end + 40]
    before = text[max(0, start - 20) : start]
    parts = [bare(word) for word in value.split()]
    if (
        not parts
        or not _NAME.fullmatch(value)
        or not value[0].isupper()
        or any(word in words("no_names") for word in parts)
    ):
        return False
    if _NAMESAKE.match(behind) or _MAKER.search(before) or _CODE.match(behind) or _BEFORE_CODE.search(before):
        return False
    if introduced:
        return any(not is_common(word) or word in surnames() or word in given_names() for word in parts)
    if value.isupper() or _INNER.search(value) or _LOWER_PART.search(value):
        return False
    if is_given(value):
        return True
    if len(parts) > 1:
        return sum(not is_common(word) for word in parts) * 2 >= len(parts) or parts[-1] in surnames()
    return not is_common(parts[0]) and not (_FIRST.search(before) and is_common(_stem(parts[0])))


def could_be(match: regex.Match[str]) -> bool:
    """Say whether a word with a capital may be a name, so that its sentence is worth reading."""
    word = bare(match[0])
    return word not in words("no_names") and (is_given(word) or not is_common(word)) and not _INNER.search(match[0])


def is_given(name: str, *, frequent: bool = False) -> bool:
    """Say whether a name begins with a given name that is little else, or with a ``frequent`` one."""
    first = bare(name.split()[0])
    known = frequent_names() if frequent else given_names()
    return (
        first in known
        and first not in words("no_names")
        and first not in words("ambiguous")
        and first not in words("openers")
    )


def is_common(word: str) -> bool:
    """Say whether a word in small letters is a common one, in any of its forms."""
    return word in words("openers") or word in common_words() or _stem(word) in common_words()


def bare(word: str) -> str:
    """Return a word in small letters without a genitive."""
    return word.casefold().removesuffix("'s").strip(".'-")


def _stem(word: str) -> str:
    """Return a plural, participle or compound as something that may stand in a dictionary, or the word."""
    for ending, instead in (
        ("ies", "y"),
        ("sses", "ss"),
        ("es", "e"),
        ("s", ""),
        ("ing", ""),
        ("ing", "e"),
        ("ed", ""),
        ("ed", "e"),
    ):
        if word.endswith(ending) and word.removesuffix(ending) + instead in common_words():
            return word.removesuffix(ending) + instead
    return word
