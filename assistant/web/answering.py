"""Answers in the making: a thread for each, so that an answer goes on and is saved while a page is reloaded.

The page only follows a `Job`. One that nobody has followed for a while is stopped: its tab was closed, and others wait
for the model. Questions are answered in turn, round robin by person (``assistant.web.line``). Whose a question is says
``Ask.owner``; who asks about the answers of another finds none.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from assistant.chat.events import Answer, Delta, Event, Stage, Turn
from assistant.errors import EtudeError, GenerationFailed, InputError
from assistant.people import CollectionOwners, Person, searched_by
from assistant.people.limits import RateLimit
from assistant.records import Invocations, Records
from assistant.records.owners import LOCAL
from assistant.settings import Generation, Settings
from assistant.web.line import Line

if TYPE_CHECKING:
    from assistant.agent.events import Started
    from assistant.guardrails.pii import Masks
    from assistant.web.agentic import Agentic

MAX_WAITING = 8
"""Questions of one person."""
MAX_IN_ALL = 64
REMEMBERED_JOBS = 256
AT_ONCE_ELSEWHERE = 8
"""Questions that an endpoint is asked at once; a model in this process answers one after the other."""
GRACE_SECONDS = 20.0
"""How long an answer goes on without anybody who follows it: a page that is reloaded is back long before."""
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
    """What the person wants answered, and how.

    ``replaces`` is the turn that a retry or an edit takes the place of, ``collections`` what was chosen of the notes
    that ``owner`` may read; None is all of them. With ``tools`` the agent decides whether it is a question at all;
    ``confirmation`` is what a turn waits for and is ``approved`` or not, and then ``replaces`` is that turn.
    """

    conversation: str
    question: str
    replaces: int | None = None
    model: str | None = None
    generation: Generation | None = None
    collections: tuple[str, ...] | None = None
    owner: str = LOCAL
    admin: bool = False
    tools: bool = False
    confirmation: str = ""
    approved: bool = False


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
        self._followed = time.monotonic()
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

    @property
    def unwatched(self) -> float:
        """Seconds since somebody followed it last."""
        return time.monotonic() - self._followed

    def follow(self) -> Iterator[Progress]:
        """Yield the progress when it changes, at least once a second, until the job is done."""
        seen: Progress | None = None
        while True:
            self._followed = time.monotonic()
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
    """Takes questions, has them answered by the right model in turn, and saves the answers.

    Args:
        settings: name the models, and how many questions a minute a person may ask.
        records: keep the answers, each with its owner.
        make: makes the pipeline of some settings.
        invocations: hear to which turn a call belongs.
        grace: seconds that an answer goes on without anybody who follows it.
        agent: gives the agent of a person over a pipeline; without it there are no tools.

    """

    def __init__(
        self,
        settings: Settings,
        records: Records,
        make: Callable[[Settings], Answering],
        invocations: Invocations | None = None,
        grace: float = GRACE_SECONDS,
        agent: Callable[[Settings, Answering, Person], Agentic] | None = None,
    ) -> None:
        self._settings, self._records, self._make = settings, records, make
        self._invocations, self._grace, self._agent = invocations, grace, agent
        self._owners = CollectionOwners(records.database)
        self._line = Line(AT_ONCE_ELSEWHERE if settings.backend == "openai" else 1)
        self._rate = RateLimit(settings.people.questions_a_minute, 60)
        self._jobs: dict[tuple[str, str], Job] = {}
        self._recent: OrderedDict[str, Job] = OrderedDict()
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._made: tuple[str, Answering] | None = None
        self._watching: threading.Thread | None = None

    @property
    def model(self) -> str:
        """The model that answers: the one that was asked for last."""
        made = self._made
        return made[0] if made else self._settings.model

    def warm(self) -> None:
        """Load the default model in the background; what is wrong is said at the first question."""
        threading.Thread(target=self._warm, name="warm", daemon=True).start()

    def renew(self) -> None:
        """Answer the next question with the settings as they are now."""
        with self._making:
            self._made = None

    def ask(self, ask: Ask) -> Job:
        """Begin an answer.

        Raises:
            InputError: the conversation is being answered already, too many questions wait, or came within a minute,
                or the person may not read the notes that were chosen.

        """
        key = (ask.owner, ask.conversation)
        searched = searched_by(self._settings, self._owners, Person(ask.owner), ask.collections)
        job = Job(replace(ask, collections=searched))
        with self._lock:
            if key in self._jobs:
                raise InputError("This conversation is being answered already. Stop that answer or wait for it.")
            if sum(owner == ask.owner for owner, _ in self._jobs) >= MAX_WAITING:
                raise InputError(f"{MAX_WAITING} questions are waiting already. Ask again in a minute.")
            if len(self._jobs) >= MAX_IN_ALL:
                raise InputError("Many people are asking just now. Ask again in a minute.")
            self._admit(ask.owner)
            self._jobs[key] = self._recent[job.id] = job
            while len(self._recent) > REMEMBERED_JOBS:
                self._recent.popitem(last=False)
            thread = threading.Thread(target=self._run, args=(job,), name=f"answer-{job.id}", daemon=True)
            self._threads[job.id] = thread
            if self._watching is None:
                self._watching = threading.Thread(target=self._watch, name="unwatched answers", daemon=True)
                self._watching.start()
        thread.start()
        return job

    @contextmanager
    def turn(self, owner: str, stop: threading.Event) -> Iterator[tuple[str, ...] | None]:
        """Hold the model for a block, in turn with the questions of others; gives the collections to search.

        Raises:
            InputError: too many questions came within a minute, or the person has no notes.

        """
        searched = searched_by(self._settings, self._owners, Person(owner))
        self._admit(owner)
        with self._line.turn(owner, stop):
            yield searched

    def job(self, conversation: str, owner: str = LOCAL) -> Job | None:
        """Return the answer that is being made in a conversation."""
        return self._jobs.get((owner, conversation))

    def find(self, job_id: str, owner: str = LOCAL) -> Job | None:
        """Return a job that is going on or ended not long ago."""
        job = self._recent.get(job_id)
        return job if job and job.ask.owner == owner else None

    def running(self, owner: str = LOCAL) -> dict[str, str]:
        """Return somebody's questions that are being answered, by conversation."""
        with self._lock:
            return {key[1]: job.ask.question for key, job in self._jobs.items() if key[0] == owner}

    def stop(self, conversation: str, owner: str = LOCAL) -> None:
        """Stop the answer of a conversation; what was written is kept."""
        if job := self.job(conversation, owner):
            job.stop.set()

    def drop(self, conversation: str, owner: str = LOCAL) -> None:
        """Stop the answer of a conversation that is being deleted, and keep nothing of it."""
        if job := self.job(conversation, owner):
            job.dropped = True
            job.stop.set()
        if self._agent:
            self._agent(self._settings, self._assistant(self.model), Person(owner)).forget(conversation)

    def trace(self, conversation: str, person: Person) -> list[dict[str, Any]]:
        """Return what the agent did in a conversation of somebody, in Bedrock's shapes.

        Raises:
            InputError: they have no such conversation, or the agent took no part in it.

        """
        if self._agent and self._records.of(person.name).conversation(conversation) is not None:
            assistant = self._assistant(self._made[0] if self._made else self._settings.model)
            if trace := self._agent(self._settings, assistant, person).trace(conversation):
                return trace
        raise InputError("There is no trace of such a conversation. Open one in which tools were used.")

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

    def _admit(self, owner: str) -> None:
        if owner != LOCAL and (wait := self._rate.take(owner)):
            most = self._settings.people.questions_a_minute
            raise InputError(f"You have asked {most} questions within a minute. Ask again in {wait} s.")

    def _watch(self) -> None:
        """Stop what nobody follows, until there is nothing left to look after."""
        while True:
            time.sleep(min(1.0, self._grace / 4))
            with self._lock:
                if not self._jobs:
                    self._watching = None
                    return
                for job in self._jobs.values():
                    if job.unwatched > self._grace:
                        job.stop.set()

    def _run(self, job: Job) -> None:
        def wait(before: int) -> None:
            job.update(replace(job.progress, stage=f"Waiting, {before} before you"))

        records = self._records.of(job.ask.owner)
        try:
            masks = self._masks(records, job.ask.conversation)
            with ExitStack() as line:
                # Where the waiting was stopped the pipeline ends before it asks the model, and says so.
                line.enter_context(self._line.turn(job.ask.owner, job.stop, wait))
                answer = self._answered(job, self._events(job, records, masks), line.close)
                # Still in turn, so that answers are kept in the order in which they were made.
                progress = self._save(job, records, answer, masks)
        except EtudeError as error:
            progress = replace(job.progress, error=str(error))
        except Exception as error:
            # Not what was asked: nothing has looked yet whether it may be kept.
            log.exception("An answer failed")
            progress = replace(job.progress, error=_unexpected(error))
        with self._lock:
            self._jobs.pop((job.ask.owner, job.ask.conversation), None)
            self._threads.pop(job.id, None)
        job.update(replace(progress, done=True))

    def _events(self, job: Job, records: Records, masks: Masks) -> Iterator[Event | Started]:
        ask = job.ask
        assistant = self._assistant(ask.model or self._settings.model)
        turns = records.turns(ask.conversation)
        before = [turn.answer for turn in turns if ask.replaces is None or turn.id < ask.replaces]
        history = [Turn(answer.standalone, answer.text) for answer in before if not answer.steps]
        if not (ask.tools and self._agent):
            return assistant.answer(
                ask.question,
                history,
                collections=ask.collections,
                generation=ask.generation,
                stop=job.stop,
                masks=masks,
            )
        from assistant.agent.agent import Asked
        from assistant.web.agentic import Decision

        person = Person(ask.owner, ask.admin)
        agent = self._agent(self._settings.model_copy(update={"model": self.model}), assistant, person)
        replaced = next((turn.answer for turn in turns if turn.id == ask.replaces), None)
        asked = Asked(history, masks, ask.collections, ask.generation, replaced.question if replaced else "")
        if not ask.confirmation:
            return agent.answer(ask.conversation, ask.question, asked, job.stop)
        if replaced is None:
            raise InputError("What waited for you is no longer there. Ask for it again.")
        return agent.decide(ask.conversation, Decision(ask.confirmation, ask.approved, replaced), asked, job.stop)

    def _answered(self, job: Job, events: Iterator[Event | Started], leave: Callable[[], None]) -> Answer:
        """Return the answer, and ``leave`` the line when what follows is a job's work and not the model's."""
        ask = job.ask
        try:
            for event in events:
                if isinstance(event, Stage):
                    job.update(replace(job.progress, stage=event.detail))
                elif isinstance(event, Delta):
                    job.update(replace(job.progress, text=job.progress.text + event.text))
                elif isinstance(event, Answer):
                    return event
                else:
                    leave()
        except GenerationFailed:
            # Some servers break off with an error when they are stopped; what they wrote until then is the answer.
            if not job.stop.is_set():
                raise
            return Answer(ask.question, ask.question, job.progress.text, stopped=True)
        raise RuntimeError("the pipeline ended without an answer")

    def _save(self, job: Job, records: Records, answer: Answer, masks: Masks) -> Progress:
        progress = Progress(text=answer.text, answer=answer)
        job.update(progress)
        if job.dropped:
            return progress
        conversation = job.ask.conversation
        if job.ask.replaces is None:
            turn = records.add_turn(conversation, answer)
        else:
            turn = records.replace_turn(job.ask.replaces, answer)
        records.save_masks(conversation, masks.dumps())
        if self._invocations and answer.invocations:
            self._invocations.belong_to(answer.invocations, conversation, turn)
        return progress

    def _masks(self, records: Records, conversation: str) -> Masks:
        """Return the placeholders of a conversation, so that one value has the same in all of it."""
        from assistant.guardrails.pii import Masks

        saved = records.masks(conversation)
        return Masks.loads(saved) if saved else Masks()

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
