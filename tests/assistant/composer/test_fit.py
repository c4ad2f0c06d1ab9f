import pytest

from assistant.composer.fit import fit
from assistant.composer.melody import read_melody
from assistant.composer.roll import notes
from assistant.errors import InputError


def bar_pitches(melody):
    return [pitch for _, pitch, _ in notes(melody.roll[0])]


def test_a_melody_is_cut_to_its_first_bars():
    fitted = fit(read_melody("C4:w D4:w E4:w"), 2)
    assert bar_pitches(fitted) == [60, 62]
    assert fitted.notes == ("The melody has 3 bars; the first 2 are used.",)


def test_a_melody_is_repeated_and_closes_as_it_does():
    fitted = fit(read_melody("C4:w D4:w E4:w"), 8)
    assert bar_pitches(fitted) == [60, 62, 64, 60, 62, 64, 62, 64]
    assert fitted.bars == 8
    assert "repeated to fill 8" in fitted.notes[-1]


def test_a_pickup_leads_into_every_repetition():
    fitted = fit(read_melody("G4 | C4:w | E4:h. |"), 5)
    assert notes(fitted.roll[0]) == [
        (12, 67, 4),
        (16, 60, 16),
        (32, 64, 12),
        (44, 67, 4),
        (48, 60, 16),
        (64, 64, 12),
    ]


def test_a_note_held_over_the_cut_begins_anew():
    fitted = fit(read_melody("C4:w D4:w~ D4:w"), 4)
    assert notes(fitted.roll[0])[-2:] == [(16, 62, 32), (48, 62, 16)]


def test_the_length_it_has_changes_nothing():
    melody = read_melody("C4:w D4:w")
    assert fit(melody, 2) is melody
    assert fit(melody, None) is melody


@pytest.mark.parametrize("bars", [0, -1, 65, 10_000])
def test_a_length_that_cannot_be_is_refused(bars):
    with pytest.raises(InputError, match="1 to 64 bars"):
        fit(read_melody("C4"), bars)
