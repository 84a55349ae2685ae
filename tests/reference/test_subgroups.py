"""Interaction, heterogeneity between groups and adjusted p-values against R (subgroups.R)."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.effects.amount import mean_difference
from steget_eval.methods.effects.binary import odds_ratio, risk, risk_difference, risk_ratio
from steget_eval.methods.effects.interaction import interaction
from steget_eval.methods.effects.time_to_event import risk_at
from steget_eval.methods.numerics.multiplicity import benjamini_hochberg, holm

CLOSED = 1e-8  # closed forms on either side
ITERATED = 1e-6  # R's glm iterates, to 1e-14
WITNESS = pd.read_csv(Path(__file__).with_name("subgroups.txt"))
NUMBER = np.arange(1, 241)
ARM = (NUMBER % 2 == 0).astype(float)
TWO = ((NUMBER * 7) % 5 < 2).astype(int)
THREE = (NUMBER * 11) % 3
EVENT = ((NUMBER * 37) % 101 < 30 + 25 * ARM + 10 * TWO + 8 * ARM * TWO).astype(float)
AMOUNT = 20.0 + (NUMBER * 13) % 29 + 6 * ARM + 3 * TWO - 4 * ARM * TWO
DAYS, ENDED = 1 + (NUMBER * 53) % 400, ((NUMBER * 17) % 7 < 5).astype(int)


def wanted(case: str) -> list[tuple[str, float]]:
    mine = WITNESS[WITNESS["case"] == case]
    assert len(mine) > 0
    return list(zip(mine["key"], mine["value"], strict=True))


def agrees(row: Estimate, case: str, tolerance: float = CLOSED) -> None:
    for key, value in wanted(case):
        found = getattr(row, "estimate" if key == "q" else key)
        assert abs(found - value) <= tolerance * max(abs(value), 1), key


def between(ask: Callable[[np.ndarray], Estimate], group: np.ndarray, *, ratio: bool = False) -> Estimates:
    """Ask each group by itself, and hold the answers together."""
    rows = [ask(group == level) for level in np.unique(group)]
    answers = [math.log(row.estimate) if ratio else row.estimate for row in rows]
    return interaction(answers, [row.std_error**2 for row in rows], scale="ratio" if ratio else "difference")


def shares(mine: np.ndarray) -> Estimate:
    return risk_difference(EVENT[mine], ARM[mine], interval="wald").rows[0]


def ratios(mine: np.ndarray) -> Estimate:
    return risk_ratio(EVENT[mine], ARM[mine]).rows[0]


def odds(mine: np.ndarray) -> Estimate:
    return odds_ratio(EVENT[mine], ARM[mine]).rows[0]


def test_interaction_of_two_groups_is_that_of_a_saturated_glm() -> None:
    agrees(between(shares, TWO).rows[0], "binary_difference", ITERATED)
    agrees(between(ratios, TWO, ratio=True).rows[0], "binary_ratio", ITERATED)
    agrees(between(odds, TWO, ratio=True).rows[0], "binary_odds", ITERATED)


def test_interaction_of_amounts_is_that_of_lm_with_hc2() -> None:
    found = between(lambda mine: mean_difference(AMOUNT[mine], ARM[mine]).rows[0], TWO)
    agrees(found.rows[0], "amount_difference")


def test_interaction_of_risks_at_a_horizon_is_that_of_survfit() -> None:
    def at_300(mine: np.ndarray) -> Estimate:
        return risk_at(DAYS[mine], ENDED[mine], ARM[mine], horizon=300).only(contrast="risk_difference")

    agrees(between(at_300, TWO).rows[0], "times_difference")


@pytest.mark.parametrize(("case", "ask", "ratio"), [
    ("three_RD", shares, False), ("three_RR", ratios, True), ("three_OR", odds, True),
])  # fmt: skip
def test_heterogeneity_is_cochrans_q_in_metafor(case: str, ask: Callable[[np.ndarray], Estimate], ratio: bool) -> None:
    found = between(ask, THREE, ratio=ratio)
    assert len(found) == 1  # three groups have no single difference
    agrees(found.rows[0], case)


def test_of_two_groups_the_test_is_the_square_of_the_interaction() -> None:
    found = between(shares, TWO)
    agrees(found.rows[1], "two_RD")
    first, second = found.rows
    assert second.p_value == pytest.approx(first.p_value, rel=1e-12)  # the same number by two roads


def test_shares_of_one_arm_differ_as_metafor_says() -> None:
    def one(mine: np.ndarray) -> Estimate:
        return risk(EVENT[mine & (ARM == 1)]).rows[0]

    agrees(between(one, THREE).rows[0], "one_arm")


THETA = [0.10, 0.22, 0.05]
COVARIANCE = np.array([[0.004, 0.001, 0.0005], [0.001, 0.006, 0.0008], [0.0005, 0.0008, 0.003]])


def test_dependent_answers_are_held_together_by_their_covariance() -> None:
    agrees(interaction(THETA, COVARIANCE).rows[0], "dependent")
    agrees(interaction(THETA, COVARIANCE, degrees=11).rows[0], "dependent_t")
    agrees(interaction(THETA[:2], COVARIANCE[:2, :2], degrees=11).rows[0], "dependent_two")


FAMILIES = {
    "one": [0.03], "few": [0.01, 0.04, 0.03, 0.005], "ties": [0.02, 0.02, 0.5, 0.02, 0.9, 0.001],
    "many": [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
             0.7590, 1],
}  # fmt: skip


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize(("code", "adjust"), [("holm", holm), ("BH", benjamini_hochberg)])
def test_adjusted_p_values_are_those_of_p_adjust(name: str, code: str, adjust) -> None:
    values = [value for _, value in wanted(f"{code}_{name}")]
    assert adjust(FAMILIES[name]) == pytest.approx(values, rel=1e-12)  # products of a few numbers
