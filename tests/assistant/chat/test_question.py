import pytest

from assistant.chat.events import Turn
from assistant.chat.question import check_question, leans_on_history, stand_alone
from assistant.errors import InputError
from assistant.prompts import load_prompt

HISTORY = [Turn("What is Amazon Polly?", "Amazon Polly turns text into lifelike speech. [1]")]


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "?!…", "\x00"])
def test_a_question_without_words_is_refused(text):
    with pytest.raises(InputError, match="empty"):
        check_question(text)


def test_a_question_of_a_hundred_pages_is_refused_with_its_length():
    with pytest.raises(InputError, match=r"299,999 characters.*4,000"):
        check_question("why? " * 60_000)


@pytest.mark.parametrize(
    "question",
    ["What about Lex?", "and its price?", "Why?", "how does it work", "Which of them is cheaper?", "more examples"],
)
def test_a_follow_up_leans_on_the_turn_before(question):
    assert leans_on_history(question, HISTORY)
    assert not leans_on_history(question, [])


@pytest.mark.parametrize(
    "question", ["What is Amazon Lex?", "Which metrics measure summaries?", "Name the RAG data sources of Bedrock"]
)
def test_a_question_of_its_own_does_not(question):
    assert not leans_on_history(question, HISTORY)


@pytest.mark.parametrize(
    ("before", "follow_up", "alone"),
    [
        ("What does Amazon Polly do?", "What about Lex?", "What does Lex do?"),
        ("What is BLEU used for?", "and ROUGE?", "What is ROUGE used for?"),
        ("How much does Provisioned Throughput cost?", "how about the batch mode", "How much does batch mode cost?"),
    ],
)
def test_what_about_asks_the_question_before_of_another_thing(before, follow_up, alone):
    def unasked(messages):
        raise AssertionError("no model is needed")

    assert stand_alone(follow_up, [Turn(before, "An answer. [1]")], 400, load_prompt("rewrite"), unasked) == alone
