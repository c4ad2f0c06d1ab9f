"""Trying a question: what the search finds, and what of that the model would read. Nothing of it is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.errors import ModelError
from assistant.settings import Settings
from knowledge.search import Filter

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

    from assistant.chat.guarding import InForce
    from assistant.chat.pipeline import Assistant, Retrieved


@dataclass(frozen=True, slots=True)
class Trial:
    """A question to try, and the ``collection`` that was chosen; empty is all of them."""

    question: str = ""
    collection: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    ``covered`` says whether a question with these passages goes on to the model. ``stopped`` is what the guardrail
    says instead of an answer, where it stops the question; ``asked`` is the question as it was searched. ``counted``
    is the model whose tokens the passages were measured in, empty where that is the embedding model.
    """

    asked: str
    found: Retrieved | None = None
    covered: bool = False
    stopped: str = ""
    counted: str = ""


class Trier:
    """Tries questions on the way that the chat takes.

    Args:
        settings: those of the chat.
        model: gives the model that answers there.

    """

    def __init__(self, settings: Settings, model: Callable[[], str]) -> None:
        self._settings, self._model = settings, model
        self._lock = threading.Lock()

    def outcome(self, question: str, collections: Sequence[str] | None) -> Outcome:
        """Search as for an answer, and choose what the model would read; without ``collections`` in all of them.

        Raises:
            InputError: the question is empty or too long.
            KnowledgeError: nothing is synced, or the index cannot be used.
            ModelError: the embedding model is missing.

        """
        from assistant.chat.coverage import covered_by_search
        from assistant.chat.question import check_question

        asked = check_question(question)
        guarding = self._in_force.guarding()
        assessment = guarding.question(asked)
        if assessment and assessment.blocked:
            return Outcome(guarding.masked(assessment), stopped=assessment.text)
        asked = assessment.text if assessment else asked
        with self._lock:
            assistant = self._assistant
        chat, model = self._chat()
        where = Filter(tuple(collections or ()))
        found = assistant.retrieve(asked, where, chat, guarding)
        covered = bool(found.passages) and covered_by_search(found.signs)
        return Outcome(asked, found, covered, counted=model)

    @cached_property
    def _assistant(self) -> Assistant:
        from assistant.chat.pipeline import Assistant

        return Assistant(self._settings)

    @cached_property
    def _in_force(self) -> InForce:
        from assistant.chat.guarding import InForce

        return InForce(self._settings, lambda: self._assistant.searcher.embedder)

    def _chat(self) -> tuple[BaseChatModel | None, str]:
        """Return the model that answers in the chat and its name, where its tokens can be counted here."""
        from assistant.models.chat import make_chat_model

        if self._settings.backend != "embedded":
            return None, ""
        name = self._model()
        try:
            return make_chat_model(self._settings.model_copy(update={"model": name})), name
        except ModelError:
            return None, ""
