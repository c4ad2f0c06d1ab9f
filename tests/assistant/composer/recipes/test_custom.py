import pytest
from symusic import Note, Score, TimeSignature, Track

from assistant.composer.data import load, prepare
from assistant.composer.genres import genre
from assistant.errors import InputError

TUNES = ((0, 2, 4, 5, 7, 9, 7, 4), (7, 4, 5, 9, 2, 0, 4, 11), (4, 4, 0, 9, 11, 5, 2, 7))


def write(path, tune=TUNES[0], meter=(4, 4), parts=4):
    score = Score(480)
    score.time_signatures.append(TimeSignature(0, *meter))
    for part in range(parts):
        track = Track(program=0)
        for beat in range(32):
            pitch = 72 - 9 * part + tune[beat % 8] - tune[beat // 8]
            track.notes.append(Note(480 * beat, 480, pitch, 80))
        score.tracks.append(track)
    path.write_bytes(bytes(score.dumps_midi()))
    return path


def test_own_files_become_a_corpus_and_what_cannot_be_used_is_said(tmp_path):
    files = [write(tmp_path / f"own {number}.mid", tune) for number, tune in enumerate(TUNES)]
    files.append(write(tmp_path / "again.mid"))
    files.append(write(tmp_path / "waltz.mid", meter=(3, 4)))
    files.append(write(tmp_path / "alone.mid", parts=1))
    (tmp_path / "broken.mid").write_bytes(b"MThd\0\0")
    corpus = load(prepare("custom", tmp_path / "made", midi=[*files, tmp_path / "broken.mid", tmp_path / "gone.mid"]))
    assert corpus.parts == genre("chorale").parts
    assert corpus.manifest["kind"] == "custom"
    assert [len(corpus.rolls(side)) for side in ("train", "dev", "test")] == [1, 1, 1]
    assert all(roll.shape == (4, 128, 128) for side in ("train", "dev", "test") for roll in corpus.rolls(side))
    skipped = corpus.manifest["skipped"]
    assert set(skipped) == {"own 0.mid", "waltz.mid", "alone.mid", "broken.mid", "gone.mid"}
    assert "3/4" in skipped["waltz.mid"]
    assert "no melody with other parts" in skipped["alone.mid"]


def test_a_layout_with_drums_is_filled_by_program(tmp_path):
    corpus = load(prepare("custom", tmp_path, midi=[write(tmp_path / "own.mid")], layout="rock"))
    assert corpus.parts == genre("rock").parts
    assert corpus.roll[0].any()


def test_nothing_to_learn_from_is_said(tmp_path):
    with pytest.raises(InputError, match="name one or more"):
        prepare("custom", tmp_path)
    with pytest.raises(InputError, match="3/4"):
        prepare("custom", tmp_path, midi=[write(tmp_path / "waltz.mid", meter=(3, 4))])
