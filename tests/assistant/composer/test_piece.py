import json

import numpy as np
import pytest
from PIL import Image
from symusic import Score

from assistant.composer.genres import genre
from assistant.composer.melody import read_melody
from assistant.composer.piece import ENDINGS, Made, metrics_of, paths_of, write_piece
from assistant.composer.roll import empty, transpose
from assistant.errors import InputError

CHORALE = genre("chorale")


@pytest.fixture(scope="module")
def made():
    melody = read_melody("frere-jacques")
    roll = np.concatenate([transpose(melody.roll, -down) for down in (0, 5, 12, 24)])
    about = {"seed": 7, "model": "chorale-1", "metrics": metrics_of(roll, CHORALE), "notes": []}
    return Made(roll, CHORALE, melody.title, 96.0, about)


def test_all_files_are_written_and_what_stood_there_is_replaced(made, tmp_path):
    out = tmp_path / "new folder" / "my.piece"
    first = write_piece(made, out)
    assert [path.name for path in first.values()] == [f"my.piece.{ending}" for ending in ENDINGS]
    before = first["mid"].read_bytes()
    first["mid"].write_bytes(b"old")
    again = write_piece(made, out)
    assert again["mid"].read_bytes() == before
    assert len(Score(str(again["mid"])).tracks) == 4
    assert again["wav"].read_bytes()[:4] == b"RIFF"
    with Image.open(again["png"]) as image:
        assert image.format == "PNG"
    assert b"<score-partwise" in again["musicxml"].read_bytes()
    assert json.loads(again["json"].read_text("utf-8"))["seed"] == 7


def test_metrics_do_not_depend_on_the_key_and_what_cannot_be_counted_is_none(made):
    up = metrics_of(transpose(made.roll, 3), CHORALE)
    assert up == made.about["metrics"]
    silent = empty(4, 2)
    silent[0] = made.roll[0, :32]
    assert any(value is None for value in metrics_of(silent, CHORALE).values())


def test_a_folder_that_cannot_be_written_is_one_sentence(made, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="cannot be written"):
        write_piece(made, tmp_path / "file" / "piece")
    with pytest.raises(InputError, match="soundfont"):
        write_piece(made, tmp_path / "piece", tmp_path / "none.sf2")
    assert not any(path.exists() for path in paths_of(tmp_path / "piece").values())
