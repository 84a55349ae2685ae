"""Asks of every main answer how strong a confounder would explain it away."""

from __future__ import annotations

import math

import numpy as np

from steget_eval.core.errors import ConversionError, EventsError, ScopeError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.sensitivity.e_values import EValue, e_value, e_value_difference, e_value_mean
from steget_eval.study.sensitivity_rows import Asked, number, told_as

_RATIOS = frozenset({"risk_ratio", "odds_ratio", "hazard_ratio"})
#: Told by the difference of the same risks.
_TOLD_BY_ANOTHER = frozenset({"nnt"})
_TREATED_SHARE = {"ATT": 1.0, "ATC": 0.0}


def e_value_rows(asked: Asked) -> Estimates:
    """Return the E-value of the main answer and of its limit nearer to no difference.

    Raises
    ------
    MethodError
        Where nobody has published how the contrast becomes a ratio of risks, or an arm's risk is none.
    """
    if asked.estimand.contrast in _TOLD_BY_ANOTHER:
        return Estimates()
    found = _of(asked)
    if math.isinf(found.point):
        raise EventsError("one arm had the outcome at no risk at all, so no E-value is finite")
    population = asked.main.population
    rows = [
        number("e_value", "e_value", found.point, note=f"conversion: {found.conversion}", population=population),
        number("e_value_limit", "e_value", found.limit, note=f"conversion: {found.conversion}", population=population),
    ]
    return told_as(asked, rows, "e_value")


def _of(asked: Asked) -> EValue:
    main, contrast = asked.main, asked.estimand.contrast
    if contrast in _RATIOS:
        return e_value(main.estimate, main.conf_low, main.conf_high, contrast=contrast, rare=_is_rare(asked))
    if contrast == "mean_difference":
        return e_value_mean(main.estimate, main.conf_low, main.conf_high, spread=_spread(asked))
    if contrast == "risk_difference":
        one, zero = (_arm(asked, which) for which in ("1", "0"))
        share, error = _treated_share(asked)
        return e_value_difference(
            one.estimate, zero.estimate, _error(one, "1"), _error(zero, "0"), treated_share=share, share_error=error,
            level=_normal_level(asked),
        )  # fmt: skip
    raise ConversionError("no published conversion takes this contrast to a ratio of risks, so it has no E-value")


def _normal_level(asked: Asked) -> float:
    """Return the level at which normal limits reach as far as the answer's own: with clusters they take t."""
    if asked.protocol.cluster is None:
        return asked.protocol.confidence_level
    return math.erf((asked.main.conf_high - asked.main.estimate) / asked.main.std_error / math.sqrt(2))


def _arm(asked: Asked, which: str) -> Estimate:
    """Return an arm's own risk by the main method, or the crude one where that method gives none."""
    rows = asked.found.where(estimand=asked.estimand.id, contrast=f"risk_{which}", subgroup="all")
    mine = rows.where(method=asked.main.method).rows or (() if asked.line.adjusts else rows.rows)
    if not mine:
        raise ScopeError("the main method gives no risk of each arm, so the difference has no E-value")
    return mine[0]


def _error(arm: Estimate, which: str) -> float:
    if not math.isnan(arm.std_error):
        return arm.std_error
    n = getattr(arm, f"n_{which}") or arm.n_1 or 0
    return math.sqrt(arm.estimate * (1 - arm.estimate) / n) if n else math.nan


def _treated_share(asked: Asked) -> tuple[float, float]:
    if asked.main.population in _TREATED_SHARE:
        return _TREATED_SHARE[asked.main.population], 0.0
    share = float(asked.cohort.a.mean())
    return share, math.sqrt(share * (1 - share) / asked.cohort.a.size)


def _is_rare(asked: Asked) -> bool:
    """Tell whether both arms' crude shares are below what the protocol calls rare; common where nothing is counted."""
    main = asked.main
    if main.n_1 is None or main.n_0 is None or main.events_1 is None or main.events_0 is None:
        return False
    return max(main.events_1 / main.n_1, main.events_0 / main.n_0) < asked.protocol.sensitivity.rare_below


def _spread(asked: Asked) -> float:
    """Return the standard deviation within arms, pooled over those with a known outcome."""
    values, a = asked.cohort.outcomes[asked.estimand.id], asked.cohort.a
    squares, freedom = 0.0, 0
    for arm in (1, 0):
        y = values.y[values.known & (a == arm)]
        squares += float(((y - y.mean()) ** 2).sum())
        freedom += y.size - 1
    return float(np.sqrt(squares / freedom)) if freedom > 0 else 0.0
