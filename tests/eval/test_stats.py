import numpy as np
import pytest
from scipy import stats as scipy_stats

from eval import resampling
from eval.resampling import Grouped, resample
from eval.stats import (
    Estimate,
    bootstrap,
    bootstrap_of,
    holm,
    mcnemar,
    mcnemar_needed,
    paired,
    paired_bootstrap,
    proportion,
    wilson,
)


@pytest.mark.parametrize(("right", "of"), [(0, 1), (1, 1), (0, 40), (40, 40), (3, 17), (61, 120), (999, 1000)])
def test_wilson_is_the_interval_of_scipy(right, of):
    wanted = scipy_stats.binomtest(right, of).proportion_ci(method="wilson")
    found = wilson(right, of)
    assert (found.value, found.low, found.high) == pytest.approx((right / of, wanted.low, wanted.high), abs=1e-7)


def test_the_bootstrap_is_the_percentile_interval_of_scipy():
    values = np.random.default_rng(4).exponential(size=60)
    wanted = scipy_stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=10_000, rng=np.random.default_rng(9)
    ).confidence_interval
    found = bootstrap(values)
    assert found.value == pytest.approx(values.mean())
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=0.02)


def test_a_seed_fixes_the_interval_and_nothing_has_no_interval():
    values = [0.0, 1.0, 0.5, 0.25]
    assert bootstrap(values, seed=3) == bootstrap(values, seed=3)
    assert bootstrap([]).n == wilson(0, 0).n == 0
    assert np.isnan(bootstrap([]).value)


def test_the_paired_bootstrap_is_that_of_the_differences():
    rng = np.random.default_rng(1)
    a = rng.normal(size=50)
    b = a + rng.normal(0.2, 0.5, size=50)
    wanted = bootstrap(b - a)
    found = paired_bootstrap(a, b)
    assert (found.value, found.low, found.high) == pytest.approx((wanted.value, wanted.low, wanted.high))
    assert (found.p < 0.05) == (found.low > 0)
    turned = paired_bootstrap(b, a)
    assert (turned.value, turned.p) == pytest.approx((-found.value, found.p))


@pytest.mark.parametrize("shift", [0.0, 0.6])
def test_the_paired_test_finds_a_difference_where_there_is_one_and_one_in_twenty_where_there_is_none(shift):
    rng = np.random.default_rng(2)
    found = 0
    for _ in range(400):
        a = rng.normal(size=40)
        b = rng.normal(size=40) + shift
        found += paired_bootstrap(a, b, resamples=500).p < 0.05
    if shift:
        assert found / 400 > 0.6
    else:
        # 0.05 within three standard errors of 400 trials, and a little more: the bootstrap is slightly bold at n = 40.
        assert 0.02 < found / 400 < 0.09


def test_the_interval_of_the_paired_test_holds_the_truth_19_times_in_20():
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(400):
        hard = rng.normal(size=40)
        found = paired_bootstrap(hard + rng.normal(size=40), hard + rng.normal(0.3, 1, 40), resamples=500)
        held += found.low <= 0.3 <= found.high
    assert 0.91 < held / 400 < 0.98


def test_few_pairs_prove_nothing():
    assert paired_bootstrap([0.1], [0.9]).p == 1.0
    assert paired_bootstrap([0.1, 0.2, 0.1, 0.2], [0.9, 0.8, 0.9, 0.8]).p == pytest.approx(0.125)


def test_equal_scores_give_no_difference():
    found = paired_bootstrap([0.5, 0.25, 1.0], [0.5, 0.25, 1.0])
    assert (found.value, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_a_ratio_of_medians_is_compared_with_one():
    a = np.random.default_rng(5).uniform(1, 2, 60)

    def median(values):
        return bootstrap_of(60, lambda draws: np.median(values[draws], axis=-1), 1_000)

    found = paired(median(a), median(2 * a), ratio=True)
    assert (found.value, found.low, found.high) == pytest.approx((2, 2, 2))
    assert found.p < 0.01
    assert paired(median(a), median(a), ratio=True).p == 1.0


def test_figures_without_resamples_or_of_other_sizes_are_not_compared():
    assert np.isnan(paired(Estimate(1.0, 0.0, 2.0, 3), Estimate(2.0, 1.0, 3.0, 3)).p)
    assert np.isnan(paired(bootstrap([1.0, 2.0]), bootstrap([1.0, 2.0, 3.0])).p)


@pytest.mark.parametrize(
    ("won", "lost", "p"),
    # 2 * P(X <= min) for X ~ Binomial(won + lost, 1/2), by hand.
    [(5, 0, 2 / 32), (6, 0, 2 / 64), (8, 1, 2 * (1 + 9) / 512), (3, 3, 1.0), (0, 0, 1.0), (1, 7, 2 * (1 + 8) / 256)],
)
def test_mcnemar_is_the_exact_test_of_the_pairs_that_differ(won, lost, p):
    a = [0.0] * won + [1.0] * lost + [1.0] * 10 + [0.0] * 5
    b = [1.0] * won + [0.0] * lost + [1.0] * 10 + [0.0] * 5
    found = mcnemar(a, b)
    assert (found.value, found.p, found.n) == pytest.approx(((won - lost) / len(a), p, len(a)))
    assert found.low < found.value < found.high


@pytest.mark.parametrize(("differing", "level"), [(0, 0.05), (5, 0.05), (12, 0.05), (12, 0.005), (31, 0.01)])
def test_the_size_that_mcnemar_needs_is_the_first_that_it_shows(differing, level):
    def p_of(won, lost):
        return mcnemar([0.0] * won + [1.0] * lost + [1.0] * (60 - won - lost), [1.0] * won + [0.0] * lost + rest).p

    needed = round(mcnemar_needed(differing, 60, level) * 60)
    of = max(differing, needed)
    won, rest = (of + needed) // 2, [1.0] * (60 - of)
    assert p_of(won, of - won) < level
    assert p_of(won - 1, of - won + 1) >= level


def test_the_interval_of_mcnemar_holds_the_truth_19_times_in_20():
    rng = np.random.default_rng(6)
    held = 0
    for _ in range(500):
        a, chance = rng.random(60) < 0.6, rng.random(60)
        b = np.where(a, chance < 0.9, chance < 0.3)
        found = mcnemar(a.astype(float), b.astype(float))
        held += found.low <= 0.4 * 0.3 - 0.6 * 0.1 <= found.high
    assert 0.92 < held / 500 < 0.99


def test_holm_is_the_step_down_of_the_worked_example():
    # Four p values: 4 * 0.005, 3 * 0.01, then 2 * 0.03 which 1 * 0.04 may not fall below.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@pytest.mark.parametrize("values", [[1.0] * 5, [0.0] * 5, [1.0, 0.0, 1.0, 1.0]])
def test_a_mean_of_zeros_and_ones_has_the_ends_of_a_proportion_and_can_be_paired(values):
    found = bootstrap(values)
    assert found == wilson(round(sum(values)), len(values))
    assert 0 < found.high - found.low < 1
    assert paired(found, found).value == 0.0


def wordings(rng, questions=30, each=5, share=0.7):
    """Zeros and ones of questions that come in several wordings, which mostly come out alike."""
    hard = rng.random(questions) < share
    same = rng.random((questions, each)) < 0.8
    return np.where(same, hard[:, None], rng.random((questions, each)) < share).astype(float).ravel()


def test_intervals_over_wordings_of_one_question_rest_on_questions():
    rng = np.random.default_rng(8)
    seed = Grouped(0, [str(n // 5) for n in range(150)])
    held = {"by question": 0, "by mean": 0, "by sample": 0}
    for _ in range(300):
        values = wordings(rng)
        shifted = values + rng.normal(0, 0.01, 150)  # no longer zeros and ones
        by_mean = bootstrap(shifted, 400, seed)
        ends = {"by question": proportion(values, seed), "by mean": by_mean, "by sample": proportion(values)}
        for name, found in ends.items():
            held[name] += found.low <= 0.7 <= found.high
    assert 0.9 < held["by question"] / 300 < 0.98
    assert 0.9 < held["by mean"] / 300 < 0.98
    assert held["by sample"] / 300 < 0.8


def test_wordings_that_all_come_out_alike_tell_as_much_as_one():
    groups = Grouped(0, list("aaabbbcccddd"))
    assert (proportion([1.0] * 12, groups).low, proportion([1.0] * 12, groups).n) == (wilson(4, 4).low, 12)
    mixed = proportion([1.0] * 6 + [0.0] * 6, groups)
    assert mixed.high - mixed.low >= wilson(2, 4).high - wilson(2, 4).low


def test_groups_are_drawn_whole_whatever_their_size():
    groups = list("abbcccab")
    for places, draws in resample(8, 200, Grouped(3, groups)):
        assert len(places) == len(draws)
        for draw in draws:
            counts = np.bincount(draw, minlength=8)
            assert all(len({counts[n] for n in range(8) if groups[n] == name}) == 1 for name in "abc")


def test_groups_of_one_are_samples():
    values = np.random.default_rng(4).normal(size=20)
    assert bootstrap(values, seed=Grouped(5, [str(n) for n in range(20)])) == bootstrap(values, seed=5)


def test_resamples_are_drawn_in_blocks_that_change_nothing(monkeypatch):
    values = np.random.default_rng(4).normal(size=70)
    at_once = bootstrap(values, 500)
    widest = []
    monkeypatch.setattr(resampling, "_BLOCK", 1_000)

    def mean(draws):
        widest.append(draws.size)
        return values[draws].mean(axis=-1)

    in_blocks = bootstrap_of(70, mean, 500)
    assert max(widest) <= 1_000
    np.testing.assert_array_equal(in_blocks.drawn, at_once.drawn)


def test_pairs_of_few_questions_prove_nothing_however_many_wordings_they_have():
    seed = Grouped(0, [str(n // 10) for n in range(30)])
    a, b = (bootstrap(np.linspace(0, 0.1, 30) + shift, 500, seed) for shift in (0.0, 0.5))
    assert paired(a, b).p < 0.05
    assert paired(a, b, groups=3).p == pytest.approx(0.25)
