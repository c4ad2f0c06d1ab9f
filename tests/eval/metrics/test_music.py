import pytest

from assistant.composer.metrics import diversity, measure
from assistant.composer.reference import read_reference
from assistant.composer.roll import empty, write_note
from assistant.composer.similarity import similarity_index
from assistant.errors import InputError
from eval.metrics.registry import find_metric
from eval.notation import accompaniment_text, melody_text
from eval.sample import Case, Output, Sample
from eval.tools import Tools

METRIC = find_metric("music")


@pytest.fixture
def score(settings):
    def scored(roll, *takes, prediction=None):
        said = prediction or accompaniment_text("chorale", takes)
        sample = Sample(id="1", prompt=melody_text("chorale", roll))
        return METRIC.score([Case(sample, Output(prediction=said))], Tools(settings))[0]

    return scored


def whole_notes(*chords):
    roll = empty(4, len(chords))
    for bar, chord in enumerate(chords):
        for part, pitch in zip(roll, chord, strict=True):
            write_note(part, pitch, 16 * bar, 16)
    return roll


TONIC, SEVENTH, STRANGE = (72, 67, 64, 48), (71, 65, 62, 55), (72, 66, 61, 49)


def test_shares_by_hand(score):
    real = whole_notes(TONIC, SEVENTH)
    other = whole_notes(TONIC, STRANGE)
    found = score(real, real, other)
    # Of the seventh chord only the tritone between B and F is dissonant with the melody.
    assert found["consonance"] == pytest.approx((0.5 + 1 + 1) / 3)
    assert found["in_key"] == 1
    assert found["diversity"] == 0.5
    # Under C, F sharp, C sharp and C sharp are out of key and dissonant.
    strange = score(other, other)
    assert strange["consonance"] == strange["in_key"] == 0.5
    assert "diversity" not in strange


def test_figures_are_those_of_the_composers_own_metrics(score):
    real, other = whole_notes(TONIC, SEVENTH), whole_notes(TONIC, STRANGE)
    reference = read_reference("chorale")
    parts = reference.scale.parts
    found = score(real, real, other)
    wanted = similarity_index(measure([real], parts), reference.means, reference.scale.spans)
    assert found["similarity"] == pytest.approx(wanted)
    assert found["diversity"] == diversity([real], [other[:, :]], parts)


def test_silence_has_no_consonance_and_is_as_far_as_noise(score):
    found = score(whole_notes(TONIC), empty(4, 1))
    assert found.keys() == {"similarity"}
    assert found["similarity"] >= 0.9


def test_words_are_no_music_and_no_answer_is_not_scored(score, settings):
    with pytest.raises(InputError, match="not music"):
        score(whole_notes(TONIC), prediction="A cadence in C major.")
    sample = Sample(id="1", prompt=melody_text("chorale", whole_notes(TONIC)))
    assert METRIC.score([Case(sample, Output())], Tools(settings)) == [{}]


def test_the_signature_says_what_real_music_gets(settings):
    assert f"chorale {read_reference('chorale').alone:.2f}" in METRIC.signature(Tools(settings))
