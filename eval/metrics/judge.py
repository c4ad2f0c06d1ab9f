"""Six ratings of an answer by a language model, with the same prompt and scale for every model.

A judge is a model with faults of its own: it may prefer long answers, its own wording, or the first thing that it
reads, and a small one hardly tells a right answer from a likely one. Before its figures are believed, look at the
oracle and shuffled rows of the report: a judge that does not tell these two apart says nothing about what lies between.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import BaseMessage
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import GenerationFailed
from assistant.models.ask import complete
from assistant.models.embedded import EmbeddedChat
from assistant.models.local import LocalChat
from assistant.prompts import PromptTemplate, load_prompt
from eval.metrics.registry import Score, Scores, Value, metric
from eval.sample import Case, passages_read
from eval.tools import Tools

TEMPLATES = Path(__file__).parents[1] / "templates"
_PASSAGES, _TEXT = 4_000, 1_500
"""Most characters of all passages together, and of a question, a reference or an answer: with the prompt, the reply and
English text they fit into a context of 4,096 tokens."""
_REPLY = 300
_NO_ANSWER = "The notes do not hold the answer. A right reply says so and does not make one up."
_NO_REFERENCE = "None is given; judge by what you know."

Rating = Literal[1, 2, 3, 4, 5]


class Verdict(BaseModel):
    """What a judge replies; the reason comes first, so that the ratings follow from it."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=400)
    correctness: Rating
    completeness: Rating
    faithfulness: Rating
    helpfulness: Rating
    relevance: Rating
    following_instructions: Rating


_DESCRIBED = {
    "correctness": "Says what the reference says, by a model's rating.",
    "completeness": "Holds all that the question asks for, by a model's rating.",
    "faithfulness": "States only what the passages say, by a model's rating.",
    "helpfulness": "Is of use to the learner, by a model's rating.",
    "relevance": "Is about the question, by a model's rating.",
    "following_instructions": "Keeps to what the question demands of its form, by a model's rating.",
}
_LOWEST = {f"judge_{name}": 0.0 for name in _DESCRIBED if name != "faithfulness"}


def _signature(tools: Tools) -> str:
    settings = tools.settings
    named = settings.endpoint.model if settings.backend == "openai" else settings.model
    return f"{tools.judge_model or named}, prompt version {_template().version}, 1 to 5 as 0 to 1"


@metric(
    "judge",
    *(Score(f"judge_{name}", describe) for name, describe in _DESCRIBED.items()),
    slow=True,
    signature=_signature,
)
def judge(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Ask the judge once a case. Where it fails, all ratings of the case are None, which counts them as failed.

    An empty answer gets the lowest ratings unasked, but none of its faithfulness: it states nothing. A system that
    writes nothing in any case is not one that answers in words.
    """
    if not any(_says_something(case) for case in cases):
        return [{} for _ in cases]
    return [_ratings(case, tools) if _says_something(case) else dict(_LOWEST) for case in cases]


def ask_judge(chat: BaseChatModel, case: Case) -> Verdict | None:
    """Return the verdict on an answer, or None where the model breaks off or replies with something else."""
    messages = _template().messages(
        question=_cut(case.sample.prompt, _TEXT),
        reference=_cut(_reference(case), _TEXT),
        passages=_passages(case) or "None.",
        answer=_cut(case.output.prediction, _TEXT),
    )
    try:
        return Verdict.model_validate_json(_reply(chat, messages))
    except (GenerationFailed, ValidationError):
        return None


def _says_something(case: Case) -> bool:
    return bool(case.output.prediction.strip())


def _ratings(case: Case, tools: Tools) -> Scores:
    verdict = ask_judge(tools.judge, case)
    names = [name for name in _DESCRIBED if name != "faithfulness" or _passages(case)]
    return {f"judge_{name}": _rating(verdict, name) for name in names}


def _reply(chat: BaseChatModel, messages: Sequence[BaseMessage]) -> str:
    if isinstance(chat, EmbeddedChat):
        # Becomes a grammar in llama.cpp: the reply cannot be anything else, unless it is cut off.
        form = {"type": "json_schema", "json_schema": {"name": "verdict", "schema": Verdict.model_json_schema()}}
        return complete(chat, messages, max_tokens=_REPLY, response_format=form)
    if isinstance(chat, LocalChat):
        text = complete(chat, messages, max_tokens=_REPLY)
        return text[text.find("{") : text.rfind("}") + 1]
    try:
        verdict = chat.with_structured_output(Verdict, method="json_schema").invoke(list(messages))
    except Exception as error:
        # Clients have no error in common: one per server, parser and transport.
        raise GenerationFailed(f"The judge cannot be reached or gave no verdict ({error}).") from error
    return verdict.model_dump_json() if isinstance(verdict, Verdict) else ""


def _rating(verdict: Verdict | None, name: str) -> Value:
    return (getattr(verdict, name) - 1) / 4 if verdict else None


def _reference(case: Case) -> str:
    if case.sample.answerable is False:
        return _NO_ANSWER
    return "\nor: ".join(case.sample.references) or _NO_REFERENCE


def _passages(case: Case) -> str:
    texts = [passage.text.strip() for passage in passages_read(case.output) if passage.text.strip()]
    return "\n\n".join(_cut(text, _PASSAGES // len(texts)) for text in texts)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} ..."


def _template() -> PromptTemplate:
    return load_prompt("judge", TEMPLATES)
