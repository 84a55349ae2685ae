"""Adjusted risks and amounts against hand-written stacked equations in R (adjusted.R), on trial and comparison men."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.shipped import shipped
from steget_eval.methods.design.balance import balance
from steget_eval.methods.design.overlap import overlap
from steget_eval.methods.design.propensity import fit_propensity
from steget_eval.methods.design.weights import effective_sample_size, weights_ate, weights_att, weights_overlap
from steget_eval.methods.effects import amount_adjusted, binary_adjusted

TOLERANCE = 1e-6  # iterated fits; R's derivative is by differences, about 1e-9
WITNESS = pd.read_csv(Path(__file__).with_name("adjusted.txt"))
DESIGN = pd.read_csv(Path(__file__).with_name("adjusted_design.txt"))
WIDE = ["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75", "u74", "u75"]
NARROW = ["age", "educ", "black", "nodegree", "re75", "u75"]
PLAIN = WIDE[:8]
COLUMNS = ["estimate", "std_error", "conf_low", "conf_high", "p_value"]


@pytest.fixture(scope="module")
def men() -> dict[str, pd.DataFrame]:
    trial = pd.read_csv(shipped("data", "open", "nsw", "nsw_dw445.csv"))
    comparison = pd.read_csv(shipped("data", "open", "nsw", "cps1_15992.csv"))
    frames = {"nsw": trial, "cps": pd.concat([trial[trial["treat"] == 1], comparison])}
    return {
        name: frame.assign(u74=(frame["re74"] == 0) * 1.0, u75=(frame["re75"] == 0) * 1.0)
        for name, frame in frames.items()
    }


def close(got: float, wanted: float) -> bool:
    return abs(got - wanted) <= TOLERANCE * max(abs(wanted), 1)


@pytest.mark.parametrize("case", [case for case in WITNESS["case"].unique() if "regression" not in case])
def test_adjusted_contrasts_are_those_of_the_stacked_equations_in_r(case: str, men: dict[str, pd.DataFrame]) -> None:
    name, family, method, population, models, clustered = case.split("/")
    frame = men[name]
    y = (frame["re78"] > 0).to_numpy() * 1.0 if family == "binary" else frame["re78"].to_numpy()
    X = frame[WIDE if models == "one" else NARROW].to_numpy()
    options = {} if method == "ipw" else {"interaction": models == "per_arm"}
    room = {"binary": binary_adjusted, "amount": amount_adjusted}[family]
    function = {"g_computation": "g_computation", "ipw": "inverse_probability", "aipw": "augmented"}[method]
    cluster = frame["educ"].to_numpy() if clustered == "educ" else None
    got = getattr(room, function)(
        y, frame["treat"].to_numpy(), X, population=population, cluster=cluster, variance="sandwich", **options
    )  # fmt: skip
    wanted = WITNESS[WITNESS["case"] == case].set_index("contrast")
    assert [row.contrast for row in got] == list(wanted.index)
    for row in got:
        assert (row.method, row.population, row.kind) == (method, population, family)
        for column in COLUMNS:
            if column == "p_value" and row.contrast.endswith(("_1", "_0")):
                continue  # a mean or a risk by itself is not tested against zero
            assert close(getattr(row, column), wanted.loc[row.contrast, column]), (row.contrast, column)


@pytest.mark.parametrize("name", ["nsw", "cps"])
def test_linear_model_without_interaction_is_a_regression_with_hc0(name: str, men: dict[str, pd.DataFrame]) -> None:
    frame = men[name]
    y, a, X = frame["re78"].to_numpy(), frame["treat"].to_numpy(), frame[WIDE].to_numpy()
    row = amount_adjusted.g_computation(y, a, X).only(contrast="mean_difference")
    wanted = WITNESS[WITNESS["case"] == f"{name}/regression/HC0"].iloc[0]
    assert all(close(getattr(row, column), wanted[column]) for column in COLUMNS)


def test_regression_on_comparison_men_gives_the_published_1066_dollars(men: dict[str, pd.DataFrame]) -> None:
    frame = men["cps"]
    y, a, X = frame["re78"].to_numpy(), frame["treat"].to_numpy(), frame[WIDE].to_numpy()
    row = amount_adjusted.g_computation(y, a, X).only(contrast="mean_difference")
    hc1 = row.std_error * np.sqrt(len(y) / (len(y) - len(WIDE) - 2))  # HC0 to HC1: n over n less coefficients
    assert (round(row.estimate), round(hc1)) == (1066, 627)


@pytest.mark.parametrize("name", ["nsw", "cps"])
def test_propensity_weights_and_balance_are_those_of_r(name: str, men: dict[str, pd.DataFrame]) -> None:
    frame = men[name]
    a, X = frame["treat"].to_numpy(), frame[PLAIN].to_numpy()
    fit = fit_propensity(a, X, tuple(PLAIN))
    weights = {
        "ate": weights_ate(a, fit.score), "att": weights_att(a, fit.score), "overlap": weights_overlap(a, fit.score)
    }  # fmt: skip
    got = {f"coefficient/{term}": value for term, value in zip(fit.terms, fit.coefficients, strict=True)}
    got["overlap/outside_1"] = overlap(fit.score, a).outside_1
    for label, w in weights.items():
        sizes = effective_sample_size(w, a)
        got |= {f"ess/{label}/1": sizes.ess_1, f"ess/{label}/0": sizes.ess_0}
        got[f"largest_weight/{label}"] = overlap(fit.score, a, w=w).largest_weight
    table = balance(a, X, PLAIN, weights["att"]).to_frame().set_index("covariate")
    for column in ("mean_1", "sd_1", "mean_0", "sd_0", "smd", "weighted_smd", "variance_ratio"):
        got |= {f"{column}/{term}": table.loc[term, column] for term in PLAIN}
    wanted = DESIGN[DESIGN["case"] == name]
    assert len(wanted) > 60
    for key, value in zip(wanted["key"], wanted["value"], strict=True):
        assert got[key] == pytest.approx(value, rel=TOLERANCE, abs=1e-12), key  # coefficients per dollar are small
