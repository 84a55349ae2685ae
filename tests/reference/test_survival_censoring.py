"""Inverse probability of censoring against R's redistribution to the right, and against the plain curves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.methods.design.censoring import weights_censoring
from steget_eval.methods.effects.censoring_weights import risk_by_censoring_weights
from steget_eval.methods.effects.competing import cumulative_incidence
from steget_eval.methods.effects.time_to_event import risk_at

HERE = Path(__file__).parent
REFERENCE = pd.read_csv(HERE / "survival_censoring.txt").set_index("key")["value"]
CLOSED = 1e-8  # closed form


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return pd.read_csv(HERE / "survival_days.csv")


@pytest.mark.parametrize("name", ["plain", "stratified"])
def test_weights_are_those_of_redistribution_to_the_right(people, name):
    stratum = people["stratum"].to_numpy() if name == "stratified" else None
    got = weights_censoring(
        people["t"].to_numpy(), people["d"].to_numpy(), people["a"].to_numpy(), horizon=89, stratum=stratum
    )
    keys = [key for key in REFERENCE.index if key.startswith(f"weight.{name}.") and "sum" not in key]
    assert len(keys) == 6
    for key in keys:
        assert got[int(key.rsplit(".", 1)[1]) - 1] == pytest.approx(REFERENCE[key], abs=CLOSED)
    assert np.sum(got**2) == pytest.approx(REFERENCE[f"weight.{name}.sum_of_squares"], rel=CLOSED)
    assert got.sum() == pytest.approx(200, rel=CLOSED)


def test_without_strata_the_weights_give_aalen_johansen_variance_and_all(people):
    t, d, a, cluster = (people[name].to_numpy() for name in ("t", "d", "a", "cluster"))
    for belongs in (None, cluster):
        weighted = risk_by_censoring_weights(t, d, a, horizon=61, cluster=belongs)
        for one, other in zip(weighted, cumulative_incidence(t, d, a, horizon=61, cluster=belongs), strict=True):
            assert one.contrast == other.contrast
            assert one.estimate == pytest.approx(other.estimate, abs=CLOSED)
            assert one.std_error == pytest.approx(other.std_error, abs=CLOSED)


def test_without_strata_and_one_cause_the_weights_give_kaplan_meier(people):
    t, d, a = people["t"].to_numpy(), (people["d"] > 0).to_numpy(), people["a"].to_numpy()
    for one, other in zip(risk_by_censoring_weights(t, d, a, horizon=90), risk_at(t, d, a, horizon=90), strict=True):
        assert one.estimate == pytest.approx(other.estimate, abs=CLOSED)
        assert one.std_error == pytest.approx(other.std_error, abs=CLOSED)
        assert one.kind == "time_to_event"


def test_stratified_risk_and_its_error_are_rs_with_numerical_derivatives(people):
    rows = risk_by_censoring_weights(
        people["t"].to_numpy(),
        people["d"].to_numpy(),
        people["a"].to_numpy(),
        horizon=90,
        stratum=people["stratum"].to_numpy(),
    )
    for arm in (0, 1):
        row = rows.only(contrast=f"risk_{arm}")
        assert row.estimate == pytest.approx(REFERENCE[f"risk.{arm}.estimate"], abs=CLOSED)
        # central differences with a step of 1e-3
        assert row.std_error == pytest.approx(REFERENCE[f"risk.{arm}.std_error"], abs=1e-6)
