"""Refusals in free words are told from answers that say what something does not do."""

import pytest

from eval.systems.asking import refuses


@pytest.mark.parametrize(
    "text",
    [
        "I don't know.",
        "I'm sorry, but I do not know the answer to that.",
        "The context does not mention the price of Amazon Kendra.",
        "The provided context doesn’t say. It is about Polly.",
        "The notes contain no information on this.",
        "There is no information about quantum computing in the text.",
        "It is not specified in the context how long this takes.",
        "This question cannot be answered from the context.",
        "Unable to answer.",
    ],
)
def test_a_refusal(text):
    assert refuses(text)


@pytest.mark.parametrize(
    "text",
    [
        "Amazon Polly turns text into speech. It does not include a chatbot builder.",
        "A label says what an example is; unsupervised learning does not use labels.",
        "Overfitting means that a model does not do well on new data.",
        "Amazon S3 stores objects.\nI do not know its price.",
        "Temperature 0 makes replies repeat. The notes do not say more.",
        "",
    ],
)
def test_an_answer(text):
    assert not refuses(text)
