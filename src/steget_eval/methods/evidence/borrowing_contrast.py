"""A programme without a comparison arm beside what was borrowed for one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import logit

from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.evidence.borrowing import ArmPosterior
from steget_eval.methods.evidence.pooling_rows import check_level
from steget_eval.methods.evidence.synthesis import Floats
from steget_eval.methods.evidence.synthesis_words import BESIDE_CONTROLS, Assumption

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BesideControls(Tidy):
    """A programme's share against the share borrowed for its comparison.

    Attributes
    ----------
    estimates
        Risk difference (posterior mean) and risk ratio (posterior median), equal-tailed credible limits.
    probability_higher
        Posterior probability that the programme's share is the higher one.
    assumptions
        Of the contrast, of the programme's arm, of the borrowed arm.
    """

    estimates: Estimates
    probability_higher: float
    assumptions: tuple[Assumption, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the two rows, the probability beside them."""
        return self.estimates.to_frame().assign(probability_higher=self.probability_higher)


def compare_with_borrowed(programme: ArmPosterior, control: ArmPosterior, *, level: float = 0.95) -> BesideControls:
    """Risk difference and risk ratio of two independent posteriors, integrated on their grids.

    Nobody was randomised between the two: the difference is the programme's effect only if the programme's participants
    would otherwise have fared as the published controls did.
    """
    check_level(level)
    below = _Below(programme, control)
    tails = ((1 - level) / 2, (1 + level) / 2)
    own, other = programme.estimates.rows[0], control.estimates.rows[0]
    shared: dict[str, Any] = {
        "method": f"{own.method}_beside_{other.method}", "conf_level": level, "interval_kind": "credible",
        "kind": "binary", "population": "unadjusted", "n_1": own.n_1, "events_1": own.events_1, "n_0": other.n_0,
        "events_0": other.events_0, "note": other.note,
    }  # fmt: skip
    low, high = (_quantile(below.difference, tail, -1.0, 1.0) for tail in tails)
    difference = Estimate(
        contrast="risk_difference", conf_low=low, conf_high=high,
        estimate=programme.density.mean - control.density.mean,
        std_error=math.sqrt(programme.density.variance + control.density.variance), unit="proportion", **shared,
    )  # fmt: skip
    low, middle, high = (math.exp(_quantile(below.log_ratio, tail, -30.0, 30.0)) for tail in (tails[0], 0.5, tails[1]))
    ratio = Estimate(
        contrast="risk_ratio", estimate=middle, conf_low=low, conf_high=high, unit="ratio", scale="log",
        std_error=math.sqrt(_log_variance(programme) + _log_variance(control)), **shared,
    )  # fmt: skip
    return BesideControls(
        estimates=Estimates((difference, ratio)),
        probability_higher=1 - below.difference(0.0),
        assumptions=(BESIDE_CONTROLS, programme.assumes, control.assumes),
    )


class _Below:
    """Distribution functions of the difference, of the log ratio."""

    def __init__(self, programme: ArmPosterior, control: ArmPosterior) -> None:
        self._own = programme.density.cdf()
        self._ends = float(programme.density.theta[0]), float(programme.density.theta[-1])
        self._control = control.density

    def difference(self, value: float) -> float:
        return self._expect(self._control.p + value)

    def log_ratio(self, value: float) -> float:
        return self._expect(self._control.p * math.exp(value))

    def _expect(self, p: Floats) -> float:
        inner = (p > 0) & (p < 1)
        theta = logit(np.where(inner, p, 0.5))
        below = np.where(inner, self._own(np.clip(theta, *self._ends)), np.where(p >= 1, 1.0, 0.0))
        return self._control.expect(np.clip(below, 0.0, 1.0))


def _quantile(below: Callable[[float], float], probability: float, low: float, high: float) -> float:
    return float(brentq(lambda value: below(value) - probability, low, high, xtol=1e-12))


def _log_variance(arm: ArmPosterior) -> float:
    log = np.log(arm.density.p)
    return arm.density.expect((log - arm.density.expect(log)) ** 2)
