"""What the answer could be whatever the unseen outcomes are, and how bad they must be to change it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm
from scipy.stats import t as student

from steget_eval.core.errors import ArgumentError, EmptyArmError, EventsError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.arms import checked_arm, checked_level, checked_vector
from steget_eval.methods.numerics.clusters import Jackknife, checked_clusters, leave_one_cluster_out

if TYPE_CHECKING:
    import pandas as pd


Compared = Literal["risk_difference", "risk_ratio", "odds_ratio"]


def worst_case(
    y: ArrayLike, known: ArrayLike, a: ArrayLike | None = None, *, contrast: Compared = "risk_difference"
) -> Estimates:  # fmt: skip
    """Return bounds of the risk, and of its comparison between two arms, that suppose nothing of the missing.

    Manski (1989): nobody among the unseen had the event, or everybody. The bounds are of the sample; they carry no
    sampling error. The estimate is that of the people seen.

    Parameters
    ----------
    y : shape (n,)
        1 or 0; whatever stands where `known` is 0 is not read.
    known : shape (n,)
        1 where the outcome is known.
    a : shape (n,), optional
        1 for the arm compared, 0 for the comparison; without it everybody is one arm.
    contrast
        How two arms are compared; a ratio's bound is infinite where the comparison may have had nobody with the event.
    """
    arms = _by_arm(y, known, a)
    rows = [_bound_row(arm, name) for arm, name in zip(arms, ("risk_1", "risk_0"), strict=False)]
    if len(arms) == 2:
        one, two = arms
        ends = ((one.seen, two.seen), (one.low, two.high), (one.high, two.low))
        estimate, low, high = (_COMPARED[contrast](*pair) for pair in ends)
        if not math.isfinite(estimate) or math.isnan(low) or math.isnan(high):
            raise EventsError("a ratio of two shares that may both be nought, or both be whole, is not bounded")
        rows.append(_bounds(contrast, estimate, low, high, n_1=one.n, n_0=two.n))
    return Estimates(tuple(rows))


def _over(above: float, below: float) -> float:
    return above / below if below else math.inf if above else math.nan


def _odds_ratio(one: float, zero: float) -> float:
    return _over(one * (1 - zero), zero * (1 - one))


_COMPARED: Mapping[Compared, Callable[[float, float], float]] = {
    "risk_difference": lambda one, zero: one - zero, "risk_ratio": _over, "odds_ratio": _odds_ratio,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TippingMap(Tidy):
    """The risk difference over a grid of assumptions on those who were not seen.

    Attributes
    ----------
    shift_1, shift_0
        How many percentage points more often, than those seen in the same arm, the unseen of an arm had the event.
    rows
        One answer per pair of shifts, `shift_1` slowest.
    """

    shift_1: tuple[float, ...]
    shift_0: tuple[float, ...]
    rows: Estimates

    def to_frame(self) -> pd.DataFrame:
        """Return one row per pair of shifts, with estimate, limits and whether they leave zero out."""
        import pandas as pd

        pairs = [(one, two) for one in self.shift_1 for two in self.shift_0]
        lines = [
            (*pair, row.estimate, row.conf_low, row.conf_high, row.conf_low > 0 or row.conf_high < 0)
            for pair, row in zip(pairs, self.rows, strict=True)
        ]
        return pd.DataFrame(lines, columns=["shift_1", "shift_0", "estimate", "conf_low", "conf_high", "shows"])


def tipping_map(
    y: ArrayLike,
    known: ArrayLike,
    a: ArrayLike,
    *,
    shift_1: Sequence[float],
    shift_0: Sequence[float],
    cluster: ArrayLike | None = None,
    level: float = 0.95,
) -> TippingMap:
    """Return the risk difference if the unseen differ from the seen of their arm by so many percentage points.

    Each arm's risk is a mix: seen · p + unseen · clip(p + shift / 100, 0, 1), with p the risk of those seen. The shift
    is an assumption, so it has no variance; that of p is p(1 − p)/n of those seen. Limits are Wald's. With `cluster`
    the whole mix, the share seen with it, is found anew without each cluster in turn, with t(G - 1).

    Raises
    ------
    MethodError
        Where an arm's known outcomes are all alike: Wald's limits would have no width.
    """
    arms = _by_arm(y, known, a)
    if any(arm.seen in (0, 1) for arm in arms):
        raise EventsError("a tipping map needs people with and without the event in both arms")
    if cluster is not None:
        return _clustered_map(y, known, a, cluster, tuple(shift_1), tuple(shift_0), checked_level(level))
    mixes = [[_mix(arm, shift) for shift in shifts] for arm, shifts in zip(arms, (shift_1, shift_0), strict=True)]
    rows = tuple(_difference(one, two, arms, checked_level(level)) for one in mixes[0] for two in mixes[1])
    return TippingMap(shift_1=tuple(shift_1), shift_0=tuple(shift_0), rows=Estimates(rows))


def _clustered_map(
    y: ArrayLike, known: ArrayLike, a: ArrayLike, cluster: ArrayLike, shift_1: tuple[float, ...],
    shift_0: tuple[float, ...], level: float,
) -> TippingMap:  # fmt: skip
    values, seen, side = np.asarray(y, dtype=np.float64), np.asarray(known), checked_arm(a)

    def among(kept: np.ndarray) -> np.ndarray:
        one, zero = _by_arm(values[kept], seen[kept], side[kept])
        return np.array([
            _mix(one, above).risk - _mix(zero, below).risk for above in shift_1 for below in shift_0
        ])  # fmt: skip

    left = leave_one_cluster_out(among, checked_clusters(cluster, side))
    columns: dict[str, Any] = {
        "contrast": "risk_difference", "method": "tipping", "n_1": int(side.sum()), "n_0": int((1 - side).sum()),
        "kind": "binary", "population": "ATE", "unit": "proportion",
    }  # fmt: skip
    return TippingMap(shift_1=shift_1, shift_0=shift_0, rows=told_with_clusters(left, level, columns))


def told_with_clusters(left: Jackknife, level: float, columns: Mapping[str, Any]) -> Estimates:
    """Return one row per estimate of a jackknife over clusters, with Student's limits."""
    tail, rows = (1 - level) / 2, []
    for value, variance in zip(left.value, np.diag(left.covariance), strict=True):
        error = math.sqrt(max(float(variance), 0.0))
        half = float(student.isf(tail, left.degrees)) * error
        p = 2 * float(student.sf(abs(float(value)) / error, left.degrees)) if error > 0 else math.nan
        rows.append(
            Estimate(estimate=float(value), std_error=error, conf_low=float(value) - half, p_value=p,
                     conf_high=float(value) + half, conf_level=level, **columns)
        )  # fmt: skip
    return Estimates(tuple(rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arm:
    n: int
    known: int
    events: int

    @property
    def seen(self) -> float:
        return self.events / self.known

    @property
    def low(self) -> float:
        return self.events / self.n

    @property
    def high(self) -> float:
        return (self.events + self.n - self.known) / self.n


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mix:
    risk: float
    variance: float


def _mix(arm: _Arm, shift: float) -> _Mix:
    p, share = arm.seen, arm.known / arm.n
    supposed = p + shift / 100
    moves = share + (1 - share) * (0 < supposed < 1)
    risk = share * p + (1 - share) * min(max(supposed, 0.0), 1.0)
    return _Mix(risk=risk, variance=moves**2 * p * (1 - p) / arm.known)


def _difference(one: _Mix, two: _Mix, arms: Sequence[_Arm], level: float) -> Estimate:
    estimate, error = one.risk - two.risk, math.sqrt(one.variance + two.variance)
    half = float(norm.isf((1 - level) / 2)) * error
    return Estimate(
        contrast="risk_difference", method="tipping", estimate=estimate, std_error=error, conf_low=estimate - half,
        conf_high=estimate + half, conf_level=level, p_value=2 * float(norm.sf(abs(estimate / error))),
        n_1=arms[0].n, n_0=arms[1].n, kind="binary", population="ATE", unit="proportion",
    )  # fmt: skip


def _bound_row(arm: _Arm, contrast: str) -> Estimate:
    return _bounds(contrast, arm.seen, arm.low, arm.high, n_1=arm.n)


def _bounds(contrast: str, estimate: float, low: float, high: float, *, n_1: int, n_0: int | None = None) -> Estimate:
    return Estimate(
        contrast=contrast, method="worst_case", estimate=estimate, conf_low=low, conf_high=high, conf_level=1.0,
        interval_kind="bounds", n_1=n_1, n_0=n_0, kind="binary", population="arm" if n_0 is None else "ATE",
        unit="ratio" if contrast.endswith("_ratio") else "proportion",
        scale="log" if contrast.endswith("_ratio") else "identity",
    )  # fmt: skip


def _by_arm(y: ArrayLike, known: ArrayLike, a: ArrayLike | None) -> list[_Arm]:
    is_known = checked_vector(known, "what is known") == 1
    values = np.asarray(y, dtype=np.float64)
    if values.shape != is_known.shape:
        raise ArgumentError("outcomes and whether they are known must be of the same people")
    if not np.isin(values[is_known], (0.0, 1.0)).all():
        raise ArgumentError("a binary outcome must be 0 or 1 for everyone who is known")
    arm = np.ones(values.size) if a is None else checked_arm(a)
    if arm.shape != values.shape:
        raise ArgumentError("outcomes and arms must be of the same people")
    sides = [arm == 1] if a is None else [arm == 1, arm == 0]
    counted = [
        _Arm(n=int(side.sum()), known=int((side & is_known).sum()), events=int(values[side & is_known].sum()))
        for side in sides
    ]
    for number, one in zip((1, 0), counted, strict=False):
        if one.known == 0:
            raise EmptyArmError(f"arm {number} has nobody with a known outcome")
    return counted
