"""Where a further study, or the local programme, would lie."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from scipy.stats import t as student

from steget_eval.core.errors import ArgumentError, FewError, ScopeError
from steget_eval.core.estimates import Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.evidence.pooling_rows import Pooled, check_level, effect_row
from steget_eval.methods.evidence.synthesis import LOG_MEASURES
from steget_eval.methods.evidence.synthesis_words import PREDICTIVE, Assumption

if TYPE_CHECKING:
    import pandas as pd

Degrees = Literal["k_minus_2", "k_minus_1", "normal"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Place(Tidy):
    """Where a local estimate lies among the effects that the studies lead one to expect.

    Attributes
    ----------
    estimates
        The local estimate with its own interval; the estimate that a programme of this precision would give, as a
        prediction.
    percentile
        Probability that a programme of this precision, drawn from the same distribution, gives a lower estimate.
    percentile_of_effects
        Probability that the true effect of a further programme is lower than the local estimate, whose own
        uncertainty is then left out.
    p_value
        Probability of an estimate at least this far out on either side.
    degrees
        Of the t distribution; infinite for the normal.
    """

    estimates: Estimates
    percentile: float
    percentile_of_effects: float
    p_value: float
    degrees: float
    assumes: Assumption = PREDICTIVE

    def to_frame(self) -> pd.DataFrame:
        """Return the two rows, the probabilities beside them."""
        return self.estimates.to_frame().assign(
            percentile=self.percentile, percentile_of_effects=self.percentile_of_effects
        )


def prediction_interval(pooled: Pooled, *, degrees: Degrees = "k_minus_2", level: float = 0.95) -> Estimates:
    """Limits within which the true effect of a further study would lie.

    value ± q·√(τ² + SE²), SE that of `pooled`, q a quantile of

    ``k_minus_2``
        t with k - 2 degrees of freedom: Higgins, Thompson and Spiegelhalter (2009), with Wald's SE; with Hartung and
        Knapp's SE it is Partlett and Riley's (2017) variant. Needs three studies.
    ``k_minus_1``
        t with k - 1: what metafor gives beside a Hartung–Knapp interval.
    ``normal``
        what metafor gives beside a Wald interval; too narrow with few studies.
    """
    check_level(level)
    row = effect_row(
        pooled.measure, pooled.value, _reach(pooled, 0.0), level=level, degrees=_degrees(pooled, degrees), test=False,
        method=f"{_method(pooled)}_prediction_t_{degrees}" if degrees != "normal" else f"{_method(pooled)}_prediction",
        interval_kind="prediction", note=pooled.estimates.rows[0].note,
    )  # fmt: skip
    return Estimates((row,))


def place_programme(
    pooled: Pooled, estimate: float, std_error: float, *, degrees: Degrees = "k_minus_2", level: float = 0.95
) -> Place:
    """Place a local estimate in the predictive distribution of a random-effects synthesis.

    Parameters
    ----------
    estimate
        On the measure's natural scale: a ratio as a ratio, a difference as a difference.
    std_error
        Of the local estimate, log for ratios.
    degrees
        As in `prediction_interval`.
    """
    check_level(level)
    if not std_error > 0:
        raise ArgumentError(f"the local estimate needs a standard error above zero, got {std_error!r}")
    is_log = pooled.measure in LOG_MEASURES
    if is_log and not estimate > 0:
        raise ArgumentError(f"a ratio lies above zero, got {estimate!r}")
    local = math.log(estimate) if is_log else estimate
    freedom = _degrees(pooled, degrees)
    reach = _reach(pooled, std_error)
    distance = (local - pooled.value) / reach
    note = pooled.estimates.rows[0].note
    rows = (
        effect_row(pooled.measure, local, std_error, level=level, method="local"),
        effect_row(
            pooled.measure, pooled.value, reach, level=level, degrees=freedom, test=False, interval_kind="prediction",
            method=f"{_method(pooled)}_prediction_same_precision", note=note,
        ),
    )  # fmt: skip
    return Place(
        estimates=Estimates(rows),
        percentile=float(student.cdf(distance, freedom)),
        percentile_of_effects=float(student.cdf((local - pooled.value) / _reach(pooled, 0.0), freedom)),
        p_value=float(2 * student.sf(abs(distance), freedom)),
        degrees=freedom,
    )


def _method(pooled: Pooled) -> str:
    return pooled.estimates.rows[0].method


def _reach(pooled: Pooled, std_error: float) -> float:
    return math.sqrt(pooled.tau2 + pooled.std_error**2 + std_error**2)


def _degrees(pooled: Pooled, degrees: Degrees) -> float:
    if not _method(pooled).startswith(("reml", "paule_mandel", "dersimonian_laird")):
        raise ScopeError("a common effect has no distribution to predict from; pool with random effects")
    if degrees == "normal":
        return math.inf
    freedom = len(pooled.labels) - (2 if degrees == "k_minus_2" else 1)
    if freedom < 1:
        raise FewError(f"a prediction with {degrees} needs at least three studies, there are {len(pooled.labels)}")
    return float(freedom)
