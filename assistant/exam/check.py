"""Does the wording of the bank give its keys away? The figures that a careless bank fails on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from assistant.exam.question import WEIGHTS, Question

MOST_LONGEST = 0.30
"""Share of questions in which the key may be the longest option; chance is 0.25 with four options."""
LETTER_SPREAD = 3.0
"""Per cent points that the share of a key letter may be away from the even share."""
WEIGHT_SPREAD = 1.5
"""Per cent points that a domain's share may be away from the official weight."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of a bank; ``problems`` are sentences, empty when it holds what it promises.

    ``longest`` and ``shortest`` are the shares of single-answer questions whose key is the longest or shortest option;
    ``letters`` are the shares of key letters in questions with four options and one key.
    """

    questions: int
    types: dict[str, int]
    cases: int
    domains: dict[int, int]
    difficulties: dict[str, int]
    splits: dict[str, int]
    longest: float
    shortest: float
    letters: dict[str, float]
    problems: tuple[str, ...]


def figures_of(bank: Iterable[Question], sections: Collection[str]) -> Figures:
    """Count a bank; ``sections`` are the ids of the notes, which questions may name."""
    questions = list(bank)
    chosen = [question for question in questions if question.type in ("single", "multiple")]
    single = [question for question in chosen if question.type == "single" and len(question.options) == 4]
    keys = Counter(question.key[0] for question in single)
    longest = _share(sum(_is_extreme(question, max) for question in chosen), len(chosen))
    shortest = _share(sum(_is_extreme(question, min) for question in single), len(single))
    letters = {letter: _share(keys[letter], len(single)) for letter in "ABCD"}
    domains = Counter(question.domain for question in questions)
    return Figures(
        questions=len(questions),
        types=dict(Counter(question.type for question in questions)),
        cases=len({question.case.id for question in questions if question.case}),
        domains={domain: domains[domain] for domain in WEIGHTS},
        difficulties=dict(Counter(question.difficulty for question in questions)),
        splits=dict(Counter(question.split for question in questions)),
        longest=longest,
        shortest=shortest,
        letters=letters,
        problems=tuple(_problems(questions, set(sections), longest, letters, domains)),
    )


def _problems(
    questions: list[Question], sections: set[str], longest: float, letters: dict[str, float], domains: Counter[int]
) -> Iterable[str]:
    for question in questions:
        for section in question.sections:
            if section not in sections:
                yield f"{question.id} names the section {section}, which the notes do not have"
    stems: dict[str, str] = {}
    for question in questions:
        stem = " ".join(question.whole_stem.casefold().split())
        if stem in stems:
            yield f"{question.id} asks the same as {stems[stem]}"
        stems[stem] = question.id
    if longest > MOST_LONGEST:
        yield f"the key is the longest option in {longest:.0%} of questions; at most {MOST_LONGEST:.0%} may be"
    for letter, share in letters.items():
        if any(letters.values()) and abs(100 * share - 25) > LETTER_SPREAD:
            yield f"{letter} is the key of {share:.1%} of questions, more than {LETTER_SPREAD:g} points from a quarter"
    for domain, weight in WEIGHTS.items():
        share = 100 * _share(domains[domain], len(questions))
        if abs(share - weight) > WEIGHT_SPREAD:
            yield f"domain {domain} has {share:.1f} % of the questions; the exam gives it {weight} %"


def _is_extreme(question: Question, extreme: Callable[[Iterable[int]], int]) -> bool:
    lengths = {letter: len(text) for letter, text in question.options.items()}
    value = extreme(lengths.values())
    return any(lengths[letter] == value for letter in question.key)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
