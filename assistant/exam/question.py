"""What a question of the bank is. The published JSON schema is made from these classes.

The types are those of the real exam: one answer, several answers, ordering, matching, and cases (a scenario that
several questions share). Source: AWS Certified AI Practitioner (AIF-C01) exam guide, "Question types".
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

DOMAINS = {
    1: "Fundamentals of AI and ML",
    2: "Fundamentals of generative AI",
    3: "Applications of foundation models",
    4: "Guidelines for responsible AI",
    5: "Security, compliance and governance",
}
WEIGHTS = {1: 20, 2: 24, 3: 28, 4: 14, 5: 14}
"""Per cent of the scored content; source: AIF-C01 exam guide."""
TASKS = {
    "1.1": "Basic AI concepts and terms",
    "1.2": "Practical use cases for AI",
    "1.3": "The AI and ML development life cycle",
    "2.1": "Basic concepts of generative AI",
    "2.2": "Capabilities and limits of generative AI for business problems",
    "2.3": "AWS infrastructure and technologies for generative AI applications",
    "3.1": "Design of applications that use foundation models",
    "3.2": "Effective prompt engineering",
    "3.3": "Training and fine-tuning of foundation models",
    "3.4": "Evaluation of foundation models",
    "4.1": "Development of responsible AI systems",
    "4.2": "Transparent and explainable models",
    "5.1": "Securing AI systems",
    "5.2": "Governance and compliance of AI systems",
}
"""Task statements of the exam guide, in our words."""
LETTERS = "ABCDEFGH"

Kind = Literal["single", "multiple", "ordering", "matching"]
Difficulty = Literal["easy", "medium", "hard"]
DIFFICULTIES: tuple[Difficulty, ...] = get_args(Difficulty)
Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Letter = Annotated[str, Field(pattern=r"^[A-H]$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Case(_Strict):
    """A scenario that several questions share; each of them can be answered alone."""

    id: Text
    scenario: Text


class Question(_Strict):
    """One question with its key, why each option is right or wrong, and the sections of the notes that prove it."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    type: Kind
    domain: Annotated[int, Field(ge=1, le=5)]
    task: Annotated[str, Field(pattern=r"^[1-5]\.[1-4]$")]
    difficulty: Difficulty
    stem: Text
    options: Annotated[dict[Letter, Text], Field(min_length=3, max_length=8)]
    key: Annotated[list[Letter], Field(min_length=1, description="In order for ordering; by prompt for matching.")]
    explanations: dict[Letter, Text]
    sections: Annotated[list[Text], Field(min_length=1, description="Ids of the sections that prove the key.")]
    prompts: Annotated[list[Text], Field(description="What is to be matched; only for matching.")] = []
    case: Case | None = None
    split: Annotated[Literal["dev", "test"], Field(description="test is for scoring the product, never for tuning.")]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if problem := next(_problems(self), ""):
            raise ValueError(problem)
        return self

    @property
    def choose(self) -> int:
        """How many options are to be chosen, ordered or matched."""
        return len(self.key)

    @property
    def whole_stem(self) -> str:
        """The stem with its case before it."""
        return f"{self.case.scenario}\n\n{self.stem}" if self.case else self.stem


def schema() -> dict[str, Any]:
    """Return the JSON schema of a line of the bank."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Question.model_json_schema()}


def problem_of(error: ValidationError, whole: str = "") -> str:
    """Return the first thing that is wrong, as "place: what"; ``whole`` names the place when it is all of it."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or whole
    said = first["msg"].removeprefix("Value error, ")
    said = f"{said[0].lower()}{said[1:]}"
    return f"{place}: {said}" if place else said


def _problems(question: Question) -> Any:
    letters = list(question.options)
    if letters != list(LETTERS[: len(letters)]):
        yield f"the options are lettered {', '.join(letters)}, not A, B, C and so on"
    if unknown := [letter for letter in question.key if letter not in question.options]:
        yield f"the key names {unknown[0]}, which is not an option"
    if set(question.explanations) != set(question.options):
        yield "every option needs an explanation, and nothing else does"
    if len({text.casefold() for text in question.options.values()}) < len(letters):
        yield "two options are the same"
    if question.task not in TASKS or question.task[0] != str(question.domain):
        yield f"task statement {question.task} is not of domain {question.domain}"
    if any(re.search(r"\b(all|none) of the (above|other)", text, re.I) for text in question.options.values()):
        yield "an option stands for all or none of the others"
    if bool(question.prompts) != (question.type == "matching"):
        yield "prompts belong to matching, and matching needs them"
    match question.type:
        case "single" if len(question.key) != 1:
            yield "single has one key"
        case "multiple" if not 2 <= len(set(question.key)) == len(question.key) < len(letters):
            yield "multiple has two or more different keys, and not every option"
        case "multiple" if asked_for(question.stem) != len(question.key):
            yield "the stem must say how many to select, as in (Select TWO.)"
        case "ordering" if sorted(question.key) != letters:
            yield "the key of ordering names every option once"
        case "matching" if len(question.key) != len(question.prompts):
            yield "the key of matching has one letter for each prompt"


_NUMBERS = {"two": 2, "three": 3, "four": 4, "2": 2, "3": 3, "4": 4}
_SELECT = re.compile(
    r"\b(?:select|choose|pick|which|name|identify)\s+(?:any\s+|the\s+)?(?:best\s+)?(two|three|four|[234])\b", re.I
)


def asked_for(stem: str) -> int:
    """Return how many options a stem asks for: "(Select TWO.)", "Choose 3"; 1 where it does not say."""
    found = _SELECT.findall(stem)
    return _NUMBERS[found[-1].lower()] if found else 1
