"""Risk by the horizon and time lost, weighted so that both arms stand for the same population.

The weights come from a logistic propensity model, as in `binary_adjusted`; censoring is supposed to be by chance within
an arm. The variance is the influence function's: a person moves the curve by being on it, and by moving the score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import EventsError, HorizonError, SpreadError
from steget_eval.core.estimates import Estimates
from steget_eval.methods.effects.curve_rows import mean_rows, risk_rows
from steget_eval.methods.effects.summaries import ArmPair, ArmSummary, FollowUp, check_follow_up, pair_by_cluster
from steget_eval.methods.numerics.arms import Arms, checked_choice, checked_covariates
from steget_eval.methods.numerics.clusters import Variance, checked_clusters
from steget_eval.methods.numerics.glm import inverse_link
from steget_eval.methods.numerics.linear import build_design
from steget_eval.methods.numerics.standardised import POPULATIONS, Population, fit_score, weights_by_arm
from steget_eval.methods.numerics.weighted_days import Moved, Quantity, weighted_by
from steget_eval.methods.numerics.weighted_steps import ScoreMoves

_H = 1e-30  # a complex step subtracts nothing, so it may be as small as one likes


def weighted_risk(
    t: np.ndarray, d: np.ndarray, a: np.ndarray, X: ArrayLike, *, horizon: int, cause: int = 1,
    population: Population = "ATE", cluster: np.ndarray | None = None, variance: Variance = "jackknife",
    level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Weighted Aalen–Johansen risk of one cause in each arm, with difference and ratio.

    Without competing causes one minus the weighted Kaplan–Meier. Cole & Hernán (2004) for the curve.

    Parameters
    ----------
    t : np.ndarray, shape (n,)
        Whole days to the first event of any cause or to the end of follow-up.
    d : np.ndarray, shape (n,)
        0 censored, otherwise the cause of the event.
    a : np.ndarray, shape (n,)
        Arm, 0 or 1.
    X : shape (n, p)
        Covariates of the propensity model, no intercept.
    horizon
        Days; an event on that very day counts.
    population
        Whom both arms stand for: everyone (ATE), the treated (ATT), the comparison's (ATC), the overlap (ATO).
    cluster : np.ndarray, shape (n,), optional
        What people belong to; fewer than four in an arm are refused.
    variance
        With clusters: everything anew without each in turn, score included, and t(G - 1), or influences summed.

    Raises
    ------
    OverlapError
        Where the score separates the arms.
    HorizonError
        Where an arm was not followed to the horizon.
    """
    who, pair = _pair(t, d, a, X, horizon, cause, population, cluster, variance, "risk")
    rows = risk_rows(pair, level=level, **_labels(who, "arm interval log–log"))
    return rows.label(population=population)


def weighted_time_lost(
    t: np.ndarray, d: np.ndarray, a: np.ndarray, X: ArrayLike, *, horizon: int, cause: int = 1,
    population: Population = "ATE", measure: Literal["rmtl", "rmst"] = "rmtl", cluster: np.ndarray | None = None,
    variance: Variance = "jackknife", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Weighted mean days lost to one cause up to the horizon in each arm, with the difference.

    Arguments as in `weighted_risk`; with `measure` ``rmst`` days without the event instead: the horizon less those.
    """
    checked_choice(measure, ("rmtl", "rmst"), "measure")
    who, pair = _pair(t, d, a, X, horizon, cause, population, cluster, variance, "time_lost", whole=measure == "rmst")
    return mean_rows(pair, measure, level=level, **_labels(who, "")).label(population=population)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoredWeights:
    """Weights from a propensity model, with what moves them; arm 1 first.

    Attributes
    ----------
    weights
        Each person's weight as a member of arm 1 and of arm 0, shape (n,); zero in the arm of others.
    score : shape (n, p)
        What each person moves the model's coefficients by.
    moves
        Of each arm.
    """

    weights: tuple[np.ndarray, np.ndarray]
    score: np.ndarray
    moves: tuple[ScoreMoves, ScoreMoves]


def scored_weights(a: np.ndarray, covariates: np.ndarray, population: Population) -> ScoredWeights:
    """Return the weights that make both arms stand for a population; arms and covariates are checked before."""
    arm = a.astype(np.float64)
    Z = build_design(covariates).Z
    eta = Z @ fit_score(Arms(y=arm, a=arm), Z, population)
    one, zero = weights_by_arm(arm, eta, population)
    slopes = [np.imag(w) / _H for w in weights_by_arm(arm, eta + 1j * _H, population)]
    e = np.asarray(inverse_link("logit", eta))
    score = np.linalg.solve((Z * (e * (1 - e))[:, None]).T @ Z, (Z * (arm - e)[:, None]).T).T
    moves = [
        ScoreMoves(slopes=Z[mine] * slope[mine, None], own=score[mine], spread=score.T @ score)
        for mine, slope in zip((a == 1, a == 0), slopes, strict=True)
    ]
    return ScoredWeights(weights=(np.asarray(one), np.asarray(zero)), score=score, moves=(moves[0], moves[1]))


def _pair(
    t: np.ndarray, d: np.ndarray, a: np.ndarray, X: ArrayLike, horizon: int, cause: int, population: Population,
    cluster: np.ndarray | None, variance: Variance, quantity: Quantity, *, whole: bool = False,
) -> tuple[FollowUp, ArmPair]:  # fmt: skip
    checked_choice(population, POPULATIONS, "population")
    who = check_follow_up(t, d, a, horizon, competing=True)
    covariates = checked_covariates(X, who.t.size)

    def read(rows: np.ndarray, sites: np.ndarray | None) -> ArmPair:
        return _read(who.among(rows), covariates[rows], cause, population, sites, quantity, whole=whole)

    return who, pair_by_cluster(who, cluster, variance, read)


def _read(
    who: FollowUp, covariates: np.ndarray, cause: int, population: Population, cluster: np.ndarray | None,
    quantity: Quantity, *, whole: bool,
) -> ArmPair:  # fmt: skip
    scored = scored_weights(who.a, covariates, population)
    sign, base = (-1.0, float(who.horizon)) if whole else (1.0, 0.0)
    found, moves = [], []
    for number, of_arm, by_score in zip(who.arms, scored.weights, scored.moves, strict=True):
        mine = who.a == number
        w = of_arm[mine]
        moved = _of_arm(who, mine, w, cause, quantity, number)
        influence = scored.score @ (by_score.slopes * moved.per_weight[:, None]).sum(axis=0)
        influence[mine] += w * moved.per_weight
        found.append((base + sign * moved.estimate, moved.events))
        moves.append(sign * influence)
    return _paired(who, found, moves, cluster)


def _paired(
    who: FollowUp, found: list[tuple[float, int]], moves: list[np.ndarray], cluster: np.ndarray | None
) -> ArmPair:
    """Return the arms' summaries; through the score everybody moves both arms, so they vary together."""
    if cluster is not None:
        members = checked_clusters(cluster, who.a, even=False).code
        moves = [np.bincount(members, move) for move in moves]
    arms = []
    for number, (estimate, events), move in zip(who.arms, found, moves, strict=True):
        if events == 0:
            raise EventsError(f"nobody in arm {number} had the event by the horizon, so its spread cannot be told")
        variance = float(move @ move)
        if not variance > 0:
            raise SpreadError(f"everybody in arm {number} ended alike, so there is no spread to make an interval from")
        n = int(np.sum(who.a == number))
        arms.append(ArmSummary(estimate=estimate, variance=variance, n=n, events=events))
    return ArmPair(one=arms[0], zero=arms[1], covariance=float(moves[0] @ moves[1]))


def _of_arm(who: FollowUp, mine: np.ndarray, w: np.ndarray, cause: int, quantity: Quantity, number: int) -> Moved:
    try:
        return weighted_by(who.t[mine], who.d[mine], w, who.horizon, cause=cause, quantity=quantity)
    except HorizonError as stop:
        raise HorizonError(f"arm {number}: {stop}") from stop


def _labels(who: FollowUp, note: str) -> dict[str, Any]:
    kind = "competing" if np.any(who.d > 1) else "time_to_event"
    return {"method": "ipw", "kind": kind, "horizon": float(who.horizon), "note": note}
