"""Cumulative incidence and time lost by cause against R's survival and cmprsk, and against statsmodels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import CumIncidenceRight

from steget_eval.methods.effects.competing import cumulative_incidence, time_lost
from steget_eval.methods.numerics.curves import aalen_johansen, influence

HERE = Path(__file__).parent
REFERENCE = pd.read_csv(HERE / "competing.txt").set_index("key")["value"]
CLOSED = 1e-8  # closed form


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return pd.read_csv(HERE / "survival_days.csv")


def agrees(got: float, key: str) -> None:
    want = REFERENCE[key]
    assert abs(got - want) <= CLOSED * max(abs(want), 1), (key, got, want)


@pytest.mark.parametrize("arm", [0, 1])
@pytest.mark.parametrize("cause", [1, 2])
@pytest.mark.parametrize("day", [0, 30, 61, 90])
def test_cumulative_incidence_and_its_error_are_survfits(people, arm, cause, day):
    mine = people[people["a"] == arm]
    point = aalen_johansen(mine["t"].to_numpy(), mine["d"].to_numpy(), cause=cause).at(day)
    key = f"aj.{arm}.{cause}.{day}."
    agrees(point.estimate, key + "risk")
    agrees(point.std_error, key + "std_error")
    if point.estimate > 0:
        agrees(point.conf_low, key + "low")
        agrees(point.conf_high, key + "high")


@pytest.mark.parametrize("day", [30, 61, 90])
def test_cmprsk_gives_the_same_estimate(people, day):
    # Its variance is Aalen's, another estimator than the infinitesimal jackknife's, so the estimate alone is compared.
    rows = cumulative_incidence(
        people["t"].to_numpy(), people["d"].to_numpy(), people["a"].to_numpy(), horizon=day, cause=2
    )
    for arm in (0, 1):
        agrees(rows.only(contrast=f"risk_{arm}").estimate, f"aj.{arm}.2.{day}.cmprsk")


def test_statsmodels_gives_the_same_estimate(people):
    late = people[people["t"] > 0]  # statsmodels takes no events on day 0
    t, d = late["t"].to_numpy(), late["d"].to_numpy()
    theirs = CumIncidenceRight(t, d)
    curve = aalen_johansen(t, d)
    ours = np.array([curve.at(int(day)).estimate for day in theirs.times])
    assert ours == pytest.approx(theirs.cinc[0], abs=CLOSED)


def test_difference_and_ratio_come_from_the_arms_independent_errors(people):
    rows = cumulative_incidence(people["t"].to_numpy(), people["d"].to_numpy(), people["a"].to_numpy(), horizon=90)
    risk = [REFERENCE[f"aj.{arm}.1.90.risk"] for arm in (0, 1)]
    error = [REFERENCE[f"aj.{arm}.1.90.std_error"] for arm in (0, 1)]
    difference, ratio = rows.only(contrast="risk_difference"), rows.only(contrast="risk_ratio")
    assert difference.estimate == pytest.approx(risk[1] - risk[0], abs=CLOSED)
    assert difference.std_error == pytest.approx(np.hypot(*error), abs=CLOSED)
    assert ratio.estimate == pytest.approx(risk[1] / risk[0], abs=CLOSED)
    assert ratio.std_error == pytest.approx(np.hypot(error[0] / risk[0], error[1] / risk[1]), abs=CLOSED)
    assert (difference.n_1, difference.n_0, difference.events_1, difference.events_0) == (99, 101, 34, 27)


@pytest.mark.parametrize("cause", [1, 2])
def test_clustered_error_sums_the_influences_survfit_gives(people, cause):
    t, d, a, cluster = (people[name].to_numpy() for name in ("t", "d", "a", "cluster"))
    rows = cumulative_incidence(t, d, a, horizon=90, cause=cause, cluster=cluster, variance="sandwich")
    for arm in (0, 1):
        agrees(rows.only(contrast=f"risk_{arm}").std_error, f"aj_cluster.{arm}.{cause}.std_error")
    # Clusters span the arms here, so the difference's error must take their covariance.
    signed, relative = np.zeros(t.size), np.zeros(t.size)
    for arm, sign in ((1, 1), (0, -1)):
        signed[a == arm] = sign * influence(t[a == arm], d[a == arm], horizon=90, cause=cause)
        relative[a == arm] = signed[a == arm] / REFERENCE[f"aj.{arm}.{cause}.90.risk"]
    for contrast, moves in (("risk_difference", signed), ("risk_ratio", relative)):
        by_cluster = pd.Series(moves).groupby(cluster).sum()
        want = np.sqrt((by_cluster**2).sum())
        assert rows.only(contrast=contrast).std_error == pytest.approx(want, abs=CLOSED)


@pytest.mark.parametrize("cause", [1, 2])
@pytest.mark.parametrize("horizon", [50, 90])
def test_time_lost_and_its_error_are_survfits_influences_integrated(people, cause, horizon):
    rows = time_lost(
        people["t"].to_numpy(), people["d"].to_numpy(), people["a"].to_numpy(), horizon=horizon, cause=cause
    )
    for arm in (0, 1):
        agrees(rows.only(contrast=f"rmtl_{arm}").estimate, f"lost.{arm}.{cause}.{horizon}.estimate")
        agrees(rows.only(contrast=f"rmtl_{arm}").std_error, f"lost.{arm}.{cause}.{horizon}.std_error")
