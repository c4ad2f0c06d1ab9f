"""One factory from settings to a LangChain chat model; nothing else in Etude knows which back end answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel

from assistant.errors import ModelError, SettingsError, WeightsMissing
from assistant.models.catalog import card_for
from assistant.models.weights import find_weights
from assistant.settings import Generation, Settings


def make_chat_model(settings: Settings, generation: Generation | None = None) -> BaseChatModel:
    """Return the chat model that the settings name.

    Raises:
        ModelUnknown: the name is neither in the catalog nor a path.
        WeightsMissing: the weights are not on this machine.
        WeightsCorrupt: the weights are not the publisher's.
        SettingsError: the endpoint is not complete.

    """
    generation = generation or settings.generation
    match settings.backend:
        case "embedded":
            return _embedded(settings, generation)
        case "openai":
            return _openai(settings, generation)
        case "transformers":
            return _transformers(settings, generation)


def chat_weights(settings: Settings) -> Path:
    """Return the GGUF file that the settings name, by path or through the catalog.

    Raises:
        ModelUnknown: the name is neither in the catalog nor a path.
        WeightsMissing: the weights are not on this machine.
        WeightsCorrupt: the weights are not the publisher's.

    """
    if settings.model.endswith(".gguf"):
        path = Path(settings.model).expanduser()
        if not path.is_file():
            raise WeightsMissing(f"There is no model file {path}. Check `model` in the settings.")
        return path
    card = card_for(settings.model)
    if card.kind != "chat":
        raise ModelError(f"{card.id} is an embedding model; it cannot chat. `etude models list` shows the chat models.")
    folder = find_weights(card, settings)
    return folder if folder.is_file() else folder / card.files[0].name


def _embedded(settings: Settings, generation: Generation) -> BaseChatModel:
    from assistant.models.embedded import EmbeddedChat

    return EmbeddedChat(
        path=chat_weights(settings),
        context_length=settings.context_length,
        threads=settings.threads,
        prompt_cache=settings.home / "cache",
        **_sampling(generation),
    )


def _openai(settings: Settings, generation: Generation) -> BaseChatModel:
    endpoint = settings.endpoint
    if not endpoint.base_url.startswith(("http://", "https://")) or not endpoint.model:
        raise SettingsError(
            'The back end "openai" needs endpoint.base_url (http:// or https://) and endpoint.model in the settings.'
        )
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    return ChatOpenAI(
        base_url=endpoint.base_url,
        # Local servers ask for no key, and the client refuses an empty one.
        api_key=SecretStr(endpoint.api_key or "none"),
        model=endpoint.model,
        temperature=generation.temperature,
        top_p=generation.top_p,
        max_completion_tokens=generation.max_tokens,
        seed=generation.seed,
        stream_usage=True,
        max_retries=1,
        timeout=120,
    )


def _transformers(settings: Settings, generation: Generation) -> BaseChatModel:
    folder = Path(settings.model).expanduser()
    if not (folder / "config.json").is_file():
        raise WeightsMissing(
            f"There is no Hugging Face model folder {folder}. "
            "Set `model` to a folder that holds config.json and weights."
        )
    from assistant.models.huggingface import HuggingFaceChat

    return HuggingFaceChat(
        folder=folder,
        **_sampling(generation),
    )


def _sampling(generation: Generation) -> dict[str, Any]:
    # Stop sequences go with each call.
    return generation.model_dump(exclude={"stop"})
