"""The text of a request: made safe to work with, without its courtesies, and cut into the steps that it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Protocol

MOST_CHARACTERS = 2_000
"""A longer text is pasted material, in which a word such as "train" asks for nothing."""

_SPACE = re.compile(r"\s+")
_COURTESY = re.compile(
    r"""^(?:\W*\b(?:
        please|pls|plz|kindly|hey|hi|hello|yo|bro|ok(?:ay)?|so|well|now|then|first(?:ly)?|finally|also|just|maybe|etude|
        (?:can|could|would|will|might|may)\s(?:you|u|i|we)(?:\s(?:please|kindly|be\s(?:so\s(?:good|kind)\sas\sto|able\sto)))?|
        would\syou\smind|do\sme\sa\sfavou?r\sand|be\sso\skind\s(?:as\sto|and)|
        i(?:'d|’d|\swould|\sshould)\s(?:like|love|want|be\sgrateful\sfor)(?:\s(?:you\s)?to)?(?:\sthat\syou)?|
        i\s(?:want|need|wish|wanna|would\slike)(?:\s(?:you\s)?to)?(?:\sthat\syou)?|
        (?:i\s)?wanna|let\sme|let'?s|let\sus|lets|go\sahead\sand|we\s(?:want|need)\sto|i\shave\sto|to
    )\b[\s,:!.]*)+""",
    re.IGNORECASE | re.VERBOSE,
)
_STEP = re.compile(
    r"""\s*(?:
        ;\s*(?:and\s+)?(?:then|afterwards?|after\sthat)?\b
      | [,.]?\s+(?:and\s+|but\s+)?(?:then|afterwards?|after\s(?:that|this|which)|finally|subsequently)\b(?!\?)
      | ,?\s+(?:followed\sby|before\sthat)\b
      | [,.]?\s+(?:and\s+)?(?:when|once)\s(?:that|this|it)(?:'s|\sis)\s(?:done|finished|over|ready)
    )[\s,:]*""",
    re.IGNORECASE | re.VERBOSE,
)
_SOFT_STEP = re.compile(r",?\s+and\s+(?:also\s+)?|,\s+|[.!?]\s+", re.IGNORECASE)
_VERB = re.compile(
    r"(?:quiz|test|ask|play|compose|write|make|create|generate|train|start|begin|run|evaluate|benchmark|compare|show|open|list|cancel|stop|"
    r"search|find|look|give|continue|resume|explain|summari[sz]e|answer|check|put|harmoni[sz]e|arrange|teach|abort|kill|drill|"
    r"review|do|take|tell|measure|set|turn)\b",
    re.IGNORECASE,
)
_BOTH_SURE = 0.45
_REFUSAL = re.compile(
    r"^\W*(?:(?:please|no|nah|ok(?:ay)?|actually|oh)\W+)*(?:(?:you\s+)?(?:do\s+not|don['’]?t|never)\s+(?!know|understand|get|remember|have|want)\w+|"
    r"never\s?mind|forget\s+(?:it|about\s+it|that)|no\s+need\s+to|leave\s+it)\b",
    re.IGNORECASE,
)
_HOW = re.compile(
    r"^\W*(?:(?:so|and|but|ok|hey|please|tell me|explain(?: to me)?)\W+)*"
    r"(?:how\s+(?:do|does|did|can|could|would|should|to|come|is|are|long|many|much)|why(?!\s+(?:don['’]?t|not))|what(?:['’]s|\s+(?:is|are|does|do|did|was|would|happens|means?))|when\s+(?:do|does|should|is|are)|who)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"^\W*(?:(?:please|so|and|ok|first|can you|could you)\W+)*(?:what(?!\s+about)|who|why|how(?!\s+about)|when|"
    r"where|which|explain|describe|define|tell\s+me\s+(?:about|what|how|why)|is|are|does|do|did|summari[sz]e)\b",
    re.IGNORECASE,
)


def tidy(text: str) -> str:
    """Return a text in one line, composed Unicode, without lone surrogates and control characters."""
    valid = text.encode("utf-8", "replace").decode("utf-8")
    composed = unicodedata.normalize("NFC", valid)
    seen = "".join(c if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs") else " " for c in composed)
    return _SPACE.sub(" ", seen).strip()


def without_courtesy(text: str) -> str:
    """Return a request from where it says what is wanted: "could you please play" -> "play"."""
    rest = _COURTESY.sub("", text, count=1).strip()
    return rest or text


def steps(text: str) -> list[str]:
    """Return the parts of a request that "then", "after that" or a semicolon divide; one where nothing does."""
    return [part.strip(" ,.") for part in _STEP.split(text) if part.strip(" ,.")] or [text]


def soft_steps(text: str) -> list[tuple[str, str]]:
    """Return the two sides of each "and", comma or full stop, which divides steps only if both sides are requests."""
    return [(text[: cut.start()].strip(), text[cut.end() :].strip()) for cut in _SOFT_STEP.finditer(text)]


def is_refusal(text: str) -> bool:
    """Say whether a request begins with what is not to be done, or takes back what was said."""
    return bool(_REFUSAL.match(text))


def is_question(text: str) -> bool:
    """Say whether a text asks about a subject, by its first words."""
    return bool(_QUESTION.match(text))


def asks_how(text: str) -> bool:
    """Say whether a text asks how, why or what something is, which is never a request to do it."""
    return bool(_HOW.match(text))


def pieces(text: str, likely: Callable[[str], Likely]) -> list[str]:
    """Return the steps of a request, at "then" and the like, and at an "and" between two sure requests.

    Args:
        text: the request.
        likely: says which tool a text asks for, and how sure that is.

    """
    found: list[str] = []
    for part in steps(text):
        found += _softly(part, likely)
    return found


class Likely(Protocol):
    """A guess at the tool that a text asks for."""

    @property
    def label(self) -> str:
        """Its name, or "none"."""

    @property
    def probability(self) -> float:
        """How sure that is, 0 to 1."""


def _softly(text: str, likely: Callable[[str], Likely]) -> list[str]:
    for left, right in soft_steps(text):
        if not _VERB.match(without_courtesy(right)) or len(left.split()) < 2 or len(right.split()) < 2:
            continue
        one, two = likely(left), likely(right)
        if (
            "none" not in (one.label, two.label)
            and min(one.probability, two.probability) >= _BOTH_SURE
            and one.label != two.label
        ):
            return [left, *_softly(right, likely)]
    return [text]
