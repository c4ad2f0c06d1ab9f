"""Training: it learns, goes on where it was interrupted, and says what it cannot do."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from assistant.composer import training
from assistant.composer.checkpoints import ABOUT, STATE, WEIGHTS, read_about, read_checkpoint
from assistant.composer.curves import LOG, PICTURE, read_log
from assistant.composer.data import Corpus
from assistant.composer.genres import genre
from assistant.composer.networks import Sizes
from assistant.composer.plan import Plan
from assistant.composer.states import read_plan
from assistant.composer.training import train_on
from assistant.errors import InputError

SMALL = Plan(steps=12, warm_up=6, batch=8, every=4, sizes=Sizes(width=32, fine=16, depth=2, critic=16))


def trained(hymns: Corpus, folder: Path, plan: Plan = SMALL) -> bytes:
    train_on(hymns, genre("chorale"), folder, plan, device="cpu")
    return (folder / WEIGHTS).read_bytes()


def test_the_losses_fall_and_the_best_model_is_kept_with_its_curves(hymns: Corpus, tmp_path: Path) -> None:
    plan = replace(SMALL, steps=80, warm_up=60, every=20, warm_rate=3e-3)
    trained(hymns, tmp_path / "chorale-1", plan)
    rows = read_log(tmp_path / "chorale-1" / LOG)
    assert [row["step"] for row in rows] == [20, 40, 60, 80]
    assert rows[2]["told"] < 0.7 * rows[0]["told"]
    assert "critic" in rows[3]
    assert (tmp_path / "chorale-1" / PICTURE).read_bytes().startswith(b"\x89PNG")
    generator, about = read_checkpoint(tmp_path / "chorale-1")
    best = min(rows, key=lambda row: row["similarity_index"] + max(0.0, 0.35 - row["diversity"]))
    assert about.metrics["similarity_index"] == pytest.approx(best["similarity_index"])
    assert generator.parts == hymns.parts
    assert not (tmp_path / "chorale-1" / STATE).exists()


def test_an_interrupted_training_ends_as_one_that_was_not(
    hymns: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trained(hymns, tmp_path / "whole" / "chorale-1")
    with monkeypatch.context() as interrupted:
        interrupted.setattr(training, "forget_state", lambda folder: None)
        trained(hymns, tmp_path / "parted" / "chorale-1", replace(SMALL, steps=8))
    assert read_plan(tmp_path / "parted" / "chorale-1").steps == 8
    assert trained(hymns, tmp_path / "parted" / "chorale-1") == whole
    logs = [read_log(tmp_path / name / "chorale-1" / LOG) for name in ("whole", "parted")]
    losses = [[row["total"] for row in log] for log in logs]
    assert losses[0] == losses[1]


def test_mixed_precision_trains_on_the_cpu_too(hymns: Corpus, tmp_path: Path) -> None:
    plain = trained(hymns, tmp_path / "plain" / "chorale-1")
    mixed = trained(hymns, tmp_path / "mixed" / "chorale-1", replace(SMALL, precision="bf16-mixed"))
    assert mixed != plain
    generator, about = read_checkpoint(tmp_path / "mixed" / "chorale-1")
    assert about.training["precision"] == "bf16-mixed"
    assert {weight.dtype for weight in generator.parameters()} == {torch.float32}
    losses = [read_log(tmp_path / name / "chorale-1" / LOG)[-1]["told"] for name in ("plain", "mixed")]
    assert losses[0] == pytest.approx(losses[1], rel=0.01)
    assert losses[0] != losses[1]


def test_a_precision_that_the_cpu_does_not_have_is_said(hymns: Corpus, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="16-mixed needs a GPU"):
        trained(hymns, tmp_path / "chorale-1", replace(SMALL, precision="16-mixed"))
    assert not (tmp_path / "chorale-1").exists()


def test_it_ends_when_nothing_gets_better(hymns: Corpus, tmp_path: Path) -> None:
    still = replace(SMALL, steps=200, warm_up=0, every=2, patience=2, warm_rate=0.0, rate=0.0, critic_rate=0.0)
    trained(hymns, tmp_path / "chorale-1", still)
    assert read_log(tmp_path / "chorale-1" / LOG)[-1]["step"] == 6


def test_too_little_music_is_said(hymns: Corpus, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least 64 windows"):
        train_on(hymns, genre("chorale"), tmp_path / "chorale-1", Plan(), device="cpu")


def test_another_music_does_not_go_on_with_a_training(
    hymns: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "forget_state", lambda folder: None)
    trained(hymns, tmp_path / "chorale-1")
    other = replace(hymns, roll=np.roll(hymns.roll, 1, axis=2))
    with pytest.raises(InputError, match="other music"):
        trained(other, tmp_path / "chorale-1")


@pytest.mark.parametrize("device", ["gpu", "cuda:77", "mps"])
def test_a_device_that_is_not_there_is_said(hymns: Corpus, tmp_path: Path, device: str) -> None:
    with pytest.raises(InputError, match=r"device|GPUs|cpu"):
        train_on(hymns, genre("chorale"), tmp_path / "chorale-1", SMALL, device=device)


def test_two_processes_train_one_model(tmp_path: Path) -> None:
    script = Path(__file__).with_name("train_together.py")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = subprocess.run(
        [*command, str(script), str(tmp_path / "chorale-1"), str(tmp_path)],
        env=environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "weights-0").read_text() == (tmp_path / "weights-1").read_text()
    assert read_about(tmp_path / "chorale-1").training["step"] > 0
    assert (tmp_path / "chorale-1" / ABOUT).is_file()
