import json
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk

from assistant.errors import GenerationFailed
from assistant.models.local import LocalChat
from eval.metrics.judge import Verdict, ask_judge
from eval.metrics.registry import find_metric
from eval.sample import Case, Output, Passage, Sample
from eval.scoring import figures
from eval.tools import Tools

CRITERIA = set(Verdict.model_fields) - {"reason"}


def case_of(prediction="Amazon Polly.", passages=(), answerable=True):
    return Case(
        Sample(id="s", prompt="Which service speaks?", references=("Amazon Polly",), answerable=answerable),
        Output(prediction=prediction, passages=passages),
    )


def reply(**changed):
    return json.dumps({"reason": "Right."} | dict.fromkeys(CRITERIA, 4) | changed)


class Says(LocalChat):
    """Replies with a fixed text, and keeps what it was asked."""

    text: str
    asked: list[str] = []  # noqa: RUF012  # pydantic copies it for each model

    @property
    def busy(self) -> bool:
        return False

    @property
    def _llm_type(self) -> str:
        return "says"

    def _write(self, messages: list[BaseMessage], *rest: Any) -> Iterator[ChatGenerationChunk]:
        self.asked.append(str(messages[-1].content))
        if self.text == "breaks":
            raise GenerationFailed("The engine broke off.")
        yield ChatGenerationChunk(message=AIMessageChunk(content=self.text))


def judging(text):
    tools = Tools(None)
    tools.__dict__["judge"] = Says(text=text)
    return tools


def test_ratings_become_0_to_1():
    (row,) = find_metric("judge").score([case_of()], judging(f"```json\n{reply(correctness=5, relevance=1)}\n```"))
    assert row["judge_correctness"] == 1.0
    assert row["judge_relevance"] == 0.0
    assert row["judge_helpfulness"] == 0.75
    assert "judge_faithfulness" not in row


@pytest.mark.parametrize(
    "text",
    [
        "breaks",
        "",
        "The answer is good.",
        reply(correctness=6),
        reply(correctness=None),
        '{"reason": "x"}',
        reply()[:-9],
    ],
)
def test_what_is_no_verdict_counts_as_failed(text):
    passages = (Passage(section="a", text="Polly speaks."),)
    tools = judging(text)
    rows = find_metric("judge").score([case_of(passages=passages)] * 2, tools)
    assert rows == [dict.fromkeys((f"judge_{name}" for name in CRITERIA), None)] * 2
    found = figures(find_metric("judge"), rows, 0)["judge_correctness"]
    assert (found.value, found.n, found.failed) == (None, 0, 2)


def test_an_empty_answer_gets_the_lowest_ratings_unasked():
    tools = judging(reply())
    empty, said = find_metric("judge").score([case_of("  "), case_of()], tools)
    assert empty == {f"judge_{name}": 0.0 for name in CRITERIA - {"faithfulness"}}
    assert said["judge_correctness"] == 0.75
    assert len(tools.judge.asked) == 1
    assert find_metric("judge").score([case_of("")], tools) == [{}]


def test_the_judge_sees_question_reference_passages_and_answer():
    chat = Says(text=reply())
    ask_judge(chat, case_of("Polly {speaks}.", (Passage(section="a", text="Polly is a parrot."),)))
    ask_judge(chat, case_of(answerable=False))
    for said in ("Which service speaks?", "Amazon Polly", "Polly is a parrot.", "Polly {speaks}."):
        assert said in chat.asked[0]
    assert "do not hold the answer" in chat.asked[1]


def test_a_small_model_gives_a_verdict_in_the_right_form_or_none(shared_settings):
    tools = Tools(shared_settings, judge_model="smollm2-135m-instruct")
    metric = find_metric("judge")
    (row,) = metric.score([case_of(passages=(Passage(section="a", text="Amazon Polly speaks."),))], tools)
    assert set(row) == {f"judge_{name}" for name in CRITERIA}
    assert all(value in (None, 0.0, 0.25, 0.5, 0.75, 1.0) for value in row.values())
    assert metric.signature(tools) == "smollm2-135m-instruct, prompt version 1, 1 to 5 as 0 to 1"
