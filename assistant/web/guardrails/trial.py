"""Trying a text: what is asked of a guardrail, and what came of it. Nothing of it is kept or written to a log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.errors import InputError
from assistant.grounding import read_source
from assistant.guardrails.assessment import Assessment
from assistant.guardrails.findings import Source
from assistant.guardrails.guardrail import Guardrail
from assistant.guardrails.library import DRAFT, Library
from assistant.web.guardrails.policies import POLICIES
from knowledge.embed import Embedder

LONGEST = 4_000_000
"""Characters that the page may send; the guardrail itself reads fewer and says so."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A text to try. Of an answer, ``question`` and ``passage`` are what it is held against, where they are given."""

    guardrail: str
    source: Source = "INPUT"
    text: str = ""
    question: str = ""
    passage: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it; ``loading`` says that models were loaded on the way, so that it took longer than it will."""

    assessment: Assessment
    held: bool = False
    loading: bool = False


class Trier:
    """Tries texts with the guardrails of a library."""

    def __init__(self, library: Library, embedder: Callable[[], Embedder]) -> None:
        self._library, self._embedder = library, embedder
        self._loaded: set[str] = set()

    def outcome(self, trial: Trial) -> Outcome:
        """Check the text.

        Raises:
            InputError: there is no text, it is too long, or there is no such guardrail.
            ModelError: a model that a policy needs is missing.

        """
        if not trial.text.strip():
            raise InputError("There is no text to check. Write one.")
        name, _, version = trial.guardrail.partition("@")
        document = self._library.load(name, version or DRAFT)
        embedder = self._embedder()
        guardrail = Guardrail(document, embedder)
        grounded = None
        if trial.source == "OUTPUT" and trial.passage.strip():
            asked = trial.question.strip() or trial.text
            grounded = guardrail.grounded(asked, [read_source("", trial.passage, embedder)])
        used = {policy.field for policy in POLICIES if getattr(document, policy.field)}
        loading = not used <= self._loaded
        assessment = guardrail.apply(trial.source, trial.text, grounded=grounded)
        self._loaded |= used
        return Outcome(assessment, held=grounded is not None, loading=loading)
