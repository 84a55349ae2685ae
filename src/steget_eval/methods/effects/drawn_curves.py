"""The curves of two arms as they are drawn: weighted to one population, or as they are, with pointwise limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from steget_eval.core.errors import MethodError
from steget_eval.core.frames import Tidy
from steget_eval.methods.effects.weighted_curves import scored_weights
from steget_eval.methods.numerics.arms import checked_choice, checked_covariates, checked_level
from steget_eval.methods.numerics.clusters import Clusters, checked_clusters, leave_one_cluster_out
from steget_eval.methods.numerics.counting import check_arms, check_causes, check_days
from steget_eval.methods.numerics.curves import Curve, aalen_johansen
from steget_eval.methods.numerics.log_log import log_log_limits, normal_quantile
from steget_eval.methods.numerics.standardised import POPULATIONS, Population
from steget_eval.methods.numerics.weighted_steps import variances_of_steps, weighted_steps

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ArmCurves(Tidy):
    """Both arms' cumulative incidence, on each arm's own days.

    Attributes
    ----------
    one, zero
        Arm 1 and arm 0. Estimates and limits are weighted where weights were asked for; the counts are of people.
    carried : np.ndarray, shape (D, 2), of arm 1 and of arm 0
        The weights of those with the event on each day, and the squares of these weights, added up.
    """

    one: Curve
    zero: Curve
    carried: tuple[np.ndarray, np.ndarray]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per arm and day."""
        import pandas as pd

        return pd.concat([self.one.to_frame().assign(arm=1), self.zero.to_frame().assign(arm=0)], ignore_index=True)


def weighted_arm_curves(
    t: np.ndarray, d: np.ndarray, a: np.ndarray, X: ArrayLike, *, cause: int = 1, population: Population = "ATE",
    cluster: ArrayLike | None = None, level: float = 0.95,
) -> ArmCurves:  # fmt: skip
    """Return each arm's weighted cumulative incidence day by day, so that both arms stand for one population.

    On any day it is what `weighted_risk` says with that day as horizon, its standard error included, with log–log
    limits (Cole & Hernán 2004). Without competing causes one minus the weighted Kaplan–Meier.

    Parameters
    ----------
    t, d, a : np.ndarray, shape (n,)
        Whole days, causes (0 censored), arms.
    X : shape (n, p)
        Covariates of the propensity model, no intercept.
    cluster : shape (n,), optional
        What people belong to: everything anew without each in turn, with t of the arm's own clusters; with too few or
        too uneven ones the curves have no limits.

    Raises
    ------
    OverlapError
        Where the score separates the arms.
    """
    checked_choice(population, POPULATIONS, "population")
    days, arms = check_days(t), check_arms(a, np.size(t))
    causes, covariates = check_causes(d, days.size, competing=True), checked_covariates(X, days.size)
    found = scored_weights(arms, covariates, population)
    curves, carried = [], []
    for number, w, moves in zip((1, 0), found.weights, found.moves, strict=True):
        mine = arms == number
        plain = aalen_johansen(days[mine], causes[mine], cause=cause, level=checked_level(level))
        own = days[mine], causes[mine], w[mine], plain.times
        estimate = weighted_steps(*own, cause=cause)
        error = np.sqrt(variances_of_steps(*own, moves, cause=cause))
        curves.append(_with_limits(replace(plain, estimate=estimate), error, normal_quantile(level)))
        carried.append(_carried(*own, cause))
    both = ArmCurves(one=curves[0], zero=curves[1], carried=(carried[0], carried[1]))
    if cluster is None:
        return both

    def without(kept: np.ndarray) -> np.ndarray:
        again = scored_weights(arms[kept], covariates[kept], population)
        parts = []
        for number, w, curve in zip((1, 0), again.weights, curves, strict=True):
            mine = arms[kept] == number
            parts.append(weighted_steps(days[kept][mine], causes[kept][mine], w[mine], curve.times, cause=cause))
        return np.concatenate(parts)

    return _by_cluster(both, cluster, arms, without, level)


def clustered_arm_curves(
    t: np.ndarray, d: np.ndarray, a: np.ndarray, cluster: ArrayLike, *, cause: int = 1, level: float = 0.95
) -> ArmCurves:
    """Return each arm's cumulative incidence as it is, with limits that know of the clusters.

    Arguments as in `weighted_arm_curves`.
    """
    days, arms = check_days(t), check_arms(a, np.size(t))
    causes = check_causes(d, days.size, competing=True)
    one, zero = (
        aalen_johansen(days[arms == number], causes[arms == number], cause=cause, level=level) for number in (1, 0)
    )

    def without(kept: np.ndarray) -> np.ndarray:
        parts = []
        for number, curve in ((1, one), (0, zero)):
            mine = kept & (arms == number)
            parts.append(weighted_steps(days[mine], causes[mine], np.ones(mine.sum()), curve.times, cause=cause))
        return np.concatenate(parts)

    carried = (np.column_stack([one.events] * 2), np.column_stack([zero.events] * 2))
    return _by_cluster(ArmCurves(one=one, zero=zero, carried=carried), cluster, arms, without, level)


def _carried(t: np.ndarray, d: np.ndarray, w: np.ndarray, days: np.ndarray, cause: int) -> np.ndarray:
    place, mine = np.searchsorted(days, t), np.where(d == cause, w, 0.0)
    return np.column_stack([np.bincount(place, power, days.size) for power in (mine, mine**2)])


def _by_cluster(
    both: ArmCurves, cluster: ArrayLike, arms: np.ndarray, without: Callable[[np.ndarray], np.ndarray], level: float
) -> ArmCurves:
    curves = (both.one, both.zero)
    cut = both.one.times.size
    try:
        clusters: Clusters = checked_clusters(cluster, arms.astype(np.float64))
        whole = np.concatenate([curve.estimate for curve in curves])
        found = leave_one_cluster_out(without, clusters, whole=whole)
    except MethodError:
        # Too few clusters, or arms apart without one of them: the table of answers refuses, and the line has no band.
        one, zero = (_with_limits(curve, np.full(curve.times.size, np.nan), 0.0) for curve in curves)
        return replace(both, one=one, zero=zero)
    error = np.sqrt(np.diag(found.covariance))
    in_one, in_zero = (float(stats.t.ppf((1 + level) / 2, degrees)) for degrees in found.arm_degrees)
    one, zero = _with_limits(both.one, error[:cut], in_one), _with_limits(both.zero, error[cut:], in_zero)
    return replace(both, one=one, zero=zero)


def _with_limits(curve: Curve, error: np.ndarray, quantile: float) -> Curve:
    low, high = (log_log_limits(curve.estimate, error, sign * quantile) for sign in (-1, 1))
    return replace(curve, std_error=error, conf_low=low, conf_high=high)
