"""In which state people are month by month, and how many months they spend in each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ArgumentError, EmptyArmError, HorizonError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.effects.curve_rows import wald_quantile
from steget_eval.methods.numerics.arms import checked_arm, checked_choice, checked_level
from steget_eval.methods.numerics.clusters import Clusters, Variance, checked_clusters, leave_one_cluster_out

if TYPE_CHECKING:
    import pandas as pd


#: What is said where no interval can be told: months without any spread are those that were seen and no more.
NEVER = "nobody was ever seen in it, which does not say that nobody ever would be: no interval"
ALIKE = "everybody spent as long in it, so nothing varies: no interval"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Occupation(Tidy):
    """Shares in each state by month, with what each person moves them by.

    Attributes
    ----------
    states
        Their names, in the order of the codes.
    share, std_error : np.ndarray, shape (M + 1, S)
        Aalen–Johansen occupation at each month point from 0 to M.
    influence : np.ndarray, shape (n, M + 1, S)
        Its squares over people, summed within clusters first where there are any, add up to the variance.
    moves : np.ndarray, shape (S, S)
        Moves from month to month that were seen, from the row to the column, staying on the diagonal.
    """

    states: tuple[str, ...]
    share: np.ndarray
    std_error: np.ndarray
    influence: np.ndarray
    moves: np.ndarray

    def to_frame(self) -> pd.DataFrame:
        """Return one row per month and state."""
        import pandas as pd

        months, codes = np.indices(self.share.shape)
        names = np.array(self.states, dtype=object)[codes.ravel()]
        return pd.DataFrame({"month": months.ravel(), "state": names, "share": self.share.ravel(),
                             "std_error": self.std_error.ravel()})  # fmt: skip


def occupation(path: ArrayLike, states: Sequence[str], *, cluster: ArrayLike | None = None) -> Occupation:
    """Return the share in each state at each month, by the product of the months' transition matrices.

    Aalen & Johansen (1978); where the process is not Markov it still tells the shares (Datta & Satten 2001), as long as
    censoring has nothing to do with where people are. Without censoring it is the plain share. The variance is the
    infinitesimal jackknife's, as in R's survfit for several states. From a state in which nobody is followed on for a
    month nobody moves that month, as there.

    Parameters
    ----------
    path : shape (n, M + 1)
        Code of the state at each month point, -1 from where the person is no longer followed; the first is known.
    states
        Names of the codes 0, 1, ….
    cluster : shape (n,), optional
        What people belong to; influences are then summed within it.

    Raises
    ------
    HorizonError
        Where nobody is followed into some month.
    """
    codes = _checked(path, len(states))
    n, points, S = codes.shape[0], codes.shape[1], len(states)
    one_hot = (codes[:, :, None] == np.arange(S)).astype(np.float64)
    share, influence = np.empty((points, S)), np.empty((n, points, S))
    share[0] = one_hot[:, 0].mean(axis=0)
    influence[:, 0] = (one_hot[:, 0] - share[0]) / n
    moves = np.zeros((S, S))
    for month in range(1, points):
        stays = codes[:, month] >= 0
        before, after = one_hot[stays, month - 1], one_hot[stays, month]
        seen, at_risk = before.T @ after, before.sum(axis=0)
        if not stays.any():
            raise HorizonError(f"nobody is followed from month {month - 1} to {month}")
        matrix = np.divide(seen, at_risk[:, None], out=np.eye(S), where=at_risk[:, None] > 0)
        share[month] = share[month - 1] @ matrix
        influence[:, month] = influence[:, month - 1] @ matrix
        load = np.divide(share[month - 1], at_risk, out=np.zeros(S), where=at_risk > 0)
        influence[stays, month] += (before @ load)[:, None] * (after - before @ matrix)
        moves += seen
    variance = (_grouped(influence, cluster) ** 2).sum(axis=0)
    return Occupation(
        states=tuple(states), share=share, std_error=np.sqrt(variance), influence=influence, moves=moves
    )  # fmt: skip


def months_in_states(
    path: ArrayLike, a: ArrayLike, states: Sequence[str], *, cluster: ArrayLike | None = None,
    variance: Variance = "jackknife", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Return the expected months in each state in both arms, and their difference.

    The sum of the shares at the month points from 0 to the one before the last; over the states it is all the months.
    A state that nobody was seen in, or in which everybody spent as long, has months without an interval.

    Parameters
    ----------
    path, states, cluster
        As in `occupation`. Fewer than four clusters in an arm are refused.
    a : shape (n,)
        Arm, 1 or 0.
    variance
        With clusters: the shares anew without each in turn and t(G - 1), or the influences summed within them.
    """
    checked_choice(variance, ("jackknife", "sandwich"), "variance")
    arms, codes = checked_arm(a), _checked(path, len(states))
    if arms.size != codes.shape[0]:
        raise ArgumentError("paths and arms must be of the same people")
    clusters = None if cluster is None else checked_clusters(cluster, arms, even=variance == "jackknife")
    if clusters is None or variance == "sandwich":
        found = _by_influence(codes, arms, states, None if clusters is None else clusters.code)
    else:
        found = _without_each(codes, arms, states, clusters)
    n_1, n_0, rows = int(arms.sum()), int((1 - arms).sum()), []
    for code, state in enumerate(states):
        m_1, m_0 = found.months[:, code].tolist()
        e_1, e_0, apart = found.errors[:, code].tolist()
        rows += [
            _row("months_1", m_1, e_1, found.arm_degrees[0], level, state, n_1=n_1),
            _row("months_0", m_0, e_0, found.arm_degrees[1], level, state, n_0=n_0),
            _row("months_difference", m_1 - m_0, apart, found.degrees, level, state, n_1=n_1, n_0=n_0),
        ]
    return Estimates(tuple(rows))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Months:
    """Months in each state of arm 1 and arm 0, shape (2, S), with the errors of both and their difference, (3, S)."""

    months: np.ndarray
    errors: np.ndarray
    degrees: float = math.inf
    arm_degrees: tuple[float, float] = (math.inf, math.inf)


def _by_influence(codes: np.ndarray, arms: np.ndarray, states: Sequence[str], members: np.ndarray | None) -> _Months:
    months, moved = [], np.zeros((2, arms.size, len(states)))
    for place, arm in enumerate((1, 0)):
        one = occupation(codes[arms == arm], states)
        months.append(one.share[:-1].sum(axis=0))
        moved[place, arms == arm] = one.influence[:, :-1].sum(axis=1)
    sums = [_grouped(one, members) for one in moved]
    errors = [np.sqrt((one**2).sum(axis=0)) for one in (*sums, sums[0] - sums[1])]
    return _Months(months=np.array(months), errors=np.array(errors))


def _without_each(codes: np.ndarray, arms: np.ndarray, states: Sequence[str], clusters: Clusters) -> _Months:
    def months(who: np.ndarray) -> np.ndarray:
        mine = [occupation(codes[who & (arms == arm)], states).share[:-1].sum(axis=0) for arm in (1, 0)]
        return np.concatenate([*mine, mine[0] - mine[1]])

    found, S = leave_one_cluster_out(months, clusters), len(states)
    errors = np.sqrt(np.diag(found.covariance)).reshape(3, S)
    return _Months(
        months=found.value[: 2 * S].reshape(2, S), errors=errors, degrees=found.degrees, arm_degrees=found.arm_degrees
    )  # fmt: skip


def _row(
    contrast: str, value: float, error: float, degrees: float, level: float, state: str, **people: Any
) -> Estimate:  # fmt: skip
    half = wald_quantile(checked_level(level), degrees) * error
    told: dict[str, Any] = {"conf_low": value - half, "conf_high": value + half, "conf_level": level}
    if error == 0:
        never = value == 0 and not contrast.endswith("difference")
        told = {"interval_kind": "none", "note": NEVER if never else ALIKE}
    return Estimate(
        contrast=contrast, method="state_occupation", estimate=value, std_error=error, kind="transition",
        unit="months", subgroup=f"state={state}", **told, **people,
        population="ATE" if contrast.endswith("difference") else "arm",
    )  # fmt: skip


def _grouped(influence: np.ndarray, cluster: ArrayLike | None) -> np.ndarray:
    if cluster is None:
        return influence
    codes = np.unique(np.asarray(cluster), return_inverse=True)[1]
    sums = np.zeros((int(codes.max()) + 1, *influence.shape[1:]))
    np.add.at(sums, codes, influence)
    return sums


def _checked(path: ArrayLike, states: int) -> np.ndarray:
    codes = np.asarray(path)
    if codes.ndim != 2 or not codes.shape[0] or codes.shape[1] < 2 or codes.dtype.kind not in "iu":
        raise ArgumentError("paths must be whole numbers, one row per person and one column per month point")
    if ((codes < -1) | (codes >= states)).any():
        raise ArgumentError(f"states must be 0 to {states - 1}, or -1 where a person is no longer followed")
    gone = codes < 0
    if (gone[:, :-1] & ~gone[:, 1:]).any():
        raise ArgumentError("a person who is no longer followed cannot come back")
    if gone[:, 0].all():
        raise EmptyArmError("nobody has a state at the beginning")
    if gone[:, 0].any():
        raise ArgumentError("everybody must have a state at the beginning")
    return codes.astype(np.int64)
