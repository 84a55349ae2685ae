"""Ratios of amounts and comparisons of steps refuse in a sentence what they cannot answer."""

from __future__ import annotations

import numpy as np
import pytest

from steget_eval.core.errors import ConvergenceError, EmptyArmError, MethodError
from steget_eval.core.streams import stream
from steget_eval.methods.effects import amount, amount_rate, amount_ratio, two_part
from steget_eval.methods.effects.ordinal import brant, proportional_odds
from steget_eval.methods.effects.pairwise import win_statistics

N = 40
A = np.tile([1.0, 0.0], N // 2)
NONE = np.empty((N, 0))
X = stream(1, "refusals").standard_normal((N, 1))
DAYS = stream(2, "refusals").negative_binomial(1, 0.2, N).astype(float)
NOTHING_IN_1 = np.where(A == 1, 0.0, DAYS + 1)
STEP = stream(3, "refusals").integers(0, 4, N).astype(float)
APART = np.where(A == 1, STEP + 5, STEP)
FOUR = np.arange(N) % 4


@pytest.mark.parametrize(("ask", "says"), [
    (lambda: amount_rate.quasi_poisson(NOTHING_IN_1, A, NONE), "nobody in arm 1 has an amount above zero"),
    (lambda: amount_rate.negative_binomial(NOTHING_IN_1, A, NONE), "nobody in arm 1 has an amount above zero"),
    (lambda: amount_rate.rates(NOTHING_IN_1, A, exposure=np.ones(N)), "nobody in arm 1 has an amount above zero"),
    (lambda: amount_ratio.augmented(NOTHING_IN_1, A, X), "nobody in arm 1 has an amount above zero"),
    (lambda: amount.mean_ratio(NOTHING_IN_1, A), "both means above zero"),
    (lambda: amount_rate.quasi_poisson(DAYS - 3, A, NONE), "below zero"),
    (lambda: two_part.two_part(DAYS - 3, A, NONE), "below zero"),
    (lambda: amount_rate.negative_binomial(DAYS / 7, A, NONE), "quasi_poisson takes any amounts"),
    (lambda: amount_rate.quasi_poisson(DAYS, A, NONE, exposure=np.zeros(N)), "exposure must be above zero"),
    (lambda: amount_rate.quasi_poisson(DAYS, A, NONE, exposure=np.ones(3)), "one per person"),
    (lambda: two_part.two_part(DAYS + 1, A, NONE), "everybody in arm 1 has an amount above zero"),
    (lambda: two_part.two_part(NOTHING_IN_1, A, NONE), "nobody in arm 1 has an amount above zero"),
    (lambda: two_part.two_part(DAYS, A, NONE, amount="weibull"), "amount must be one of gamma, log_normal"),
    (lambda: two_part.two_part(DAYS, A, NONE, population="ATO"), "population must be one of ATE, ATT, ATC"),
    (lambda: amount_rate.negative_binomial(DAYS, A, NONE, cluster=FOUR), "negative_binomial_robust does"),
    (lambda: amount_rate.quasi_poisson(DAYS, A, NONE, cluster=FOUR), "fewer than four clusters"),
    (lambda: proportional_odds(STEP, A, NONE, interval="score", cluster=FOUR), "the score interval knows no clusters"),
    (lambda: proportional_odds(np.ones(N), A, NONE), "everyone stands on the same step"),
    (lambda: proportional_odds(APART, A, NONE), "one arm stands above the other throughout"),
    (lambda: proportional_odds(-APART, A, NONE), "one arm stands above the other throughout"),
    (lambda: proportional_odds(STEP, A, NONE, interval="profile"), "interval must be one of wald, score"),
    (lambda: brant((STEP > 1) * 1.0, A, NONE), "two steps"),
    (lambda: win_statistics(APART, A), "one arm wins every pair"),
    (lambda: win_statistics(STEP, A[:3]), "must be of the same people"),
])  # fmt: skip
def test_what_cannot_be_answered_is_refused_in_a_sentence(ask, says: str) -> None:
    with pytest.raises(MethodError, match=says):
        ask()


def test_an_empty_arm_is_refused() -> None:
    for ask in (amount_rate.quasi_poisson, two_part.two_part, proportional_odds, brant):
        with pytest.raises(EmptyArmError):
            ask(STEP, np.ones(N), NONE)
    with pytest.raises(EmptyArmError):
        win_statistics(STEP, np.ones(N))


def test_counts_that_spread_no_more_than_a_poissons_name_the_method_that_answers() -> None:
    even = np.repeat([2.0, 3.0], N // 2)
    with pytest.raises(ConvergenceError, match="quasi_poisson answers the same question"):
        amount_rate.negative_binomial(even, A, NONE)


def test_a_covariate_that_tells_the_step_leaves_no_finite_odds_ratio() -> None:
    with pytest.raises(ConvergenceError, match="no finite coefficients"):
        proportional_odds(STEP, A, STEP[:, None])


def test_brant_says_at_which_step_it_has_no_answer() -> None:
    # Nobody of arm 0 stands on the highest step: its odds ratio there is not finite.
    step = np.where((A == 0) & (STEP == 3), 2, STEP)
    with pytest.raises(ConvergenceError, match="at step 3"):
        brant(step, A, NONE)
    assert proportional_odds(step, A, NONE).rows[0].estimate > 1  # the common ratio still is
