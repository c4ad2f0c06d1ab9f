"""What a rater sees: a question, one or two answers and the passages they cite; never which system wrote them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from assistant.errors import InputError
from eval.folder import Manifest, RunFolder
from eval.sample import Case


class Passage(BaseModel):
    """A passage that an answer cites as ``[marker]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    marker: int
    section: str
    text: str = ""


class Answer(BaseModel):
    """An answer with what it cites."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    passages: tuple[Passage, ...] = ()


class Item(BaseModel):
    """One thing to rate; ``answers`` are in the order of the session's systems, and none where it came by a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = ""
    category: str = ""
    answers: tuple[Answer, ...] = ()


def items_of(runs: list[RunFolder]) -> dict[str, Item]:
    """Return the items that one run, or two over the same samples, give: by the id of the sample.

    A sample that a system lost (``Output.error``) is no answer of it, and is left out.

    Raises:
        InputError: there is nothing to rate, or two runs have no sample in common.

    """
    found = [{key: case for key, case in run.cases().items() if not case.output.error} for run in runs]
    first, *others = found
    items = {
        key: Item(
            question=_question(case),
            category=case.sample.category,
            answers=tuple(_answer(cases[key]) for cases in found),
        )
        for key, case in first.items()
        if all(key in cases and cases[key].sample.prompt == case.sample.prompt for cases in others)
    }
    if not items:
        names = " and ".join(run.path.name for run in runs)
        what = "no sample in common" if others else "no answer yet"
        raise InputError(f"{names} {'have' if others else 'has'} {what}. Choose runs of the same suite and split.")
    return items


def system_of(manifest: Manifest) -> str:
    """Name what a run tested, as short as tells it apart: system, model, and what differs from their own choices."""
    spec = manifest.spec
    return ", ".join([spec.system, *([spec.model] if spec.model else []), *spec.choices])


def _question(case: Case) -> str:
    options = "".join(f"\n{letter}. {text}" for letter, text in case.sample.options.items())
    return case.sample.prompt + options


def _answer(case: Case) -> Answer:
    output = case.output
    text = output.prediction or ", ".join(output.letters)
    cited = tuple(Passage(marker=one.marker, section=one.section, text=one.text) for one in output.citations)
    return Answer(text=text, passages=cited)
