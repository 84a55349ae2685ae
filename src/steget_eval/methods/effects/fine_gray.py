"""Subdistribution hazard ratios: how covariates move the cumulative incidence itself.

Fine & Gray (1999). Who has had a competing event stays among those at risk, with the weight G(t−)/G(T−) that censoring
would have left. On whole days the risk sets are sums per day, so an iteration is one pass over the people.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steget_eval.core.errors import ArgumentError, DependentError, EventsError, SeparationError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.effects.curve_rows import wald_p, wald_quantile
from steget_eval.methods.numerics.arms import checked_choice
from steget_eval.methods.numerics.censoring import uncensored_before
from steget_eval.methods.numerics.clusters import Variance, checked_clusters, leave_one_cluster_out
from steget_eval.methods.numerics.counting import (
    DayCounts,
    check_arms,
    check_causes,
    check_days,
    check_members,
    count_days,
)
from steget_eval.methods.numerics.linear import check_rank

if TYPE_CHECKING:
    import pandas as pd

_MAX_STEPS = 50
_STEP_TOLERANCE = 1e-10  # of a log ratio per standard deviation of its column
_LARGEST = 20.0  # a log ratio per standard deviation beyond this is one that runs away


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class FineGrayFit(Tidy):
    """Log subdistribution hazard ratios with their robust covariance.

    Attributes
    ----------
    beta : np.ndarray, shape (p,)
    covariance : np.ndarray, shape (p, p)
        Sandwich; that the censoring weights are estimated is accounted for.
    """

    beta: np.ndarray
    covariance: np.ndarray

    def to_frame(self) -> pd.DataFrame:
        """Return one row per column of X."""
        import pandas as pd

        return pd.DataFrame({"log_ratio": self.beta, "std_error": np.sqrt(np.diag(self.covariance))})


def subdistribution_hazard_ratio(
    t: np.ndarray, d: np.ndarray, a: np.ndarray, X: np.ndarray | None = None, *, cause: int = 1,
    cluster: np.ndarray | None = None, variance: Variance = "jackknife", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Return the ratio of the arms' subdistribution hazards of the event, conditional on covariates where given.

    Above one means a higher cumulative incidence in arm 1; the number itself is no risk and no speed, so it stands
    beside a difference in risk, never alone.

    Parameters
    ----------
    t : np.ndarray, shape (n,)
        Whole days to the event or to the end of follow-up.
    d : np.ndarray, shape (n,)
        0 censored, otherwise the cause of the event.
    a : np.ndarray, shape (n,)
        Arm, 0 or 1.
    X : np.ndarray, shape (n, p), optional
        Covariates, no intercept.
    cluster : np.ndarray, shape (n,), optional
        What people belong to; fewer than four in an arm are refused.
    variance
        With clusters: the regression anew without each in turn and t(G - 1), or contributions summed within them.

    Raises
    ------
    MethodError
        Where an arm has nobody with the event.
    SeparationError
        Where a column separates those with the event from those without.
    """
    days = check_days(t)
    causes, arms = check_causes(d, days.size, competing=True), check_arms(a, days.size)
    for arm in (1, 0):
        if not np.any((causes == cause) & (arms == arm)):
            raise EventsError(f"nobody in arm {arm} had the event, so no ratio of subdistribution hazards can be told")
    checked_choice(variance, ("jackknife", "sandwich"), "variance")
    columns = arms[:, None].astype(float)
    if X is not None:
        columns = np.column_stack([columns, np.asarray(X, dtype=float)])
    fit = fit_fine_gray(days, causes, columns, cause=cause, cluster=cluster)
    log_ratio, error, degrees = float(fit.beta[0]), float(np.sqrt(fit.covariance[0, 0])), math.inf
    if cluster is not None:
        clusters = checked_clusters(cluster, arms.astype(np.float64), even=variance == "jackknife")

        def among(kept: np.ndarray) -> np.ndarray:
            return fit_fine_gray(days[kept], causes[kept], columns[kept], cause=cause).beta[:1]

        if variance == "jackknife":
            found = leave_one_cluster_out(among, clusters, whole=fit.beta[:1])
            error, degrees = math.sqrt(found.covariance[0, 0]), found.degrees
    reach = wald_quantile(level, degrees) * error
    row = Estimate(
        contrast="subdistribution_hazard_ratio", method="fine_gray", estimate=float(np.exp(log_ratio)),
        std_error=error, conf_low=float(np.exp(log_ratio - reach)), conf_high=float(np.exp(log_ratio + reach)),
        conf_level=level, p_value=wald_p(log_ratio, error, degrees),
        n_1=int(np.sum(arms == 1)), n_0=int(np.sum(arms == 0)),
        events_1=int(np.sum((causes == cause) & (arms == 1))), events_0=int(np.sum((causes == cause) & (arms == 0))),
        kind="competing", population="ATE", unit="ratio", scale="log",
        note=f"conditional on {columns.shape[1] - 1} covariate columns" if columns.shape[1] > 1 else "",
    )  # fmt: skip
    return Estimates((row,))


def fit_fine_gray(
    t: np.ndarray, d: np.ndarray, X: np.ndarray, *, cause: int = 1, cluster: np.ndarray | None = None
) -> FineGrayFit:
    """Fit the model with every column in `X`, shape (n, p); arguments as in `subdistribution_hazard_ratio`."""
    days = check_days(t)
    causes = check_causes(d, days.size, competing=True)
    columns = np.asarray(X, dtype=float)
    if columns.ndim != 2 or columns.shape[0] != days.size or not np.isfinite(columns).all():
        raise ArgumentError(f"covariates must be known and have one row per person ({days.size})")
    if not np.any(causes == cause):
        raise EventsError("nobody had the event")
    centre, spread = columns.mean(axis=0), columns.std(axis=0)
    if not (spread > 0).all():
        raise DependentError("a covariate has the same value for everyone; leave it out")
    check_rank(np.column_stack([np.ones(days.size), (columns - centre) / spread]), "the covariates")
    people = _lay_out(days, causes, (columns - centre) / spread, cause)
    beta = _maximum(people)
    moves = _influence(people, beta)
    if cluster is not None:
        members = check_members(cluster, days.size, "clusters")
        sums = np.zeros((int(members.max()) + 1, moves.shape[1]))
        np.add.at(sums, members, moves)
        moves = sums
    return FineGrayFit(beta=beta / spread, covariance=moves.T @ moves / np.outer(spread, spread))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _People:
    """Everybody, with the place of their day among the distinct days.

    `share` is the part uncensored just before each distinct day; `weight` is 1 / that share for those with a competing
    event and 0 for the others.
    """

    X: np.ndarray
    at: np.ndarray
    is_event: np.ndarray
    weight: np.ndarray
    censored: np.ndarray
    counts: DayCounts
    share: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sums:
    """Weighted sums over the risk set of each distinct day."""

    s_0: np.ndarray
    s_1: np.ndarray
    s_2: np.ndarray


def _lay_out(days: np.ndarray, causes: np.ndarray, X: np.ndarray, cause: int) -> _People:
    counts = count_days(days, causes, cause=cause)
    share = uncensored_before(counts)
    at = np.searchsorted(counts.days, days)
    competes = (causes != 0) & (causes != cause)
    return _People(
        X=X, at=at, is_event=causes == cause, weight=np.where(competes, 1 / share[at], 0.0), censored=causes == 0,
        counts=counts, share=share,
    )  # fmt: skip


def _maximum(people: _People) -> np.ndarray:
    beta = np.zeros(people.X.shape[1])
    likelihood = _likelihood(people, beta)
    for _ in range(_MAX_STEPS):
        sums = _risk_sums(people, beta)
        step = np.linalg.solve(_information(people, sums), _score(people, sums))
        largest = float(np.abs(step).max())
        while _likelihood(people, beta + step) < likelihood - 1e-10 * abs(likelihood):
            step = step / 2
        beta = beta + step
        likelihood = _likelihood(people, beta)
        if np.abs(beta).max() > _LARGEST:
            break
        if largest < _STEP_TOLERANCE:
            return beta
    raise SeparationError("a column separates those with the event from those without: its ratio has no finite value")


def _risk_sums(people: _People, beta: np.ndarray) -> _Sums:
    risk = np.exp(people.X @ beta)
    p = people.X.shape[1]
    by_day = [_per_day(people, risk)]
    by_day += [_per_day(people, risk * people.X[:, j]) for j in range(p)]
    second = np.empty((people.counts.days.size, p, p))
    for j in range(p):
        weighted = risk * people.X[:, j]
        for k in range(j, p):
            second[:, j, k] = second[:, k, j] = _per_day(people, weighted * people.X[:, k])
    return _Sums(s_0=by_day[0], s_1=np.column_stack(by_day[1:]), s_2=second)


def _per_day(people: _People, values: np.ndarray) -> np.ndarray:
    """Sum over the risk set of each day: those still followed, and those with a competing event before, weighted."""
    D = people.counts.days.size
    ended = np.bincount(people.at, weights=values, minlength=D)
    followed = np.cumsum(ended[::-1])[::-1]
    gone = np.bincount(people.at, weights=values * people.weight, minlength=D)
    return np.asarray(followed + people.share * (np.cumsum(gone) - gone))


def _score(people: _People, sums: _Sums) -> np.ndarray:
    events = people.counts.events
    expected = (events / sums.s_0) @ sums.s_1
    return np.asarray(people.X[people.is_event].sum(axis=0) - expected)


def _information(people: _People, sums: _Sums) -> np.ndarray:
    mean = sums.s_1 / sums.s_0[:, None]
    spread = sums.s_2 / sums.s_0[:, None, None] - mean[:, :, None] * mean[:, None, :]
    return np.asarray(np.tensordot(people.counts.events, spread, axes=1))


def _likelihood(people: _People, beta: np.ndarray) -> float:
    eta = people.X @ beta
    s_0 = _per_day(people, np.exp(eta))
    events = people.counts.events
    return float(eta[people.is_event].sum() - events[events > 0] @ np.log(s_0[events > 0]))


def _influence(people: _People, beta: np.ndarray) -> np.ndarray:
    """Return what each person moves the log ratios by, shape (n, p), the censoring weights' own error included."""
    sums = _risk_sums(people, beta)
    mean = sums.s_1 / sums.s_0[:, None]
    hazard = people.counts.events / sums.s_0
    risk, at = np.exp(people.X @ beta), people.at
    to_day, to_day_mean = np.cumsum(hazard), np.cumsum(hazard[:, None] * mean, axis=0)
    later, later_mean = _after(people.share * hazard), _after(people.share[:, None] * hazard[:, None] * mean)
    seen = people.X * to_day[at][:, None] - to_day_mean[at]
    past = people.weight[:, None] * (people.X * later[at][:, None] - later_mean[at])
    own = people.is_event[:, None] * (people.X - mean[at]) - risk[:, None] * (seen + past)
    moves = own + _of_censoring(people, risk, later, later_mean)
    return np.asarray(np.linalg.solve(_information(people, sums), moves.T).T)


def _of_censoring(people: _People, risk: np.ndarray, later: np.ndarray, later_mean: np.ndarray) -> np.ndarray:
    """The part of the influence that comes from estimating how likely censoring was."""
    counts, D = people.counts, people.counts.days.size
    scaled = risk * people.weight
    gone = np.cumsum(np.bincount(people.at, weights=scaled, minlength=D))
    gone_x = np.column_stack([
        np.cumsum(np.bincount(people.at, weights=scaled * column, minlength=D)) for column in people.X.T
    ])  # fmt: skip
    q = gone_x * later[:, None] - gone[:, None] * later_mean
    # Events come before censorings of the same day, so who had one could not be censored on it.
    could_be = counts.at_risk - counts.any_cause
    per_head = np.divide(q, could_be[:, None], out=np.zeros_like(q), where=could_be[:, None] > 0)
    rate = np.divide(counts.censored, could_be, out=np.zeros(D), where=could_be > 0)
    compensated = np.cumsum(per_head * rate[:, None], axis=0)
    # A person is exposed to censoring through the day before an event, through the day itself otherwise.
    before = np.concatenate([np.zeros((1, q.shape[1])), compensated])
    exposed = np.where(people.censored[:, None], before[people.at + 1], before[people.at])
    return np.asarray(people.censored[:, None] * per_head[people.at] - exposed)


def _after(values: np.ndarray) -> np.ndarray:
    """Sum of what lies strictly after each day."""
    total = np.cumsum(values[::-1], axis=0)[::-1]
    return np.asarray(total - values)
