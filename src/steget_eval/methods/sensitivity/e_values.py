"""E-values: how strongly something unmeasured must go with both arm and outcome to explain an answer away."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from scipy.optimize import brentq
from scipy.stats import norm

from steget_eval.core.errors import ArgumentError, SpreadError
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.arms import checked_choice, checked_level

if TYPE_CHECKING:
    import pandas as pd

#: How a contrast became a ratio of risks.
Conversion = Literal["as_it_is", "rare", "square_root", "hazard", "standardised", "bounding_factor"]

_RATIO_CONTRASTS = ("risk_ratio", "odds_ratio", "hazard_ratio")
_PER_SD = 0.91  # log odds per standard deviation over two, Chinn (2000) as VanderWeele and Ding (2017) take it


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EValue(Tidy):
    """How strong a confounder must be, as a ratio of risks, beyond what was adjusted for.

    Attributes
    ----------
    conversion
        ``as_it_is`` a ratio of risks; ``rare`` another ratio taken as one, since the outcome is rare; ``square_root``
        of an odds ratio; ``hazard`` the transformation of a hazard ratio; ``standardised`` a mean difference in
        standard deviations; ``bounding_factor`` a risk difference through the bound of Ding and VanderWeele.
    ratio
        The answer as a ratio of risks, at the sign that was found.
    point
        E-value of the estimate, 1 or more; infinite where one arm's risk is none.
    limit
        E-value of the limit nearer to no difference; 1 where the interval holds no difference.
    """

    contrast: str
    conversion: Conversion
    ratio: float
    point: float
    limit: float

    def to_frame(self) -> pd.DataFrame:
        """Return the one row."""
        import pandas as pd

        names = ("contrast", "conversion", "ratio", "point", "limit")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])


def e_value(estimate: float, conf_low: float, conf_high: float, *, contrast: str, rare: bool = False) -> EValue:
    """Return the E-value of a ratio and of the limit nearer to one.

    VanderWeele & Ding (2017): with RR at one or above, RR + √(RR (RR - 1)); a ratio below one is turned over. Where the
    outcome is not rare, an odds ratio counts as its square root, and a hazard ratio HR as
    (1 - 0.5^√HR) / (1 - 0.5^√(1/HR)).

    Parameters
    ----------
    contrast
        ``risk_ratio``, ``odds_ratio`` or ``hazard_ratio``.
    rare
        Whether the outcome is rare by the end of follow-up, below 15 % in VanderWeele and Ding; not asked of a ratio
        of risks.
    """
    checked_choice(contrast, _RATIO_CONTRASTS, "contrast")
    if not (0 < conf_low <= estimate <= conf_high):
        raise ArgumentError("an E-value needs a ratio above zero between its limits")
    conversion = _conversion(contrast, rare)
    ratio, low, high = (_as_risk_ratio(value, conversion) for value in (estimate, conf_low, conf_high))
    return EValue(
        contrast=contrast, conversion=conversion, ratio=ratio, point=_threshold(ratio),
        limit=_of_limit(ratio, low, high),
    )  # fmt: skip


def e_value_mean(estimate: float, conf_low: float, conf_high: float, *, spread: float) -> EValue:
    """Return the E-value of a difference in means, by way of standard deviations.

    VanderWeele & Ding (2017): a difference of d standard deviations counts as the ratio of risks exp(0.91 d).

    Parameters
    ----------
    spread
        Standard deviation of the outcome within arms, in the unit of the estimate.
    """
    if not spread > 0 or not math.isfinite(spread):
        raise SpreadError("the outcome does not vary within arms, so a difference is no number of standard deviations")
    if not conf_low <= estimate <= conf_high:
        raise ArgumentError("an E-value needs an estimate between its limits")
    ratio, low, high = (math.exp(_PER_SD * value / spread) for value in (estimate, conf_low, conf_high))
    return EValue(
        contrast="mean_difference", conversion="standardised", ratio=ratio, point=_threshold(ratio),
        limit=_of_limit(ratio, low, high),
    )  # fmt: skip


def e_value_difference(
    risk_1: float, risk_0: float, std_error_1: float, std_error_0: float, *, treated_share: float = 0.5,
    share_error: float = 0.0, level: float = 0.95,
) -> EValue:  # fmt: skip
    """Return the E-value of a risk difference: how strong a confounder takes it, or its limit, to zero.

    Ding & VanderWeele (2016): if a confounder's two ratios give the bounding factor B, the difference is at least
    (p₁ - B p₀)(f + (1 - f) / B), with f the share of the population that is treated. It reaches zero at B = p₁/p₀. The
    limit is the smallest B at which the bound's Wald limit does; a negative difference is turned over first.

    Parameters
    ----------
    std_error_1, std_error_0
        Of the two risks, taken as independent.
    treated_share
        Share of arm 1 among those whom the difference speaks of: 1 for the treated (ATT), 0 for the comparison (ATC).
    share_error
        Standard error of that share; 0 where it is fixed.
    """
    if not (0 <= risk_1 <= 1 and 0 <= risk_0 <= 1 and 0 <= treated_share <= 1):
        raise ArgumentError("risks and the share of arm 1 must lie between 0 and 1")
    errors = (std_error_1, std_error_0, share_error)
    if not all(math.isfinite(error) and error >= 0 for error in errors):
        raise ArgumentError("an E-value of a difference needs the standard errors of both risks")
    ratio = math.inf if risk_0 == 0 and risk_1 > 0 else 1.0 if risk_1 == risk_0 else risk_1 / risk_0
    positive = risk_1 >= risk_0
    bound = _Bound(
        high=max(risk_1, risk_0), low=min(risk_1, risk_0), error_high=std_error_1 if positive else std_error_0,
        error_low=std_error_0 if positive else std_error_1, share=treated_share if positive else 1 - treated_share,
        share_error=share_error, z=float(norm.isf((1 - checked_level(level)) / 2)),
    )  # fmt: skip
    return EValue(
        contrast="risk_difference", conversion="bounding_factor", ratio=ratio, point=_threshold(ratio),
        limit=_threshold(_factor_at_limit(bound)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bound:
    """A positive difference under a bounding factor."""

    high: float
    low: float
    error_high: float
    error_low: float
    share: float
    share_error: float
    z: float

    def limit(self, factor: float) -> float:
        """Return the lower Wald limit of the smallest difference that the factor allows."""
        scale = self.share + (1 - self.share) / factor
        gap = self.high - factor * self.low
        variance = (self.error_high**2 + (factor * self.error_low) ** 2) * scale**2
        variance += (gap * (1 - 1 / factor) * self.share_error) ** 2
        return gap * scale - self.z * math.sqrt(variance)


def _factor_at_limit(bound: _Bound) -> float:
    if bound.limit(1.0) <= 0:
        return 1.0
    top = 2.0
    while bound.limit(top) > 0 and top < 1e12:
        top *= 2
    if bound.limit(top) > 0:
        return math.inf
    return float(brentq(bound.limit, 1.0, top, xtol=1e-13, rtol=1e-14))


def _conversion(contrast: str, rare: bool) -> Conversion:
    if contrast == "risk_ratio":
        return "as_it_is"
    if rare:
        return "rare"
    return "square_root" if contrast == "odds_ratio" else "hazard"


def _as_risk_ratio(value: float, conversion: Conversion) -> float:
    if math.isinf(value):
        return value
    if conversion == "square_root":
        return math.sqrt(value)
    if conversion == "hazard":
        return float((1 - 0.5 ** math.sqrt(value)) / (1 - 0.5 ** math.sqrt(1 / value)))
    return value


def _of_limit(ratio: float, low: float, high: float) -> float:
    if low <= 1 <= high:
        return 1.0
    return _threshold(low if ratio > 1 else high)


def _threshold(ratio: float) -> float:
    if ratio == 0 or math.isinf(ratio):
        return math.inf
    above = ratio if ratio >= 1 else 1 / ratio
    return above + math.sqrt(above * (above - 1))
