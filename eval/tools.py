"""What metrics and systems use beside their data: settings, the embedding model, language models, an encoder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from langchain_core.language_models.chat_models import BaseChatModel

from assistant.models.chat import make_chat_model
from assistant.rooms import open_embedder
from assistant.settings import Settings
from knowledge.embed import Embedder


@dataclass
class Tools:
    """Opened when first used, and then kept; ``judge_model`` and ``encoder`` are the settings' own unless named.

    ``tell`` hears in a few words what is being prepared, as the first run over some notes takes minutes to index them.
    """

    settings: Settings
    judge_model: str = ""
    encoder: Path | None = None
    seed: int = 0
    tell: Callable[[str], None] | None = None

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model of the settings."""
        return open_embedder(self.settings)

    @cached_property
    def chat(self) -> BaseChatModel:
        """The language model of the settings."""
        return make_chat_model(self.settings)

    @cached_property
    def judge(self) -> BaseChatModel:
        """The language model that judges answers; a name is one of the settings' own back end."""
        if not self.judge_model:
            return make_chat_model(self.settings)
        endpoint = self.settings.endpoint.model_copy(update={"model": self.judge_model})
        return make_chat_model(self.settings.model_copy(update={"model": self.judge_model, "endpoint": endpoint}))
