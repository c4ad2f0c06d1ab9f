"""The page of pieces to listen to."""

from __future__ import annotations

import io
import re
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile
import torch
from PIL import Image

from assistant.composer import listening
from assistant.composer.composing import Composer
from assistant.composer.listening import listening_page, turns


@pytest.mark.parametrize("models", [1, 2, 3, 5, 6])
def test_melodies_and_models_take_turns_and_no_pair_comes_again_before_all_have(models: int) -> None:
    names, versions = list("abcde"), list(range(models))
    pairs = turns(names, versions, 5 * models)
    assert len(set(pairs)) == 5 * models
    assert {name for name, _ in pairs[:5]} == set(names)
    assert {version for _, version in pairs[:models]} == set(versions)


def test_the_page_holds_every_piece_with_its_sound_and_picture_and_needs_nothing_else(
    keep: Callable[..., torch.nn.Module], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "PIECES", 3)
    for name in ("chorale", "rock"):
        keep(tmp_path / f"{name}-77", 0.0, name)
    told: list[tuple[int, int]] = []
    composers = [Composer.load(f"{name}-77", tmp_path, "cpu") for name in ("chorale", "rock")]
    page = listening_page(composers, seed=40, on_progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3)]
    assert re.findall(r"Model ([\w-]+), seed\s+(\d+), 16 bars", page) == [
        ("chorale-77", "40"),
        ("rock-77", "41"),
        ("chorale-77", "42"),
    ]
    assert len(set(re.findall(r"<h2>\d\. (.*?)</h2>", page))) == 3
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    sounds = [b64decode(one.removeprefix("data:audio/mpeg;base64,")) for one in addresses if "audio" in one[:12]]
    pictures = [b64decode(one.removeprefix("data:image/png;base64,")) for one in addresses if "image" in one[:12]]
    assert (len(sounds), len(pictures), len(addresses)) == (3, 3, 6)
    tempos = [float(tempo) for tempo in re.findall(r"(\d+) quarter notes a minute", page)]
    for sound, tempo in zip(sounds, tempos, strict=True):
        heard = soundfile.info(io.BytesIO(sound))
        # Sixteen bars, and two seconds that the last notes ring on.
        assert heard.duration == pytest.approx(16 * 4 * 60 / tempo + 2, abs=0.5)
        assert len(sound) < 0.5e6
    for picture in pictures:
        assert Image.open(io.BytesIO(picture)).format == "PNG"
