"""The ``etude`` command as a person or a program meets it: exit codes, sentences, JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTE = "# Speech\n\n## Amazon Polly\n\nAmazon Polly turns text into lifelike speech.\n\n## Amazon Lex\n\nAmazon Lex builds bots.\n"


def etude(*arguments, cwd=None, **environment):
    return subprocess.run(
        [sys.executable, "-m", "assistant.cli", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        cwd=cwd or os.environ["ETUDE_HOME"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def synced(tmp_path_factory):
    """A home with one synced folder, for the commands that only read."""
    home, notes = tmp_path_factory.mktemp("synced"), tmp_path_factory.mktemp("notes")
    (notes / "speech.md").write_text(NOTE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ETUDE_HOME", str(home))
        done = etude("sync", notes, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["added"], report["files"], report["chunks"], report["failed"]) == (1, 1, 2, [])
    return {"ETUDE_HOME": str(home), "ETUDE_MODEL": "smollm2-135m-instruct"}


def refused(done, code, *said):
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for words in said:
        assert words in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["ask", "where?"], 5, "etude sync FOLDER"),
        (["search", "anything"], 5, "etude sync FOLDER"),
        (["sync", "/no/such/folder"], 2, "no folder /no/such/folder"),
        (["sync"], 2, "etude sync FOLDER"),
        (["sync", ".", "-c", "a/b"], 2, "cannot name a collection"),
        (["ask"], 2, "--batch"),
        (["ask", "--batch", "missing.jsonl"], 2, "missing.jsonl"),
        (["collections", "--remove", "gone"], 5, "gone"),
        (["models", "path", "no-such-model"], 4, "no-such-model"),
    ],
)
def test_wrong_input_gets_one_sentence_and_its_code(arguments, code, said):
    refused(etude(*arguments), code, said)


def test_a_broken_settings_file_is_named(home):
    (home / "etude.toml").write_text("[retrieval]\npassages = -3\n")
    refused(etude("search", "x"), 3, "retrieval.passages", "etude.toml")
    (home / "etude.toml").write_text("model = [")
    refused(etude("search", "x"), 3, "not valid TOML", "etude.toml")


def test_weights_that_are_missing_or_broken_are_named(synced, tmp_path):
    refused(etude("ask", "What is Polly?", **synced | {"ETUDE_MODELS_PATH": str(tmp_path)}), 4, "etude models pull")
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF and nothing more")
    refused(etude("ask", "What is Polly?", **synced | {"ETUDE_MODEL": str(broken)}), 4, "broken.gguf")


@pytest.mark.parametrize(("question", "said"), [("   ", "empty"), ("why " * 60_000, "4,000")])
def test_a_question_that_is_none_is_refused(synced, question, said):
    batch = Path(synced["ETUDE_HOME"]) / "bad.jsonl"
    batch.write_text(json.dumps({"question": question}) + "\n")
    done = etude("ask", "--batch", batch, **synced)
    assert done.returncode == 2
    assert said in json.loads(done.stdout)["error"]
    if len(question) < 100:
        refused(etude("ask", question, **synced), 2, said)


def test_a_batch_line_that_is_no_question_is_named_by_number(synced, tmp_path):
    (tmp_path / "q.jsonl").write_text('{"question": "What is Polly?"}\n{"text": 1}\n')
    done = etude("ask", "--batch", tmp_path / "q.jsonl", **synced)
    refused(done, 2, "Line 2")
    assert done.stdout == ""


def test_an_unknown_collection_lists_those_that_there_are(synced):
    refused(etude("ask", "What is Polly?", "-c", "nowhere", **synced), 5, "'nowhere'", "notes")


def test_search_prints_places_and_scores_for_programs(synced):
    hits = json.loads(etude("search", "voice from text", "-k", "1", "--json", **synced).stdout)
    (hit,) = hits
    assert {"file", "heading", "start_line", "end_line", "score", "text"} <= set(hit)
    assert (hit["file"], hit["heading"], hit["start_line"]) == ("speech.md", ["Speech", "Amazon Polly"], 5)


def test_ask_prints_an_answer_for_programs_and_a_batch_prints_a_line_each(synced, tmp_path):
    (tmp_path / "q.jsonl").write_text(
        '{"id": 7, "question": "What does Amazon Polly do?"}\n"Who won the 1998 World Cup?"\n'
    )
    done = etude("ask", "--batch", tmp_path / "q.jsonl", **synced)
    assert done.returncode == 0, done.stderr
    first, second = map(json.loads, done.stdout.splitlines())
    assert {"answer", "refused", "citations", "timings", "usage"} <= set(first)
    assert (first["id"], first["refused"], second["refused"]) == (7, False, True)
    assert {"marker", "file", "heading", "start_line", "end_line", "text"} <= set(first["citations"][0])
    assert set(first["timings"]) == {"retrieve", "first_token", "total"}


def test_help_is_quick_because_nothing_heavy_is_imported():
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "assistant.cli", "--help"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in loaded.stderr.splitlines()}
    assert not imported & {
        "torch",
        "gradio",
        "chromadb",
        "sentence_transformers",
        "langchain_core",
        "xllamacpp",
        "numpy",
    }
    assert "Exit codes" in loaded.stdout


def test_doctor_finds_what_is_wrong(synced, home):
    done = etude("doctor", "--json", **synced)
    assert done.returncode == 0, done.stdout
    assert {finding["state"] for finding in json.loads(done.stdout)} <= {"ok", "warning"}
    sick = etude("doctor", ETUDE_MODEL="no-such-model")
    assert sick.returncode == 4
    assert "no-such-model" in sick.stdout
    (home / "etude.toml").write_text("nonsense = 1")
    assert etude("doctor").returncode == 3
