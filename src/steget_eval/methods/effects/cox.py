"""Hazard ratios by Cox regression."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steget_eval.core.errors import ArgumentError, DependentError, EventsError, MethodError, SeparationError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.effects.curve_rows import wald_p, wald_quantile
from steget_eval.methods.numerics.arms import checked_choice
from steget_eval.methods.numerics.clusters import Variance, checked_clusters, leave_one_cluster_out
from steget_eval.methods.numerics.counting import check_arms, check_causes, check_days, check_entry, check_members
from steget_eval.methods.numerics.efron import column_units, efron_maximum, efron_residuals

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CoxFit(Tidy):
    """Log hazard ratios with two covariances.

    Attributes
    ----------
    beta : np.ndarray, shape (p,)
        Log hazard ratios in the order of the columns.
    covariance : np.ndarray, shape (p, p)
        Inverse information.
    robust : np.ndarray, shape (p, p)
        Sandwich of Efron's score residuals, summed within clusters where there are any.
    """

    beta: np.ndarray
    covariance: np.ndarray
    robust: np.ndarray

    def to_frame(self) -> pd.DataFrame:
        """Return one row per column of X."""
        import pandas as pd

        errors = {"std_error": np.sqrt(np.diag(self.covariance)), "robust_std_error": np.sqrt(np.diag(self.robust))}
        return pd.DataFrame({"log_hazard_ratio": self.beta, **errors})


def hazard_ratio(
    t: np.ndarray, d: np.ndarray, a: np.ndarray, X: np.ndarray | None = None, *, cause: int = 1, robust: bool = True,
    cluster: np.ndarray | None = None, variance: Variance = "jackknife", entry: np.ndarray | None = None,
    level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Hazard of the event in arm 1 over that in arm 0, by Cox regression on the arm and the covariates.

    Cox (1972), Efron's ties. Competing events count as censored: the ratio is then of cause-specific hazards, which
    says how fast and not how many. With covariates it is conditional on them.

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
    cause
        The cause of interest.
    robust
        Whether the standard error is the sandwich's; without it the inverse information's.
    cluster : np.ndarray, shape (n,), optional
        What people belong to; needs `robust`. Fewer than four in an arm are refused.
    variance
        With clusters: the regression anew without each in turn and t(G - 1), or score residuals summed within them.
    entry : np.ndarray, shape (n,), optional
        The day after which each person is at risk, where not everybody is from the beginning.
    level
        Confidence level.
    """
    days = check_days(t)
    causes, arms = check_causes(d, days.size, competing=True), check_arms(a, days.size)
    for arm in (1, 0):
        if not np.any((causes == cause) & (arms == arm)):
            raise EventsError(f"nobody in arm {arm} had the event, so no hazard ratio can be estimated")
    if cluster is not None and not robust:
        raise ArgumentError("clusters need the robust standard error")
    checked_choice(variance, ("jackknife", "sandwich"), "variance")
    extra = np.empty((days.size, 0)) if X is None else np.asarray(X, dtype=float)
    columns, degrees = np.column_stack([arms, extra]), math.inf
    fit = fit_cox(days, causes, columns, cause=cause, cluster=cluster, entry=entry)
    log_ratio = float(fit.beta[0])
    std_error = float(np.sqrt((fit.robust if robust else fit.covariance)[0, 0]))
    if cluster is not None:
        clusters = checked_clusters(cluster, arms.astype(np.float64), even=variance == "jackknife")

        def among(kept: np.ndarray) -> np.ndarray:
            late = None if entry is None else check_entry(np.asarray(entry)[kept], days[kept])
            beta = efron_maximum(days[kept], causes[kept] == cause, columns[kept], fit.beta, entry=late)
            if beta is None:
                raise _not_converged(columns[kept])
            return beta[:1]

        if variance == "jackknife":
            found = leave_one_cluster_out(among, clusters, whole=fit.beta[:1])
            std_error, degrees = math.sqrt(found.covariance[0, 0]), found.degrees
    reach = wald_quantile(level, degrees) * std_error
    row = Estimate(
        contrast="hazard_ratio",
        method="cox",
        estimate=float(np.exp(log_ratio)),
        std_error=std_error,
        conf_low=float(np.exp(log_ratio - reach)),
        conf_high=float(np.exp(log_ratio + reach)),
        conf_level=level,
        p_value=wald_p(log_ratio, std_error, degrees),
        n_1=int(np.sum(arms == 1)),
        n_0=int(np.sum(arms == 0)),
        events_1=int(np.sum((causes == cause) & (arms == 1))),
        events_0=int(np.sum((causes == cause) & (arms == 0))),
        kind="competing" if np.any(causes > 1) else "time_to_event",
        population="ATE",
        unit="ratio",
        scale="log",
        note=_note(causes, extra.shape[1], variance, robust=robust, clustered=cluster is not None),
    )
    return Estimates((row,))


#: What is said of the standard error with clusters.
_ERRORS = {"jackknife": "each cluster left out in turn", "sandwich": "robust standard error by cluster"}


def _note(causes: np.ndarray, covariates: int, variance: Variance, *, robust: bool, clustered: bool) -> str:
    parts = ["Efron ties", _ERRORS[variance] if clustered else "robust standard error"]
    if not robust:
        parts[1] = "model-based standard error"
    if np.any(causes > 1):
        parts.append("cause-specific: competing events count as censored")
    if covariates:
        parts.append(f"conditional on {covariates} covariate columns")
    return "; ".join(parts)


def fit_cox(
    t: np.ndarray, d: np.ndarray, X: np.ndarray, *, cause: int = 1, cluster: np.ndarray | None = None,
    entry: np.ndarray | None = None,
) -> CoxFit:  # fmt: skip
    """Fit Cox regression with Efron's ties (by lifelines) and return both covariances of the log hazard ratios.

    Arguments as in `hazard_ratio`, with every column in `X`, shape (n, p). Raises `SeparationError` where a column
    separates those with the event from those without, `DependentError` where it repeats others.
    """
    days = check_days(t)
    event = check_causes(d, days.size, competing=True) == cause
    columns = np.asarray(X, dtype=float)
    if columns.ndim != 2 or columns.shape[0] != days.size:
        raise ArgumentError(f"covariates must have one row per person ({days.size}), got shape {columns.shape}")
    if not np.isfinite(columns).all():
        raise ArgumentError(f"{int((~np.isfinite(columns)).any(axis=1).sum())} people have a missing covariate")
    late = check_entry(entry, days)
    beta, covariance = _fit_with_lifelines(days, event, columns, late)
    moves = efron_residuals(days, event, columns, beta, entry=late) @ covariance
    if cluster is not None:
        members = check_members(cluster, days.size, "clusters")
        moves = np.column_stack([np.bincount(members, column) for column in moves.T])
    return CoxFit(beta=beta, covariance=covariance, robust=moves.T @ moves)


def _fit_with_lifelines(
    t: np.ndarray, event: np.ndarray, X: np.ndarray, entry: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    import pandas as pd
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError as NotConverged
    from lifelines.exceptions import ConvergenceWarning

    # It warns of columns of little variance whatever their unit, which would be taken for one that separates.
    units = column_units(X)
    frame = pd.DataFrame(X / units, columns=[f"x{column}" for column in range(X.shape[1])])
    frame = frame.assign(days=t.astype(float), event=event)
    late = None if entry is None else "entry"
    if entry is not None:
        # At risk after the day of entry; before day 0 stands for those at risk from the beginning, day 0 included.
        frame = frame.assign(entry=np.where(entry > 0, entry, -1.0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            # It stops where half the Newton decrement is below `precision`, before taking that step: by default seven
            # digits of the estimate. Ties in batches: eight times as fast at a million people as the loop it chooses.
            tight = {"precision": 1e-16, "r_precision": 1e-14}
            fit = CoxPHFitter().fit(
                frame, "days", "event", entry_col=late, fit_options=tight, batch_mode=None if late else True
            )
        except (NotConverged, ConvergenceWarning) as stop:
            raise _not_converged(X) from stop
    return fit.params_.to_numpy() / units, fit.variance_matrix_.to_numpy() / np.outer(units, units)


def _not_converged(X: np.ndarray) -> MethodError:
    """Return why there is no maximum: columns that say nothing of their own, or else one that separates."""
    if np.linalg.matrix_rank((X - X.mean(axis=0)) / column_units(X)) < X.shape[1]:
        return DependentError("Cox regression did not converge: a column never varies, or repeats other columns")
    return SeparationError(
        "Cox regression did not converge: a column separates those with the event from those without"
    )
