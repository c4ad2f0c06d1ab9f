"""llama.cpp in this process: load a GGUF file once, and stream completions from it one at a time."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import queue
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from assistant.errors import GenerationFailed, WeightsCorrupt
from assistant.models.local import Turn

_SLOTS = 4
"""Prompts that stay read side by side: the answer's, one for side jobs, and the exam's two with worked examples."""
_COUNTS_KEPT = 4096
"""Passages come again and again; their token counts are remembered up to this many."""

Reply = dict[str, Any]
"""One chunk of a streamed chat completion in OpenAI's shape, with llama.cpp's ``timings`` in the last."""


class Engine:
    """A loaded model. One generation runs at a time; other callers wait.

    Args:
        path: the GGUF file.
        context_length: tokens of prompt and answer together.
        threads: CPU threads; 0 takes one for each core.
        cache: a folder for prompts that were read before; None keeps none.

    Raises:
        WeightsCorrupt: llama.cpp cannot load the file.

    """

    def __init__(self, path: Path, context_length: int, threads: int = 0, cache: Path | None = None) -> None:
        import xllamacpp

        # llama.cpp opens a loopback port beside the in-process calls; the key keeps other programs out.
        self.key = secrets.token_urlsafe(24)
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx = context_length * _SLOTS
        params.n_parallel = _SLOTS
        # llama.cpp would keep every prompt that it has read, up to 8 GB; the slots keep those that come again.
        params.cache_ram_mib = 0
        params.verbosity = -1
        params.api_keys = [self.key]
        params.ui = False
        if cache:
            cache.mkdir(parents=True, exist_ok=True)
            params.slot_save_path = f"{cache}{os.sep}"
            params.endpoint_slots = True
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads or available_cores()
        try:
            self._server = xllamacpp.Server(params)
        except RuntimeError as error:
            raise WeightsCorrupt(
                f"{path} cannot be loaded: it is damaged, not a GGUF model, or too large for this machine's memory. "
                "Run `etude models verify`."
            ) from error
        self.path = path
        self.context_length = context_length
        self._cache = cache
        self._counts: dict[str, int] = {}
        self._ahead: dict[int, str] = {}
        self._turn = Turn()

    @property
    def address(self) -> str:
        """The loopback address of llama.cpp's own server; it answers only to ``key``."""
        return str(self._server.listening_address)

    @property
    def busy(self) -> bool:
        """Whether a generation is running, so that the next caller will wait."""
        return self._turn.taken

    def stream(self, request: dict[str, Any], cancelled: threading.Event | None = None) -> Iterator[Reply]:
        """Stream a chat completion; closing the iterator or setting ``cancelled`` stops the generation.

        Raises:
            GenerationFailed: llama.cpp refused the request.

        """
        with self._turn.wait(cancelled) as mine:
            if not mine:
                return
            replies: queue.SimpleQueue[Reply | BaseException | None] = queue.SimpleQueue()
            stopped = threading.Event()

            def receive(reply: Reply) -> bool:
                replies.put(reply)
                return stopped.is_set() or bool(cancelled and cancelled.is_set())

            def work() -> None:
                try:
                    self._server.handle_chat_completions({**request, "stream": True}, receive)
                except BaseException as error:  # noqa: BLE001 - handed to the reader's thread
                    replies.put(error)
                finally:
                    replies.put(None)

            worker = threading.Thread(target=work, name="llama.cpp", daemon=True)
            worker.start()
            try:
                yield from self._read(replies, cancelled)
            finally:
                stopped.set()
                # llama.cpp hears of the stop with its next token; until then the engine is not free.
                worker.join()

    def _read(
        self, replies: queue.SimpleQueue[Reply | BaseException | None], cancelled: threading.Event | None
    ) -> Iterator[Reply]:
        while not (cancelled and cancelled.is_set()):
            try:
                reply = replies.get(timeout=0.1)
            except queue.Empty:
                continue
            if reply is None:
                return
            if isinstance(reply, BaseException):
                raise GenerationFailed(f"The language model broke off ({reply}). Ask again.") from reply
            if error := reply.get("error"):
                raise GenerationFailed(f"The language model refused the request: {error.get('message', error)}.")
            yield reply

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the model sees in a text.

        Raises:
            GenerationFailed: llama.cpp does not answer.

        """
        if text not in self._counts:
            if len(self._counts) >= _COUNTS_KEPT:
                self._counts.clear()
            try:
                self._counts[text] = len(self._post("/tokenize", {"content": text})["tokens"])
            except (httpx.HTTPError, KeyError, ValueError) as error:
                raise GenerationFailed(
                    f"The language model cannot count tokens ({error}). Start Etude again."
                ) from error
        return self._counts[text]

    def read_ahead(self, messages: list[dict[str, Any]], slot: int) -> None:
        """Read the beginning of later prompts now, from the cache on disk when it was read in an earlier run."""
        text = json.dumps([str(self.path), self.path.stat().st_size, self.context_length, messages])
        name = f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.kv"
        self._ahead[slot] = name
        with self._turn.wait():
            if self._cache and (self._cache / name).is_file() and self._slot(slot, "restore", name):
                return
            self._server.handle_chat_completions({"messages": messages, "max_tokens": 1, "id_slot": slot})
            if self._cache:
                self._slot(slot, "save", f"{name}.new")
                with contextlib.suppress(OSError):
                    (self._cache / f"{name}.new").replace(self._cache / name)

    def rewind(self) -> None:
        """Put every slot back to what was read ahead in it, or to nothing.

        A prompt that builds on a longer read beginning is computed in other steps and rounded otherwise, enough to turn
        a word. After this a reply does not depend on what was asked before.
        """
        with self._turn.wait():
            for slot in range(_SLOTS):
                if slot not in self._ahead or not self._slot(slot, "restore", self._ahead[slot]):
                    self._slot(slot, "erase", "")

    def _slot(self, slot: int, action: str, name: str) -> bool:
        try:
            self._post(f"/slots/{slot}?action={action}", {"filename": name})
        except (httpx.HTTPError, ValueError):
            return False
        return True

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        response = httpx.post(
            f"{self.address}{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=30,
            trust_env=False,
        )
        found: dict[str, Any] = response.raise_for_status().json()
        return found


def available_cores() -> int:
    """Return the CPU cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


_loaded: tuple[tuple[Path, int, int, Path | None], Engine] | None = None
_loading = threading.Lock()


def load_engine(path: Path, context_length: int, threads: int = 0, cache: Path | None = None) -> Engine:
    """Return the engine for a file, loaded once; another file takes its place, as two may not fit in memory.

    Raises:
        WeightsCorrupt: llama.cpp cannot load the file.

    """
    global _loaded
    key = (path.resolve(), context_length, threads, cache)
    with _loading:
        if _loaded is None or _loaded[0] != key:
            _loaded = None
            _loaded = (key, Engine(*key))
        return _loaded[1]


def rewind_engine() -> None:
    """Rewind the loaded engine, if there is one; see `Engine.rewind`."""
    if _loaded:
        _loaded[1].rewind()
