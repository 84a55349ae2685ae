"""Laws of weights, matching and clusters: they balance what they promise; labels, order and scale do nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from steget_eval.core.streams import stream
from steget_eval.methods.design.balance import balance
from steget_eval.methods.design.entropy import weights_entropy
from steget_eval.methods.design.matching import match_full, match_nearest, subclassify
from steget_eval.methods.design.propensity import fit_propensity
from steget_eval.methods.design.trimming import truncate_weights
from steget_eval.methods.design.weights import weights_atc, weights_ate, weights_att
from steget_eval.methods.effects import amount_adjusted, binary_adjusted
from steget_eval.methods.effects.binary_ratio import modified_poisson
from steget_eval.methods.effects.binary_stratified import mantel_haenszel
from steget_eval.methods.effects.binary_targeted import targeted
from steget_eval.methods.effects.clustered import cr2, wild_bootstrap
from steget_eval.methods.effects.matched import abadie_imbens, matched_pairs
from steget_eval.methods.effects.matched_regression import regressed_sets
from steget_eval.methods.effects.site_permutation import site_permutation
from steget_eval.methods.effects.sites import pooled_sites

SEEDS = st.integers(0, 10_000)
EASY = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ROUNDING = 1e-7  # two iterated fits, relative


class People:
    """A hundred and fifty people with two amounts and a mark, without ties, at ten sites."""

    def __init__(self, seed: int) -> None:
        draws = stream(seed, "people")
        self.X = np.column_stack([draws.normal(size=150), draws.exponential(size=150), draws.integers(0, 2, 150)])
        lean = 0.4 * self.X[:, 0] - 0.3 * self.X[:, 2]
        self.a = (draws.random(150) < 1 / (1 + np.exp(0.3 - lean))) * 1.0
        self.y = (draws.random(150) < 1 / (1 + np.exp(-(0.5 * self.a + lean)))) * 1.0
        self.pay = 100 + 10 * self.a + 5 * lean + draws.normal(size=150)
        self.site = np.arange(150) % 10
        self.score = fit_propensity(self.a, self.X).score


def told(row) -> list[float]:
    return [row.estimate, row.std_error, row.conf_low, row.conf_high]


@pytest.mark.parametrize("population", ["ATE", "ATT", "ATC"])
@EASY
@given(SEEDS)
def test_entropy_weights_give_each_arm_the_means_of_its_population(population: str, seed: int) -> None:
    p = People(seed)
    w = weights_entropy(p.a, p.X, population=population)
    people = {"ATE": np.ones(150), "ATT": p.a, "ATC": 1 - p.a}[population].astype(bool)
    for arm in (1, 0):
        mine = p.a == arm
        assert w[mine].mean() == pytest.approx(1, rel=1e-9)
        assert w[mine] @ p.X[mine] / mine.sum() == pytest.approx(p.X[people].mean(axis=0), abs=1e-8)
    assert (w > 0).all()


@EASY
@given(SEEDS, st.floats(0.01, 100))
def test_scaling_weights_changes_no_balance_and_turning_the_arms_turns_the_weights(seed: int, unit: float) -> None:
    p = People(seed)
    w = weights_ate(p.a, p.score)
    one, two = balance(p.a, p.X, "xyz", w), balance(p.a, p.X, "xyz", w * unit)
    for name in ("weighted_smd", "weighted_ks", "weighted_variance_ratio"):
        assert np.allclose(getattr(one, name), getattr(two, name), rtol=1e-9, atol=1e-12, equal_nan=True)
    assert weights_atc(p.a, p.score) == pytest.approx(weights_att(1 - p.a, 1 - p.score))
    assert (one.weighted_ks <= 1 + 1e-12).all()


@EASY
@given(SEEDS)
def test_truncation_only_lowers_and_counts_whom_it_lowered(seed: int) -> None:
    p = People(seed)
    w = weights_ate(p.a, p.score)
    cut = truncate_weights(w, p.a, quantile=0.9)
    assert (cut.w <= w).all()
    assert cut.cut_1 + cut.cut_0 == int((cut.w < w).sum())


@EASY
@given(SEEDS)
def test_pairs_share_what_must_be_exact_and_nobody_is_in_two(seed: int) -> None:
    p = People(seed)
    found = match_nearest(p.score, p.a, caliper=0.3, exact=p.X[:, 2])
    eta = np.log(p.score / (1 - p.score))
    width = 0.3 * np.sqrt((eta[p.a == 1].var(ddof=1) + eta[p.a == 0].var(ddof=1)) / 2)
    for pair in range(found.set_of.max() + 1):
        both = found.set_of == pair
        assert sorted(p.a[both]) == [0, 1]
        assert np.ptp(p.X[both, 2]) == 0
        assert np.ptp(eta[both]) <= width
    assert found.unmatched_1 == int(p.a.sum()) - found.set_of.max() - 1


@EASY
@given(SEEDS)
def test_sets_of_full_matching_hold_everybody_and_weigh_as_their_population(seed: int) -> None:
    p = People(seed)
    for found in (match_full(p.score, p.a), subclassify(p.score, p.a, classes=3, population="ATT")):
        assert (found.set_of >= 0).all()
        for s in np.unique(found.set_of):
            here = found.set_of == s
            assert found.w[here & (p.a == 0)].sum() == pytest.approx((here & (p.a == 1)).sum())
    sets = match_full(p.score, p.a).set_of
    sizes = (
        [((sets == s) & (p.a == 1)).sum() for s in np.unique(sets)],
        [((sets == s) & (p.a == 0)).sum() for s in np.unique(sets)],
    )
    assert all(min(one, zero) == 1 for one, zero in zip(*sizes, strict=True))


ANSWERS = {
    "tmle": lambda p, i: targeted(p.y[i], p.a[i], p.X[i]).only(contrast="risk_difference"),
    "modified_poisson": lambda p, i: modified_poisson(p.y[i], p.a[i], p.X[i]).rows[0],
    "mantel_haenszel": lambda p, i: mantel_haenszel(p.y[i], p.a[i], p.X[i, 2:]).rows[0],
    "matched_pairs": lambda p, i: matched_pairs(p.y[i], p.a[i], p.X[i], caliper=None).only(contrast="risk_difference"),
    "matched_regression": lambda p, i: regressed_sets(p.y[i], p.a[i], p.X[i], ratio=2).only(contrast="risk_difference"),
    "abadie_imbens": lambda p, i: abadie_imbens(p.y[i], p.a[i], p.X[i]).rows[0],
    "cr2": lambda p, i: cr2(p.y[i], p.a[i], p.X[i], cluster=p.site[i]).rows[0],
    "wild_bootstrap": lambda p, i: wild_bootstrap(p.y[i], p.a[i], p.X[i], cluster=p.site[i]).rows[0],
    "jackknife": lambda p, i: binary_adjusted.augmented(p.y[i], p.a[i], p.X[i], cluster=p.site[i]).rows[2],
    "site_permutation": lambda p, i: site_permutation(p.y[i], p.site[i] % 2, cluster=p.site[i]).rows[0],
}  # fmt: skip


@pytest.mark.parametrize("name", list(ANSWERS))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SEEDS)
def test_order_of_people_changes_nothing(name: str, seed: int) -> None:
    p, order = People(seed), stream(seed, "order").permutation(150)
    assert told(ANSWERS[name](p, order)) == pytest.approx(told(ANSWERS[name](p, np.arange(150))), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("name", ["tmle", "mantel_haenszel", "cr2", "wild_bootstrap", "abadie_imbens"])
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SEEDS)
def test_exchanging_the_arms_turns_the_difference_round(name: str, seed: int) -> None:
    p, everyone = People(seed), np.arange(150)
    ask = ANSWERS[name]
    if name == "abadie_imbens":  # the treated of one are the comparison's of the other
        back = abadie_imbens(p.y, 1 - p.a, p.X, population="ATC").rows[0]
    row = ask(p, everyone)
    if name != "abadie_imbens":
        p.a = 1 - p.a
        back = ask(p, everyone)
    assert told(back) == pytest.approx(
        [-row.estimate, row.std_error, -row.conf_high, -row.conf_low], rel=1e-6, abs=1e-8
    )


@EASY
@given(SEEDS, st.floats(0.01, 1000))
def test_scaling_weights_changes_no_clustered_answer(seed: int, unit: float) -> None:
    p = People(seed)
    w = weights_ate(p.a, p.score)
    one = cr2(p.pay, p.a, p.X, cluster=np.arange(150) % 15, kind="amount", w=w).rows[0]
    two = cr2(p.pay, p.a, p.X, cluster=np.arange(150) % 15, kind="amount", w=w * unit).rows[0]
    assert told(two) == pytest.approx(told(one), rel=ROUNDING)


@EASY
@given(SEEDS)
def test_with_one_mark_targeting_is_stratification_and_the_overlaps_is_mantel_and_haenszels(seed: int) -> None:
    p = People(seed)
    mark = p.X[:, [2]]
    cells = [p.y[(p.a == arm) & (p.X[:, 2] == z)].mean() for arm in (0, 1) for z in (0, 1)]
    assume(min(cells) > 0 and max(cells) < 1)  # a cell where all or nobody have the event is refused
    both = binary_adjusted.augmented(p.y, p.a, mark, interaction=True).only(contrast="risk_difference")
    moved = targeted(p.y, p.a, mark, interaction=True).only(contrast="risk_difference")
    assert moved.estimate == pytest.approx(both.estimate, abs=1e-8)
    assert moved.std_error == pytest.approx(both.std_error, rel=ROUNDING)
    overlap = binary_adjusted.inverse_probability(p.y, p.a, mark, population="ATO").only(contrast="risk_difference")
    assert mantel_haenszel(p.y, p.a, mark).rows[0].estimate == pytest.approx(overlap.estimate, abs=1e-8)


@EASY
@given(SEEDS)
def test_the_comparisons_population_is_the_treateds_with_the_arms_exchanged(seed: int) -> None:
    p = People(seed)
    for function in (amount_adjusted.augmented, amount_adjusted.g_computation, amount_adjusted.inverse_probability):
        one = function(p.pay, p.a, p.X, population="ATC").only(contrast="mean_difference")
        two = function(p.pay, 1 - p.a, p.X, population="ATT").only(contrast="mean_difference")
        assert (one.estimate, one.std_error) == pytest.approx((-two.estimate, two.std_error), rel=1e-6)


@EASY
@example(seed=1494)  # sites that barely differ: what is common is worth ten thousand people
@given(SEEDS)
def test_a_sites_share_lies_between_its_own_and_the_mean_of_sites(seed: int) -> None:
    p = People(seed)
    found = pooled_sites(p.y, p.site)
    common = found.estimates.only(subgroup="all").estimate
    for site in range(10):
        own, drawn = p.y[p.site == site].mean(), found.estimates.only(subgroup=str(site)).estimate
        assert min(own, common) - 1e-9 <= drawn <= max(own, common) + 1e-9
