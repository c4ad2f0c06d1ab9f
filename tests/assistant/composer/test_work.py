"""The composer's jobs, with real processes and a model that is small and knows nothing."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from assistant.composer import work
from assistant.composer.checkpoints import STATE
from assistant.composer.data import FORMAT, Corpus
from assistant.composer.piece import ENDINGS
from assistant.composer.registry import Registry
from assistant.errors import EtudeError, InputError
from assistant.jobs.queue import Queue, open_queue
from assistant.settings import Settings, load_settings

PATIENCE = 240
"""Seconds after which a test gives up; machines are slow while other things run."""


@pytest.fixture
def settings() -> Settings:
    """Without a guardrail, as importing what masks takes longer than all the rest of a small job."""
    return load_settings(guardrail="", threads=1)


@pytest.fixture
def queue(settings: Settings) -> Iterator[Queue]:
    with open_queue(settings) as opened:
        yield opened
        for one in opened.jobs():
            with contextlib.suppress(EtudeError):
                opened.cancel(one.id)
        for one in opened.jobs():
            opened.wait(one.id)


@pytest.fixture
def models(settings: Settings, keep) -> Registry:
    """The models of this home: one that is small."""
    own = work.models_folder(settings.home)
    keep(own / "chorale-5")
    return Registry(own)


def test_a_piece_is_written_into_the_folder_of_its_job(queue: Queue, models: Registry) -> None:
    asked = {"melody": "C4:q D4:q E4:h | G4:h C4:h |\n", "genre": "chorale-5", "bars": 3, "seed": 11, "tempo": 90}
    done = queue.wait(queue.submit("compose", asked | {"title": "A try", "notes": ["It was cut."]}).id)
    assert (done.state, done.error) == ("done", "")
    result = done.result
    assert result["files"] == {ending: f"piece.{ending}" for ending in ENDINGS}
    assert (result["model"], result["seed"], result["bars"], result["tempo"]) == ("chorale-5", 11, 3, 90)
    assert result["notes"] == ["It was cut.", "The melody has 2 bars; it is repeated to fill 3."]
    assert 0 <= result["metrics"]["in_key.alto"] <= 1
    assert done.outputs is not None
    assert {file.name for file in done.outputs.iterdir()} == set(result["files"].values())
    assert (done.outputs / "piece.wav").read_bytes().startswith(b"RIFF")
    assert json.loads((done.outputs / "piece.json").read_text(encoding="utf-8"))["title"] == "A try"


def test_a_melody_that_is_none_is_said_in_a_sentence_and_a_text_is_no_path(queue: Queue, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the password", encoding="utf-8")
    failed = queue.wait(queue.submit("compose", {"melody": f"{secret}\n"}).id)
    assert failed.state == "failed"
    assert "is no file, note text" in failed.error
    assert "password" not in failed.error
    with pytest.raises(InputError, match="bars"):
        queue.submit("compose", {"melody": "twinkle", "bars": 65})


def test_a_training_is_stopped_and_goes_on_where_it_was(
    queue: Queue, models: Registry, settings: Settings, hymns: Corpus
) -> None:
    prepared(hymns, settings.home / "composer" / "data")
    job = queue.submit("train", {"genre": "chorale", "start": "chorale-5", "steps": 1_000_000, "minutes": 600})
    reached = step_after(queue, job.id, 0)
    # A piece does not wait for it.
    piece = queue.wait(queue.submit("compose", {"melody": "C4:w |\n", "genre": "chorale-5"}).id)
    assert (piece.state, queue.find(job.id).state) == ("done", "running")
    queue.cancel(job.id)
    stopped = queue.wait(job.id)
    assert (stopped.state, stopped.resumable) == ("cancelled", True)
    assert stopped.outputs is not None
    version = work.version_of(stopped.outputs)
    assert version == "chorale-6"
    assert (models.own / version / STATE).is_file()

    # Another training of the genre takes another number and leaves this one alone.
    done = queue.wait(queue.submit("train", {"genre": "chorale", "start": "chorale-5", "steps": 12}).id)
    assert (done.state, done.error, done.result["model"]) == ("done", "", "chorale-7")
    assert not (models.own / "chorale-7" / STATE).exists()
    assert (models.own / version / STATE).is_file()

    queue.resume(job.id)
    assert step_after(queue, job.id, reached) > reached
    queue.cancel(job.id)
    again = queue.wait(job.id)
    assert again.state == "cancelled"
    assert again.outputs is not None
    assert work.version_of(again.outputs) == version


def step_after(queue: Queue, job: str, step: int) -> int:
    """Return the first step beyond one that a training says it is at."""
    end = time.monotonic() + PATIENCE
    while True:
        now = queue.find(job)
        found = re.search(r"step (\d+) of", now.progress.text if now.progress else "")
        if found and int(found[1]) > step:
            return int(found[1])
        assert not now.over, now.error
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"genre": "custom", "midi": ["/nowhere/song.mid"]}, "No music for “custom” can be used."),
        ({"genre": "../../polka"}, "There is no genre"),
    ],
)
def test_a_training_of_which_nothing_came_leaves_no_folder(
    queue: Queue, models: Registry, settings: Settings, asked: dict[str, object], said: str
) -> None:
    failed = queue.wait(queue.submit("train", asked).id)
    assert failed.state == "failed"
    assert said in failed.error
    assert [folder.name for folder in models.own.iterdir()] == ["chorale-5"]
    assert not list(settings.home.glob("polka*"))


def prepared(music: Corpus, folder: Path) -> None:
    """Write music as `prepare` does, eight times over: a training needs some windows."""
    times = 8
    arrays = {
        "roll": np.concatenate([music.roll] * times, axis=1),
        "starts": np.concatenate([[0], np.cumsum(np.tile(np.diff(music.starts), times))]).astype(np.int64),
        "split": np.tile(music.split, times),
        "shift": np.tile(music.shift, times),
    }
    parts = [asdict(part) for part in music.parts]
    digest = replace(music, **arrays).digest
    pieces = [{"title": f"Hymn {number}"} for number in range(len(arrays["split"]))]
    manifest = {"format": FORMAT, "genre": music.genre, "parts": parts, "pieces": pieces, "digest": digest}
    folder.mkdir(parents=True)
    np.savez(folder / "chorale.npz", **arrays)
    (folder / "chorale.json").write_text(json.dumps(manifest), encoding="utf-8")
