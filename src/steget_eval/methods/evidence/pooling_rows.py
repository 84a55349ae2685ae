"""The row of a pooled effect."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import t as student

from steget_eval.core.errors import ArgumentError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.evidence.synthesis import LOG_MEASURES, Effects, Floats, Measure, Studies
from steget_eval.methods.evidence.synthesis_words import Assumption

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Pooled(Tidy):
    """A pooled effect, with what a forest plot and a prediction need.

    Attributes
    ----------
    estimates
        One row.
    weights : shape (k,)
        Of each study, adding up to 1.
    value, std_error
        On the measure's own scale (log for ratios); the standard error is the one behind the interval.
    degrees
        Degrees of freedom of the interval's t distribution; infinite for the normal.
    tau2
        Variance between studies that the weights rest on; 0 under a common effect.
    """

    estimates: Estimates
    labels: tuple[str, ...]
    measure: Measure
    weights: Floats
    value: float
    std_error: float
    degrees: float
    tau2: float
    assumes: Assumption

    def to_frame(self) -> pd.DataFrame:
        """Return the pooled row."""
        return self.estimates.to_frame()


def effect_row(
    measure: Measure, value: float, std_error: float, *, level: float, degrees: float = math.inf, test: bool = True,
    **columns: Any,
) -> Estimate:  # fmt: skip
    """Return an effect with limits symmetric on its scale.

    `value` and `std_error` are on that scale (log for ratios). With `test` False no p-value is given.
    """
    half = float(student.isf((1 - level) / 2, degrees)) * std_error
    p_value = float(2 * student.sf(abs(value) / std_error, degrees)) if test else math.nan
    is_log = measure in LOG_MEASURES
    estimate, low, high = (math.exp(end) if is_log else end for end in (value, value - half, value + half))
    unit = "ratio" if is_log else "proportion" if measure == "risk_difference" else ""
    return Estimate(
        contrast=measure, estimate=estimate, std_error=std_error, conf_low=low, conf_high=high, conf_level=level,
        p_value=p_value, scale="log" if is_log else "identity", unit=unit, population="ATE",
        kind="amount" if measure == "mean_difference" else "binary", **columns,
    )  # fmt: skip


def people_of(source: Studies | Effects) -> dict[str, Any]:
    """Return the counts of people over all studies, None where they are not known."""
    names = ("n_1", "n_0", "events_1", "events_0")
    columns = {name: getattr(source, name) for name in names}
    return {name: None if column is None else round(float(np.sum(column))) for name, column in columns.items()}


def tell(source: Studies | Effects, *more: str) -> str:
    """Return the note of a figure pooled from these studies, the number of them first."""
    return "; ".join(part for part in (f"k = {len(source)}", source.note, *more) if part)


def check_level(level: float) -> None:
    """Refuse a level that is no confidence."""
    if not 0.5 < level < 1:
        raise ArgumentError(f"the level of an interval must lie between 0.5 and 1, got {level!r}")
