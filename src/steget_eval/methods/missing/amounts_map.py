"""How far the unseen must lie from those seen for a difference in means to tip."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from steget_eval.core.errors import ArgumentError, EmptyArmError, FewError, SpreadError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.missing.bounds import TippingMap, told_with_clusters
from steget_eval.methods.numerics.arms import Floats, checked_arm, checked_level, checked_vector
from steget_eval.methods.numerics.clusters import checked_clusters, leave_one_cluster_out


def amounts_map(
    y: ArrayLike,
    known: ArrayLike,
    a: ArrayLike,
    *,
    shift_1: Sequence[float],
    shift_0: Sequence[float],
    cluster: ArrayLike | None = None,
    level: float = 0.95,
) -> TippingMap:
    """Return the difference in means if the mean of the unseen differs from that of those seen by so much.

    Each arm's mean is m + unseen · shift, with m the mean of those seen. The shift is an assumption, so it has no
    variance; that of m is s²/n of those seen. Limits are Wald's; with `cluster` everything, the share seen with it, is
    found anew without each cluster in turn, with t(G - 1).

    Parameters
    ----------
    y : shape (n,)
        The amount; whatever stands where `known` is 0 is not read.
    known : shape (n,)
        1 where the amount is known.
    shift_1, shift_0
        In the amount's own unit.

    Raises
    ------
    MethodError
        Where an arm has fewer than two known amounts, or known amounts that are all alike.
    """
    seen, arm = checked_vector(known, "what is known"), checked_arm(a)
    values = np.where(seen == 1, np.asarray(y, dtype=np.float64), 0.0)
    if not (arm.shape == seen.shape == values.shape) or not np.isfinite(values).all():
        raise ArgumentError("amount, arm and whether it is known must be of the same people, a known amount finite")
    pairs = [(one, zero) for one in shift_1 for zero in shift_0]
    columns: dict[str, Any] = {
        "contrast": "mean_difference", "method": "tipping", "n_1": int(arm.sum()), "n_0": int((1 - arm).sum()),
        "kind": "amount", "population": "ATE",
    }  # fmt: skip

    def among(kept: np.ndarray) -> Floats:
        one, zero = (_seen(values[kept], seen[kept], arm[kept] == side, side) for side in (1, 0))
        return np.array([one.shifted(above) - zero.shifted(below) for above, below in pairs])

    if cluster is not None:
        left = leave_one_cluster_out(among, checked_clusters(cluster, arm))
        rows = told_with_clusters(left, checked_level(level), columns)
    else:
        one, zero = (_seen(values, seen, arm == side, side) for side in (1, 0))
        rows = _wald(one, zero, pairs, checked_level(level), columns)
    return TippingMap(shift_1=tuple(shift_1), shift_0=tuple(shift_0), rows=rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    mean: float
    variance: float
    unseen: float

    def shifted(self, by: float) -> float:
        return self.mean + self.unseen * by


def _seen(values: Floats, seen: Floats, side: np.ndarray, number: int) -> _Seen:
    mine = values[side & (seen == 1)]
    if not mine.size:
        raise EmptyArmError(f"arm {number} has nobody with a known amount")
    if mine.size < 2:
        raise FewError(f"arm {number} has one known amount, which gives no standard error")
    unseen = float((seen[side] == 0).mean())
    return _Seen(mean=float(mine.mean()), variance=float(mine.var(ddof=1) / mine.size), unseen=unseen)


def _wald(
    one: _Seen, zero: _Seen, pairs: Sequence[tuple[float, float]], level: float, columns: dict[str, Any]
) -> Estimates:  # fmt: skip
    error = math.sqrt(one.variance + zero.variance)
    if error == 0:
        raise SpreadError("the known amounts are all alike in either arm, so that the limits would have no width")
    half, rows = float(norm.isf((1 - level) / 2)) * error, []
    for above, below in pairs:
        gap = one.shifted(above) - zero.shifted(below)
        rows.append(
            Estimate(estimate=gap, std_error=error, conf_low=gap - half, conf_high=gap + half, conf_level=level,
                     p_value=2 * float(norm.sf(abs(gap) / error)), **columns)
        )  # fmt: skip
    return Estimates(tuple(rows))
