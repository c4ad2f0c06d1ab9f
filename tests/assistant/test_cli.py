"""The ``etude`` command as a person or a program meets it: exit codes, sentences, JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from knowledge.index import IndexFolder

ROOT = Path(__file__).parents[2]
NOTE = """# Speech

## Amazon Polly

Amazon Polly turns text into lifelike speech.

## Amazon Lex

Amazon Lex builds bots.
"""


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
        (["search", "  "], 2, "empty"),
    ],
)
def test_wrong_input_gets_one_sentence_and_its_code(arguments, code, said):
    # The small model, as the large one need not be on the machine that runs the tests.
    refused(etude(*arguments, ETUDE_MODEL="smollm2-135m-instruct"), code, said)


@pytest.mark.parametrize(
    "arguments", [["sync", "--nonsense"], ["search"], ["search", "x", "-k", "0"], ["nonsense"], ["ask", "x", "--batch"]]
)
def test_a_wrong_option_is_code_2(arguments):
    done = etude(*arguments)
    assert done.returncode == 2
    assert "Error" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_programs_get_errors_as_json_too():
    done = etude("search", "anything", "--json")
    refused(done, 5, "etude sync FOLDER")
    assert json.loads(done.stdout)["kind"] == "CollectionNotFound"


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


def test_an_empty_question_is_refused(synced):
    refused(etude("ask", "  ?! ", **synced), 2, "empty")


def test_a_batch_line_that_is_no_question_is_named_by_number(synced, tmp_path):
    (tmp_path / "q.jsonl").write_text('{"question": "What is Polly?"}\n{"text": 1}\n')
    done = etude("ask", "--batch", tmp_path / "q.jsonl", **synced)
    refused(done, 2, "Line 2")
    assert done.stdout == ""


@pytest.mark.parametrize("line", ["{not json", '["a list"]', "17"])
def test_a_batch_line_that_is_broken_is_named_by_number(synced, tmp_path, line):
    (tmp_path / "q.jsonl").write_text(f'"What is Polly?"\n\n{line}\n')
    refused(etude("ask", "--batch", tmp_path / "q.jsonl", **synced), 2, "Line 3", "q.jsonl")


def test_an_unknown_collection_lists_those_that_there_are(synced):
    refused(etude("ask", "What is Polly?", "-c", "nowhere", **synced), 5, "'nowhere'", "notes")


def test_an_index_of_another_model_names_the_command_that_rebuilds(synced, tmp_path):
    weights = etude("models", "path", "all-minilm-l6-v2").stdout.strip()
    (tmp_path / "other").symlink_to(weights)
    other = synced | {"ETUDE_EMBEDDING": str(tmp_path / "other")}
    for arguments in (["search", "speech"], ["sync", tmp_path]):
        (tmp_path / "a.md").write_text("Words.")
        refused(etude(*arguments, **other), 5, "etude sync FOLDER --collection notes --rebuild")


def test_a_sync_reports_to_programs_and_follows_the_folder(tmp_path):
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "speech.md").write_text(NOTE)
    (notes / "binary.txt").write_bytes(b"\x00")
    done = etude("sync", notes, "-c", "speech", "--json")
    assert done.returncode == 2
    report = json.loads(done.stdout)
    assert set(report) == {
        *("collection", "folder", "files", "chunks", "added", "changed", "deleted", "unchanged", "skipped", "embedded"),
        *("failed", "problems"),
    }
    assert (report["collection"], report["added"], report["chunks"], len(report["failed"])) == ("speech", 1, 2, 1)
    (notes / "binary.txt").unlink()
    again = etude("sync", notes, "-c", "speech")
    assert again.returncode == 0
    assert "1 unchanged" in again.stdout
    assert "1 files, 2 passages" in again.stdout
    listed = json.loads(etude("collections", "--json").stdout)
    assert listed == [{"name": "speech", "files": 1, "passages": 2, "embedding": "all-minilm-l6-v2"}]
    assert etude("collections", "--remove", "speech").returncode == 0
    assert json.loads(etude("collections", "--json").stdout) == []


def test_a_second_sync_at_once_is_code_6(home, tmp_path):
    (tmp_path / "a.md").write_text("Words.")
    with IndexFolder(home / "index").locked():
        refused(etude("sync", tmp_path), 6, "Another sync", "run this one again")


def test_a_full_disk_is_code_5_and_keeps_what_was_indexed(tmp_path):
    disk, notes = tmp_path / "disk", tmp_path / "notes"
    disk.mkdir()
    notes.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk needs the right to mount one")
    try:
        (notes / "speech.md").write_text(NOTE)
        assert etude("sync", notes, ETUDE_HOME=str(disk)).returncode == 0
        (notes / "more.md").write_text(NOTE)
        space = os.statvfs(disk)
        (disk / "filler").write_bytes(bytes(space.f_bavail * space.f_frsize - 2**14))
        refused(etude("sync", notes, ETUDE_HOME=str(disk), cwd=notes), 5, "is full", "still there")
        kept = json.loads(etude("collections", "--json", ETUDE_HOME=str(disk), cwd=notes).stdout)
        assert [(row["files"], row["passages"]) for row in kept] == [(1, 2)]
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_reader_that_leaves_early_sees_no_error():
    command = [sys.executable, "-m", "assistant.cli", "models", "list"]
    process = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait()


def test_search_prints_places_and_scores_for_programs(synced):
    hits = json.loads(etude("search", "voice from text", "-k", "1", "--json", **synced).stdout)
    (hit,) = hits
    assert {"file", "heading", "start_line", "end_line", "score", "text"} <= set(hit)
    assert (hit["file"], hit["heading"], hit["start_line"]) == ("speech.md", ["Speech", "Amazon Polly"], 5)


def test_a_batch_prints_a_line_each_and_goes_on_after_a_question_that_is_none(synced, tmp_path):
    rows = [{"id": 7, "question": "What does Amazon Polly do?"}, "Who won the 1998 World Cup?", "  ", "why " * 60_000]
    (tmp_path / "q.jsonl").write_text("\n".join(map(json.dumps, rows)))
    done = etude("ask", "--batch", tmp_path / "q.jsonl", **synced)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    first, second, empty, long = map(json.loads, done.stdout.splitlines())
    assert {"answer", "refused", "citations", "timings", "usage"} <= set(first)
    assert (first["id"], first["refused"], second["refused"], second["citations"]) == (7, False, True, [])
    assert {"marker", "file", "heading", "start_line", "end_line", "text"} <= set(first["citations"][0])
    assert set(first["timings"]) == {"retrieve", "first_token", "total"}
    assert "empty" in empty["error"]
    assert "more than the 4,000" in long["error"]


def test_ask_prints_one_answer_for_programs_and_for_people(synced):
    answer = json.loads(etude("ask", "What does Amazon Polly do?", "--json", **synced).stdout)
    assert {"answer", "refused", "citations", "timings", "usage"} <= set(answer)
    assert {"prompt_tokens", "completion_tokens"} <= set(answer["usage"])
    (place, *_) = answer["citations"]
    assert (place["file"], place["heading"], place["start_line"]) == ("speech.md", ["Speech", "Amazon Polly"], 5)
    assert f"[{place['marker']}]" in answer["answer"]
    shown = etude("ask", "What does Amazon Polly do?", **synced)
    assert shown.returncode == 0
    assert "speech.md:5-5" in shown.stdout


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
