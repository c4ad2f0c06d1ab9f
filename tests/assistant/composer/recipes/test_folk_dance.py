import numpy as np

from assistant.composer.data import load, prepare
from assistant.composer.recipes.accompany import accompany
from assistant.composer.roll import HELD, ONSET, empty, notes, write_note

SCALE = "X:{number}\nT:{title}\nM:{meter}\nL:1/8\nK:{key}\n{tune}\n"
PART = "GABc dBGB|c2ec d2BG|GABc dBGB|ADFA G4|"


def test_tunes_of_a_book_are_read_once_each_with_guitar_and_bass(tmp_path):
    part = f"|:{PART}{PART.replace('ADFA G4', 'A2F2 G4')}:|"
    sixteenths = f"|:{'GABcdBGB|cedcd2BG|' * 4}:|"
    book = tmp_path / "book.abc"
    book.write_text(
        SCALE.format(number=1, title="One", meter="C", key="G", tune=part)
        + "\n"
        + SCALE.format(number=2, title="Jig", meter="6/8", key="G", tune="|:GAB cde|dcB AGF:|")
        + "\n"
        + SCALE.format(number=3, title="Short", meter="4/4", key="G", tune=PART)
        + "\n"
        + SCALE.format(number=4, title="Small notes", meter="2/4", key="G", tune=sixteenths).replace("1/8", "1/16"),
        encoding="utf-8",
    )
    corpus = load(prepare("folk-dance", tmp_path, midi=[book]))
    assert corpus.manifest["kind"] == "rules"
    found = {piece["title"][:-11]: piece for piece in corpus.manifest["pieces"]}
    assert {title: piece["bars"] for title, piece in found.items()} == {"One": 8, "Small notes": 8}
    assert found["One"]["shift"] == 5
    assert "accompaniment made by rules" in found["One"]["source"]
    guitar, bass = corpus.roll[1], corpus.roll[2]
    assert guitar.any()
    assert bass.any()
    assert np.isin(np.flatnonzero(bass.any(axis=0)) % 12, [0, 2, 4, 5, 7, 9, 11]).all()


def test_chords_fit_the_notes_and_sections_end_at_home():
    melody = empty(1, 8)[0]
    arpeggios = {0: (72, 76, 79, 76), 1: (77, 81, 84, 81), 2: (79, 83, 86, 83), 3: (72, 76, 79, 72)}
    for half in range(16):
        for beat, pitch in enumerate(arpeggios[half // 2 % 4][2 * (half % 2) :][:2]):
            write_note(melody, pitch, 8 * half + 4 * beat, 4)
    guitar, bass = accompany(melody, "a tune")
    chords = [
        {pitch % 12 for pitch in np.flatnonzero(guitar[8 * half : 8 * half + 8].any(axis=0))} for half in range(16)
    ]
    assert chords[:8] == [{0, 4, 7}] * 2 + [{5, 9, 0}] * 2 + [{7, 11, 2}] * 2 + [{0, 4, 7}] * 2
    assert chords[-1] == {0, 4, 7}
    assert notes(bass)[0][1] % 12 == 0
    assert np.array_equal(accompany(melody, "a tune")[0], guitar)
    assert set(np.unique(guitar)) == {0, HELD, ONSET}


def test_where_the_melody_rests_the_others_do():
    melody = empty(1, 8)[0]
    for beat in range(16):
        write_note(melody, 72, 4 * beat, 4)
    guitar, bass = accompany(melody, "a tune")
    assert not guitar[64:].any()
    assert not bass[64:].any()
