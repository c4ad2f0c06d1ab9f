"""Asks a system about samples, one by one or several at once, and tells lost samples from a dead engine.

A sample can be lost (its prompt is too long, a request timed out) and the run goes on; an engine can be gone, and then
every sample fails. So a failure counts as the sample's own only when a later one succeeds. Several in a row end the
run, and none of them counts as done; prompts that are wrong in themselves do not end it.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Sequence

from assistant.errors import EtudeError, GenerationFailed, InputError
from eval.environment import peak_memory
from eval.folder import no_room
from eval.sample import Output, Sample
from eval.suites.registry import SystemFunction

GIVE_UP_AFTER = 5
"""Failures in a row that end a run."""

Asked = tuple[Sample, Output]


def ask_all(
    ask: SystemFunction, samples: Sequence[Sample], workers: int, stop: threading.Event, *, proven: bool = False
) -> Iterator[Asked]:
    """Yield each sample with its output as it finishes, in any order, until all are done or ``stop`` is set.

    Args:
        ask: the system.
        samples: what to ask.
        workers: how many to ask at once.
        stop: set it to stop after the samples at hand.
        proven: the system has answered before, so a failure need not mean that it never works.

    Raises:
        EtudeError: the system cannot go on, or nothing that it was asked succeeded.

    """
    failed: list[tuple[Asked, EtudeError]] = []
    in_a_row = 0
    results = _one_by_one(ask, samples, stop) if workers == 1 else _at_once(ask, samples, workers, stop)
    for asked, error in results:
        if error is None:
            proven, in_a_row = True, 0
            yield from (lost for lost, _ in failed)
            failed.clear()
            yield asked
            continue
        failed.append((asked, error))
        # A prompt that cannot be asked is wrong whatever the engine does: five of them are no sign of its end.
        in_a_row += not isinstance(error, InputError)
        if in_a_row == GIVE_UP_AFTER:
            raise error
    if stop.is_set():
        return
    if failed and not proven:
        raise failed[-1][1]
    yield from (lost for lost, _ in failed)


_Result = tuple[Asked, EtudeError | None]


def _one_by_one(ask: SystemFunction, samples: Sequence[Sample], stop: threading.Event) -> Iterator[_Result]:
    for sample in samples:
        if stop.is_set():
            return
        yield _try(ask, sample)


def _at_once(ask: SystemFunction, samples: Sequence[Sample], workers: int, stop: threading.Event) -> Iterator[_Result]:
    # Threads of our own, as those of a pool keep the process alive after an interrupt until their requests end.
    waiting: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    results: queue.SimpleQueue[_Result | BaseException] = queue.SimpleQueue()
    left = threading.Event()
    for sample in samples:
        waiting.put(sample)

    def work() -> None:
        while not (stop.is_set() or left.is_set()):
            try:
                results.put(_try(ask, waiting.get_nowait()))
            except queue.Empty:
                return
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                results.put(error)
                return

    threads = [threading.Thread(target=work, name="evaluation", daemon=True) for _ in range(min(workers, len(samples)))]
    for thread in threads:
        thread.start()
    try:
        while any(thread.is_alive() for thread in threads) or not results.empty():
            try:
                result = results.get(timeout=0.1)
            except queue.Empty:
                continue
            if isinstance(result, BaseException):
                raise result
            yield result
    finally:
        left.set()


def _try(ask: SystemFunction, sample: Sample) -> _Result:
    began = time.perf_counter()
    try:
        output = ask(sample)
    except (InputError, GenerationFailed) as error:
        return (sample, Output(error=str(error))), error
    except EtudeError:
        raise
    except Exception as error:
        if no_room(error):
            raise
        said = f"{type(error).__name__}: {error}"
        unexpected = EtudeError(f"The system failed in an unexpected way ({said}).")
        unexpected.__cause__ = error
        return (sample, Output(error=said)), unexpected
    measured = {"seconds": time.perf_counter() - began, "memory": peak_memory()}
    output = output.model_copy(update={name: m for name, m in measured.items() if getattr(output, name) is None})
    return (sample, output), GenerationFailed(output.error) if output.error else None
