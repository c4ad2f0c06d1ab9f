import pytest

from knowledge.sentences import sentences


def cut(text):
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three? Four…", ["One.", "Two!", "Three?", "Four…"]),
        ("Costs 3.5 dollars. See v2.1 of it.", ["Costs 3.5 dollars.", "See v2.1 of it."]),
        ("Use a store, e.g. Pinecone, i.e. Vectors. Done.", ["Use a store, e.g. Pinecone, i.e. Vectors.", "Done."]),
        ("Dr. No met J. Doe. They left.", ["Dr. No met J. Doe.", "They left."]),
        (
            'He said "stop." Then **he left.** [1] And so on.',
            ['He said "stop."', "Then **he left.** [1]", "And so on."],
        ),
        ("It is true [1][2]. Next.", ["It is true [1][2].", "Next."]),
        ("- first\n- second. More\n\n1. Third. Last", ["- first", "- second.", "More", "1. Third.", "Last"]),
        ("no end", ["no end"]),
        ("  \n \n", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text, parts):
    assert cut(text) == parts


def test_a_long_line_of_abbreviations_takes_no_time_to_speak_of():
    assert len(cut("e.g. A " * 50_000)) == 1
