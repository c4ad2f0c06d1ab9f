"""A suite small enough for a test: ``python tiny_suite.py eval run tiny`` is `etude eval run` with it among the others.

Its first system is a real language model, which computes a prompt otherwise when its cache holds the beginning of it.
It gives its log probabilities, in which the least difference shows.
"""

import signal
from pathlib import Path

from langchain_core.messages import HumanMessage, SystemMessage

from assistant.cli import main
from assistant.models.ask import SIDE_SLOT, stream
from eval.sample import Output, Sample
from eval.suites.registry import Suite, register, suites

WORDS = ("speech", "vision", "text", "search", "music", "robots", "maps", "games", "plants", "stars", "rivers", "bread")

SYSTEM = (
    "You are a helpful assistant. Answer the question in a few sentences. "
    "If you do not know the answer, say that you do not know."
)
MORE = "Say it in one short sentence, please, and say why it is so."
"""Below some 30 tokens a prompt is computed alike with and without a beginning that was read before."""


def samples(split, notes=None):
    return [
        Sample(
            id=f"s{n}",
            prompt=f"Say one thing about {word}.",
            references=(f"About {word}.",),
            category=["even", "odd"][n % 2],
        )
        for n, word in enumerate(WORDS)
    ]


def model(tools, variant):
    def ask(sample):
        messages = [SystemMessage(SYSTEM), HumanMessage(f"{sample.prompt} {MORE}")]
        replies = list(stream(tools.chat, messages, slot=SIDE_SLOT, logprobs=True, top_logprobs=1, max_tokens=8))
        scores = [part for r in replies for part in (r.response_metadata.get("logprobs") or {}).get("content", [])]
        return Output(
            prediction="".join(str(reply.text) for reply in replies),
            probabilities={str(place): part["logprob"] for place, part in enumerate(scores)},
        )

    return ask


def echo(tools, variant):
    return lambda sample: Output(prediction=sample.prompt)


def tiny(**systems):
    """Register the suite anew, with further systems."""
    suite = Suite(
        name="tiny",
        describe="One thing about a word.",
        samples=samples,
        systems={"model": model, "echo": echo, **systems},
        oracle=lambda sample: Output(prediction=sample.references[0]),
        metrics=["exact"],
        files=[Path(__file__)],
    )
    return register(suite)


if __name__ == "__main__":
    # A shell that starts a job in the background tells it to ignore interrupts, and so all that the job starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    tiny()
    suites.cache_clear()
    main()
