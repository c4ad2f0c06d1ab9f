import pytest

from assistant.chat.cite import Citer
from assistant.chat.passages import choose_passages
from assistant.grounding import SUPPORTED, Grounding, read_source
from assistant.rooms import open_embedder
from knowledge.search import Hit
from knowledge.split import Chunk
from knowledge.store import sentence_embedding_texts

POLLY = "- Turns text into lifelike speech\n- Offers 60 voices in 29 languages\n- Does not read images"
LEX = "- Builds chatbots with voice and text\n- Asks for slots when parameters are missing"


@pytest.fixture(scope="module")
def embedder(shared_settings):
    return open_embedder(shared_settings)


@pytest.fixture
def passages(embedder):
    hits = []
    for title, text in (("Amazon Polly", POLLY), ("Amazon Lex", LEX)):
        chunk = Chunk(title, "services.md", ("Services", title), 1, 3, text)
        vectors = embedder.encode(sentence_embedding_texts(chunk))
        hits.append(Hit("notes", chunk, 0.8, {}, (0.5,) * len(vectors), vectors))
    return choose_passages(hits, 4, 300, embedder.count)


def cite(passages, embedder, question, words):
    citer = Citer(question, passages, embedder)
    shown = "".join(text for word in words.split(" ") for text in citer.add(f" {word}"))
    shown += "".join(citer.finish())
    assert shown == citer.text
    return citer


def test_each_sentence_gets_the_number_of_its_passage(passages, embedder):
    citer = cite(
        passages, embedder, "Compare Lex and Polly.",
        "Amazon Lex builds chatbots with voice and text. Amazon Polly turns text into lifelike speech.",
    )  # fmt: skip
    assert citer.text.strip() == (
        "Amazon Lex builds chatbots with voice and text. [1] Amazon Polly turns text into lifelike speech. [2]"
    )
    lex, polly = citer.citations()
    assert (lex.marker, lex.heading[-1], polly.marker, polly.heading[-1]) == (1, "Amazon Lex", 2, "Amazon Polly")
    start, end = polly.used[0]
    assert polly.text[start:end] == "- Turns text into lifelike speech"


@pytest.mark.parametrize(
    "claim",
    [
        "Amazon Polly was launched by Jeff Barr in Seattle.",
        "Amazon Polly offers 90 voices in 29 languages.",
        "The weather in Paris will be sunny tomorrow.",
        "Redshift stores petabytes in columns.",
    ],
)
def test_a_claim_that_no_passage_makes_gets_no_number(passages, embedder, claim):
    citer = cite(passages, embedder, "What is Amazon Polly?", claim)
    assert "[" not in citer.text
    assert citer.support < SUPPORTED


def test_a_name_that_only_the_question_has_is_not_supported_by_a_passage_on_something_else(passages, embedder):
    claim = "Amazon Transcribe offers 60 voices in 29 languages."
    citer = cite(passages, embedder, "How many voices does Amazon Transcribe offer?", claim)
    assert "[" not in citer.text
    assert citer.support < SUPPORTED


def test_markers_that_the_model_writes_are_taken_out(passages, embedder):
    citer = cite(passages, embedder, "What does Lex do?", "Amazon Lex builds chatbots with voice and text [7]. [3]")
    assert citer.text.strip() == "Amazon Lex builds chatbots with voice and text. [1]"


def test_a_short_answer_is_read_together_with_the_question(passages, embedder):
    citer = cite(passages, embedder, "In how many languages does Amazon Polly speak?", "29 languages.")
    assert citer.citations()[0].heading[-1] == "Amazon Polly"


def test_a_number_in_digits_is_the_same_in_words(embedder):
    source = read_source("Bees", "Each hive gives about twelve kilograms of honey in August.", embedder)
    grounding = Grounding("How much honey does each hive give?", [source], embedder)
    (same,), (other,) = (grounding.check(f"Each hive gives about {n} kilograms of honey.") for n in (12, 14))
    assert same.score >= SUPPORTED > other.score
