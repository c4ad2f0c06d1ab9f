"""Recording a call to a model, in two lines around it.

::

    with recorded(invocations, "answer", settings.model, prompt=template, parameters={…}) as call:
        for reply in call.listen(replies):
            …

As in Amazon Bedrock, one call to a model is one invocation: an answer to a follow-up may take two (rewrite, answer), an
exam question one for each reading. What a guardrail finds is told once, with the call that comes next or is under way;
a question that it stops before any call is an invocation without tokens.

A record that cannot be written is told of once in the log, and never breaks what it records.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

from assistant.errors import InputError, ModelUnknown, SettingsError
from assistant.records.invocations import FindingCount, Invocation, Invocations

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk

    from assistant.guardrails.findings import Finding

INTERVENED = "guardrail_intervened"
"""Why a reply ended, by Bedrock's name."""


class Prompted(Protocol):
    """A prompt template, of which its name and version are kept."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def version(self) -> int | str: ...  # noqa: D102


@contextlib.contextmanager
def recorded(
    invocations: Invocations | None,
    operation: str,
    model: str,
    *,
    prompt: Prompted | None = None,
    parameters: Mapping[str, Any] | None = None,
    conversation_id: str | None = None,
    findings: Callable[[], Iterable[Finding]] = tuple,
) -> Iterator[Call]:
    """Record what happens inside the block, errors included, which pass on; ``call.id`` is its id afterwards.

    Args:
        invocations: where to; None records nothing.
        operation: what the model is asked for.
        model: its id.
        prompt: the template of the prompt.
        parameters: how the model writes.
        conversation_id: to which conversation it belongs.
        findings: asked at the end of the block for what guardrails found.

    """
    asked = Invocation(
        operation=operation,
        model=model,
        total=0.0,
        prompt=prompt.id if prompt else "",
        prompt_version=str(prompt.version) if prompt else "",
        parameters=parameters or {},
        conversation_id=conversation_id,
    )
    call, error = Call(asked), None
    try:
        yield call
    except BaseException as raised:
        error = raised
        raise
    finally:
        if invocations is not None:
            call.found(findings())
            call.id = invocations.keep(call.result(error))


class Call:
    """A call under way: tell it what is heard and found, and it makes the record."""

    def __init__(self, asked: Invocation) -> None:
        self.id: int | None = None
        self._asked = asked
        self._begun = time.perf_counter()
        self._first: float | None = None
        self._findings: list[FindingCount] = []

    def listen(self, replies: Iterable[AIMessageChunk]) -> Iterator[AIMessageChunk]:
        """Yield the parts of a reply as they come, each heard."""
        for reply in replies:
            self.hear(reply)
            yield reply

    def hear(self, reply: AIMessageChunk) -> None:
        """Take the next part of a streamed reply, or a whole one."""
        if self._first is None and str(reply.text):
            self._first = time.perf_counter() - self._begun
        if reason := reply.response_metadata.get("finish_reason"):
            self.stopped(str(reason))
        if usage := reply.usage_metadata:
            details = usage.get("input_token_details") or {}
            self.count(usage["input_tokens"], usage["output_tokens"], details.get("cache_read"))

    def count(self, input_tokens: int, output_tokens: int, cached_tokens: int | None = None) -> None:
        """Take the count of tokens, where it does not come with a reply."""
        self._asked = replace(
            self._asked, input_tokens=input_tokens, output_tokens=output_tokens, cached_tokens=cached_tokens
        )

    def stopped(self, reason: str) -> None:
        """Say why the reply ended, where that does not come with it (`INTERVENED`)."""
        self._asked = replace(self._asked, stop_reason=reason)

    def found(self, findings: Iterable[Finding]) -> None:
        """Count what guardrails found; the words that they matched are left out."""
        counts = Counter((one.policy, one.kind, one.action) for one in findings)
        self._findings += [FindingCount(*key, count) for key, count in counts.items()]

    def result(self, error: BaseException | None = None) -> Invocation:
        """Return the record as of now."""
        kind = side_at_fault(error)
        stopped = isinstance(error, GeneratorExit | KeyboardInterrupt)
        return replace(
            self._asked,
            total=time.perf_counter() - self._begun,
            first_token=self._first,
            stop_reason="cancelled" if stopped else self._asked.stop_reason,
            error=kind,
            error_type=type(error).__name__ if kind else "",
            findings=tuple(self._findings),
        )


def side_at_fault(error: BaseException | None) -> Literal["", "client", "server"]:
    """Say whose error it is: ``client`` where the request cannot be done as it is (also HTTP 4xx), else ``server``.

    Stopping a reply is no error.
    """
    if not isinstance(error, Exception):
        return ""
    status = getattr(error, "status_code", None) or getattr(error.__cause__, "status_code", None)
    refused = isinstance(status, int) and 400 <= status < 500
    return "client" if refused or isinstance(error, InputError | SettingsError | ModelUnknown) else "server"
