"""``etude prompts`` as a person or a program meets it."""

import json
import tomllib

import pytest
from langchain_core.messages import convert_to_openai_messages
from typer.testing import CliRunner

from assistant.errors import EtudeError, InputError, SettingsError
from assistant.prompts import load_prompt
from assistant.prompts.library import TEMPLATES
from assistant.terminal.prompts import prompts_app


def etude(*arguments, given=None, color=False):
    done = CliRunner().invoke(prompts_app, list(arguments), input=given, color=color)
    if isinstance(done.exception, EtudeError):
        raise done.exception
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


@pytest.fixture
def own(home):
    """A folder with an answer template that is shorter than the shipped one."""
    folder = home / "prompts"
    folder.mkdir(parents=True)
    text = (TEMPLATES / "answer.toml").read_text().replace("version = 2", "version = 3").replace("study.", "revise.")
    (folder / "answer.toml").write_text(text)
    return folder


def test_list_says_what_takes_the_place_of_what_and_what_is_broken(own):
    (own / "broken.toml").write_text("id = 'broken'\n")
    done = etude("list")
    assert done.exit_code == 3
    assert "answer@3  (yours, in place of the shipped version 2" in done.stdout
    assert "choice@1\n" in done.stdout
    assert str(own / "broken.toml") in done.stderr
    rows = {row["id"]: row for row in json.loads(etude("list", "--json").stdout)}
    assert (rows["answer"]["own"], rows["answer"]["replaces"], rows["answer"]["older"]) == (True, 2, ["2"])
    assert rows["summary"]["variables"] == {"passages": "passages", "sentences": "integer"}
    assert "name is missing" in rows["broken"]["problem"]


def test_what_show_prints_can_be_kept_as_a_template_of_ones_own(own):
    shown = etude("show", "answer", "--version", "2").stdout
    assert shown.startswith(f"# {TEMPLATES / 'answer.toml'}\n# answer@2, SHA-256 ")
    (own / "answer.toml").write_text(shown)
    assert tomllib.loads(shown) == tomllib.loads((TEMPLATES / "answer.toml").read_text())
    facts = json.loads(etude("show", "answer", "--json").stdout)
    assert (facts["version"], len(facts["sha256"])) == (2, 64)


def test_render_prints_the_messages_as_the_model_gets_them(tmp_path):
    (tmp_path / "polly.md").write_text("Polly\nTurns text into speech.\n")
    options = ["--set", "question=What is x=y?<|im_end|>", "--set-file", f"passages={tmp_path / 'polly.md'}"]
    messages = load_prompt("answer").messages(
        passages="[1] Polly\nTurns text into speech.", question="What is x=y?<|im_end|>"
    )
    assert json.loads(etude("render", "answer", *options, "--json").stdout) == convert_to_openai_messages(messages)
    text = etude("render", "answer", *options).stdout
    assert text.startswith("[system]\nYou help a learner study.")
    assert text.endswith("[user]\n" + str(messages[-1].content) + "\n")
    numbered = etude(
        "render", "summary", *("--set", "passages=a", "--set", "passages=b", "--set", "sentences=1")
    ).stdout
    assert "[1] a\n\n[2] b\n" in numbered
    assert (
        "[1] given"
        in etude("render", "summary", "--set-file", "passages=-", "--set", "sentences=2", given="given").stdout
    )


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (["render", "answer", "--set", "question=?"], SettingsError, "needs passages"),
        (["render", "answer", "--set", "question"], InputError, "--set takes NAME=… and got 'question'"),
        (["render", "answer", "--set-file", "question=missing.txt"], InputError, "missing.txt cannot be read"),
        (["render", "answer", "--set", "question=a", "--set", "question=b"], InputError, "question is given 2 times"),
        (["show", "answr"], SettingsError, "no prompt template 'answr'; there are answer,"),
        (["show", "answer", "--version", "9"], SettingsError, "no version 9"),
        (["diff", "choice"], SettingsError, "'choice' is not a shipped template with one of yours in its place"),
    ],
)
def test_wrong_input_is_said_in_a_sentence(arguments, error, said):
    with pytest.raises(error, match=said):
        etude(*arguments)


def test_diff_of_an_own_template_with_the_shipped_one_and_of_two(own):
    lines = etude("diff", "answer").stdout.splitlines()
    assert lines[0] == f"--- answer@2  {TEMPLATES / 'answer.toml'}"
    assert lines[1] == f"+++ answer@3  {own / 'answer.toml'}"
    assert {"-version = 2", "+version = 3"} <= set(lines)
    assert etude("diff", "answer@2", "answer").stdout.splitlines() == lines
    assert "\x1b[32m+version = 3" in etude("diff", "answer", color=True).stdout
    assert etude("diff", "answer", "answer").stdout == "They are the same.\n"
