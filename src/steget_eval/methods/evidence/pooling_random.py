"""The mean of a distribution of effects, by the three estimators of its variance with the three intervals."""

from __future__ import annotations

import math
from typing import Literal

from steget_eval.core.errors import FewError, SpreadError
from steget_eval.core.estimates import Estimates
from steget_eval.methods.evidence.pooling_rows import Pooled, check_level, effect_row, people_of, tell
from steget_eval.methods.evidence.pooling_tau import TauMethod, WeightedFit, estimate_tau2, fit_weighted, ones
from steget_eval.methods.evidence.synthesis import Effects
from steget_eval.methods.evidence.synthesis_words import RANDOM_EFFECTS

IntervalMethod = Literal["wald", "hartung_knapp", "hartung_knapp_floor"]

_EXACT = 1e-20  # of the mean square over the sampling variance: no difference but rounding


def random_effects(
    effects: Effects, *, tau2: TauMethod = "reml", interval: IntervalMethod = "hartung_knapp_floor", level: float = 0.95
) -> Pooled:
    """Mean effect over the distribution that the studies' effects are drawn from.

    Parameters
    ----------
    tau2
        Estimator of the variance between studies, see `estimate_tau2`.
    interval
        ``wald`` uses the normal distribution as if τ² were known. ``hartung_knapp`` (Hartung and Knapp 2001; Sidik and
        Jonkman 2002) uses t with k - 1 degrees of freedom and multiplies the variance by the weighted mean square
        of the residuals. ``hartung_knapp_floor`` lets that factor be no less than 1, so that the interval is never
        narrower than Wald's for being lucky (Knapp and Hartung 2003; Röver et al. 2015).
    """
    check_level(level)
    k = len(effects)
    if k < 2:
        raise FewError("a distribution of effects needs at least two studies, there is one")
    between = estimate_tau2(effects.y, effects.v, ones(k), tau2)
    fit = fit_weighted(effects.y, effects.v, ones(k), between)
    value, variance = float(fit.coefficients[0]), float(fit.covariance[0, 0])
    std_error = math.sqrt(variance * hartung_knapp_factor(fit, interval))
    degrees = math.inf if interval == "wald" else float(k - 1)
    row = effect_row(
        effects.measure, value, std_error, level=level, degrees=degrees, method=f"{tau2}_{interval}",
        note=tell(effects), **people_of(effects),
    )  # fmt: skip
    return Pooled(
        estimates=Estimates((row,)), labels=effects.labels, measure=effects.measure, weights=fit.w / fit.w.sum(),
        value=value, std_error=std_error, degrees=degrees, tau2=between, assumes=RANDOM_EFFECTS,
    )  # fmt: skip


def hartung_knapp_factor(fit: WeightedFit, interval: IntervalMethod) -> float:
    """Return what the variance of the coefficients is multiplied by; refuse a plain factor of nought."""
    if interval == "wald":
        return 1.0
    k, p = fit.w.size, fit.coefficients.size
    factor = fit.q / (k - p)
    if interval == "hartung_knapp_floor":
        return max(1.0, factor)
    if factor <= _EXACT:
        raise SpreadError("the effects do not differ, so Hartung and Knapp's interval has no width; use the floor")
    return factor
