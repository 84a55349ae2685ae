"""A programme's people weighted to the features of people known only by published means."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit, logsumexp
from scipy.stats import norm

from steget_eval.core.errors import ArgumentError, DependentError, EmptyArmError, EventsError, OverlapError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.evidence.pooling_rows import check_level, effect_row
from steget_eval.methods.evidence.synthesis import Floats
from steget_eval.methods.evidence.synthesis_words import MATCHING_ADJUSTED, Assumption

if TYPE_CHECKING:
    import pandas as pd

_MAX_STEPS = 200
_TOLERANCE = 1e-11  # of the balanced means, in standard deviations
_FAR = 50.0  # log weight per standard deviation beyond which there is no solution, only a limit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MatchingWeights(Tidy):
    """Weights that give people the published means.

    Attributes
    ----------
    w : shape (n,)
        With mean 1.
    centred : shape (n, p)
        Covariates less the published means; their weighted mean is zero.
    ess
        Effective number of people, (Σw)²/Σw² (Kish).
    before, target : shape (p,)
        Means before weighting, and those published, which are the means after.
    """

    names: tuple[str, ...]
    w: Floats
    centred: Floats
    ess: float
    before: Floats
    target: Floats

    def to_frame(self) -> pd.DataFrame:
        """Return one row per covariate: `covariate`, `mean_before`, `mean_after`, with `ess` beside it."""
        import pandas as pd

        columns = {"covariate": self.names, "mean_before": self.before, "mean_after": self.target}
        return pd.DataFrame(columns).assign(ess=self.ess)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MatchingAdjusted(Tidy):
    """A programme's weighted share beside a published arm.

    Attributes
    ----------
    estimates
        ``risk_1`` after weighting, then the contrasts with the published arm.
    """

    estimates: Estimates
    ess: float
    assumes: Assumption = MATCHING_ADJUSTED

    def to_frame(self) -> pd.DataFrame:
        """Return the rows, with the effective number of people beside them."""
        return self.estimates.to_frame().assign(ess=self.ess)


def matching_weights(X: ArrayLike, means: ArrayLike, names: Sequence[str]) -> MatchingWeights:
    """Return the weights nearest to equal ones, in entropy, that give the published means.

    Signorovitch et al. (2010), Hainmueller (2012): w = exp(α'(x - target)), α at the minimum of a convex function. To
    balance a standard deviation as well, give the square as a further covariate. Published means beyond the
    programme's people are refused.

    Parameters
    ----------
    X : shape (n, p)
        Covariates of the programme's people, nobody missing.
    means : shape (p,)
        Published means (shares, for 0/1) of the same.
    """
    x, target = np.asarray(X, dtype=np.float64), np.asarray(means, dtype=np.float64)
    if x.ndim != 2 or x.shape[0] == 0 or x.shape[1] != target.size or len(names) != target.size:
        raise ArgumentError(f"{target.size} published means need people with {target.size} covariates")
    if not (np.isfinite(x).all() and np.isfinite(target).all()):
        raise ArgumentError("covariates and published means must be finite, nobody missing")
    spread = x.std(axis=0)
    design = np.column_stack([np.ones(x.shape[0]), x / np.where(spread > 0, spread, 1)])
    if np.linalg.matrix_rank(design) <= target.size:
        raise DependentError("the covariates are linearly dependent or the same for everyone; leave one out")
    centred = (x - target) / spread
    log_w = centred @ _balance(centred)
    w = np.exp(log_w - logsumexp(log_w)) * x.shape[0]
    return MatchingWeights(
        names=tuple(names), w=w, centred=x - target, ess=float(w.sum() ** 2 / (w @ w)), before=x.mean(axis=0),
        target=target,
    )  # fmt: skip


def matching_adjusted(
    y: ArrayLike, weights: MatchingWeights, events_0: int, n_0: int, *, note: str = "", level: float = 0.95
) -> MatchingAdjusted:
    """Compare a programme's share, weighted to a published arm's features, with that arm's.

    Unanchored: nothing links the two but the features. Robust variance of the weighted share from the stacked
    equations of weights and mean, so that the weights are not treated as known: with residuals e of the weighted
    regression of y on the centred covariates, Σw²e²/(Σw)². The published arm adds its binomial variance; where nobody
    or everybody in it has the outcome, the ratios are left out. The limits of the weighted share are symmetric on the
    logit.

    Parameters
    ----------
    y : shape (n,)
        1 for the outcome, 0 for none, in the order of the weights.
    events_0, n_0
        Of the published arm.
    note
        What must stand beside the figures, as `note_setting` tells it.
    """
    check_level(level)
    outcome = np.asarray(y, dtype=np.float64)
    if outcome.shape != weights.w.shape or not np.isin(outcome, (0, 1)).all():
        raise ArgumentError(f"the outcome must be 0 or 1 for each of {weights.w.size} people")
    if outcome.min() == outcome.max():
        raise EventsError("everyone or nobody in the programme has the outcome, so its weighted share has no interval")
    if n_0 < 1:
        raise EmptyArmError("the published arm has nobody")
    if not 0 <= events_0 <= n_0:
        raise ArgumentError(f"the published arm needs from 0 to {n_0} events, got {events_0}")
    share, variance = _weighted_share(outcome, weights)
    counts: dict[str, Any] = {"n_1": outcome.size, "events_1": int(outcome.sum())}
    told = "; ".join(part for part in (f"effective sample size {weights.ess:.1f} of {outcome.size}", note) if part)
    rows = [_share_row(share, variance, level, told, counts)]
    published = events_0 / n_0
    rows += [
        effect_row(
            contrast, value, math.sqrt(spread), level=level, method="matching_adjusted",
            note=f"{told}; against {events_0} of {n_0} published", **counts,
        )
        for contrast, value, spread in _contrasts(share, variance, published, n_0)
    ]  # fmt: skip
    return MatchingAdjusted(estimates=Estimates(tuple(rows)), ess=weights.ess)


def _balance(centred: Floats) -> Floats:
    alpha = np.zeros(centred.shape[1])
    for _ in range(_MAX_STEPS):
        log_w = centred @ alpha
        level = float(logsumexp(log_w))
        w = np.exp(log_w - level)
        gradient = w @ centred
        if float(np.abs(gradient).max()) < _TOLERANCE:
            return alpha
        curvature = (centred * w[:, None]).T @ centred - np.outer(gradient, gradient)
        if np.linalg.eigvalsh(curvature)[0] <= 1e-12 or float(np.abs(alpha).max()) > _FAR:
            break
        step = np.linalg.solve(curvature, gradient)
        length = 1.0
        # A rounding error's worth of loss is no loss: near the minimum the function is flat.
        while float(logsumexp(centred @ (alpha - length * step))) > level + 1e-12:
            length /= 2
            if length < 1e-10:
                break
        alpha = alpha - length * step
    raise OverlapError("no weights give the published means: they lie beyond the programme's people")


def _weighted_share(y: Floats, weights: MatchingWeights) -> tuple[float, float]:
    w, c = weights.w, weights.centred
    share = float(w @ y / w.sum())
    slope = np.linalg.solve((c * w[:, None]).T @ c, (w * (y - share)) @ c)
    residual = y - share - c @ slope
    return share, float(w**2 @ residual**2 / w.sum() ** 2)


def _share_row(share: float, variance: float, level: float, note: str, counts: dict[str, Any]) -> Estimate:
    error = math.sqrt(variance)
    half = float(norm.isf((1 - level) / 2)) * error / (share * (1 - share))
    low, high = expit(logit(share) - half), expit(logit(share) + half)
    return Estimate(
        contrast="risk_1", method="matching_adjusted", estimate=share, std_error=error, conf_low=float(low),
        conf_high=float(high), conf_level=level, kind="binary", population="arm", unit="proportion",
        note=note, **counts,
    )  # fmt: skip


_Contrast = Literal["risk_difference", "risk_ratio", "odds_ratio"]


def _contrasts(share: float, variance: float, published: float, n_0: int) -> list[tuple[_Contrast, float, float]]:
    """Return each contrast that exists with its value and variance on its scale."""
    other = published * (1 - published) / n_0
    found: list[tuple[_Contrast, float, float]] = [("risk_difference", share - published, variance + other)]
    if not 0 < published < 1:
        return found
    found.append(("risk_ratio", math.log(share / published), variance / share**2 + other / published**2))
    odds = math.log(share / (1 - share)) - math.log(published / (1 - published))
    spread = variance / (share * (1 - share)) ** 2 + other / (published * (1 - published)) ** 2
    found.append(("odds_ratio", odds, spread))
    return found
