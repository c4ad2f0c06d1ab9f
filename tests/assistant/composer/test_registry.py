"""Which model is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from assistant.composer import registry
from assistant.composer.registry import Registry
from assistant.errors import InputError

Keep = Callable[..., torch.nn.Module]


@pytest.fixture
def models(keep: Keep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    monkeypatch.setattr(registry, "SHIPPED", tmp_path / "shipped")
    keep(tmp_path / "shipped" / "chorale-1", 0.08)
    keep(tmp_path / "own" / "chorale-2", 0.3)
    keep(tmp_path / "own" / "quartet-1", 0.2, "quartet")
    (tmp_path / "own" / "broken-1").mkdir()
    (tmp_path / "own" / "broken-1" / "model.json").write_text("{")
    return Registry(tmp_path / "own")


def test_a_genre_is_its_best_model_and_a_version_is_itself(models: Registry) -> None:
    assert models.find("chorale").name == "chorale-1"
    assert models.find("chorale-2").name == "chorale-2"
    assert [version.name for version in models.versions()] == ["chorale-1", "chorale-2", "quartet-1"]


def test_a_new_model_gets_the_next_number(models: Registry) -> None:
    assert models.next_folder("chorale") == models.own / "chorale-3"
    assert models.next_folder("rock") == models.own / "rock-1"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("rock", "etude compose train rock"), ("chorle", "Did you mean chorale"), ("../../etc", "There is no genre")],
)
def test_what_there_is_not_is_said_with_what_to_do(models: Registry, wanted: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        models.find(wanted)
