"""What a run may choose of a system. A choice that it cannot heed is refused: it would compare a thing with itself."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.errors import InputError
from assistant.prompts.library import TEMPLATES, load_prompt
from eval.suites.registry import Variant
from eval.systems.chunking import cut_for
from eval.systems.rankings import RANKINGS

ETUDE = "etude"


def check_variant(variant: Variant, system: str, heeds: Sequence[str]) -> None:
    """Refuse what cannot be chosen.

    Args:
        variant: what was chosen.
        system: its name, for the sentence.
        heeds: which of ``prompt``, ``chunking`` and ``retriever`` the system has.

    Raises:
        InputError: the value is unknown (the known ones are named), or the system has no such choice.

    """
    for name in ("prompt", "chunking", "retriever"):
        if getattr(variant, name) and name not in heeds:
            offered = f"only {' and '.join(heeds)}" if heeds else "neither prompt, chunking nor retriever"
            raise InputError(f"The system {system} has no {name} to choose, {offered}. Leave the {name} out.")
    if variant.prompt and variant.prompt not in answer_prompts():
        raise InputError(f"There is no answer prompt {variant.prompt!r}; there are {', '.join(answer_prompts())}.")
    if variant.retriever and variant.retriever not in retrievers():
        raise InputError(f"There is no retriever {variant.retriever!r}; there are {', '.join(retrievers())}.")
    cut_for(variant.chunking)
    if variant.notes and not variant.notes.is_dir():
        raise InputError(f"There is no folder of notes {variant.notes}. Check the path.")


def answer_prompts() -> list[str]:
    """Return the ids of the templates that an answer can be written with: those with the variables of ``answer``."""
    wanted = set(load_prompt("answer").variables)
    ids = sorted(file.stem for file in TEMPLATES.glob("*.toml"))
    return [name for name in ids if set(load_prompt(name).variables) == wanted]


def retrievers() -> list[str]:
    """Return the names of the rankings that can feed an answer."""
    return [ETUDE, *RANKINGS]
