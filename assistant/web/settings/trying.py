"""Trying a back end: one sentence that says that it answers, or what is wrong and what to do."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx

from assistant.errors import EtudeError, InputError
from assistant.models.chat import chat_weights, make_chat_model
from assistant.settings import Settings
from assistant.web.settings.machine import look
from assistant.web.settings.sizes import in_words

_REACH, _REPLY = 5.0, 30.0
"""Seconds to reach a server, and to get a few words from it."""
_NAMED = 5


def try_backend(settings: Settings) -> str:
    """Return a sentence that says that the back end of the settings can be used.

    A server is asked for a few words. Of a model on this machine the weights are checked, and it is not loaded: beside
    the one in use there may be no room for it.

    Raises:
        InputError: it cannot be used; the message says why, and what to do.

    """
    try:
        if settings.backend == "openai":
            return _server(settings)
        return _embedded(settings) if settings.backend == "embedded" else _folder(settings)
    except InputError:
        raise
    except EtudeError as error:
        raise InputError(str(error)) from error


def _embedded(settings: Settings) -> str:
    weights = chat_weights(settings)
    with weights.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise InputError(f"{weights} is not a GGUF model. Choose another model.")
    return f"Ready: {weights.name} is here and whole ({in_words(weights.stat().st_size)})."


def _folder(settings: Settings) -> str:
    from pathlib import Path

    folder = Path(settings.model).expanduser()
    make_chat_model(settings)
    if not any((*folder.glob("*.safetensors"), *folder.glob("*.bin"))):
        raise InputError(f"There are no weights in {folder}. Download the whole model, with its .safetensors files.")
    if not any(folder.glob("tokenizer*")):
        raise InputError(f"There is no tokenizer in {folder}. Download the whole model, with its tokenizer files.")
    gpus = look().gpus
    return f"Ready: {folder.name} is whole, and will run on {gpus[0] if gpus else 'the CPU, since there is no GPU'}."


def _server(settings: Settings) -> str:
    import openai

    endpoint = settings.endpoint
    where = shown_address(endpoint.base_url)
    chat = make_chat_model(settings)
    names = _listed(settings, where)
    if names and endpoint.model not in names:
        raise InputError(f"{where} answers, but has no model {endpoint.model}; it has {_some(names)}.")
    began = time.monotonic()
    try:
        chat.invoke("Say yes.", max_tokens=8, timeout=_REPLY)
    except openai.APITimeoutError:
        raise InputError(
            f"{where} can be reached, but gave no words within {_REPLY:.0f} s. It may still be loading: try again."
        ) from None
    except openai.APIConnectionError as error:
        raise InputError(_unreachable(where, error)) from None
    except openai.APIStatusError as error:
        raise InputError(_refused(error.status_code, where, endpoint.model, _detail(error.body))) from None
    except Exception as error:  # noqa: BLE001 - what is no server of this kind may answer with anything at all
        raise InputError(
            f"{where} answers, but not as an OpenAI-compatible server ({type(error).__name__}). Check the address; "
            "it mostly ends with /v1."
        ) from None
    return f"{endpoint.model} at {where} answered in {time.monotonic() - began:.1f} s."


def shown_address(address: str) -> str:
    """Return an address without the password that may stand in it."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _listed(settings: Settings, where: str) -> list[str]:
    """Return the models that the server lists; nothing where it lists none.

    Raises:
        InputError: it cannot be reached, or refuses the key.

    """
    key = settings.endpoint.api_key
    headers = {"authorization": f"Bearer {key}"} if key else {}
    try:
        reply = httpx.get(f"{settings.endpoint.base_url.rstrip('/')}/models", headers=headers, timeout=_REACH)
        if reply.status_code in (401, 403):
            raise InputError(_refused(reply.status_code, where, settings.endpoint.model, ""))
        found = reply.json()["data"] if reply.is_success else []
        return [str(one["id"]) for one in found]
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise InputError(_unreachable(where, error)) from None
    except (ValueError, KeyError, TypeError):
        return []


def _unreachable(where: str, error: Exception) -> str:
    host = urlsplit(where).hostname or where
    if isinstance(error, httpx.TimeoutException):
        return f"{where} did not answer within {_REACH:.0f} s. Check the address, and that nothing blocks the way."
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"There is no machine called {host}. Check the address."
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return f"{host} cannot be talked to over https with trust. Check its certificate, or whether it is http."
    return f"Nothing answers at {where}. Start the server, or check the address and the port."


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__


def _refused(status: int, where: str, model: str, detail: str) -> str:
    more = f" ({detail})" if detail else ""
    if status in (401, 403):
        return f"{where} refuses the API key (status {status}). Write the key of your account there."
    if status == 404:
        return (
            f"{where} does not know the model {model} or the address{more}. Check both; the address mostly ends "
            "with /v1."
        )
    if status == 429:
        return f"{where} takes no more requests for now (status 429){more}. Wait, or check the limits of your account."
    return f"{where} answers with an error (status {status}){more}. Look into the log of that server."


def _detail(body: Any) -> str:
    message = body.get("message") if isinstance(body, dict) else None
    return " ".join(str(message).split())[:160].rstrip(".") if message else ""


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
