"""Agresti–Coull, Jeffreys, Agresti–Caffo and Fisher's exact intervals against R (binary_usual.R)."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.errors import EventsError
from steget_eval.methods.effects.binary_usual import agresti_caffo, fisher, share

CLOSED, ROOTS = 1e-8, 1e-6  # closed forms; roots that scipy stops at about 1e-9 of
WITNESS = pd.read_csv(Path(__file__).with_name("binary_usual.txt"))
ENDS = {"estimate": "estimate", "low": "conf_low", "high": "conf_high", "p_value": "p_value"}


def people(x_1: int, n_1: int, x_0: int, n_0: int) -> tuple[np.ndarray, np.ndarray]:
    y = np.concatenate([np.arange(n_1) < x_1, np.arange(n_0) < x_0]).astype(float)
    return y, np.concatenate([np.ones(n_1), np.zeros(n_0)])


@pytest.mark.parametrize("case", WITNESS["case"].unique())
def test_limits_are_those_of_r(case: str) -> None:
    cells = [int(part) for part in case.split("_")]
    rows = WITNESS[WITNESS["case"] == case]
    for key, value in zip(rows["key"], rows["value"], strict=True):
        name, end = key.split(".")
        if len(cells) == 2:
            row = share((np.arange(cells[1]) < cells[0]) * 1.0, interval=name).rows[0]
        else:
            row = {"agresti_caffo": agresti_caffo, "fisher": fisher}[name](*people(*cells)).rows[0]
        got, tolerance = getattr(row, ENDS[end]), ROOTS if name == "fisher" else CLOSED
        assert got == value or abs(got - value) <= tolerance * max(abs(value), 1), key


def test_every_interval_has_a_witness() -> None:
    names = {key.split(".")[0] for key in WITNESS["key"]}
    assert names == {"agresti_coull", "jeffreys", "agresti_caffo", "fisher"}


def test_the_estimate_of_a_share_and_of_a_difference_is_that_of_the_people() -> None:
    assert share(np.array([1.0, 0, 0, 0]), interval="jeffreys").rows[0].estimate == 0.25
    assert agresti_caffo(*people(19, 41, 5, 46)).rows[0].estimate == 19 / 41 - 5 / 46


def test_exchanging_the_arms_turns_the_ratio_over() -> None:
    one, other = fisher(*people(19, 41, 5, 46)).rows[0], fisher(*people(5, 46, 19, 41)).rows[0]
    assert math.isclose(one.estimate, 1 / other.estimate, rel_tol=1e-6)  # roots
    assert math.isclose(one.conf_low, 1 / other.conf_high, rel_tol=1e-6)
    assert math.isclose(one.p_value, other.p_value, rel_tol=1e-9)


def test_nobody_with_the_event_has_no_odds_ratio() -> None:
    with pytest.raises(EventsError, match="all or nobody"):
        fisher(*people(0, 10, 0, 12))
