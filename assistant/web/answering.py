"""Answers in the making: a thread for each, so that an answer goes on and is saved whoever watches.

The page only follows a `Job`; it may be reloaded or closed meanwhile. The pipeline answers one question at a time and
says "queued" to the others.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from assistant.chat.events import Answer, Delta, Event, Stage, Turn
from assistant.errors import EtudeError, GenerationFailed, InputError
from assistant.records import Invocations, Records
from assistant.settings import Generation, Settings

if TYPE_CHECKING:
    from assistant.guardrails.pii import Masks

MAX_WAITING = 8
REMEMBERED_JOBS = 64
REFRESH_SECONDS = 0.06
HEARTBEAT_SECONDS = 1.0

log = logging.getLogger(__name__)


class Answering(Protocol):
    """What the page needs of the answer pipeline (``assistant.chat.pipeline.Assistant``)."""

    def warm(self) -> None:
        """Load the models ahead of the first question."""

    def answer(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        collections: Sequence[str] | None = None,
        generation: Generation | None = None,
        stop: threading.Event | None = None,
        masks: Masks | None = None,
    ) -> Iterator[Event]:
        """Yield stages and words, then the answer."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What the person wants answered, and how; ``replaces`` is the turn that a retry or an edit takes the place of."""

    conversation: str
    question: str
    replaces: int | None = None
    model: str | None = None
    generation: Generation | None = None
    collections: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an answer is; ``error`` is a sentence for the person."""

    stage: str = ""
    text: str = ""
    answer: Answer | None = None
    error: str = ""
    done: bool = False


class Job:
    """One answer in the making."""

    def __init__(self, ask: Ask) -> None:
        self.id = uuid4().hex
        self.ask = ask
        self.stop = threading.Event()
        self.dropped = False
        self._started = time.monotonic()
        self._progress = Progress()
        self._changed = threading.Condition()

    @property
    def seconds(self) -> float:
        """Seconds since the question was asked."""
        return time.monotonic() - self._started

    @property
    def progress(self) -> Progress:
        """How far the answer is now."""
        return self._progress

    def follow(self) -> Iterator[Progress]:
        """Yield the progress when it changes, at least once a second, until the job is done."""
        seen: Progress | None = None
        while True:
            with self._changed:
                if self._progress is seen:
                    self._changed.wait(HEARTBEAT_SECONDS)
                seen = self._progress
            yield seen
            if seen.done:
                return
            time.sleep(REFRESH_SECONDS)

    def update(self, progress: Progress) -> None:
        """Tell the followers how far the answer is."""
        with self._changed:
            self._progress = progress
            self._changed.notify_all()


class Desk:
    """Takes questions, has them answered by the right model, and saves the answers."""

    def __init__(
        self,
        settings: Settings,
        records: Records,
        make: Callable[[Settings], Answering],
        invocations: Invocations | None = None,
    ) -> None:
        self._settings, self._records, self._make = settings, records, make
        self._invocations = invocations
        self._jobs: dict[str, Job] = {}
        self._recent: OrderedDict[str, Job] = OrderedDict()
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._made: tuple[str, Answering] | None = None

    def warm(self) -> None:
        """Load the default model in the background; what is wrong is said at the first question."""
        threading.Thread(target=self._warm, name="warm", daemon=True).start()

    def ask(self, ask: Ask) -> Job:
        """Begin an answer.

        Raises:
            InputError: the conversation is being answered already, or too many questions wait.

        """
        job = Job(ask)
        with self._lock:
            if ask.conversation in self._jobs:
                raise InputError("This conversation is being answered already. Stop that answer or wait for it.")
            if len(self._jobs) >= MAX_WAITING:
                raise InputError(f"{MAX_WAITING} questions are waiting already. Ask again in a minute.")
            self._jobs[ask.conversation] = self._recent[job.id] = job
            while len(self._recent) > REMEMBERED_JOBS:
                self._recent.popitem(last=False)
            thread = threading.Thread(target=self._run, args=(job,), name=f"answer-{job.id}", daemon=True)
            self._threads[job.id] = thread
        thread.start()
        return job

    def job(self, conversation: str) -> Job | None:
        """Return the answer that is being made in a conversation."""
        return self._jobs.get(conversation)

    def find(self, job_id: str) -> Job | None:
        """Return a job that is going on or ended not long ago."""
        return self._recent.get(job_id)

    def running(self) -> dict[str, str]:
        """Return the questions that are being answered, by conversation."""
        with self._lock:
            return {key: job.ask.question for key, job in self._jobs.items()}

    def stop(self, conversation: str) -> None:
        """Stop the answer of a conversation; what was written is kept."""
        if job := self.job(conversation):
            job.stop.set()

    def drop(self, conversation: str) -> None:
        """Stop the answer of a conversation that is being deleted, and keep nothing of it."""
        if job := self.job(conversation):
            job.dropped = True
            job.stop.set()

    def stop_all(self) -> None:
        """Stop every answer."""
        with self._lock:
            for job in self._jobs.values():
                job.stop.set()

    def close(self, patience: float = 5.0) -> None:
        """Stop every answer and wait until what was written is saved."""
        self.stop_all()
        with self._lock:
            threads = list(self._threads.values())
        deadline = time.monotonic() + patience
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self, job: Job) -> None:
        try:
            masks = self._masks(job.ask.conversation)
            progress = self._save(job, self._answered(job, masks), masks)
        except EtudeError as error:
            progress = replace(job.progress, error=str(error))
        except Exception as error:
            # Not what was asked: nothing has looked yet whether it may be kept.
            log.exception("An answer failed")
            progress = replace(job.progress, error=_unexpected(error))
        with self._lock:
            self._jobs.pop(job.ask.conversation, None)
            self._threads.pop(job.id, None)
        job.update(replace(progress, done=True))

    def _answered(self, job: Job, masks: Masks) -> Answer:
        ask = job.ask
        assistant = self._assistant(ask.model or self._settings.model)
        events = assistant.answer(
            ask.question,
            self._history(ask),
            collections=ask.collections,
            generation=ask.generation,
            stop=job.stop,
            masks=masks,
        )
        try:
            for event in events:
                if isinstance(event, Stage):
                    job.update(replace(job.progress, stage=event.detail))
                elif isinstance(event, Delta):
                    job.update(replace(job.progress, text=job.progress.text + event.text))
                else:
                    return event
        except GenerationFailed:
            # Some servers break off with an error when they are stopped; what they wrote until then is the answer.
            if not job.stop.is_set():
                raise
            return Answer(ask.question, ask.question, job.progress.text, stopped=True)
        raise RuntimeError("the pipeline ended without an answer")

    def _save(self, job: Job, answer: Answer, masks: Masks) -> Progress:
        progress = Progress(text=answer.text, answer=answer)
        job.update(progress)
        if job.dropped:
            return progress
        conversation = job.ask.conversation
        if job.ask.replaces is None:
            turn = self._records.add_turn(conversation, answer)
        else:
            turn = self._records.replace_turn(job.ask.replaces, answer)
        self._records.save_masks(conversation, masks.dumps())
        if self._invocations and answer.invocations:
            self._invocations.belong_to(answer.invocations, conversation, turn)
        return progress

    def _masks(self, conversation: str) -> Masks:
        """Return the placeholders of a conversation, so that one value has the same in all of it."""
        from assistant.guardrails.pii import Masks

        saved = self._records.masks(conversation)
        return Masks.loads(saved) if saved else Masks()

    def _history(self, ask: Ask) -> list[Turn]:
        turns = self._records.turns(ask.conversation)
        kept = [turn for turn in turns if ask.replaces is None or turn.id < ask.replaces]
        return [Turn(turn.answer.standalone, turn.answer.text) for turn in kept]

    def _assistant(self, model: str) -> Answering:
        with self._making:
            if self._made is None or self._made[0] != model:
                self._made = None  # the old model's memory is free before the new one takes its own
                self._made = (model, self._make(self._settings.model_copy(update={"model": model})))
            return self._made[1]

    def _warm(self) -> None:
        try:
            self._assistant(self._settings.model).warm()
        except EtudeError as error:
            log.warning("%s", error)
        except Exception:
            log.exception("The models could not be loaded ahead of the first question")


def _unexpected(error: Exception) -> str:
    said = (str(error).strip().splitlines() or [""])[0]
    return f"Etude could not answer ({type(error).__name__}{f': {said}' if said else ''}); its terminal shows more."
