"""Rows of what two arms' curves say at the horizon, beside their contrasts."""

from __future__ import annotations

import math
from typing import Any

from scipy.special import stdtr, stdtrit

from steget_eval.core.errors import ClusterError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.effects.summaries import ArmPair, ArmSummary
from steget_eval.methods.numerics.log_log import log_log_limit, normal_quantile


def risk_rows(pair: ArmPair, *, level: float, **labels: Any) -> Estimates:
    """Return risk_1 and, with two arms, risk_0, risk_difference and risk_ratio.

    An arm's interval is complementary log–log, the difference's Wald, the ratio's Wald on the log scale.
    """
    rows = [_risk_row(pair.one, "1", level, pair.arm_degrees[0], labels)]
    if pair.zero is not None:
        rows += [
            _risk_row(pair.zero, "0", level, pair.arm_degrees[1], labels),
            _difference_row(pair, "risk_difference", level, labels),
        ]
        rows.append(_ratio_row(pair, "risk_ratio", level, labels))
    return Estimates(tuple(rows))


def mean_rows(pair: ArmPair, name: str, *, level: float, **labels: Any) -> Estimates:
    """Return ``<name>_1`` and, with two arms, ``<name>_0`` and ``<name>_difference``, in days with Wald intervals."""
    labels = {**labels, "unit": "days"}
    rows = [_mean_row(pair.one, f"{name}_1", level, pair.arm_degrees[0], labels)]
    if pair.zero is not None:
        rows.append(_mean_row(pair.zero, f"{name}_0", level, pair.arm_degrees[1], labels))
        rows.append(_difference_row(pair, f"{name}_difference", level, labels))
    return Estimates(tuple(rows))


def _risk_row(arm: ArmSummary, which: str, level: float, degrees: float, labels: dict[str, Any]) -> Estimate:
    z, std_error = wald_quantile(level, degrees), math.sqrt(arm.variance)
    return Estimate(
        contrast=f"risk_{which}",
        estimate=arm.estimate,
        std_error=std_error,
        conf_low=log_log_limit(arm.estimate, std_error, -z),
        conf_high=log_log_limit(arm.estimate, std_error, z),
        conf_level=level,
        population="arm",
        unit="proportion",
        **_arm_counts(arm, which),
        **labels,
    )


def _mean_row(arm: ArmSummary, contrast: str, level: float, degrees: float, labels: dict[str, Any]) -> Estimate:
    std_error = math.sqrt(arm.variance)
    reach = wald_quantile(level, degrees) * std_error
    return Estimate(
        contrast=contrast,
        estimate=arm.estimate,
        std_error=std_error,
        conf_low=arm.estimate - reach,
        conf_high=arm.estimate + reach,
        conf_level=level,
        population="arm",
        **_arm_counts(arm, contrast[-1]),
        **labels,
    )


def _difference_row(pair: ArmPair, contrast: str, level: float, labels: dict[str, Any]) -> Estimate:
    one, zero = _both(pair)
    estimate = one.estimate - zero.estimate
    std_error = math.sqrt(max(one.variance + zero.variance - 2 * pair.covariance, 0.0))
    reach = wald_quantile(level, pair.degrees) * std_error
    return Estimate(
        contrast=contrast,
        estimate=estimate,
        std_error=std_error,
        conf_low=estimate - reach,
        conf_high=estimate + reach,
        conf_level=level,
        p_value=wald_p(estimate, std_error, pair.degrees),
        population="ATE",
        **_pair_counts(pair),
        **{"unit": "proportion", **labels},
    )


def _ratio_row(pair: ArmPair, contrast: str, level: float, labels: dict[str, Any]) -> Estimate:
    one, zero = _both(pair)
    estimate = math.log(one.estimate / zero.estimate)
    variance = one.variance / one.estimate**2 + zero.variance / zero.estimate**2
    std_error = math.sqrt(max(variance - 2 * pair.covariance / (one.estimate * zero.estimate), 0.0))
    reach = wald_quantile(level, pair.degrees) * std_error
    return Estimate(
        contrast=contrast,
        estimate=math.exp(estimate),
        std_error=std_error,
        conf_low=math.exp(estimate - reach),
        conf_high=math.exp(estimate + reach),
        conf_level=level,
        p_value=wald_p(estimate, std_error, pair.degrees),
        population="ATE",
        scale="log",
        **_pair_counts(pair),
        **{**labels, "unit": "ratio"},
    )


def wald_p(estimate: float, std_error: float, degrees: float = math.inf) -> float:
    """Return the two-sided p-value of an estimate against zero, by t with `degrees` of freedom, normal by default."""
    if not std_error > 0:
        raise ClusterError("the arms' clusters move wholly together, so there is no spread to test against")
    return float(2 * stdtr(degrees, -abs(estimate) / std_error))


def wald_quantile(level: float, degrees: float) -> float:
    """Return how many standard errors the limits lie away: by t with `degrees` of freedom, normal where infinite."""
    z = normal_quantile(level)
    return z if math.isinf(degrees) else float(-stdtrit(degrees, (1 - level) / 2))


def _both(pair: ArmPair) -> tuple[ArmSummary, ArmSummary]:
    assert pair.zero is not None
    return pair.one, pair.zero


def _arm_counts(arm: ArmSummary, which: str) -> dict[str, Any]:
    return {f"n_{which}": arm.n, f"events_{which}": arm.events}


def _pair_counts(pair: ArmPair) -> dict[str, Any]:
    one, zero = _both(pair)
    return {**_arm_counts(one, "1"), **_arm_counts(zero, "0")}
