"""One effect common to all strata, for an outcome that happened or did not (Mantel and Haenszel 1959)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from steget_eval.core.errors import OverlapError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import (
    Arms,
    Floats,
    checked_arms,
    checked_choice,
    checked_covariates,
    checked_level,
)
from steget_eval.methods.numerics.mantel_haenszel import (
    common_odds_ratio,
    common_risk_difference,
    common_risk_ratio,
)

_COMMON = {
    "risk_difference": common_risk_difference, "risk_ratio": common_risk_ratio, "odds_ratio": common_odds_ratio
}  # fmt: skip
_LEAST = 0.5  # share of each arm that must have somebody of the other in its stratum
_DIFFERENCE_NOTE = "Weighted over strata as the overlap is."
_RATIO_NOTE = "One ratio, taken to be the same in every stratum."
_LEFT_OUT = " Strata with people in one arm only say nothing and are left out."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strata:
    """Counts of two arms in each stratum that has people in both, each shape (k,)."""

    events_1: Floats
    n_1: Floats
    events_0: Floats
    n_0: Floats
    left_out: bool


def mantel_haenszel(
    y: ArrayLike,
    a: ArrayLike,
    X: ArrayLike,
    *,
    contrast: Literal["risk_difference", "risk_ratio", "odds_ratio"] = "risk_difference",
    population: str = "ATO",
    level: float = 0.95,
) -> Estimates:
    """One difference or ratio over strata; people whose rows of `X` agree are a stratum.

    Mantel and Haenszel (1959). Variances: Sato (1989) for the difference, Greenland and Robins (1985) for the risk
    ratio, Robins, Breslow and Greenland (1986) for the odds ratio; limits are Wald's, on the log scale for ratios. A
    stratum weighs n₁n₀/n, as overlap weights with one score per stratum do, so that the difference is the overlap's
    (ATO) also where strata differ. A ratio is taken to be common, so it speaks of any population. `n_1` and `n_0`
    count those in strata with both arms; fewer than half of either arm are refused.
    """
    checked_choice(contrast, tuple(_COMMON), "contrast")
    checked_choice(
        population, ("ATO",) if contrast == "risk_difference" else ("ATE", "ATT", "ATC", "ATO"), "population"
    )
    arms = checked_arms(y, a, binary=True)
    strata = _count(arms, checked_covariates(X, arms.a.size))
    found = _COMMON[contrast](strata, "strata")
    std_error, ratio = math.sqrt(found.variance), contrast != "risk_difference"
    half = float(norm.isf((1 - checked_level(level)) / 2)) * std_error
    ends = (found.value, found.value - half, found.value + half)
    estimate, low, high = (math.exp(end) for end in ends) if ratio else ends
    note = (_RATIO_NOTE if ratio else _DIFFERENCE_NOTE) + (_LEFT_OUT if strata.left_out else "")
    shape: dict[str, Any] = {"unit": "ratio", "scale": "log"} if ratio else {"unit": "proportion"}
    counts: dict[str, Any] = {k: int(getattr(strata, k).sum()) for k in ("n_1", "n_0", "events_1", "events_0")}
    return Estimates((
        Estimate(
            contrast=contrast, method="mantel_haenszel", estimate=estimate, std_error=std_error, conf_low=low,
            conf_high=high, conf_level=level, p_value=float(2 * norm.sf(abs(found.value) / std_error)), kind="binary",
            population=population, note=note, **shape, **counts,
        ),
    ))  # fmt: skip


def _count(arms: Arms, X: Floats) -> Strata:
    _, stratum = np.unique(X, axis=0, return_inverse=True)
    stratum = stratum.reshape(-1)
    parts = (arms.a * arms.y, arms.a, (1 - arms.a) * arms.y, 1 - arms.a)
    events_1, n_1, events_0, n_0 = (np.asarray(np.bincount(stratum, part), dtype=np.float64) for part in parts)
    both = (n_1 > 0) & (n_0 > 0)
    if not both.any():
        raise OverlapError("the arms do not overlap: no stratum has people in both")
    if min(n_1[both].sum() / n_1.sum(), n_0[both].sum() / n_0.sum()) < _LEAST:
        raise OverlapError(
            "the arms do not overlap: in one of them most people are in strata where the other has nobody, so what is "
            "left speaks for few; coarser strata are needed"
        )
    return Strata(
        events_1=events_1[both], n_1=n_1[both], events_0=events_0[both], n_0=n_0[both], left_out=not both.all()
    )
