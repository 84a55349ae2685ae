"""Sensitivity analyses against R twins written from their papers (sensitivity.R) and worked examples as published."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, rankdata, t

from steget_eval.core.errors import EmptyArmError, MethodError
from steget_eval.methods.sensitivity.e_values import EValue, e_value, e_value_difference, e_value_mean
from steget_eval.methods.sensitivity.negative_controls import SystematicError, calibrate, fit_systematic_error
from steget_eval.methods.sensitivity.omitted_variable import (
    OmittedVariable,
    bound_by_benchmark,
    omitted_variable,
    robustness,
)
from steget_eval.methods.sensitivity.rosenbaum import HiddenBias, bounds_of_ranks, bounds_of_signs
from steget_eval.methods.sensitivity.specification import summarise_specifications
from steget_eval.methods.sensitivity.time_checks import immortal_time, prevalent_users

CLOSED, SEARCHED, OPTIMISED = 1e-8, 1e-8, 1e-6  # closed forms; roots to 1e-13 on both sides; R's optim stops at 1e-8
WITNESS = pd.read_csv(Path(__file__).with_name("sensitivity.txt"))
NUMBER = np.arange(1, 121)
Z = (NUMBER * 13 % 7 < 3).astype(float)
ARM = (NUMBER * 31 % 83 < 40 + 12 * Z).astype(float)
X = np.column_stack([
    (NUMBER * 37) % 101 / 50 - 1, Z, (NUMBER * 17) % 5 % 3 == 1, (NUMBER * 17) % 5 % 3 == 2,
]).astype(float)  # fmt: skip
Y = 3 + 2.1 * ARM + 1.5 * Z + 0.8 * X[:, 0] + 0.4 * X[:, 2] + (NUMBER * 53) % 97 / 24
PAIRS = np.arange(1, 41)
CHANGE = np.round((PAIRS * 29) % 61 / 4 - 4.5, 2) * ((PAIRS != 7) & (PAIRS != 19))
CONTROLS = np.arange(1, 17)
GAMMA = (1, 1.5, 2, 3)


def of(case: str) -> dict[str, float]:
    rows = WITNESS[WITNESS["case"] == case]
    assert len(rows), case
    return dict(zip(rows["key"], rows["value"], strict=True))


def near(got: float, want: float, tolerance: float) -> bool:
    return abs(got - want) <= tolerance * max(abs(want), 1)


def agrees(found: object, case: str, tolerance: float) -> bool:
    return all(near(getattr(found, key), value, tolerance) for key, value in of(case).items())


@pytest.mark.parametrize(("case", "contrast", "told", "rare", "conversion"), [
    ("risk_ratio as_it_is", "risk_ratio", (1.8, 1.2, 2.7), False, "as_it_is"),
    ("risk_ratio below", "risk_ratio", (0.55, 0.31, 0.98), True, "as_it_is"),
    ("odds_ratio rare", "odds_ratio", (2.4, 1.3, 4.43), True, "rare"),
    ("odds_ratio square_root", "odds_ratio", (2.4, 1.3, 4.43), False, "square_root"),
    ("hazard_ratio hazard", "hazard_ratio", (0.56, 0.46, 0.69), False, "hazard"),
    ("hazard_ratio across", "hazard_ratio", (1.2, 0.9, 1.6), False, "hazard"),
])  # fmt: skip
def test_e_values_of_ratios_are_those_of_r(case, contrast, told, rare, conversion) -> None:
    found = e_value(*told, contrast=contrast, rare=rare)
    assert found.conversion == conversion
    assert agrees(found, case, CLOSED)


def test_e_value_of_a_mean_difference_is_that_of_r() -> None:
    assert agrees(e_value_mean(12, 2, 22, spread=40), "mean_difference standardised", CLOSED)


def smoking() -> EValue:
    smokers, others = 397 + 78557, 51 + 108778
    one, zero, share = 397 / smokers, 51 / others, smokers / (smokers + others)
    return e_value_difference(
        one, zero, math.sqrt(one * (1 - one) / smokers), math.sqrt(zero * (1 - zero) / others), treated_share=share,
        share_error=math.sqrt(share * (1 - share) / (smokers + others)),
    )  # fmt: skip


def test_e_values_of_differences_are_those_of_r() -> None:
    assert agrees(smoking(), "difference smoking", SEARCHED)
    for whom, share in (("treated", 1), ("comparison", 0)):
        found = e_value_difference(0.52, 0.34, 0.05, 0.045, treated_share=share)
        assert agrees(found, f"difference {whom}", SEARCHED)


@pytest.mark.parametrize(("told", "point", "limit"), [
    ((3.9, 1.8, 8.7), 7.263034, 3.0),  # VanderWeele & Ding (2017), doi:10.7326/M16-2607: fed from a bottle
    ((0.80, 0.71, 0.91), 1.809017, 1.428571),  # the same: fed at the breast, and leukaemia
    ((10.73, 8.02, 14.36), 20.94777, 15.52336),  # Ding & VanderWeele (2016): smoking and lung cancer
])  # fmt: skip
def test_e_values_of_the_papers_examples_are_those_that_the_authors_software_prints(told, point, limit) -> None:
    # Vignette "unmeasured-confounding" of EValue (CRAN); seven digits, so half of the last.
    found = e_value(*told, contrast="risk_ratio")
    assert f"{found.point:.7g}" == f"{point:.7g}"
    assert f"{found.limit:.7g}" == f"{limit:.7g}"


def test_an_e_value_of_the_treated_alone_takes_the_limit_to_where_the_bound_of_the_treated_is_zero() -> None:
    found = e_value_difference(0.52, 0.34, 0.05, 0.045, treated_share=1)
    factor = found.limit**2 / (2 * found.limit - 1)  # the bounding factor of two ratios that are the E-value
    assert near(0.52 - factor * 0.34 - norm.isf(0.025) * math.hypot(0.05, factor * 0.045), 0, SEARCHED)


@pytest.mark.parametrize(("case", "benchmark"), [("omitted column", [1]), ("omitted category", [2, 3])])
def test_omitted_variable_bounds_are_those_of_r(case: str, benchmark: list[int]) -> None:
    found = omitted_variable(Y, ARM, X, benchmark=benchmark)
    want = of(case)
    assert isinstance(found, OmittedVariable)
    for key in ("estimate", "std_error", "df", "benchmark_arm", "benchmark_outcome"):
        assert near(getattr(found, key), want[key], CLOSED), key
    for key in ("partial_r2", "value", "value_limit"):
        assert near(getattr(found.robustness, key), want[key], CLOSED), key
    assert len(found.bounds) + len(found.impossible) == 3
    for bound in found.bounds:
        assert agrees(bound, f"{case} {bound.times:g}", CLOSED)


def test_a_strength_that_no_confounder_can_have_is_told_and_has_no_row() -> None:
    found = omitted_variable(Y, ARM, X, benchmark=[1])
    assert found.impossible == (3.0,)
    assert of("omitted column 3")["r2_outcome"] == 1


def test_robustness_and_bounds_are_those_that_the_authors_software_gives_for_darfur() -> None:
    # Cinelli & Hazlett (2020), doi:10.1111/rssb.12348, section 5, as told in figures by sensemakr's tests (CRAN).
    estimate, std_error, df = 0.09731582, 0.02325654, 783
    found = robustness(estimate, std_error, df)
    told = (found.partial_r2, found.value, found.value_limit)
    assert [f"{value:.6f}" for value in told] == ["0.021873", "0.138776", "0.076258"]
    given = {
        1: (0.00916428667504862, 0.12464092303637, 0.0752202698486415, 0.0218733298036818, 0.03228296, 0.11815758),
        2: (0.0183285733500972, 0.249324064199975, 0.0529151689180575, 0.0203500639944344, 0.01296803, 0.09286231),
        3: (0.0274928600251459, 0.374050471038094, 0.0303960178770157, 0.0186700665753491, -0.00625329, 0.06704533),
    }  # fmt: skip
    for times, (r2_arm, r2_outcome, left, error, low, high) in given.items():
        # What being female explains of the arm and of the outcome there, such that the first row's shares come of it.
        bound = bound_by_benchmark(estimate, std_error, df, 0.009081065190329635, 0.10903391542784172, times)
        got = (bound.r2_arm, bound.r2_outcome, bound.estimate, bound.std_error)
        assert all(near(one, other, CLOSED) for one, other in zip(got, (r2_arm, r2_outcome, left, error), strict=True))
        # Their limits take the quantile at 783 degrees of freedom; ours at the one fewer that the error has.
        quantiles = [t.isf(0.025, degrees) for degrees in (df, df - 1)]
        assert near(bound.conf_low + (quantiles[1] - quantiles[0]) * error, low, CLOSED)
        assert near(bound.conf_high - (quantiles[1] - quantiles[0]) * error, high, CLOSED)


@pytest.mark.parametrize(("case", "plus", "minus"), [("signs", 34, 11), ("signs smoking", 110, 12)])
@pytest.mark.parametrize("direction", [1, -1])
def test_bounds_of_signs_are_those_of_r(case: str, plus: int, minus: int, direction: int) -> None:
    one, zero = np.r_[np.ones(plus), np.zeros(minus), 1, 1, 0], np.r_[np.zeros(plus), np.ones(minus), 1, 1, 0]
    found = bounds_of_signs(*((one, zero) if direction == 1 else (zero, one)), gamma=GAMMA)
    assert (found.pairs, found.differing, found.direction) == (plus + minus + 3, plus + minus, direction)
    _same_by_gamma(found, case, ("p_high", "p_low"))
    assert near(found.turns_at, of(case)["turns_at"], SEARCHED)


def test_bounds_of_ranks_are_those_of_r() -> None:
    found = bounds_of_ranks(CHANGE, np.zeros(40), gamma=GAMMA)
    assert (found.differing, found.direction) == (38, 1)
    _same_by_gamma(found, "ranks", ("p_high", "p_low", "low", "high"))
    assert near(found.turns_at, of("ranks")["turns_at"], SEARCHED)


def test_ranks_of_lead_in_blood_are_as_printed() -> None:
    # Rosenbaum (2002), section 4.3: 33 children whose parents worked with lead and as many neighbours (rbounds, CRAN).
    # R's wilcox.exact prints V = 499 of them.
    exposed = [38, 23, 41, 18, 37, 36, 23, 62, 31, 34, 24, 14, 21, 17, 16, 20, 15, 10, 45, 39, 22, 35, 49, 48, 44, 35,
               43, 39, 34, 13, 73, 25, 27]  # fmt: skip
    control = [16, 18, 18, 24, 19, 11, 10, 15, 16, 18, 18, 13, 19, 10, 16, 16, 24, 13, 9, 14, 21, 19, 7, 18, 19, 12,
               11, 22, 25, 16, 13, 11, 13]  # fmt: skip
    apart = np.subtract(exposed, control)
    found = bounds_of_ranks(exposed, control, gamma=(1, 4))
    ranks = rankdata(np.abs(apart[apart != 0]))
    assert near(found.p_high[0], norm.sf((499 - ranks.sum() / 2) / math.sqrt((ranks**2).sum() / 4)), CLOSED)


def _same_by_gamma(found: HiddenBias, case: str, keys: tuple[str, ...]) -> None:
    for place, gamma in enumerate(GAMMA):
        want = of(f"{case} {gamma:g}")
        assert all(near(getattr(found, key)[place], want[key], CLOSED) for key in keys), gamma


def test_systematic_error_is_that_of_r() -> None:
    estimates, errors = CONTROLS * 7 % 17 / 20 - 0.2, 0.08 + CONTROLS * 5 % 11 / 60
    found = fit_systematic_error(estimates, errors)
    assert found.controls == 16
    assert agrees(found, "systematic", OPTIMISED)


@pytest.mark.parametrize(("case", "told"), [("calibrated", (0.62, 0.12)), ("calibrated below", (-0.31, 0.2))])
def test_calibrated_answers_are_those_of_r(case: str, told: tuple[float, float]) -> None:
    assert agrees(calibrate(*told, SystematicError(mean=0.15, spread=0.2, controls=16)), case, CLOSED)


def test_calibrated_p_of_sertraline_is_as_printed() -> None:
    # Schuemie et al. (2014), doi:10.1002/sim.5925; the vignette of the authors' EmpiricalCalibration 3.0.0 prints a
    # mean of 0.7920 and a deviation of 0.2835 for the 45 negative controls, and p = 0.839405.
    found = calibrate(0.7326235, 0.07371708, SystematicError(mean=0.7920, spread=0.2835, controls=45))
    assert abs(found.p_value - 0.839405) < 2e-4  # half a unit in the mean's fourth digit is 1.4e-4 of p


def test_error_that_is_none_leaves_the_answer_as_it_was() -> None:
    error = fit_systematic_error(np.tile([-0.1, 0.1], 6), np.full(12, 0.3))
    assert error.spread == 0
    assert near(error.mean, 0, CLOSED)
    assert near(calibrate(0.5, 0.2, error).p_value, 2 * norm.sf(2.5), CLOSED)


def test_time_before_the_programme_is_counted_by_hand() -> None:
    began, followed = [0, 30, 60, -10, np.nan], [100, 100, 50, 100, 100]
    found = immortal_time(began, followed)
    assert (found.people, found.affected, found.warns) == (4, 2, True)
    assert near(found.share, (30 + 50) / 350, CLOSED)
    assert near(found.months, 80 / 4 / (365.25 / 12), CLOSED)
    ahead = prevalent_users(began)
    assert (ahead.people, ahead.affected, ahead.share) == (4, 1, 0.25)
    assert near(ahead.months, 10 / 4 / (365.25 / 12), CLOSED)
    assert not prevalent_users([0, 5]).warns


def test_a_curve_is_summed_up_by_hand() -> None:
    found = summarise_specifications([2, -1, 4, 3], [1, -2, -1, 1], [3, 0, 9, 5], own=3)
    assert (found.cells, found.low, found.median, found.high, found.own) == (4, -1, 2.5, 4, 3)
    assert (found.same_side, found.shown, found.place) == (3, 2, 3)
    ratios = summarise_specifications([2, 0.5], [1.1, 0.2], [3, 0.9], own=0, null=1)
    assert (ratios.same_side, ratios.shown) == (1, 1)


@pytest.mark.parametrize(("call", "words"), [
    (lambda: e_value(2, 3, 4, contrast="risk_ratio"), "between its limits"),
    (lambda: e_value(0, 0, 4, contrast="odds_ratio"), "above zero"),
    (lambda: e_value(1, 1, 1, contrast="rmst_difference"), "contrast"),
    (lambda: e_value_mean(1, 0, 2, spread=0), "does not vary"),
    (lambda: e_value_difference(0.5, 0.4, math.nan, 0.1), "standard errors"),
    (lambda: e_value_difference(1.5, 0.4, 0.1, 0.1), "between 0 and 1"),
    (lambda: omitted_variable(Y, ARM, X, benchmark=[]), "one or more"),
    (lambda: omitted_variable(Y[:6], np.r_[1, 0, 1, 0, 1, 0], X[:6], benchmark=[0]), "dependent|same value|too few"),
    (lambda: bound_by_benchmark(1, 0.2, 50, 0.5, 0.1, 2), "more than all there is"),
    (lambda: robustness(1, 0, 50), "above zero"),
    (lambda: bounds_of_signs([1, 1], [1, 1]), "no pair differs"),
    (lambda: bounds_of_signs([1, 0], [0]), "as many"),
    (lambda: bounds_of_signs([1, 0], [0, 1], gamma=[0.5]), "one or more"),
    (lambda: bounds_of_ranks(np.arange(5001.0), np.zeros(5001)), "five thousand"),
    (lambda: fit_systematic_error(np.zeros(9), np.ones(9)), "ten negative controls"),
    (lambda: fit_systematic_error(np.zeros(10), np.zeros(10)), "above zero"),
    (lambda: calibrate(1, 0, SystematicError(mean=0, spread=0, controls=10)), "above zero"),
    (lambda: summarise_specifications([], [], [], own=0), "both limits"),
    (lambda: summarise_specifications([1], [0], [2], own=1), "one of the grid"),
    (lambda: immortal_time([1, 2], [1]), "same people"),
])  # fmt: skip
def test_what_has_no_meaning_is_refused(call, words: str) -> None:
    with pytest.raises(MethodError, match=words):
        call()


def test_nobody_with_a_first_day_is_refused() -> None:
    with pytest.raises(EmptyArmError, match="first day"):
        prevalent_users([math.nan])
