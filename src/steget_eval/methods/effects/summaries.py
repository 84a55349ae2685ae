"""Two arms' numbers with their variances and the people behind them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from steget_eval.core.errors import EmptyArmError, EventsError, FewError, HorizonError, SpreadError
from steget_eval.methods.numerics.arms import checked_choice
from steget_eval.methods.numerics.clusters import Variance, checked_clusters, leave_one_cluster_out
from steget_eval.methods.numerics.counting import (
    check_arms,
    check_causes,
    check_days,
    check_entry,
    check_horizon,
)
from steget_eval.methods.numerics.horizon import AtHorizon


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FollowUp:
    """Checked follow-up: whole days, causes and arms.

    Attributes
    ----------
    t, d, a : np.ndarray, shape (n,)
        Days, causes, arms; where no arms are given everybody is in arm 1.
    arms
        The arms that exist, 1 first.
    entry : np.ndarray, shape (n,), optional
        The day after which each person is at risk, where not everybody is from the beginning.
    """

    t: np.ndarray
    d: np.ndarray
    a: np.ndarray
    arms: tuple[int, ...]
    horizon: int
    entry: np.ndarray | None = None

    def among(self, rows: np.ndarray) -> FollowUp:
        """Return the follow-up of these people alone."""
        entry = None if self.entry is None else self.entry[rows]
        return replace(self, t=self.t[rows], d=self.d[rows], a=self.a[rows], entry=entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSummary:
    """One arm's number with its variance, and the people behind it."""

    estimate: float
    variance: float
    n: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmPair:
    """Arm 1, arm 0 where there is one, and the covariance that clusters shared by the arms give them.

    `degrees` are those of the t that limits take; infinite where nothing is left out in turn. `arm_degrees` are those
    of an arm's own number, arm 1 first.
    """

    one: ArmSummary
    zero: ArmSummary | None
    covariance: float = 0.0
    degrees: float = math.inf
    arm_degrees: tuple[float, float] = (math.inf, math.inf)

    @property
    def estimates(self) -> np.ndarray:
        """Return the arms' numbers, arm 1 first, shape (arms,)."""
        return np.array([arm.estimate for arm in (self.one, self.zero) if arm is not None])


def check_follow_up(
    t: np.ndarray, d: np.ndarray, a: np.ndarray | None, horizon: float, *, competing: bool,
    entry: np.ndarray | None = None,
) -> FollowUp:  # fmt: skip
    """Return times, causes and arms as whole numbers, or refuse them with a sentence."""
    days = check_days(t)
    causes = check_causes(d, days.size, competing=competing)
    arms = np.ones(days.size, dtype=np.int64) if a is None else check_arms(a, days.size)
    return FollowUp(
        t=days, d=causes, a=arms, arms=(1,) if a is None else (1, 0), horizon=check_horizon(horizon),
        entry=check_entry(entry, days),
    )  # fmt: skip


def read_arms(
    who: FollowUp, read: Callable[..., AtHorizon], *, cause: int = 1, cluster: np.ndarray | None = None
) -> ArmPair:
    """Return what each arm's curve says at the horizon; with clusters the variances allow for them.

    Parameters
    ----------
    read
        ``risk_by`` or ``time_lost_by``.
    cluster : np.ndarray, shape (n,), optional
        What people belong to, within an arm or across.
    """
    readings = [_read_arm(who, read, arm, cause) for arm in who.arms]
    if cluster is not None or (who.entry is not None and who.d.max() > 1):
        influence = np.zeros(who.t.size)
        for arm, reading in zip(who.arms, readings, strict=True):
            mine = who.a == arm
            entry = None if who.entry is None else who.entry[mine]
            influence[mine] = reading.influence(who.t[mine], who.d[mine], cause=cause, entry=entry)
        return pair_influences(who, [(r.estimate, r.events) for r in readings], influence, cluster)
    arms = [ArmSummary(estimate=r.estimate, variance=r.variance, n=r.counts.n, events=r.events) for r in readings]
    return ArmPair(one=_checked(arms[0], 1), zero=_checked(arms[1], 0) if len(arms) > 1 else None)


def pair_by_cluster(
    who: FollowUp, cluster: np.ndarray | None, variance: Variance,
    read: Callable[[np.ndarray, np.ndarray | None], ArmPair],
) -> ArmPair:  # fmt: skip
    """Return a pair whose variance allows for clusters in the way asked for; it matters only with clusters.

    ``jackknife`` reads anew without each cluster in turn, to be used with t(G - 1): with eight sites the sums of
    influences that ``sandwich`` takes cover 84 times in a hundred where 95 are told.

    Parameters
    ----------
    read
        Of whom (a mask over everybody) and with which clusters, the pair.
    """
    checked_choice(variance, ("jackknife", "sandwich"), "variance")
    everybody = np.ones(who.t.size, dtype=bool)
    if cluster is None or variance == "sandwich":
        return read(everybody, cluster)
    clusters = checked_clusters(cluster, who.a.astype(np.float64))
    whole = read(everybody, None)
    found = leave_one_cluster_out(lambda kept: read(kept, None).estimates, clusters, whole=whole.estimates)
    spread = found.covariance
    one = replace(whole.one, variance=float(spread[0, 0]))
    if whole.zero is None:
        return ArmPair(one=_checked(one, 1), zero=None, degrees=found.degrees, arm_degrees=found.arm_degrees)
    zero = replace(whole.zero, variance=float(spread[1, 1]))
    return ArmPair(
        one=_checked(one, 1), zero=_checked(zero, 0), covariance=float(spread[0, 1]), degrees=found.degrees,
        arm_degrees=found.arm_degrees,
    )  # fmt: skip


def _read_arm(who: FollowUp, read: Callable[..., AtHorizon], arm: int, cause: int) -> AtHorizon:
    mine = who.a == arm
    try:
        entry = None if who.entry is None else who.entry[mine]
        return read(who.t[mine], who.d[mine], who.horizon, cause=cause, entry=entry)
    except (HorizonError, EmptyArmError) as stop:
        raise type(stop)(f"arm {arm}: {stop}") from stop


def pair_influences(
    who: FollowUp, found: Sequence[tuple[float, int]], influence: np.ndarray, cluster: np.ndarray | None
) -> ArmPair:
    """Return the arms' summaries from people's influences on their own arm's number.

    Parameters
    ----------
    found
        Each arm's estimate with its events, in the order of `who.arms`.
    influence : np.ndarray, shape (n,)
        Its squares, summed first within clusters where there are any, add up to the variance. No correction for few
        clusters is made, as in R's survfit; fewer than four in an arm are refused.
    """
    members = np.arange(who.t.size) if cluster is None else checked_clusters(cluster, who.a, even=False).code
    kinds = int(members.max()) + 1
    sums = [np.bincount(members[who.a == arm], influence[who.a == arm], kinds) for arm in who.arms]
    arms = []
    for arm, (estimate, events), moved in zip(who.arms, found, sums, strict=True):
        mine = who.a == arm
        if np.count_nonzero(np.bincount(members[mine], minlength=kinds)) < 2:
            raise FewError(f"arm {arm} has fewer than two people, so nothing can be said about their spread")
        arms.append(
            _checked(
                ArmSummary(estimate=estimate, variance=float(moved @ moved), n=int(mine.sum()), events=events), arm
            )
        )
    if len(arms) == 1:
        return ArmPair(one=arms[0], zero=None)
    return ArmPair(one=arms[0], zero=arms[1], covariance=float(sums[0] @ sums[1]))


def _checked(summary: ArmSummary, arm: int) -> ArmSummary:
    if summary.events == 0:
        raise EventsError(f"nobody in arm {arm} had the event by the horizon, so its spread cannot be estimated")
    if not summary.variance > 0:
        raise SpreadError(f"everybody in arm {arm} ended alike, so there is no spread to make an interval from")
    return summary
