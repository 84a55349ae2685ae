"""Scales between two arms against R (scales.R): nlme, sandwich, clubSandwich, gee, geepack, and twins from papers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.errors import ConvergenceError, EmptyArmError, MethodError
from steget_eval.core.estimates import Estimate
from steget_eval.methods.effects.mmrm import mmrm
from steget_eval.methods.effects.regression_to_the_mean import expected_drift
from steget_eval.methods.effects.scale_ancova import (
    adjusted_change,
    clustered_change,
    interacted_change,
    responders_difference,
)
from steget_eval.methods.effects.scale_gee import gee_responders, gee_scores, gee_shares
from steget_eval.methods.numerics import gee, reml
from steget_eval.methods.numerics.occasions import checked_occasions

CLOSED = 1e-8  # closed forms on either side
ITERATED = 1e-6  # both sides converged below it
DEGREES = 1e-3  # derivatives of the covariance by differences in R
HERE = Path(__file__)
WITNESS = pd.read_csv(HERE.with_name("scales.txt")).set_index(["case", "key"])["value"]
PEOPLE = pd.read_csv(HERE.with_name("scales_people.csv"))
OCCASIONS = ["m3", "m6", "m12"]
BEFORE, LATER = PEOPLE["first"].to_numpy(), PEOPLE[OCCASIONS].to_numpy()
ARM, X = PEOPLE["arm"].to_numpy(float), PEOPLE[["x1", "x2"]].to_numpy(float)
ALL = (BEFORE, LATER, ARM, X)
FEW = (BEFORE[:26], LATER[:26, 1:], ARM[:26], None)
WORKING = ("independence", "exchangeable", "unstructured")


def held(found: float, case: str, key: str, tolerance: float) -> None:
    wanted = WITNESS[case, key]
    assert abs(found - wanted) <= tolerance * max(abs(wanted), 1), f"{case} {key}: {found} against {wanted}"


def degrees(row: Estimate) -> float:
    return float(row.note.split(" degrees")[0].rsplit(" ", 1)[1])


@pytest.mark.parametrize(("case", "scores", "count"), [("mmrm", ALL, 3), ("mmrm_two", FEW, 2)])
def test_mmrm_is_that_of_gls_with_satterthwaites_degrees(case, scores, count):
    asked = checked_occasions(*scores)
    fit = reml.fit_reml(asked)
    held(fit.log_likelihood, case, "log_lik", ITERATED)
    held(fit.log_likelihood, case, "log_lik_gls", ITERATED)
    for j in range(count):
        c, one = asked.arm_at(j), f"{case}_{j + 1}"
        row = mmrm(*scores, occasion=j).rows[0]
        for value, key in ((row.estimate, "estimate"), (row.std_error, "std_error")):
            held(value, one, key, ITERATED)
            held(value, one, f"{key}_gls", ITERATED)
        held(fit.degrees(c), one, "df", DEGREES)
        assert degrees(row) == pytest.approx(WITNESS[one, "df"], abs=0.051)  # told with one decimal
        for other in range(j + 1):
            held(fit.between[j, other], f"{case}_between_{j + 1}_{other + 1}", "value", 5e-6)  # variances, not theirs


def test_mmrm_of_one_later_occasion_is_ancova():
    seen = ~np.isnan(LATER[:, 2])
    one = mmrm(BEFORE[seen], LATER[seen, 2:], ARM[seen], X[seen]).rows[0]
    other = adjusted_change(BEFORE, LATER, ARM, X, variance="classical").rows[0]
    for name in ("estimate", "std_error", "conf_low", "conf_high", "p_value"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-7)  # iterated against closed


@pytest.mark.parametrize(("case", "ask"), [
    ("ancova_classical", lambda: adjusted_change(*ALL, variance="classical")),
    ("ancova_HC2", lambda: adjusted_change(*ALL, variance="HC2")),
    ("ancova_HC3", lambda: adjusted_change(*ALL, variance="HC3")),
    ("ancova_lin", lambda: interacted_change(*ALL)),
    ("ancova_cr2", lambda: clustered_change(*ALL, cluster=PEOPLE["site"].to_numpy())),
])  # fmt: skip
def test_ancova_is_that_of_r(case, ask):
    row = ask().rows[0]
    # Limits and p-value rest on Satterthwaite's degrees of freedom, closed in both.
    for key, name in (("estimate", "estimate"), ("std_error", "std_error"), ("low", "conf_low"),
                      ("high", "conf_high"), ("p_value", "p_value")):  # fmt: skip
        held(getattr(row, name), case, key, CLOSED)
    assert degrees(row) == pytest.approx(WITNESS[case, "df"], abs=0.051)  # told with one decimal


CORRECTIONS = {"none": "robust", "mancl_derouen": "mancl_derouen", "kauermann_carroll": "kauermann_carroll"}


@pytest.mark.parametrize("working", WORKING)
@pytest.mark.parametrize("correction", CORRECTIONS)
def test_estimating_equations_of_scores_are_those_of_the_papers(working, correction):
    for j in range(3):
        row = gee_scores(*ALL, occasion=j, working=working, correction=correction).rows[0]
        held(row.estimate, f"gee_{working}_{j + 1}", "estimate", ITERATED)
        held(row.std_error, f"gee_{working}_{j + 1}", CORRECTIONS[correction], ITERATED)


@pytest.mark.parametrize("working", WORKING)
@pytest.mark.parametrize("correction", CORRECTIONS)
def test_estimating_equations_of_yes_and_no_are_those_of_the_papers(working, correction):
    yes = np.where(np.isnan(LATER), np.nan, (LATER - BEFORE[:, None] >= 5) * 1.0)
    for j in range(3):
        row = gee_shares(BEFORE, yes, ARM, X, occasion=j, working=working, correction=correction).rows[0]
        held(row.estimate, f"yes_{working}_{j + 1}", "estimate", ITERATED)
        held(row.std_error, f"yes_{working}_{j + 1}", CORRECTIONS[correction], ITERATED)
    if correction == "mancl_derouen":
        row = gee_responders(*ALL, important=5, working=working).rows[0]
        held(row.estimate, f"yes_{working}_3", "estimate", ITERATED)


def test_the_packages_of_r_say_the_same():
    row = gee_scores(*ALL, working="exchangeable", correction="none").rows[0]
    held(row.estimate, "gee_package", "estimate", ITERATED)
    held(row.std_error, "gee_package", "robust", ITERATED)
    row = gee_scores(*ALL, working="independence", correction="none").rows[0]
    held(row.estimate, "geepack", "estimate", ITERATED)
    held(row.std_error, "geepack", "robust", ITERATED)
    asked = checked_occasions(BEFORE, np.where(np.isnan(LATER), np.nan, LATER - BEFORE[:, None] >= 5), ARM, X)
    fit = gee.fit_gee(asked, working="independence", binary=True, correction="none")
    c = asked.arm_at(2)
    held(c @ fit.coefficients, "yes_geepack", "log_odds", ITERATED)
    held(float(np.sqrt(c @ fit.covariance @ c)), "yes_geepack", "robust", ITERATED)


@pytest.mark.parametrize("binary", [False, True])
def test_mancl_and_derouen_are_statsmodels_own(binary):
    from statsmodels.genmod.cov_struct import Exchangeable
    from statsmodels.genmod.families import Binomial, Gaussian
    from statsmodels.genmod.generalized_estimating_equations import GEE

    later = np.where(np.isnan(LATER), np.nan, (LATER - BEFORE[:, None] >= 5) * 1.0) if binary else LATER
    asked = checked_occasions(BEFORE, later, ARM, X)
    y, D, person, _ = asked.stacked()
    fitted = GEE(
        y, D, groups=person, cov_struct=Exchangeable(), family=Binomial() if binary else Gaussian()
    ).fit(maxiter=500, ctol=1e-9, cov_type="bias_reduced")  # fmt: skip
    mine = gee.fit_gee(asked, working="exchangeable", binary=binary, correction="mancl_derouen")
    assert mine.covariance == pytest.approx(fitted.cov_robust_bc, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("interval", "tolerance"), [("newcombe", CLOSED), ("miettinen_nurminen", ITERATED)])
def test_responders_between_arms_are_those_of_r(interval, tolerance):
    row = responders_difference(BEFORE, LATER, ARM, important=5, interval=interval).rows[0]
    held(row.estimate, "responders_newcombe", "estimate", CLOSED)
    for key, name in (("low", "conf_low"), ("high", "conf_high")):
        held(getattr(row, name), f"responders_{interval}", key, tolerance)
    assert row.contrast == "responders_difference"
    assert row.events_1 is not None


def test_drift_and_what_is_beyond_it_are_t_tests_of_r():
    seen = ~np.isnan(LATER[:, 2])
    drift, beyond = expected_drift(BEFORE[seen], LATER[seen, 2], reliability=0.7, usual_mean=55).rows
    for row, case in ((drift, "drift"), (beyond, "beyond")):
        for key, name in (("estimate", "estimate"), ("low", "conf_low"), ("high", "conf_high")):
            held(getattr(row, name), case, key, CLOSED)
    held(beyond.p_value, "beyond", "p_value", CLOSED)
    assert drift.estimate + beyond.estimate == pytest.approx(float(np.mean(LATER[seen, 2] - BEFORE[seen])), abs=1e-12)


def test_a_perfect_reliability_leaves_no_drift():
    drift, beyond = expected_drift([1.0, 2, 4], [2.0, 2, 5], reliability=1, usual_mean=9).rows
    assert (drift.estimate, drift.std_error) == (0, 0)
    assert beyond.estimate == pytest.approx(2 / 3, abs=1e-12)  # the mean change itself


def test_refusals_are_sentences():
    half = LATER.copy()
    half[ARM == 1, 1] = np.nan
    with pytest.raises(EmptyArmError, match="arm 1 has nobody with a score at later occasion 2"):
        mmrm(BEFORE, half, ARM)
    apart = LATER[:, :2].copy()
    apart[::2, 0], apart[1::2, 1] = np.nan, np.nan
    with pytest.raises(MethodError, match=r"not identified: too few people were seen at later occasions 1 and 2"):
        mmrm(BEFORE, apart, np.arange(96) % 4 < 2)
    with pytest.raises(MethodError, match="follows from the others"):
        mmrm(BEFORE, np.column_stack([LATER[:, 0], LATER[:, 0], LATER[:, 1]]), ARM)
    with pytest.raises(MethodError, match="linearly dependent"):
        mmrm(BEFORE, LATER, ARM, np.column_stack([X[:, 0], 2 * X[:, 0] + 1]))
    with pytest.raises(MethodError, match="linearly dependent"):
        adjusted_change(BEFORE, LATER, ARM, ARM[:, None])
    with pytest.raises(MethodError, match="is none of them"):
        mmrm(*ALL, occasion=3)
    with pytest.raises(MethodError, match="needs clusters"):
        clustered_change(*ALL)
    with pytest.raises(MethodError, match="fewer than four clusters"):
        clustered_change(*ALL, cluster=PEOPLE["site"].to_numpy() % 3)
    with pytest.raises(MethodError, match="yes and no must be 1 and 0"):
        gee_shares(BEFORE, LATER, ARM)
    with pytest.raises(MethodError, match="the same for everyone"):
        gee_shares(BEFORE, np.ones((96, 2)), ARM)
    with pytest.raises(MethodError, match="unstructured working correlation is not identified"):
        gee_scores(BEFORE, apart, np.arange(96) % 4 < 2, working="unstructured")
    with pytest.raises(ConvergenceError, match="no finite coefficients"):
        gee_shares(BEFORE, np.column_stack([BEFORE > 48, BEFORE > 48]) * 1.0, ARM)
    with pytest.raises(MethodError, match="lies above zero"):
        responders_difference(BEFORE, LATER, ARM, important=-1)
    with pytest.raises(MethodError, match="a reliability lies above 0"):
        expected_drift([1.0, 2], [2.0, 2], reliability=1.2, usual_mean=9)


def test_a_likelihood_without_a_top_is_told(monkeypatch):
    monkeypatch.setattr(reml, "_MAX_STEPS", 1)
    with pytest.raises(ConvergenceError, match="did not reach its top"):
        mmrm(*ALL)


def test_equations_that_are_not_solved_are_told(monkeypatch):
    monkeypatch.setattr(gee, "_STEPS", 2)
    with pytest.raises(ConvergenceError, match="were not solved"):
        gee_scores(*ALL)
