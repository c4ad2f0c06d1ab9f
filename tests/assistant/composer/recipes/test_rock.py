import struct

import pytest
from symusic import Note, Score, TimeSignature, Track

from assistant.composer.data import load, prepare
from assistant.composer.recipes import rock
from assistant.composer.recipes.wad import lumps
from assistant.errors import InputError


def wad(path, **found):
    body, directory = b"", b""
    for name, data in found.items():
        directory += struct.pack("<ii8s", 12 + len(body), len(data), name.encode())
        body += data
    path.write_bytes(struct.pack("<4sii", b"IWAD", len(found), 12 + len(body)) + body + directory)
    return path


def song(numerator=4, off=0, step=2):
    score = Score(96)
    score.time_signatures.append(TimeSignature(0, numerator, 4))
    lead, bass, drums = Track(program=81), Track(program=34), Track(is_drum=True)
    for beat in range(48):
        lead.notes.append(Note(96 * beat + off * (beat % 3), 96, 72 + step * beat % 7, 80))
        bass.notes.append(Note(96 * beat + off * (beat % 4), 96, 36, 80))
        drums.notes.append(Note(96 * beat + off * (beat % 5), 24, 36, 80))
    for track in (lead, bass, drums):
        score.tracks.append(track)
    return bytes(score.dumps_midi())


def test_the_music_of_a_wad_is_found_and_what_cannot_be_used_is_said(tmp_path):
    file = wad(
        tmp_path / "freedoom1.wad",
        E1M1=b"",
        D_E1M1=song(),
        D_AGAIN=song(),
        D_WALTZ=song(numerator=3),
        D_LOOSE=song(off=7),
        PLAYPAL=b"colours",
    )
    manifest = load(prepare("rock", tmp_path, midi=[file])).manifest
    assert [piece["title"] for piece in manifest["pieces"]] == ["freedoom1 D_E1M1 (1)"]
    assert manifest["pieces"][0]["bars"] == 12
    assert "4/4" in manifest["skipped"]["freedoom1 D_WALTZ"]
    assert "grid" in manifest["skipped"]["freedoom1 D_LOOSE"]


@pytest.mark.parametrize("keep", [0, 4, 40, -20])
def test_a_cut_wad_is_said_to_be_cut(tmp_path, keep):
    file = wad(tmp_path / "cut.wad", D_E1M1=song())
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(InputError, match="cut off"):
        list(lumps(file))


def test_another_file_is_no_wad(tmp_path):
    (tmp_path / "song.wad").write_bytes(song())
    with pytest.raises(InputError, match="not a WAD file"):
        list(lumps(tmp_path / "song.wad"))


def test_without_the_game_the_message_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(rock, "FOLDERS", (str(tmp_path),))
    with pytest.raises(InputError, match="apt install freedoom"):
        prepare("rock", tmp_path)
