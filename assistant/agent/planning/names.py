"""What a request calls by a name of Etude's: suites, models, runs, jobs, domains and kinds of exams."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from functools import cache

SUITE_WORDS = {
    "qa": r"qa|q&a|q and a|question[- ]answering|free answers",
    "retrieval": r"retriev\w*|search(?:ing)?",
    "guardrails": r"guard[- ]?rails?|safety|prompt attacks?|jailbreaks?|personal data",
    "robustness": r"robust\w*|paraphrases?",
    "exam": r"exams?(?: questions)?|multiple[- ]choice",
    "agent": r"agents?|tool[- ]?(?:calling|use|choice)|planner",
}
_DOMAIN_WORDS = {
    1: r"fundamentals of (?:ai|ml)|ai fundamentals|ml fundamentals|machine learning (?:basics|fundamentals)",
    2: r"generative ai",
    3: r"applications? of foundation models|foundation models?",
    4: r"responsible ai",
    5: r"security|governance|compliance",
}
_RUN = re.compile(
    r"\b\d{8}-\d{6}-[\w.-]*\w|(?<=run )"
    r"(?!(?:the|it|with|on|last|of|and|an?|in|that|this|is|was|before|any|against|to|again)\b)[A-Za-z0-9][\w.-]*\w"
)
_PAIR = re.compile(
    r"\b(?:compare|between|contrast|diff)\s+(?:(?:the\s+)?(?:evaluations?|runs?)\s+)?(?:of\s+)?([\w.-]*\w)\s+(?:with|to|and|against|vs\.?|versus)\s+"
    r"(?:(?:the\s+)?run\s+)?([\w.-]*\w)",
    re.IGNORECASE,
)
_NO_RUN = frozenset(
    {"the", "my", "last", "latest", "two", "both", "previous", "it", "this", "that", "these", "those", "run", "runs"}
    | {"evaluation", "evaluations", "recent", "newest", "one", "before", "first", "second", "result", "results", "new"}
    | {"old", "current", "our"}
)
_JOB = re.compile(
    r"\b(?=[0-9a-f-]*\d)(?=[0-9a-f-]*[a-f-]|[0-9]{6,}\b)[0-9a-f]{4,}(?:-[0-9a-f]{4,12}){0,4}\b|"
    r"(?<=job )#?(?=[0-9a-f]*\d)[0-9a-f]{4,36}\b"
)
_DOMAIN = re.compile(
    r"\bdomains?\s*(?:no\.?|number|#)?\s*([1-9])\b|\b(?:d)([1-5])\b|\b([1-5])(?:st|nd|rd|th)\s+domain\b", re.IGNORECASE
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_MOCK = re.compile(
    r"\bmock\b|\bsimulat\w*|\b(?:real|timed|full(?:-length)?)\b.{0,25}\b(?:exam|test|examination)\b|\bmok\b",
    re.IGNORECASE,
)
_PRACTICE = re.compile(
    r"\bpracti[cs]\w*|\bexercises?\b|\bwarm-?up\b|\bsample questions\b|\bquestions?\b|\bqs\b", re.IGNORECASE
)


def find_suite(text: str, known: Sequence[str]) -> str | None:
    """Return the suite that a text names, of those that are known."""
    low = text.casefold()
    for name in known:
        if re.search(rf"\b(?:{re.escape(name)})\b", low):
            return name
    for name in known:
        if name in SUITE_WORDS and re.search(rf"\b(?:{SUITE_WORDS[name]})\b", low):
            return name
    word: str
    for word in re.findall(r"[a-z]{5,}", low):
        if near := difflib.get_close_matches(word, [one for one in known if len(one) > 4], n=1, cutoff=0.82):
            return str(near[0])
    return None


def find_model(text: str) -> str | None:
    """Return the id of the chat model of the catalog that a text names, in full or by family and size."""
    low = text.casefold()
    ids = _chat_models()
    for name in ids:
        if name in low:
            return name
    size = re.search(r"\b(\d+(?:\.\d+)?)\s*-?(b|m)\b(?!pm)", low)
    fitting = [name for name in ids if size and re.search(rf"-{re.escape(size[1])}{size[2]}\b", name)]
    if fitting:
        return fitting[0]
    # "qwen" alone could be any of several.
    return next((name for name in ids if not name.startswith("qwen") and name.split("-")[0] in low), None)


def find_runs(text: str) -> list[str]:
    """Return the ids of runs that a text names, in order."""
    if pair := _PAIR.search(text):
        both = [pair[1], pair[2]]
        if not any(one.casefold() in _NO_RUN or one.isdigit() for one in both):
            return both
    return list(dict.fromkeys(found[0] for found in _RUN.finditer(text) if found[0].casefold() not in _NO_RUN))


def find_job(text: str) -> str | None:
    """Return the id of a job, or the beginning of one."""
    without_runs = re.sub(r"\b\d{8}-\d{6}-[\w.-]*", " ", text)
    found = _JOB.search(without_runs)
    return found[0].lstrip("#") if found else None


def find_domain(text: str) -> int | None:
    """Return the exam's domain that a text names by number or by its subject."""
    if found := _DOMAIN.search(text):
        return int(found[1] or found[2] or found[3])
    low = text.casefold()
    for word, number in _ORDINALS.items():
        if re.search(rf"\b{word} domain\b", low):
            return number
    return next((number for number, words in _DOMAIN_WORDS.items() if re.search(rf"\b(?:{words})\b", low)), None)


def find_kind(text: str) -> str | None:
    """Return ``mock`` or ``practice`` where a text says which kind of exam."""
    if _MOCK.search(text):
        return "mock"
    return "practice" if _PRACTICE.search(text) else None


@cache
def _chat_models() -> list[str]:
    from assistant.models.catalog import load_catalog

    return [card.id for card in load_catalog().values() if card.kind == "chat"]
