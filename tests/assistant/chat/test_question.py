import pytest

from assistant.chat.events import Turn
from assistant.chat.question import check_question, leans_on_history
from assistant.errors import InputError

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
