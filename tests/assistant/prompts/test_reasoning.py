"""The chain-of-thought template in the whole pipeline, over a real index; what the model writes is given."""

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from assistant.chat.events import Answer, Delta
from assistant.chat.pipeline import Assistant
from assistant.rooms import open_embedder, open_index
from knowledge.sync import sync

NOTES = "# Services\n## Amazon Polly\n- Amazon Polly turns text into lifelike speech\n- It offers lexicons and SSML\n"


class Scripted(Assistant):
    """Replies with a given text, word by word, and keeps how it was to be written."""

    reply = ""

    def chat(self, generation=None):
        self.generation = generation
        return GenericFakeChatModel(messages=iter([AIMessage(self.reply)]))


@pytest.fixture(scope="module")
def assistant(shared_settings, tmp_path_factory):
    folder = tmp_path_factory.mktemp("notes")
    (folder / "services.md").write_text(NOTES)
    settings = shared_settings.model_copy(update={"home": tmp_path_factory.mktemp("reasoning-home")})
    sync(open_index(settings), folder, "services", open_embedder(settings))
    return Scripted(settings, prompt="answer-chain-of-thought")


def run(assistant, reply):
    assistant.reply = reply
    events = list(assistant.answer("What does Amazon Polly turn text into?"))
    return "".join(event.text for event in events if isinstance(event, Delta)), events[-1]


def test_the_reasoning_is_neither_streamed_nor_kept(assistant):
    said = "Reasoning: Passage 1 speaks of Amazon Polly.\nAnswer: Amazon Polly turns text into lifelike speech."
    streamed, answer = run(assistant, said)
    assert isinstance(answer, Answer)
    assert streamed == answer.text
    assert answer.text.startswith("Amazon Polly turns text into lifelike speech.")
    assert answer.citations
    assert assistant.generation.max_tokens == 480


@pytest.mark.parametrize(
    "said", ["Reasoning: The passages do not say.\nAnswer: NOT IN NOTES", "Reasoning: Amazon Polly turns text into"]
)
def test_a_denial_behind_the_reasoning_and_reasoning_alone_are_refusals(assistant, said):
    streamed, answer = run(assistant, said)
    assert answer.refused
    assert streamed == ""
    assert "Reasoning" not in answer.text
