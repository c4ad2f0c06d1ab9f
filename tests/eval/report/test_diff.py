import pytest

from eval.report.diff import words_diff


def answer_of(pieces):
    return "".join(text for mark, text in pieces if mark != "-")


def test_words_are_marked_by_who_has_them():
    assert words_diff("About ten kilograms.", ["About twelve kilograms."]) == [
        ("=", "About "),
        ("-", "twelve "),
        ("+", "ten "),
        ("=", "kilograms."),
    ]


def test_the_nearest_reference_is_taken_and_case_does_not_count():
    assert words_diff("BEES pollinate.", ["Nothing like it.", "bees pollinate."]) == [("=", "BEES pollinate.")]


def test_chinese_is_compared_by_character():
    assert words_diff("五月开放", ["四月开放"]) == [("-", "四"), ("+", "五"), ("=", "月开放")]


@pytest.mark.parametrize(("answer", "references"), [("", ["a"]), ("a", []), ("a", [""]), ("a", ["  \n"])])
def test_nothing_to_compare_is_no_diff(answer, references):
    assert words_diff(answer, references) == []


def test_the_answer_can_be_read_from_its_pieces():
    answer = "One, two and 3.5 three - 🐝 “four”\nfive"
    assert answer_of(words_diff(answer, ["two three four"])) == answer
    assert answer_of(words_diff("word " * 3_000, ["word " * 2_999])) == "word " * 2_000
