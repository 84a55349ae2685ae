"""An arm's own share, mean or rate where its people come in clusters: each cluster of the arm is left out in turn."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student

from steget_eval.core.errors import ArgumentError, EventsError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import Arms, Floats, checked_arms, checked_level, checked_outcome, checked_vector
from steget_eval.methods.numerics.clusters import FEWEST, Clusters, leave_one_cluster_out
from steget_eval.methods.numerics.delta import share_limits
from steget_eval.methods.numerics.stacked import code_clusters

#: What rows of this module call their method.
METHOD = "clusters_left_out"
FEW = "No interval: the arm has people in fewer than four clusters."
ALIKE = "No interval: the arm's clusters are all alike, so that leaving one out tells no spread."

Bools = NDArray[np.bool_]


def risks_by_cluster(y: ArrayLike, a: ArrayLike, *, cluster: ArrayLike, level: float = 0.95) -> Estimates:
    """Share with the event in each arm, as `risk_1` and `risk_0`, with limits symmetric in its log odds.

    Each of the arm's G clusters is left out in turn (MacKinnon, Nielsen and Webb 2023, CV3), with t(G - 1). With fewer
    than four, or where the clusters are all alike, the share is told without an interval, and `note` says why.
    """
    arms = checked_arms(y, a, binary=True)
    return _both(arms, cluster, "risk", "binary", arms.counts(events=True), _mean_of(arms), level, unit="proportion")


def means_by_cluster(
    y: ArrayLike, a: ArrayLike, *, cluster: ArrayLike, unit: str = "", level: float = 0.95
) -> Estimates:  # fmt: skip
    """Mean of each arm, as `mean_1` and `mean_0`; clusters as in `risks_by_cluster`."""
    arms = checked_arms(y, a, binary=False)
    return _both(arms, cluster, "mean", "amount", arms.counts(events=False), _mean_of(arms), level, unit=unit)


def rates_by_cluster(
    y: ArrayLike, a: ArrayLike, *, exposure: ArrayLike, cluster: ArrayLike, per: float = 1.0, unit: str = "",
    level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Total over exposure in each arm, as `rate_1` and `rate_0`, limits on the log scale; clusters as for risks.

    Parameters
    ----------
    per
        How much exposure a rate is told for: 365.25 days for a year.
    """
    arms, over = checked_arms(y, a, binary=False), checked_vector(exposure, "the exposure")
    if over.shape != arms.a.shape or not (over > 0).all():
        raise ArgumentError("exposure must be above zero, one per person")
    for arm in (1, 0):
        if not arms.y[arms.a == arm].sum() > 0:
            raise EventsError(f"nobody in arm {arm} has an amount above zero: a rate has no finite logarithm")

    def rate(who: Bools) -> float:
        return float(per * arms.y[who].sum() / over[who].sum())

    return _both(arms, cluster, "rate", "amount", arms.counts(events=False), rate, level, unit=unit)


def own_by_cluster(y: ArrayLike, *, cluster: ArrayLike, binary: bool, level: float = 0.95) -> Estimate:
    """Return the share or the mean of one arm, as `risk_1` or `mean_1` of population ``arm``."""
    values = checked_outcome(y, binary=binary)
    told = _told(
        lambda who: float(values[who].mean()), code_clusters(cluster, values.size), "risk" if binary else "mean",
        checked_level(level),
    )  # fmt: skip
    return Estimate(
        contrast="risk_1" if binary else "mean_1", method=METHOD, kind="binary" if binary else "amount",
        population="arm", unit="proportion" if binary else "", n_1=values.size,
        events_1=int(values.sum()) if binary else None, **told,
    )  # fmt: skip


def _mean_of(arms: Arms) -> Callable[[Bools], float]:
    return lambda who: float(arms.y[who].mean())


def _both(
    arms: Arms, cluster: ArrayLike, name: str, kind: str, counts: dict[str, Any], fit: Callable[[Bools], float],
    level: float, *, unit: str,
) -> Estimates:  # fmt: skip
    code, rows = code_clusters(cluster, arms.a.size), []
    for arm in (1, 0):
        mine = np.flatnonzero(arms.a == arm)

        def among(kept: Bools, mine: NDArray[np.int64] = mine) -> float:
            who = np.zeros(arms.a.size, dtype=bool)
            who[mine[kept]] = True
            return fit(who)

        own = np.unique(code[mine], return_inverse=True)[1].astype(np.int64)
        rows.append(Estimate(
            contrast=f"{name}_{arm}", method=METHOD, kind=kind, population="ATE", unit=unit, **counts,
            **_told(among, own, name, checked_level(level)),
        ))  # fmt: skip
    return Estimates(tuple(rows))


def _told(fit: Callable[[Bools], float], code: NDArray[np.int64], name: str, level: float) -> dict[str, Any]:
    """Return the columns of a number: with its interval, or without one and a note of why."""
    count = int(code.max()) + 1
    value = fit(np.ones(code.size, dtype=bool))
    scale = "log" if name == "rate" else "identity"
    bare = {"estimate": value, "interval_kind": "none", "scale": scale}
    if count < FEWEST:
        return bare | {"note": FEW}

    def without(kept: Bools) -> Floats:
        left = fit(kept)
        if scale == "log" and not left > 0:
            raise EventsError("nobody left in the arm has an amount above zero: a rate has no finite logarithm")
        return np.array([math.log(left) if scale == "log" else left])

    found = leave_one_cluster_out(without, Clusters(code=code, count=count, in_arm=(count, 0)))
    error = math.sqrt(float(found.covariance[0, 0]))
    if not error > 1e-12 * max(abs(value), 1):
        return bare | {"note": ALIKE}
    half = float(student.isf((1 - level) / 2, found.degrees)) * error
    if name == "risk":
        low, high = share_limits(value, half)
    elif scale == "log":
        low, high = value * math.exp(-half), value * math.exp(half)
    else:
        low, high = value - half, value + half
    return {
        "estimate": value, "std_error": error, "conf_low": low, "conf_high": high, "conf_level": level, "scale": scale,
        "note": f"Each cluster of the arm left out in turn. Degrees of freedom: {found.degrees:.0f}.",
    }  # fmt: skip
