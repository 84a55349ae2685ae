"""Ratios, counts and two parts of amounts against R (amounts.R), on people made for it and on the trial's men."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.shipped import shipped
from steget_eval.methods.effects import amount, amount_rate, amount_ratio, two_part

TOLERANCE = 1e-6  # iterated on both sides; R's derivative is by differences, about 1e-9
WITNESS = pd.read_csv(Path(__file__).with_name("amounts.txt"))
PEOPLE = pd.read_csv(Path(__file__).with_name("amounts_people.csv"))
ENDS = {"estimate": "estimate", "std_error": "std_error", "low": "conf_low", "high": "conf_high", "p_value": "p_value"}

A, X = PEOPLE["a"].to_numpy(), PEOPLE[["x1", "x2"]].to_numpy()
DAYS, PAY, SITE = PEOPLE["days"].to_numpy(), PEOPLE["pay"].to_numpy(), PEOPLE["site"].to_numpy()
EXPOSURE = PEOPLE["exposure"].to_numpy()
COUNTED = ("negative_binomial", "negative_binomial_robust")


def trial() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    men = pd.read_csv(shipped("data", "open", "nsw", "nsw_dw445.csv"))
    return men["re78"].to_numpy(), men["treat"].to_numpy(), men[["age", "educ", "black", "nodegree"]].to_numpy()


def wanted(case: str) -> dict[str, float]:
    mine = WITNESS[WITNESS["case"] == case]
    assert len(mine), case
    return dict(zip(mine["key"], mine["value"], strict=True))


def agrees(row: Estimate, case: str) -> None:
    for key, value in wanted(case).items():
        if key in ENDS:
            assert abs(getattr(row, ENDS[key]) - value) <= TOLERANCE * max(abs(value), 1), (case, key)


def counted(variance: str, **options: object) -> Estimate:
    return amount_rate.negative_binomial(DAYS, A, X, variance=variance, **options).rows[0]


@pytest.mark.parametrize(("case", "row"), [
    ("crude_sites", lambda: amount.mean_ratio(PAY, A, cluster=SITE, variance="jackknife")),
    ("quasi_poisson", lambda: amount_rate.quasi_poisson(DAYS, A, X)),
    ("quasi_poisson_exposure", lambda: amount_rate.quasi_poisson(DAYS, A, X, exposure=EXPOSURE)),
    ("quasi_poisson_nsw", lambda: amount_rate.quasi_poisson(*trial())),
    ("quasi_poisson_sites", lambda: amount_rate.quasi_poisson(DAYS, A, X, cluster=SITE)),
])  # fmt: skip
def test_ratio_without_a_distribution_is_that_of_r(case: str, row) -> None:
    agrees(row().rows[0], case)


@pytest.mark.parametrize(("variance", "name"), [("model", COUNTED[0]), ("robust", COUNTED[1])])
def test_negative_binomial_is_that_of_r(variance: str, name: str) -> None:
    agrees(counted(variance), f"{name}_plain")
    agrees(counted(variance, exposure=EXPOSURE), f"{name}_exposure")


def test_negative_binomial_leaves_one_site_out_as_r_does() -> None:
    agrees(counted("robust", cluster=SITE), "negative_binomial_robust_sites")


def test_overdispersion_is_that_of_glm_nb() -> None:
    told, own = wanted("glm_nb"), wanted("negative_binomial_plain")
    assert own["alpha"] == pytest.approx(told["alpha"], rel=1e-8)  # the twin is the package, iterated to its end
    assert counted("model").note.endswith(f"Overdispersion {told['alpha']:.3g}.")
    # glm.nb stops a step short: 1e-8 of the estimate, 1e-8 of the error.
    assert counted("model").estimate == pytest.approx(told["estimate"], rel=1e-8)
    assert counted("model").std_error == pytest.approx(told["std_error"], rel=1e-7)
    assert counted("robust").std_error == pytest.approx(told["robust"], rel=1e-7)


def test_rates_are_sums_over_sums() -> None:
    told, rows = wanted("rates"), amount_rate.rates(DAYS, A, exposure=EXPOSURE, per=365.25)
    for arm in (1, 0):
        row = rows.only(contrast=f"rate_{arm}")
        assert row.estimate == pytest.approx(told[f"rate_{arm}"], rel=1e-12)  # closed form
        assert row.std_error == pytest.approx(told[f"std_error_{arm}"], rel=1e-12)


@pytest.mark.parametrize("case", [one for one in WITNESS["case"].unique() if "/" in one and "two_part" not in one])
def test_adjusted_ratio_is_that_of_the_stacked_equations(case: str) -> None:
    method, population, per_arm = case.split("/")
    function = {"g_computation": "g_computation", "ipw": "inverse_probability", "aipw": "augmented"}[method]
    options = {} if method == "ipw" else {"interaction": per_arm == "TRUE"}
    rows = getattr(amount_ratio, function)(*trial(), population=population, **options)
    agrees(rows.only(contrast="mean_ratio"), case)
    _means_agree(rows, wanted(case))


def _means_agree(rows: Estimates, told: dict[str, float]) -> None:
    for name, value in told.items():
        contrast = name.removesuffix("_error")
        if contrast in {row.contrast for row in rows}:
            row = rows.only(contrast=contrast)
            got = row.std_error if name.endswith("_error") else row.estimate
            assert abs(got - value) <= TOLERANCE * max(abs(value), 1), name


@pytest.mark.parametrize("amount_model", ["gamma", "log_normal"])
@pytest.mark.parametrize("population", ["ATE", "ATT", "ATC"])
def test_two_parts_and_their_whole_are_those_of_r(amount_model: str, population: str) -> None:
    rows = two_part.two_part(PAY, A, X, amount=amount_model, population=population)
    told = wanted(f"two_part/{amount_model}/{population}")
    assert {name.removesuffix("_error") for name in told} == {row.contrast for row in rows}
    _means_agree(rows, told)
    assert {row.method for row in rows} == {f"two_part_{amount_model}"}


def test_two_parts_leave_one_site_out_as_r_does() -> None:
    _means_agree(two_part.two_part(PAY, A, X, cluster=SITE), wanted("two_part_sites"))
