"""Numbers needed against R (needed.R), and against the differences whose own witnesses stand elsewhere."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.errors import OutsideError
from steget_eval.methods.effects import binary_adjusted, binary_targeted
from steget_eval.methods.effects.needed import needed_adjusted, needed_by_day
from steget_eval.methods.effects.pseudo_values import adjusted_pseudo
from steget_eval.methods.effects.weighted_curves import weighted_risk

TOLERANCE = 1e-6  # iterated fits; R's derivative is by differences
WITNESS = pd.read_csv(Path(__file__).with_name("needed.txt"))
NUMBER = np.arange(1, 241)
X = np.column_stack([(NUMBER * 29) % 91 / 45 - 1, (NUMBER * 13) % 7 < 3]).astype(float)
ARM = (1 / (1 + np.exp(-(0.6 * X[:, 0] - 0.4 * X[:, 1]))) > (NUMBER * 61) % 91 / 91).astype(np.int64)
DAYS, V = 1 + (NUMBER * 37) % 60, (NUMBER * 53) % 97 / 97
CAUSE = np.where(0.15 + 0.2 * X[:, 1] > V, 0, np.where(0.65 + 0.1 * ARM > V, 1, 2))
Y = (0.3 + 0.3 * ARM + 0.1 * X[:, 0] > V) * 1.0


def of(case: str) -> dict[str, float]:
    rows = WITNESS[WITNESS["case"] == case]
    return dict(zip(rows["key"], rows["value"], strict=True))


@pytest.mark.parametrize("case", WITNESS["case"].unique())
def test_numbers_needed_are_those_of_r(case: str) -> None:
    want = of(case)
    if case in {"g_computation", "ipw"}:
        options = {"estimator": case}
        row = needed_adjusted(Y, ARM, X, **options).rows[0]
    else:
        causes = (CAUSE > 0).astype(int) if case == "kaplan_meier" else CAUSE
        row = needed_by_day(DAYS, causes, ARM, horizon=30, estimator=case).rows[0]
    for got, key in ((row.estimate, "est"), (row.conf_low, "low"), (row.conf_high, "high")):
        told = want[key] if key == "est" else sorted((want["low"], want["high"]))[key == "high"]
        assert abs(got - told) <= TOLERANCE * max(abs(told), 1) * 10  # an inverse strays by its square
    crosses = want["low"] * want["high"] < 0
    assert row.interval_kind == ("disjoint" if crosses else "confidence")


DIFFERENCES = {
    "aipw": (binary_adjusted.augmented, {}), "tmle": (binary_targeted.targeted, {}),
    "ipw": (binary_adjusted.inverse_probability, {"population": "ATO"}),
}  # fmt: skip


@pytest.mark.parametrize("estimator", DIFFERENCES)
def test_an_adjusted_number_is_its_difference_turned_over(estimator: str) -> None:
    ask, options = DIFFERENCES[estimator]
    difference = ask(Y, ARM, X, **options).only(contrast="risk_difference")
    row = needed_adjusted(Y, ARM, X, estimator=estimator, **options).rows[0]
    assert row.estimate == 1 / difference.estimate
    assert (row.conf_low, row.conf_high) == (1 / difference.conf_high, 1 / difference.conf_low)
    assert (row.population, row.method, row.n_1) == (difference.population, estimator, difference.n_1)
    assert math.isnan(row.std_error)


@pytest.mark.parametrize("estimator", ["aipw", "g_computation", "ipw"])
def test_so_is_one_of_risks_by_a_day(estimator: str) -> None:
    if estimator == "ipw":
        rows = weighted_risk(DAYS, CAUSE, ARM, X, horizon=30, population="ATT")
    else:
        rows = adjusted_pseudo(DAYS, CAUSE, ARM, X, horizon=30, estimator=estimator, population="ATT")
    row = needed_by_day(DAYS, CAUSE, ARM, X, horizon=30, estimator=estimator, population="ATT").rows[0]
    assert row.estimate == 1 / rows.only(contrast="risk_difference").estimate
    assert (row.unit, row.horizon) == ("persons", 30)


def test_no_difference_at_all_needs_no_finite_number() -> None:
    t, a = np.tile([5, 10, 40, 40], 2), np.repeat([1, 0], 4)
    with pytest.raises(OutsideError, match="exactly zero"):
        needed_by_day(t, np.tile([1, 0, 0, 0], 2), a, horizon=20, estimator="kaplan_meier")
