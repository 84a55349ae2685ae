"""Targeted maximum likelihood and cross-fitting against stacked equations and influence functions in R (tmle.R)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from steget_eval.core.shipped import shipped
from steget_eval.methods.effects.binary_targeted import cross_fitted, targeted

HERE = Path(__file__).parent
WITNESS = pd.read_csv(HERE / "tmle.txt")
PEOPLE = pd.read_csv(HERE / "matching_people.csv")
ITERATED = 1e-6


def check(case: str, rows, method: str) -> None:
    wanted = WITNESS[WITNESS["case"] == case].set_index("contrast")
    assert [row.contrast for row in rows] == list(wanted.index)
    for row in rows:
        assert row.method == method
        for column in ("estimate", "std_error"):
            value = wanted.loc[row.contrast, column]
            assert abs(getattr(row, column) - value) <= ITERATED * max(abs(value), 1), (row.contrast, column)


@pytest.fixture(scope="module")
def men() -> dict[str, pd.DataFrame]:
    trial = pd.read_csv(shipped("data", "open", "nsw", "nsw_dw445.csv"))
    comparison = pd.read_csv(shipped("data", "open", "nsw", "cps1_15992.csv"))
    return {"nsw": trial, "cps": pd.concat([trial[trial["treat"] == 1], comparison])}


@pytest.mark.parametrize("case", [case for case in WITNESS["case"].unique() if not case.startswith("people")])
def test_targeted_contrasts_are_those_of_the_stacked_equations_in_r(case: str, men: dict[str, pd.DataFrame]) -> None:
    name, population, models = case.split("/")
    frame = men[name].assign(u75=(men[name]["re75"] == 0) * 1.0)
    X = frame[["age", "educ", "black", "nodegree", "re75", "u75"]].to_numpy()
    rows = targeted(
        (frame["re78"] > 0) * 1.0, frame["treat"], X, population=population, interaction=models == "per_arm"
    )  # fmt: skip
    check(case, rows, "tmle")


@pytest.mark.parametrize("case", [case for case in WITNESS["case"].unique() if case.startswith("people")])
def test_cross_fitted_contrasts_are_those_of_the_same_folds_in_r(case: str) -> None:
    _, estimator, population, clustered = case.split("/")
    site = PEOPLE["site"].to_numpy()
    rows = cross_fitted(
        PEOPLE["y"], PEOPLE["a"], PEOPLE[["x1", "x2", "z"]].to_numpy(), estimator=estimator, population=population,
        fold=site % 5, cluster=site if clustered == "site" else None, variance="sandwich",
    )  # fmt: skip
    check(case, rows, f"{estimator}_cross_fitted")
