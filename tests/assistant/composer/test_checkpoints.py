"""What is kept of a model can be read back, and nothing else is ever loaded."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from assistant.composer.checkpoints import ABOUT, WEIGHTS, read_checkpoint
from assistant.composer.genres import genre
from assistant.errors import InputError

Keep = Callable[..., torch.nn.Module]


def test_a_model_is_read_as_it_was_written(keep: Keep, tmp_path: Path) -> None:
    generator = keep(tmp_path / "chorale-1")
    found, about = read_checkpoint(tmp_path / "chorale-1")
    assert about.as_genre() == genre("chorale")
    for ours, theirs in zip(generator.state_dict().values(), found.state_dict().values(), strict=True):
        assert torch.equal(ours.half(), theirs.half())


def test_a_pickle_is_refused_and_not_run(keep: Keep, tmp_path: Path) -> None:
    trap = tmp_path / "trap"

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            return (Path.touch, (trap,))

    (tmp_path / "model.pt").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(InputError, match="never loaded"):
        read_checkpoint(tmp_path / "model.pt")
    keep(tmp_path / "chorale-1")
    (tmp_path / "chorale-1" / WEIGHTS).write_bytes(pickle.dumps(Trap()))
    with pytest.raises(InputError, match="is not the file"):
        read_checkpoint(tmp_path / "chorale-1")
    assert not trap.exists()


def test_weights_that_are_not_those_described_are_refused(keep: Keep, tmp_path: Path) -> None:
    keep(tmp_path / "chorale-1")
    path = tmp_path / "chorale-1" / WEIGHTS
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(InputError, match="take another version"):
        read_checkpoint(tmp_path / "chorale-1")


@pytest.mark.parametrize(
    "change", [{"sizes": {"width": 48}}, {"sizes": {"width": 10**9}}, {"sizes": {"no": 1}}, {"parts": []}, {"extra": 1}]
)
def test_a_description_that_does_not_fit_is_refused(keep: Keep, tmp_path: Path, change: dict[str, object]) -> None:
    keep(tmp_path / "chorale-1")
    about = tmp_path / "chorale-1" / ABOUT
    about.write_text(json.dumps(json.loads(about.read_text()) | change))
    with pytest.raises(InputError, match="describe"):
        read_checkpoint(tmp_path / "chorale-1")


def test_an_empty_folder_holds_no_model(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no trained model"):
        read_checkpoint(tmp_path)
