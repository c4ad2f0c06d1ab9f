"""The shipped templates; the model's kept prefix and the fitted weights rest on every byte of some of them."""

import hashlib
import json

import pytest
from langchain_core.messages import convert_to_openai_messages

from assistant.errors import SettingsError
from assistant.prompts import PromptLibrary, load_prompt
from assistant.settings import Generation, Settings
from eval.metrics.judge import TEMPLATES as JUDGE

GIVEN = {
    "passages": "[1] Services > Amazon Polly\n- Turns text into lifelike speech\n- Offers lexicons & SSML: "
    "<speak>Hi</speak>\n\n\n[2] Prices\nUS$ 4.00 per 1M characters; {braces} and 100 % stay.\n",
    "question": "What does Amazon Polly do, and what does it cost?",
    "notes": "Notes:\n- Amazon Polly: Amazon Polly turns text into speech.\n\n",
    "stem": "Which service reads text aloud?\n\nChoose one.",
    "options": "A. Amazon Polly\nB. Amazon Lex\nC. Amazon Textract\nD. Amazon Comprehend",
    "letter": "B",
    "conversation": "Question: What is Amazon Polly?\nAnswer: Amazon Polly turns text into lifelike speech.",
    "reference": "It turns text into speech.",
    "answer": "Polly speaks. [1]",
}
RENDERED = {
    "answer-zero-shot@1": "ffcb9526986bb58e0c6c7e59a54e7dd919595ead617740692020543005e6ef95",
    "answer@2": "977de0d57146d1c817a15103b2d1298043921cd3dacea6a060fa37a63662f270",
    "choice-several@1": "fd0f568bb9beb2b050dbc14de9897d973a6ec7f0b0a3dbfc9046449696f5a5f1",
    "choice@1": "5d9fa8aa8ee17765519396cbc250542228dcaab13a0f002334e9d71d71abd921",
    "rewrite@1": "8ecc82bd449bbab2959c6f5e21acc9d659b8f7ef2a64876cdfe55327268bbd98",
    "judge@1": "d61415783864569677d33ba332eaafddbd6398f055b14bfb9b5ec9521330ff50",
}
"""SHA-256 of what these versions render. A change of the text is a new version, with a figure of the harness for it."""


@pytest.mark.parametrize("reference", RENDERED)
def test_a_version_renders_the_same_bytes_for_ever(reference):
    library = PromptLibrary(shipped=JUDGE) if reference.startswith("judge") else PromptLibrary()
    template = library.load(reference)
    messages = convert_to_openai_messages(template.messages(**{name: GIVEN[name] for name in template.variables}))
    rendered = json.dumps(messages, ensure_ascii=False).encode()
    assert hashlib.sha256(rendered).hexdigest() == RENDERED[reference]


def test_every_shipped_template_can_be_read_and_says_what_it_is_for():
    entries = PromptLibrary().entries()
    assert [entry.problem for entry in entries if entry.problem] == []
    assert {
        *("answer", "answer-chain-of-thought", "answer-few-shot", "answer-negative", "answer-zero-shot"),
        *("choice", "choice-several", "explain-option", "flashcards", "rewrite", "summary", "tool-plan"),
    } == {entry.id for entry in entries}
    for entry in entries:
        assert entry.template.description.endswith(".")
        assert entry.template.name
        assert not entry.own


@pytest.mark.parametrize("name", ["flashcards", "tool-plan"])
def test_the_examples_of_templates_for_programs_are_json(name):
    for example in load_prompt(name).examples:
        assert json.loads(example.assistant)


def test_every_example_of_the_chain_of_thought_has_the_mark_behind_which_the_answer_stands():
    template = load_prompt("answer-chain-of-thought")
    assert template.examples
    assert all(f"\n{template.answer_after} " in example.assistant for example in template.examples)


def test_what_a_person_set_goes_before_the_template_and_the_template_before_the_defaults(settings: Settings):
    template = load_prompt("answer-chain-of-thought")
    assert template.generation(settings.generation).max_tokens == 480
    assert template.generation(Generation(max_tokens=50)).max_tokens == 50
    assert template.generation(Generation(temperature=0.7)) == Generation(temperature=0.7, max_tokens=480)
    assert load_prompt("answer").generation(settings.generation) == settings.generation


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"question": "?"}, "'answer' needs passages"),
        ({}, "'answer' needs passages, question"),
        ({"passages": "", "question": "?", "tone": "kind"}, "'answer' does not know tone"),
    ],
)
def test_a_missing_and_an_unknown_variable_are_named(values, said):
    with pytest.raises(SettingsError, match=said):
        load_prompt("answer").messages(**values)
