"""Stratified effects and ratio regressions against metafor, glm and sandwich (binary_strata.R)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from steget_eval.core.errors import ConvergenceError
from steget_eval.core.shipped import shipped
from steget_eval.methods.effects.binary_ratio import log_binomial, modified_poisson
from steget_eval.methods.effects.binary_stratified import mantel_haenszel

WITNESS = pd.read_csv(Path(__file__).with_name("binary_strata.txt"))
CLOSED, ITERATED = 1e-8, 1e-6
COLUMNS = ["estimate", "std_error", "conf_low", "conf_high", "p_value"]
STRATA = {"2": ["black", "nodegree"], "5": ["black", "hisp", "marr", "nodegree", "educ"]}
COVARIATES = ["age", "educ", "black", "hisp", "marr", "nodegree"]


@pytest.fixture(scope="module")
def men() -> dict[str, pd.DataFrame]:
    trial = pd.read_csv(shipped("data", "open", "nsw", "nsw_dw445.csv"))
    comparison = pd.read_csv(shipped("data", "open", "nsw", "cps1_15992.csv"))
    frames = {"nsw": trial, "cps": pd.concat([trial[trial["treat"] == 1], comparison])}
    return {name: frame.assign(y=(frame["re78"] > 0) * 1.0) for name, frame in frames.items()}


def check(row, wanted: pd.Series, tolerance: float) -> None:
    for column in COLUMNS:
        assert abs(getattr(row, column) - wanted[column]) <= tolerance * max(abs(wanted[column]), 1), column


@pytest.mark.parametrize("line", WITNESS[WITNESS["method"] == "mantel_haenszel"].index)
def test_mantel_haenszel_over_strata_of_men_is_metafors(line: int, men: dict[str, pd.DataFrame]) -> None:
    wanted = WITNESS.loc[line]
    name, by = wanted["case"].split("/")
    frame = men[name]
    got = mantel_haenszel(frame["y"], frame["treat"], frame[STRATA[by]].to_numpy(), contrast=wanted["contrast"])
    check(got.only(contrast=wanted["contrast"]), wanted, CLOSED)


@pytest.mark.parametrize("line", WITNESS[WITNESS["method"] == "modified_poisson"].index)
def test_modified_poisson_is_a_poisson_glm_with_its_sandwich(line: int, men: dict[str, pd.DataFrame]) -> None:
    wanted = WITNESS.loc[line]
    name, _, clustered = wanted["case"].partition("/")
    frame = men[name]
    cluster = frame["educ"].to_numpy() if clustered else None
    got = modified_poisson(
        frame["y"], frame["treat"], frame[COVARIATES].to_numpy(), cluster=cluster, variance="sandwich"
    )
    check(got.only(contrast="risk_ratio"), wanted, ITERATED)


def test_log_binomial_is_a_binomial_glm_with_a_log_link(men: dict[str, pd.DataFrame]) -> None:
    frame = men["nsw"]
    got = log_binomial(frame["y"], frame["treat"], frame[["age", "educ", "black"]].to_numpy())
    check(got.only(contrast="risk_ratio"), WITNESS[WITNESS["method"] == "log_binomial"].iloc[0], ITERATED)


def test_log_binomial_whose_maximum_lies_on_the_edge_names_modified_poisson(men: dict[str, pd.DataFrame]) -> None:
    frame = men["cps"]
    with pytest.raises(ConvergenceError, match="modified_poisson"):
        log_binomial(frame["y"], frame["treat"], frame[[*COVARIATES, "re75"]].to_numpy())
