"""Adjusted answers for an outcome that happened or did not.

Standard errors are those of the stacked estimating equations (sandwich, large sample); limits are Wald's, on the log
scale for ratios. With `cluster` everything is fitted anew without each cluster in turn, and limits are t's with one
degree of freedom fewer than clusters; with `variance` ``sandwich`` the contributions are added within clusters instead,
with no small-sample factor. Fewer than four clusters in an arm are refused.
"""

from __future__ import annotations

from typing import Any, Literal

from numpy.typing import ArrayLike

from steget_eval.core.errors import EventsError, OutsideError
from steget_eval.core.estimates import Estimates
from steget_eval.methods.numerics.arms import (
    Arms,
    Floats,
    checked_arms,
    checked_choice,
    checked_covariates,
    checked_level,
)
from steget_eval.methods.numerics.clusters import Variance, with_clusters
from steget_eval.methods.numerics.delta import delta_row
from steget_eval.methods.numerics.linear import build_design
from steget_eval.methods.numerics.standardised import (
    POPULATIONS,
    ArmMeans,
    Population,
    means_by_both,
    means_by_model,
    means_by_weights,
)


def g_computation(
    y: ArrayLike,
    a: ArrayLike,
    X: ArrayLike,
    *,
    population: Literal["ATE", "ATT", "ATC"] = "ATE",
    interaction: bool = False,
    cluster: ArrayLike | None = None,
    variance: Variance = "jackknife",
    level: float = 0.95,
) -> Estimates:
    """Risks standardised by a logistic outcome model, and their difference, ratio and odds ratio.

    Robins (1986). One model with the arm as a term, or with `interaction` one model per arm; each person's risk is
    predicted under both arms and averaged over everyone (ATE), the treated (ATT) or the comparison's (ATC).
    """
    checked_choice(population, ("ATE", "ATT", "ATC"), "population")
    arms = with_events_and_without(y, a)
    Z = build_design(checked_covariates(X, arms.a.size)).Z

    def fit(who: Arms, design: Floats, groups: ArrayLike | None) -> ArmMeans:
        return means_by_model(who, design, "logit", population, interaction, groups)

    return risk_rows(with_clusters(arms, Z, cluster, variance, fit), arms, "g_computation", population, level)


def inverse_probability(
    y: ArrayLike,
    a: ArrayLike,
    X: ArrayLike,
    *,
    population: Population = "ATE",
    cluster: ArrayLike | None = None,
    variance: Variance = "jackknife",
    level: float = 0.95,
) -> Estimates:
    """Risks weighted by a logistic propensity model, and their difference, ratio and odds ratio.

    Weights for everyone (ATE), the treated (ATT), the comparison's (ATC) or the overlap (ATO; Li, Morgan & Zaslavsky
    2018), divided by their sum in each arm. That the weights are estimated is accounted for.
    """
    checked_choice(population, POPULATIONS, "population")
    arms = with_events_and_without(y, a)
    Z = build_design(checked_covariates(X, arms.a.size)).Z

    def fit(who: Arms, design: Floats, groups: ArrayLike | None) -> ArmMeans:
        return means_by_weights(who, design, population, groups)

    return risk_rows(with_clusters(arms, Z, cluster, variance, fit), arms, "ipw", population, level)


def augmented(
    y: ArrayLike,
    a: ArrayLike,
    X: ArrayLike,
    *,
    population: Population = "ATE",
    interaction: bool = False,
    cluster: ArrayLike | None = None,
    variance: Variance = "jackknife",
    level: float = 0.95,
) -> Estimates:
    """Risks by a logistic outcome model, corrected by weights (AIPW), and their difference, ratio and odds ratio.

    Robins, Rotnitzky & Zhao (1994), the correction divided by the sum of its weights. The outcome model has the arm
    as a term, or with `interaction` there is one per arm (for ATT in arm 0 alone, for ATC in arm 1). Right when either
    model is, but for the overlap the propensity model also defines the population, so it must be right.
    """
    checked_choice(population, POPULATIONS, "population")
    arms = with_events_and_without(y, a)
    Z = build_design(checked_covariates(X, arms.a.size)).Z

    def fit(who: Arms, design: Floats, groups: ArrayLike | None) -> ArmMeans:
        return means_by_both(who, design, "logit", population, interaction, groups)

    return risk_rows(with_clusters(arms, Z, cluster, variance, fit), arms, "aipw", population, level)


def with_events_and_without(y: ArrayLike, a: ArrayLike) -> Arms:
    """Return the arms, each with people who had the event and people who had not, or refuse."""
    arms = checked_arms(y, a, binary=True)
    for arm, values in ((1, arms.y_1), (0, arms.y_0)):
        if values.min() == values.max():
            who = "everyone" if values[0] == 1 else "nobody"
            raise EventsError(f"{who} in arm {arm} had the event: an adjusted comparison needs both kinds in each arm")
    return arms


def risk_rows(means: ArmMeans, arms: Arms, method: str, population: str, level: float) -> Estimates:
    """Return risks, difference, ratio and odds ratio that two means and their covariance give."""
    p_1, p_0, covariance = means.mean_1, means.mean_0, means.covariance
    if {p_1, p_0} & {0.0, 1.0}:
        raise EventsError(f"{method} gives weight in an arm to nobody who had the event, or to nobody who had not")
    if not (0 < p_1 < 1 and 0 < p_0 < 1):
        raise OutsideError(f"{method} puts a risk outside 0 to 1: the weights are too uneven for these arms")
    shared: dict[str, Any] = {
        "method": method, "population": population, "kind": "binary", "level": checked_level(level),
        "degrees": means.degrees,
        **arms.counts(events=True),
    }  # fmt: skip
    share, ratio = shared | {"unit": "proportion"}, shared | {"unit": "ratio", "scale": "log"}
    odds_1, odds_0 = p_1 / (1 - p_1), p_0 / (1 - p_0)

    def own(arm: int) -> dict[str, Any]:
        return share | {"degrees": means.degrees_of(arm), "within": means.arm_degrees is not None}

    return Estimates((
        delta_row(p_1, (1, 0), covariance, contrast="risk_1", test=False, **own(1)),
        delta_row(p_0, (0, 1), covariance, contrast="risk_0", test=False, **own(0)),
        delta_row(p_1 - p_0, (1, -1), covariance, contrast="risk_difference", **share),
        delta_row(p_1 / p_0, (1 / p_1, -1 / p_0), covariance, contrast="risk_ratio", **ratio),
        delta_row(
            odds_1 / odds_0, (1 / (p_1 * (1 - p_1)), -1 / (p_0 * (1 - p_0))), covariance,
            contrast="odds_ratio", **ratio,
        ),
    ))  # fmt: skip
