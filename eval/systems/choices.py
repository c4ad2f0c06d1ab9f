"""What a run may choose of a system. A choice that it cannot heed is refused: it would compare a thing with itself."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.errors import InputError
from assistant.prompts import PromptLibrary, load_prompt
from assistant.rooms import load_guardrail
from assistant.settings import Settings
from eval.suites.registry import Variant
from eval.systems.chunking import cut_for
from eval.systems.rankings import RANKINGS

ETUDE = "etude"


def check_variant(variant: Variant, system: str, heeds: Sequence[str], settings: Settings | None = None) -> None:
    """Refuse what cannot be chosen.

    Args:
        variant: what was chosen.
        system: its name, for the sentence.
        heeds: which of ``prompt``, ``chunking``, ``retriever`` and ``guardrail`` the system has.
        settings: whose home may hold prompt templates of the person's own.

    Raises:
        InputError: the value is unknown (the known ones are named), or the system has no such choice, or the
                guardrail is not valid.

    """
    for name in ("prompt", "chunking", "retriever", "guardrail"):
        if getattr(variant, name) and name not in heeds:
            offered = f"only {' and '.join(heeds)}" if heeds else "neither prompt, chunking, retriever nor guardrail"
            raise InputError(f"The system {system} has no {name} to choose, {offered}. Leave the {name} out.")
    if variant.prompt and not _can_answer(variant.prompt, _library(settings)):
        known = ", ".join(answer_prompts(settings))
        raise InputError(f"There is no answer prompt {variant.prompt!r}; there are {known}.")
    if variant.retriever and variant.retriever not in retrievers():
        raise InputError(f"There is no retriever {variant.retriever!r}; there are {', '.join(retrievers())}.")
    if variant.guardrail and settings:
        load_guardrail(settings.model_copy(update={"guardrail": variant.guardrail}))
    cut_for(variant.chunking)
    if variant.notes and not variant.notes.is_dir():
        raise InputError(f"There is no folder of notes {variant.notes}. Check the path.")


def answer_prompts(settings: Settings | None = None) -> list[str]:
    """Return the ids of the templates that an answer can be written with: those with the variables of ``answer``.

    With settings, the person's own templates are among them.
    """
    entries = _library(settings).entries()
    return [entry.id for entry in entries if entry.template and set(entry.template.variables) == _needed()]


def retrievers() -> list[str]:
    """Return the names of the rankings that can feed an answer."""
    return [ETUDE, *RANKINGS]


def _library(settings: Settings | None) -> PromptLibrary:
    return PromptLibrary.of(settings) if settings else PromptLibrary()


def _can_answer(reference: str, library: PromptLibrary) -> bool:
    """Say whether a template, or an older version of it as ``ID@VERSION``, takes what an answer is written from."""
    if reference.partition("@")[0] not in {entry.id for entry in library.entries()}:
        return False
    return set(library.load(reference).variables) == _needed()


def _needed() -> set[str]:
    return set(load_prompt("answer").variables)
