from assistant.composer.roll import empty, write_note
from assistant.composer.rules.chords import chords

C, F, G, AM, DM, E = (0, 4, 7), (5, 9, 0), (7, 11, 2), (9, 0, 4), (2, 5, 9), (4, 8, 11)


def tune(*pitches):
    """A melody of quarters; None is a rest."""
    melody = empty(1, -(-len(pitches) // 4))[0]
    for beat, pitch in enumerate(pitches):
        if pitch is not None:
            write_note(melody, pitch, 4 * beat, 4)
    return melody


def triads(melody):
    return [None if chord is None else chord.classes[:3] for chord in chords(melody)]


def test_every_melody_note_is_in_its_chord():
    pitches = (72, 74, 76, 77, 79, 81, 83, 84)
    for pitch, chord in zip(pitches, chords(tune(*pitches)), strict=True):
        assert chord is not None
        assert pitch % 12 in chord.classes


def test_a_cadence_goes_from_the_dominant_to_the_tonic():
    assert triads(tune(72, 77, 74, 72))[2:] == [G, C]
    assert triads(tune(69, 74, 68, 69))[2:] == [E, AM]


def test_a_passing_eighth_does_not_change_the_chord():
    plain, passing = tune(72, 76, 74, 72), tune(72, 76, 74, 72)
    write_note(passing, 72, 0, 2)
    write_note(passing, 74, 2, 2)
    assert triads(passing) == triads(plain)


def test_rests_have_no_chord():
    found = triads(tune(None, 72, None, 72))
    assert [chord is None for chord in found] == [True, False, True, False]
    assert triads(tune(None, None, None, None)) == [None] * 4
