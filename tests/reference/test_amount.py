"""Crude amounts against R (amount.R) and the published figures of the National Supported Work trial."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.shipped import shipped
from steget_eval.methods.effects import amount

TOLERANCE = 1e-8  # closed forms
WITNESS = pd.read_csv(Path(__file__).with_name("amount.txt"))
ENDS = {"estimate": "estimate", "std_error": "std_error", "low": "conf_low", "high": "conf_high", "p_value": "p_value"}


def read_men(case: str) -> pd.DataFrame:
    trial = pd.read_csv(shipped("data", "open", "nsw", "nsw_dw445.csv"))
    if case == "nsw":
        return trial
    comparison = pd.read_csv(shipped("data", "open", "nsw", "cps1_15992.csv"))
    return pd.concat([trial[trial["treat"] == 1], comparison])


@pytest.mark.parametrize("case", ["nsw", "cps"])
def test_crude_amounts_are_those_of_r(case: str) -> None:
    men = read_men(case)
    y, a, cluster = men["re78"].to_numpy(), men["treat"].to_numpy(), men["educ"].to_numpy()
    welch = amount.mean_difference(y, a).rows[0]
    got = {f"welch.{end}": getattr(welch, name) for end, name in ENDS.items()}
    for row in amount.means(y, a):
        got |= {f"{row.contrast}.{end}": getattr(row, name) for end, name in ENDS.items() if end != "p_value"}
    for which, labels in (("wald", None), ("wald_cluster", cluster)):
        difference = amount.mean_difference(y, a, interval="wald", cluster=labels).rows[0]
        ratio = amount.mean_ratio(y, a, cluster=labels).rows[0]
        got |= {f"{which}.{end}": getattr(difference, name) for end, name in ENDS.items() if end != "estimate"}
        got |= {f"{which}.ratio_{end}": getattr(ratio, name) for end, name in ENDS.items() if end != "estimate"}
        got[f"{which}.ratio"] = ratio.estimate
    wanted = WITNESS[(WITNESS["case"] == case) & (WITNESS["key"] != "welch.df")]
    assert set(wanted["key"]) == set(got)
    for key, value in zip(wanted["key"], wanted["value"], strict=True):
        assert abs(got[key] - value) <= TOLERANCE * max(abs(value), 1), key


def test_trial_reproduces_the_published_difference_in_1978_earnings() -> None:
    men = read_men("nsw")
    row = amount.mean_difference(men["re78"].to_numpy(), men["treat"].to_numpy(), unit="dollars").rows[0]
    assert (round(row.estimate, 2), round(row.std_error, 1)) == (1794.34, 671.0)
    assert (row.n_1, row.n_0, row.unit, row.note) == (185, 260, "dollars", "Degrees of freedom: 307.1.")


def test_treated_minus_comparison_men_is_the_published_naive_difference() -> None:
    men = read_men("cps")
    row = amount.mean_difference(men["re78"].to_numpy(), men["treat"].to_numpy()).rows[0]
    assert (round(row.estimate, 1), round(row.std_error)) == (-8497.5, 583)


def test_mean_of_one_arm_by_hand() -> None:
    # 2, 4, 6: mean 4, standard error 2 / sqrt 3, t with 2 degrees of freedom 4.30265273.
    row = amount.mean(np.array([2.0, 4.0, 6.0])).rows[0]
    assert row.estimate == 4
    assert row.conf_high == pytest.approx(4 + 4.302652729911275 * 2 / 3**0.5, rel=1e-10)
    assert row.population == "arm"
