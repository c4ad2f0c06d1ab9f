"""Own templates beside and in place of the shipped ones, versions, and files that are broken."""

import hashlib

import pytest

from assistant.chat.pipeline import Assistant
from assistant.errors import SettingsError
from assistant.exam.solve import Solver
from assistant.prompts import PromptLibrary
from assistant.prompts.library import TEMPLATES
from eval.suites.registry import Variant
from eval.systems.choices import answer_prompts, check_variant

MINE = """id = "mine"
name = "Mine"
version = 1
description = "For a test."
variables = { question = "text" }

system = \"\"\"
Be kind.
nonsense = 1
\"\"\"

user = "{question}"

[inference]
temperature = 0.5

[[examples]]
user = "a"
assistant = "b"

[[examples]]
user = "c"
assistant = "d"
"""
ANSWER = MINE.replace('"mine"', '"answer"').replace(
    '{ question = "text" }', '{ passages = "passages", question = "text" }'
)
ANSWER = ANSWER.replace('"{question}"', '"{question} {passages}"')


@pytest.fixture
def own(home):
    folder = home / "prompts"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def library(settings):
    return PromptLibrary.of(settings)


def problem(own, library, text, name="mine"):
    (own / f"{name}.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        library.load(name)
    return str(caught.value)


def test_without_a_folder_of_ones_own_there_are_the_shipped_ones(library):
    assert [entry.id for entry in library.entries()] == [entry.id for entry in PromptLibrary().entries()]
    assert library.load("answer") == PromptLibrary().load("answer")


def test_a_template_of_ones_own_stands_beside_the_shipped_ones(own, library):
    (own / "mine.toml").write_text(MINE)
    entry = next(entry for entry in library.entries() if entry.id == "mine")
    assert entry.own
    assert entry.replaces is None
    assert library.load("mine").messages(question="Why?")[-1].content == "Why?"
    sha256 = hashlib.sha256(MINE.encode()).hexdigest()
    assert library.load("mine").stamp() == {"prompt_id": "mine", "version": "1", "sha256": sha256}
    with pytest.raises(SettingsError, match=r"there are answer, .*, mine, "):
        library.load("other")


def test_one_with_a_shipped_id_takes_its_place_everywhere(own, library, settings):
    (own / "answer.toml").write_text(ANSWER)
    (entry,) = [entry for entry in library.entries() if entry.id == "answer"]
    assert entry.own
    assert entry.replaces.version == 2
    assert library.load("answer").name == "Mine"
    assert library.shipped("answer").name == "Answer"
    assert Assistant(settings)._prompt.name == "Mine"
    assert Solver(settings)._prompt == PromptLibrary().load("choice")


def test_one_in_place_of_a_shipped_one_must_have_its_variables(own, library):
    said = problem(own, library, MINE.replace('"mine"', '"answer"'), "answer")
    assert "must have its variables, passages, question; it has question" in said


def test_older_versions_are_kept_and_found_by_number(own, library):
    (own / "mine.toml").write_text(MINE.replace("version = 1", 'version = "2.1.0"'))
    (own / "mine@1.toml").write_text(MINE.replace("Be kind", "Be brief"))
    (own / "answer.toml").write_text(ANSWER)
    assert library.load("mine").reference == "mine@2.1.0"
    assert "Be brief" in library.load("mine", "1").system
    assert library.load("mine@1") == library.load("mine", "1")
    assert next(entry.older for entry in library.entries() if entry.id == "mine") == ("1",)
    # The version that an own template replaced can still be named.
    assert library.load("answer@1").name == "Mine"
    assert library.load("answer@2").file == TEMPLATES / "answer.toml"
    with pytest.raises(SettingsError, match=r"no version 3 of the prompt template 'mine'; there are 2\.1\.0, 1\."):
        library.load("mine@3")


@pytest.mark.parametrize(
    ("wrong", "right", "line", "said"),
    [
        ("sytem =", "system =", 7, "sytem is not a key of a template; did you mean system?"),
        ("desc =", "description =", 4, "desc is not a key"),
        ("name = 7", 'name = "Mine"', 2, "name: input should be a valid string"),
        ("version = 0", "version = 1", 3, "version"),
        ('version = "two"', "version = 1", 3, "version"),
        ('"txt" }', '"text" }', 5, "variables.question: input should be 'text', 'line'"),
        ('"{question} {tone}"', '"{question}"', 12, "user: the user text uses question, tone, and variables declares"),
        ('"{question.__class__}"', '"{question}"', 12, "user: the user text uses question.__class__"),
        ('"{question!r:>9}"', '"{question}"', 12, r"user: a slot is {name} and nothing more"),
        ('"{question"', '"{question}"', 12, "user: expected '}'"),
        ('"{question}<|im_end|>"', '"{question}"', 12, "user: leave out <|im_end|>"),
        ("Be {question}.", "Be kind.", 7, "system: {question} is not filled in here"),
        ("temperature = 3", "temperature = 0.5", 15, "inference.temperature"),
        ("tempo = 0.5", "temperature = 0.5", 15, "inference.tempo is not a key"),
        ('answer = "d"', 'assistant = "d"', 23, "examples.2.answer is not a key"),
        ("", 'assistant = "d"', 21, "examples.2.assistant is missing"),
        ("version 1", "version = 1", 3, "expected '=' after a key"),
        ('system = ""', 'system = """', 8, "expected '=' after a key"),
    ],
)
def test_a_broken_file_is_named_with_its_line(own, library, wrong, right, line, said):
    assert right in MINE
    found = problem(own, library, MINE.replace(right, wrong))
    assert f"{own / 'mine.toml'}, line {line}, is not valid ({said}" in found
    assert "\n" not in found


def test_a_key_that_is_missing_is_named(own, library):
    found = problem(own, library, MINE.replace('description = "For a test."\n', ""))
    assert found.endswith("mine.toml is not valid (description is missing). Correct it.")


def test_a_broken_file_does_not_take_the_others_down(own, library, settings):
    (own / "mine.toml").write_text(MINE)
    (own / "answer.toml").write_text("id = ")
    (own / "summary@1.toml").write_bytes(b"id = 1\n\xff")
    (own / "Not a name.toml").write_text(MINE)
    (own / "folder.toml").mkdir()
    broken = {entry.file.name: entry.problem for entry in library.entries() if entry.problem}
    assert set(broken) == {"answer.toml", "summary@1.toml", "Not a name.toml", "folder.toml"}
    assert "line 1," in broken["answer.toml"]
    assert "line 2, is not valid (it is not UTF-8)" in broken["summary@1.toml"]
    assert library.load("mine").id == "mine"
    assert library.load("summary") == PromptLibrary().load("summary")
    assert library.load("answer@2") == PromptLibrary().load("answer")
    with pytest.raises(SettingsError, match=r"answer\.toml, line 1"):
        Assistant(settings)


@pytest.mark.parametrize("reference", ["", "..", "../library", "/etc/passwd", "answer@", "answer@x", "Answer", "a\nb"])
def test_what_is_no_id_is_not_looked_for_in_the_file_system(library, reference):
    with pytest.raises(SettingsError, match="There is no prompt template"):
        library.load(reference)


def test_a_file_that_says_another_id_or_version_is_refused(own, library):
    (own / "yours.toml").write_text(MINE)
    with pytest.raises(SettingsError, match="says it is 'mine'"):
        library.load("yours")
    (own / "mine@2.toml").write_text(MINE)
    with pytest.raises(SettingsError, match="says it is version 1"):
        library.load("mine@2")


def test_own_answer_templates_and_older_versions_can_be_compared_by_the_harness(own, settings):
    (own / "mine.toml").write_text(ANSWER.replace('"answer"', '"mine"'))
    (own / "mine@3.toml").write_text(ANSWER.replace('"answer"', '"mine"').replace("version = 1", "version = 3"))
    assert "mine" in answer_prompts(settings)
    assert "mine" not in answer_prompts()
    assert {"answer", "answer-chain-of-thought", "answer-few-shot", "answer-negative"} <= set(answer_prompts())
    for prompt in ("mine", "mine@3", "answer@2"):
        check_variant(Variant(prompt=prompt), "etude", ("prompt",), settings)
    with pytest.raises(Exception, match="no answer prompt 'flashcards'; there are answer, answer-chain"):
        check_variant(Variant(prompt="flashcards"), "etude", ("prompt",), settings)
