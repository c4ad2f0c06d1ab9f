import json
import os
import socket

import pytest

from assistant.doctor import examine, run_doctor
from assistant.rooms import open_embedder, open_index
from assistant.settings import load_settings
from knowledge.sync import sync

SMALL = "smollm2-135m-instruct"


@pytest.fixture(autouse=True)
def _small_model(monkeypatch, tmp_path):
    monkeypatch.setenv("ETUDE_MODEL", SMALL)
    monkeypatch.setenv("ETUDE_SERVER__PORT", str(free_port()))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def synced(tmp_path):
    note = tmp_path / "note.md"
    note.write_text("# Bees\n\nBees make honey.\n")
    settings = load_settings()
    sync(open_index(settings), note, "notes", open_embedder(settings))
    return settings


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def finding(check):
    (found,) = (found for found in examine() if found.check == check)
    return found


def test_a_well_installation_is_said_to_be_well(synced, capsys):
    assert run_doctor(as_json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1].rstrip(":") for line in lines] == [
        *("python", "memory", "settings", "home", "chat", "embedding", "notes", "records", "port")
    ]
    assert all(line.startswith("ok") for line in lines if not line.startswith("warning memory"))
    assert "notes (1 files, 1 passages)" in next(line for line in lines if " notes:" in line)


def test_programs_get_every_setting_but_no_secret(monkeypatch, capsys):
    monkeypatch.setenv("ETUDE_ENDPOINT__API_KEY", "sk-secret")
    monkeypatch.setenv("ETUDE_ENDPOINT__BASE_URL", "http://me:secret@localhost/v1")
    monkeypatch.setenv("ETUDE_DATABASE", "postgresql://me:secret@localhost/etude")
    run_doctor(as_json=True)
    out = capsys.readouterr().out
    found = {row["check"]: row for row in json.loads(out)}
    assert found["settings"]["details"]["model"] == SMALL
    assert found["settings"]["details"]["endpoint"]["api_key"] == "(hidden)"
    assert f"model = {SMALL}" in found["settings"]["said"]
    assert "secret" not in out


def test_nothing_synced_yet_is_a_warning(capsys):
    assert (finding("notes").state, run_doctor(as_json=True)) == ("warning", 0)
    assert "etude sync FOLDER" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["model = [", "nonsense = 1", "[generation]\ntemperature = 9"])
def test_a_broken_settings_file_is_one_line_and_code_3(home, capsys, text):
    (home / "etude.toml").write_text(text)
    assert run_doctor(as_json=False) == 3
    problems = [line for line in capsys.readouterr().out.splitlines() if line.startswith("problem")]
    assert len(problems) == 1
    assert "etude.toml" in problems[0]


@pytest.mark.parametrize(
    ("setting", "value", "check", "said"),
    [
        ("ETUDE_MODEL", "no-such-model", "chat model", "etude models list"),
        ("ETUDE_MODEL", "/nowhere/model.gguf", "chat model", "no model file"),
        ("ETUDE_MODEL", "all-minilm-l6-v2", "chat model", "cannot chat"),
        ("ETUDE_MODELS_PATH", "", "chat model", f"etude models pull {SMALL}"),
        ("ETUDE_MODELS_PATH", "", "embedding model", "etude models pull all-minilm-l6-v2"),
        ("ETUDE_EMBEDDING", SMALL, "embedding model", "cannot embed"),
    ],
)
def test_a_model_that_cannot_be_used_is_code_4(monkeypatch, capsys, setting, value, check, said):
    monkeypatch.setenv(setting, value)
    found = finding(check)
    assert (found.state, found.exit_code) == ("problem", 4)
    assert said in found.said
    assert run_doctor(as_json=True) == 4


def test_a_file_that_is_no_model_is_named(monkeypatch, tmp_path):
    (tmp_path / "fake.gguf").write_bytes(b"words")
    monkeypatch.setenv("ETUDE_MODEL", str(tmp_path / "fake.gguf"))
    assert "is not a GGUF model" in finding("chat model").said


def test_an_index_of_another_model_is_code_5(synced, monkeypatch, tmp_path):
    other = tmp_path / "other"
    other.symlink_to(open_embedder(synced).folder)
    monkeypatch.setenv("ETUDE_EMBEDDING", str(other))
    found = finding("notes")
    assert (found.state, found.exit_code) == ("problem", 5)
    assert "--collection notes --rebuild" in found.said


@pytest.mark.parametrize("file", ["chunks.sqlite3", "vectors/chroma.sqlite3"])
def test_a_damaged_index_is_code_5(synced, file):
    path = synced.index_folder / "g000001" / file
    path.write_bytes(b"garbage " * 1000)
    found = finding("notes")
    assert (found.state, found.exit_code) == ("problem", 5)
    assert "sync your notes again" in found.said


def test_a_damaged_database_is_code_7(home):
    (home / "records.sqlite3").write_bytes(b"garbage " * 1000)
    found = finding("records")
    assert (found.state, found.exit_code) == ("problem", 7)
    assert "Move the file away" in found.said


def test_a_home_that_cannot_be_written_is_code_3(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ETUDE_HOME", str(tmp_path / "file" / "home"))
    found = finding("home")
    assert (found.state, found.exit_code) == ("problem", 3)
    assert "ETUDE_HOME" in found.said


def test_a_port_in_use_is_a_warning():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(os.environ["ETUDE_SERVER__PORT"])))
        taken.listen()
        assert finding("port").state == "warning"
    assert finding("port").state == "ok"
