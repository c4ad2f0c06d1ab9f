"""The five policies in plain words: what each does, what it cannot do, and how a document sets it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assistant.guardrails.document import (
    ContentFilter,
    ContextualGroundingPolicy,
    GuardrailDocument,
    SensitiveInformationPolicy,
    WordPolicy,
)
from assistant.guardrails.findings import Action, Source
from assistant.web.guardrails.kinds import CONTENT, PERSONAL, STRENGTHS, capital, in_words

Line = tuple[str, str]
"""What is meant, and how it is set."""

_SIDES: tuple[tuple[Source, str], ...] = (("INPUT", "questions"), ("OUTPUT", "answers"))
_DO = {"BLOCK": "blocked", "ANONYMIZE": "masked", "NONE": "only noted"}
_MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy: its field of the document, its name in findings, a title, what it does, what it does not see."""

    field: str
    name: str
    title: str
    does: str
    misses: str


POLICIES = (
    Policy(
        "contentPolicyConfig",
        "contentPolicy",
        "Attacks and harmful content",
        "Stops questions and answers that look like these, and keeps passages that give the model orders from it.",
        "Attacks in new words, in other languages or spread over several messages; passages that are only wrong.",
    ),
    Policy(
        "topicPolicyConfig",
        "topicPolicy",
        "Denied topics",
        "Stops questions and answers about subjects that you describe in two sentences.",
        "Hints, irony, a subject that takes several messages to come up, and languages other than English.",
    ),
    Policy(
        "wordPolicyConfig",
        "wordPolicy",
        "Words",
        "Finds words and phrases of your own and English swear words, through simple disguises too.",
        "The same said in other words, other forms of a word, and whether a word is only quoted.",
    ),
    Policy(
        "sensitiveInformationPolicyConfig",
        "sensitiveInformationPolicy",
        "Personal data and secrets",
        "Masks such data as {EMAIL} before the model, the page and the records see it, or stops the text.",
        "Data that is spelled out, split, encoded or in pictures; bare numbers without a word that explains them.",
    ),
    Policy(
        "contextualGroundingPolicyConfig",
        "contextualGroundingPolicy",
        "Grounding and relevance",
        "Holds every sentence of an answer against the passages that it cites, and the answer against the question.",
        "A passage that is itself wrong, and true words of it joined in a wrong way.",
    ),
)
"""In the order in which a text is checked."""


def settings_of(policy: Policy, document: GuardrailDocument) -> list[Line]:
    """Return how a document sets a policy; nothing where it does not use it."""
    part = getattr(document, policy.field)
    if part is None:
        return []
    lines: Any = {
        "contentPolicyConfig": lambda: [_content(each) for each in part.filtersConfig],
        "topicPolicyConfig": lambda: [
            (each.name, f"{_switched(each)}. {each.definition}") for each in part.topicsConfig
        ],
        "wordPolicyConfig": lambda: list(_words(part)),
        "sensitiveInformationPolicyConfig": lambda: list(_personal(part)),
        "contextualGroundingPolicyConfig": lambda: list(_grounding(part)),
    }
    return list(lines[policy.field]())


def _content(each: ContentFilter) -> Line:
    name, meaning = CONTENT[each.type]
    sides = [(side, each.strength(source), each.action_on(source)) for source, side in _SIDES]
    if each.type == "PROMPT_ATTACK":
        sides = sides[:1]
    said = [
        (side, STRENGTHS[strength].lower() + (", only noted" if act == "NONE" else "")) for side, strength, act in sides
    ]
    how = (
        said[0][1] if len({words for _, words in said}) == 1 else "; ".join(f"{words} ({side})" for side, words in said)
    )
    return f"{capital(name)}: {meaning}", capital(how)


def _switched(each: Any) -> str:
    """Say what is done about one thing, in one phrase where questions and answers are treated alike."""
    done = [(side, each.action_on(source)) for source, side in _SIDES]
    said = [(side, _DO[action] if action else "not looked for") for side, action in done]
    if said[0][1] == said[1][1]:
        return capital(said[0][1])
    return capital("; ".join(f"{words} in {side}" for side, words in said))


def _words(policy: WordPolicy) -> Iterator[Line]:
    by_action: dict[str, list[str]] = {}
    for word in policy.wordsConfig:
        by_action.setdefault(_switched(word), []).append(word.text)
    for how, texts in by_action.items():
        more = f" and {len(texts) - _MOST_WORDS:,} more" if len(texts) > _MOST_WORDS else ""
        yield "Words of your list", f"{how}: {', '.join(texts[:_MOST_WORDS])}{more}"
    for each in policy.managedWordListsConfig:
        yield "Swear words", _switched(each)


def _personal(policy: SensitiveInformationPolicy) -> Iterator[Line]:
    how: dict[str, str] = {entity.type: _switched(entity) for entity in policy.piiEntitiesConfig}
    for action in dict.fromkeys(how.values()):
        kinds = [name for group in PERSONAL.values() for kind, name in group.items() if how.get(kind) == action]
        yield action, capital(", ".join(kinds))
    left = [name for group in PERSONAL.values() for kind, name in group.items() if kind not in how]
    for each in policy.regexesConfig:
        yield f"Pattern “{each.name}”", f"{_switched(each)}. {each.description or each.pattern}"
    if left:
        yield "Not looked for", capital(", ".join(left))


def _grounding(policy: ContextualGroundingPolicy) -> Iterator[Line]:
    does: dict[tuple[str, Action], str] = {
        ("GROUNDING", "BLOCK"): "Removed",
        ("GROUNDING", "NONE"): "Marked",
        ("RELEVANCE", "BLOCK"): "Withheld",
        ("RELEVANCE", "NONE"): "Only noted",
    }
    for each in policy.filtersConfig:
        if each.enabled:
            name = capital(in_words("contextualGroundingPolicy", each.type))
            yield name, f"{does[each.type, each.action]} below a score of {each.threshold:.2f}"
