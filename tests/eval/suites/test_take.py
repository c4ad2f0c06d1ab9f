from collections import Counter

import pytest

from assistant.errors import InputError
from eval.sample import Sample
from eval.suites.take import take

SAMPLES = [
    Sample(id=f"{category}{n}", prompt="?", category=category, answerable=answerable)
    for category, answerable, count in (("fact", True, 60), ("list", True, 20), ("off topic", False, 40))
    for n in range(count)
]


def test_every_kind_has_its_share():
    counts = Counter(sample.category for sample in take(SAMPLES, 30))
    assert counts == {"fact": 15, "list": 5, "off topic": 10}


@pytest.mark.parametrize("limit", [1, 7, 20, 77])
def test_a_larger_part_has_the_smaller_one_in_it(limit):
    assert take(SAMPLES, 2 * limit)[:limit] == take(SAMPLES, limit)


def test_a_part_rests_on_the_seed_and_not_on_the_order():
    assert take(SAMPLES, 12, seed=1) == take(SAMPLES[::-1], 12, seed=1)
    assert take(SAMPLES, 12, seed=1) != take(SAMPLES, 12, seed=2)


def test_no_limit_is_all_of_them():
    assert sorted(sample.id for sample in take(SAMPLES, 0)) == sorted(sample.id for sample in SAMPLES)
    assert len(take(SAMPLES, 1000)) == len(SAMPLES)


def test_other_words_come_behind_their_question():
    others = [s.model_copy(update={"id": f"{s.id}-case", "of": s.id, "category": "case"}) for s in SAMPLES[:5]]
    taken = [sample.id for sample in take([*others, *SAMPLES], 0)]
    assert all(taken.index(other.id) == taken.index(other.of) + 1 for other in others)


def test_less_than_nothing_cannot_be_taken():
    with pytest.raises(InputError, match="-1 samples"):
        take(SAMPLES, -1)
