"""Pasted questions: the layouts that people copy from sites, documents and chats."""

import pytest

from assistant.errors import InputError
from assistant.exam.paste import parse_questions

STEM = "A company wants to turn text into speech. Which AWS service should it use?"
OPTIONS = {"A": "Amazon Polly", "B": "Amazon Lex", "C": "Amazon Transcribe", "D": "Amazon Comprehend"}

LAYOUTS = {
    "dots": "{stem}\nA. {A}\nB. {B}\nC. {C}\nD. {D}",
    "brackets": "{stem}\n\na) {A}\nb) {B}\nc) {C}\nd) {D}\n",
    "round": "1. {stem}\n(A) {A}\n(B) {B}\n(C) {C}\n(D) {D}",
    "colons, indented, blank lines": "Question 12:\n{stem}\n\n  A: {A}\n\n  B: {B}\n\n  C: {C}\n\n  D: {D}",
    "dashes": "Q7) {stem}\nA - {A}\nB - {B}\nC - {C}\nD - {D}",
    "bulleted letters": "{stem}\n- A. {A}\n- B. {B}\n- C. {C}\n- D. {D}",
    "bold markdown": "**{stem}**\n\n**A.** {A}\n**B.** {B}\n**C.** {C}\n**D.** {D}",
    "quoted": "> {stem}\n> A. {A}\n> B. {B}\n> C. {C}\n> D. {D}",
    "numbers": "{stem}\n1. {A}\n2. {B}\n3. {C}\n4. {D}",
    "numbered question, numbered options": "Question 3. {stem}\n1) {A}\n2) {B}\n3) {C}\n4) {D}",
    "boxes": "{stem}\n- [ ] {A}\n- [ ] {B}\n- [ ] {C}\n- [ ] {D}",
    "circles": "{stem}\n○ {A}\n○ {B}\n○ {C}\n○ {D}",
    "one line": "{stem} A) {A} B) {B} C) {C} D) {D}",
    "options in one line": "{stem}\nA. {A} B. {B} C. {C} D. {D}",
    "no marks": "{stem}\n{A}\n{B}\n{C}\n{D}",
    "bullets": "{stem}\n\n* {A}\n* {B}\n* {C}\n* {D}",
    "windows line ends": "{stem}\r\nA. {A}\r\nB. {B}\r\nC. {C}\r\nD. {D}\r\n",
    "with reasons": "{stem}\nA. {A}\nB. {B}\nC. {C}\nD. {D}\n\nExplanation: speech.\nA. is right since it speaks.",
    "in a fence": "```\n{stem}\nA. {A}\nB. {B}\nC. {C}\nD. {D}\n```",
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_common_layouts(layout):
    (question,) = parse_questions(layout.format(stem=STEM, **OPTIONS))
    assert question.stem == STEM
    assert question.options == OPTIONS
    assert (question.choose, question.key) == (1, ())


@pytest.mark.parametrize(
    ("ending", "key"),
    [
        ("Answer: A", ("A",)),
        ("Correct answer: b", ("B",)),
        ("The correct answers are A and C.", ("A", "C")),
        ("Ans - (D)", ("D",)),
        ("Answers: A, D", ("A", "D")),
        ("**Answer:** C", ("C",)),
        ("Explanation: A. is right.", ()),
        ("Answer: Because it speaks", ()),
    ],
)
def test_a_key_below_the_options(ending, key):
    (question,) = parse_questions(LAYOUTS["dots"].format(stem=STEM, **OPTIONS) + f"\n\n{ending}")
    assert question.key == key
    assert question.options == OPTIONS


def test_keys_marked_at_the_options():
    ticked = parse_questions(f"{STEM}\n- [x] Amazon Polly\n- [ ] Amazon Lex\n- [X] Amazon Kendra")[0]
    assert (ticked.key, ticked.choose) == (("A", "C"), 2)
    marked = parse_questions(f"{STEM}\nA. Amazon Lex\nB. Amazon Polly (correct)\nC. Amazon Kendra")[0]
    assert (marked.key, marked.options["B"]) == (("B",), "Amazon Polly")


@pytest.mark.parametrize("words", ["(Select TWO.)", "Select two.", "(Choose 2)", "Which two services fit?"])
def test_how_many_to_choose_stands_in_the_stem(words):
    (question,) = parse_questions(f"{STEM} {words}\nA. One\nB. Two\nC. Three\nD. Four")
    assert question.choose == 2


def test_long_options_go_on_in_the_next_line_and_stems_over_several():
    (question,) = parse_questions(
        "A company reads mail.\n\nIt has 3 teams.\nWhich service fits?\n"
        "A. A service that\n   reads\nB. A service that writes\nC. None of these two"
    )
    assert question.stem == "A company reads mail.\n\nIt has 3 teams.\nWhich service fits?"
    assert question.options["A"] == "A service that reads"


@pytest.mark.parametrize("glue", ["\n\n", "\nAnswer: A\n\n", "\nAnswer: A\nExplanation: since\nit is so.\n\n"])
@pytest.mark.parametrize("start", ["{n}. ", "Question {n}\n", "Q{n}: "])
def test_many_questions_in_one_text(glue, start):
    text = glue.join(
        start.format(n=n) + LAYOUTS["dots"].format(stem=f"{STEM[:-1]} in case {n}?", **OPTIONS) for n in range(1, 4)
    )
    questions = parse_questions(text)
    assert [q.stem for q in questions] == [f"{STEM[:-1]} in case {n}?" for n in range(1, 4)]
    assert all(q.options == OPTIONS for q in questions)


def test_questions_without_numbers_are_parted_by_blank_lines():
    questions = parse_questions(
        "\n\n".join(LAYOUTS["dots"].format(stem=f"Which one fits case {n}?", **OPTIONS) for n in "xyz")
    )
    assert [q.stem for q in questions] == [f"Which one fits case {n}?" for n in "xyz"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no question"),
        (" \n ", "no question"),
        ("Hello", "option"),
        ("Which one?\nA. This", "option"),
        ("A. This\nB. That", "option"),
        ("x" * 300_000, "characters"),
        ("Which?\nA. " + "x" * 7_000 + "\nB. y", "longer"),
    ],
)
def test_what_is_no_question_is_told_in_one_sentence(text, said):
    with pytest.raises(InputError, match=said) as told:
        parse_questions(text)
    assert len(str(told.value).splitlines()) == 1
