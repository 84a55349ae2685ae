"""How far studies differ beyond chance."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.stats import chi2, norm

from steget_eval.core.errors import FewError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.evidence.pooling_rows import check_level, tell
from steget_eval.methods.evidence.pooling_tau import (
    TauMethod,
    estimate_tau2,
    fit_weighted,
    ones,
    solve_q,
    trace_of_p,
)
from steget_eval.methods.evidence.synthesis import Effects, Floats

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Heterogeneity(Tidy):
    """Q, τ², τ, I² and H² with intervals.

    Attributes
    ----------
    estimates
        Contrasts ``q`` (a test), ``tau_squared``, ``tau``, ``i_squared`` and ``h_squared``; the last two twice, from
        the estimated τ² and from Q.
    typical_variance
        Higgins and Thompson's (2002) typical sampling variance, which turns τ² into I².
    """

    estimates: Estimates
    typical_variance: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row per figure."""
        return self.estimates.to_frame()


def heterogeneity(
    effects: Effects, *, tau2: TauMethod = "reml", X: Floats | None = None, level: float = 0.95
) -> Heterogeneity:
    """Differences between studies beyond chance, left by a mean or by a regression.

    Limits of τ² by Q-profile (Viechtbauer 2007), which hold for every estimator; those of τ, of
    I² = τ²/(τ² + s²), of H² = 1 + τ²/s² follow, s² the typical variance. Method ``q``: I² = (Q - df)/Q with the
    test-based limits of Higgins and Thompson (2002), eq. 5, as most reviews print it.

    Parameters
    ----------
    X : shape (k, p)
        Design of a regression, its constant included; None for a mean.
    """
    check_level(level)
    design = ones(len(effects)) if X is None else X
    k, p = design.shape
    if k <= p:
        raise FewError(f"heterogeneity needs more than {p} studies, there are {k}")
    fixed = fit_weighted(effects.y, effects.v, design, 0.0)
    typical = (k - p) / trace_of_p(design, fixed)
    between = estimate_tau2(effects.y, effects.v, design, tau2)
    tails = (1 - level) / 2
    low, high = (solve_q(effects.y, effects.v, design, float(chi2.isf(tail, k - p))) for tail in (tails, 1 - tails))
    note = tell(effects, "" if high > 0 else "Q lies below its lower quantile, so the Q-profile interval is only 0")
    rows = [_q_row(fixed.q, k - p, note)]
    for contrast, turn in _FROM_TAU2.items():
        ends = [turn(value, typical) for value in (between, low, high)]
        rows.append(_row(contrast, f"{tau2}_q_profile", ends, level, note))
    rows += _from_q(fixed.q, k - p, level, note)
    return Heterogeneity(estimates=Estimates(tuple(rows)), typical_variance=typical)


_FROM_TAU2: dict[str, Callable[[float, float], float]] = {
    "tau_squared": lambda tau2, _: tau2,
    "tau": lambda tau2, _: math.sqrt(tau2),
    "i_squared": lambda tau2, typical: tau2 / (tau2 + typical),
    "h_squared": lambda tau2, typical: 1 + tau2 / typical,
}


def _q_row(q: float, degrees: int, note: str) -> Estimate:
    return Estimate(
        contrast="q", method="cochran", estimate=q, interval_kind="none", p_value=float(chi2.sf(q, degrees)),
        note=f"{note}; {degrees} degrees of freedom",
    )  # fmt: skip


def _from_q(q: float, degrees: int, level: float, note: str) -> list[Estimate]:
    """I² and H² from Q; their log-normal limits need at least two degrees of freedom."""
    h2 = max(1.0, q / degrees)
    if degrees < 2:
        return []
    if q > degrees + 1:
        spread = (math.log(q) - math.log(degrees)) / (math.sqrt(2 * q) - math.sqrt(2 * degrees - 1)) / 2
    else:
        spread = math.sqrt((1 - 1 / (3 * (degrees - 1) ** 2)) / (2 * (degrees - 1)))
    half = float(norm.isf((1 - level) / 2)) * spread
    ends = [h2, max(1.0, h2 * math.exp(-2 * half)), h2 * math.exp(2 * half)]
    as_i2 = [1 - 1 / end for end in ends]
    return [_row("i_squared", "q", as_i2, level, note), _row("h_squared", "q", ends, level, note)]


def _row(contrast: str, method: str, ends: list[float], level: float, note: str) -> Estimate:
    return Estimate(
        contrast=contrast, method=method, estimate=ends[0], conf_low=ends[1], conf_high=ends[2], conf_level=level,
        note=note,
    )  # fmt: skip
