import pytest

from assistant.prompts.reply import Shown

REPLY = "Reasoning: the question says Answer: twice.\nAnswer: Polly speaks.\nIt is a service.\nAnswer: no mark."


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_only_what_stands_behind_the_mark_is_shown(size):
    shown = Shown("Answer:")
    pieces = [shown.add(REPLY[start : start + size]) for start in range(0, len(REPLY), size)]
    assert "".join(pieces) == "Polly speaks.\nIt is a service.\nAnswer: no mark."


@pytest.mark.parametrize("mark", ["Answer: ", "**Answer:** ", "answer:\n\n", "\n### Answer:\n"])
def test_emphasis_and_blanks_belong_to_the_mark(mark):
    shown = Shown("Answer:")
    assert "".join(map(shown.add, f"Reasoning.\n{mark}Polly.")) == "Polly."


def test_reasoning_without_an_answer_shows_nothing():
    shown = Shown("Answer:")
    assert "".join(map(shown.add, "Reasoning: I go on and on")) == ""


def test_without_a_mark_everything_is_shown_as_it_comes():
    shown = Shown("")
    assert [shown.add(piece) for piece in (" Polly", "", " speaks. ")] == [" Polly", "", " speaks. "]
