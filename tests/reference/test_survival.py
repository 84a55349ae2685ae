"""Kaplan–Meier, restricted means, log-rank and Cox against R on tied, censored, integer days."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from steget_eval.methods.effects.cox import fit_cox, hazard_ratio
from steget_eval.methods.effects.time_to_event import log_rank, risk_at, rmst
from steget_eval.methods.numerics.curves import kaplan_meier
from steget_eval.methods.numerics.efron import efron_maximum

HERE = Path(__file__).parent
REFERENCE = pd.read_csv(HERE / "survival.txt").set_index("key")["value"]
CLOSED = 1e-8  # closed form
ITERATED = 1e-6  # Newton–Raphson on both sides


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """200 made-up people by a formula: whole days with ties, two causes, day-0 events, a window of 90 days."""
    return pd.read_csv(HERE / "survival_days.csv")


def agrees(got: float, key: str, tolerance: float = CLOSED) -> None:
    want = REFERENCE[key]
    assert abs(got - want) <= tolerance * max(abs(want), 1), (key, got, want)


def test_the_made_up_people_follow_their_formula(people):
    i = np.arange(200)
    raw, arm, code = (37 * i) % 131, ((53 * i) % 199) % 2, np.array([0, 0, 1, 1, 1, 2, 2])[(29 * i + i // 7) % 7]
    through = raw >= 90
    d = np.where(through, 0, code)
    d[(arm == 1) & (code == 0) & (i % 3 == 0) & ~through] = 1
    assert np.array_equal(people["t"], np.where(through, 90, 3 * (raw // 3)))
    assert np.array_equal(people["d"], d)
    assert np.array_equal(people["a"], arm)
    assert ((people["t"] == 0) & (people["d"] > 0)).any()


@pytest.mark.parametrize("arm", [0, 1])
@pytest.mark.parametrize("day", [0, 30, 61, 90])
def test_survival_greenwood_and_log_log_limits_are_those_of_survfit(people, arm, day):
    mine = people[people["a"] == arm]
    point = kaplan_meier(mine["t"].to_numpy(), (mine["d"] > 0).to_numpy()).at(day)
    key = f"km.{arm}.{day}."
    agrees(point.estimate, key + "survival")
    agrees(point.std_error, key + "std_error")
    assert point.at_risk == REFERENCE[key + "at_risk"]
    if 0 < point.estimate < 1:
        agrees(point.conf_low, key + "low")
        agrees(point.conf_high, key + "high")
    else:
        assert np.isnan(point.conf_low)
        assert np.isnan(REFERENCE[key + "low"])


@pytest.mark.parametrize("day", [30, 61, 90])
def test_risk_by_the_horizon_is_one_minus_survfit(people, day):
    rows = risk_at(people["t"].to_numpy(), (people["d"] > 0).to_numpy(), people["a"].to_numpy(), horizon=day)
    for arm in (0, 1):
        row = rows.only(contrast=f"risk_{arm}")
        agrees(1 - row.estimate, f"km.{arm}.{day}.survival")
        agrees(row.std_error, f"km.{arm}.{day}.std_error")
        agrees(1 - row.conf_high, f"km.{arm}.{day}.low")
        agrees(1 - row.conf_low, f"km.{arm}.{day}.high")
    difference = rows.only(contrast="risk_difference")
    assert difference.estimate == pytest.approx(
        REFERENCE[f"km.0.{day}.survival"] - REFERENCE[f"km.1.{day}.survival"], abs=CLOSED
    )
    error = np.hypot(REFERENCE[f"km.0.{day}.std_error"], REFERENCE[f"km.1.{day}.std_error"])
    assert difference.std_error == pytest.approx(error, abs=CLOSED)
    assert difference.conf_low == pytest.approx(difference.estimate - 1.959963984540054 * error, abs=CLOSED)


def test_clustered_kaplan_meier_is_survfit_with_a_cluster(people):
    rows = risk_at(
        people["t"].to_numpy(),
        (people["d"] > 0).to_numpy(),
        people["a"].to_numpy(),
        horizon=90,
        cluster=people["cluster"].to_numpy(),
        variance="sandwich",
    )
    for arm in (0, 1):
        agrees(rows.only(contrast=f"risk_{arm}").std_error, f"km_cluster.{arm}.std_error")


def test_without_each_cluster_in_turn_is_survfit_without_it_and_limits_are_ts(people):
    t, d, a, cluster = (people[name].to_numpy() for name in ("t", "d", "a", "cluster"))
    rows = risk_at(t, d > 0, a, horizon=90, cluster=cluster)
    for arm in (0, 1):
        agrees(rows.only(contrast=f"risk_{arm}").std_error, f"km_jackknife.{arm}.std_error")
    row = rows.only(contrast="risk_difference")
    reach = stats.t.isf(0.025, np.unique(cluster).size - 1) * row.std_error
    assert (row.conf_low, row.conf_high) == pytest.approx((row.estimate - reach, row.estimate + reach), abs=CLOSED)


@pytest.mark.parametrize("horizon", [50, 90])
def test_restricted_mean_and_its_error_are_survrm2s(people, horizon):
    rows = rmst(people["t"].to_numpy(), (people["d"] > 0).to_numpy(), people["a"].to_numpy(), horizon=horizon)
    for arm in (0, 1):
        agrees(rows.only(contrast=f"rmst_{arm}").estimate, f"rmst.{arm}.{horizon}.estimate")
        agrees(rows.only(contrast=f"rmst_{arm}").std_error, f"rmst.{arm}.{horizon}.std_error")
    difference = rows.only(contrast="rmst_difference")
    assert difference.estimate == pytest.approx(
        REFERENCE[f"rmst.1.{horizon}.estimate"] - REFERENCE[f"rmst.0.{horizon}.estimate"], abs=1e-7
    )  # days, of the order of 60: 1e-8 relative
    assert difference.std_error == pytest.approx(
        np.hypot(REFERENCE[f"rmst.1.{horizon}.std_error"], REFERENCE[f"rmst.0.{horizon}.std_error"]), abs=CLOSED
    )


def test_log_rank_is_survdiff(people):
    (row,) = log_rank(people["t"].to_numpy(), (people["d"] > 0).to_numpy(), people["a"].to_numpy())
    agrees(row.estimate, "log_rank.estimate")
    agrees(row.p_value, "log_rank.p")


def test_cox_with_one_cause_is_coxph(people):
    t, d, a = people["t"].to_numpy(), (people["d"] > 0).astype(int).to_numpy(), people["a"].to_numpy()
    (row,) = hazard_ratio(t, d, a)
    agrees(np.log(row.estimate), "cox.any.a", ITERATED)
    agrees(row.std_error, "cox.any.a.std_error", ITERATED)
    agrees(hazard_ratio(t, d, a, robust=False).rows[0].std_error, "cox.any.a.naive", ITERATED)


@pytest.mark.parametrize("name", ["cause", "cluster"])
def test_cause_specific_cox_and_its_efron_sandwich_are_coxph(people, name):
    cluster = people["cluster"].to_numpy() if name == "cluster" else None
    fit = fit_cox(people["t"].to_numpy(), people["d"].to_numpy(), people[["a", "x"]].to_numpy(), cluster=cluster)
    for column, term in enumerate(("a", "x")):
        agrees(fit.beta[column], f"cox.{name}.{term}", ITERATED)
        agrees(np.sqrt(fit.covariance[column, column]), f"cox.{name}.{term}.naive", ITERATED)
        agrees(np.sqrt(fit.robust[column, column]), f"cox.{name}.{term}.std_error", ITERATED)


def test_lifelines_own_sandwich_leaves_the_ties_out(people):
    from lifelines import CoxPHFitter

    frame = people[["t", "a", "x"]].assign(event=people["d"] == 1)
    theirs = CoxPHFitter().fit(frame, "t", "event", robust=True).standard_errors_["a"]
    assert abs(theirs - REFERENCE["cox.cause.a.std_error"]) > 1e-3  # why `efron_residuals` exists


@pytest.mark.parametrize("late", [False, True])
def test_the_maximum_by_newtons_steps_is_that_of_lifelines(late):
    draws = np.random.default_rng(20261122)
    X = np.column_stack([draws.random(150) < 0.5, draws.normal(size=150)]) * 1.0
    t, d = draws.integers(10, 60, 150), draws.integers(0, 3, 150)
    entry = draws.integers(0, 10, 150) if late else None
    whole = fit_cox(t, d, X, entry=entry).beta
    found = efron_maximum(t, d == 1, X, whole + 0.3, entry=entry)
    assert np.abs(found - whole).max() < 1e-8  # both stop where a step is under 1e-8


def test_a_column_that_separates_has_no_maximum_by_newtons_steps():
    t, event = np.array([1, 2, 3, 4, 5, 6]), np.array([True, True, True, False, False, False])
    assert efron_maximum(t, event, event[:, None] * 1.0, np.zeros(1)) is None
