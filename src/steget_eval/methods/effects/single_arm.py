"""One arm's proportion against a target set beforehand.

Two questions are kept apart: whether the point estimate reaches the target, and whether the one-sided exact 5 % test
shows it. A target is shown to be reached where its one-sided 95 % limit lies above it, which is where the test of
"no more than the target" rejects; a limit on the target itself shows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import stats

from steget_eval.core.errors import EmptyArmError, MethodError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.exact import (
    exact_lower,
    exact_upper,
    smallest_count_above,
    smallest_n_within,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TargetVerdict(Tidy):
    """A proportion against "at least `target`".

    Attributes
    ----------
    point
        Whether the point estimate is the target or more.
    shown
        Whether the one-sided lower limit lies above the target.
    level
        Confidence level of the one-sided limit.
    estimates
        The row behind the verdict: `conf_low` is the one-sided limit, `conf_high` is 1, `p_value` one-sided.
    smallest_count
        The smallest number of successes that would have shown it at this n; None where not even n would, and under
        censoring, where a count does not decide.
    """

    target: float
    level: float
    point: Literal["reached", "not_reached"]
    shown: bool
    estimates: Estimates
    smallest_count: int | None

    def to_frame(self) -> pd.DataFrame:
        """Return the row behind the verdict, with the verdict beside it."""
        return self.estimates.to_frame().assign(target=self.target, point=self.point, shown=self.shown)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BandVerdict(Tidy):
    """A proportion against "between `low` and `high`", both ends belonging to the band.

    Attributes
    ----------
    point
        Where the point estimate lies.
    shown
        Whether both one-sided limits lie inside the band.
    level
        Confidence level of each one-sided limit.
    estimates
        The row behind the verdict: both one-sided limits, together an interval of `conf_level` 2·level − 1; `p_value`
        is the larger of the two one-sided ones.
    smallest_n
        The smallest number of people at which some count shows it exactly, with everybody followed through; None where
        a hundred thousand people would not be enough.
    """

    low: float
    high: float
    level: float
    point: Literal["below", "within", "above"]
    shown: bool
    estimates: Estimates
    smallest_n: int | None

    def to_frame(self) -> pd.DataFrame:
        """Return the row behind the verdict, with the verdict beside it."""
        return self.estimates.to_frame().assign(low=self.low, high=self.high, point=self.point, shown=self.shown)


def at_least(y: np.ndarray, target: float, *, level: float = 0.95) -> TargetVerdict:
    """Judge a proportion against a target it should reach, by the one-sided exact binomial test.

    Clopper & Pearson (1934), one side.

    Parameters
    ----------
    y : np.ndarray, shape (n,)
        1 for success, 0 for none; nobody missing.
    target
        Proportion, above 0 and below 1.
    level
        Confidence level of the one-sided limit; the test's size is 1 − level.
    """
    check_target(target, level)
    outcome = _check_outcome(y)
    n, count = outcome.size, int(outcome.sum())
    row = Estimate(
        contrast="risk_1",
        method="exact_one_sided",
        estimate=count / n,
        conf_low=exact_lower(count, n, level=level),
        conf_high=1.0,
        conf_level=level,
        p_value=float(stats.binom.sf(count - 1, n, target)),
        n_1=n,
        events_1=count,
        kind="binary",
        population="arm",
        unit="proportion",
        note=LOWER_NOTE,
    )
    return target_verdict(row, target, level, smallest_count=smallest_count_above(n, target, level=level))


def between(y: np.ndarray, low: float, high: float, *, level: float = 0.95) -> BandVerdict:
    """Judge a proportion against a band it should lie in, by two one-sided exact binomial tests.

    Shown within only where both one-sided limits lie inside the band. Arguments as in `at_least`.
    """
    check_band(low, high, level)
    outcome = _check_outcome(y)
    n, count = outcome.size, int(outcome.sum())
    p_low, p_high = float(stats.binom.sf(count - 1, n, low)), float(stats.binom.cdf(count, n, high))
    row = Estimate(
        contrast="risk_1",
        method="exact_one_sided",
        estimate=count / n,
        conf_low=exact_lower(count, n, level=level),
        conf_high=exact_upper(count, n, level=level),
        conf_level=both_level(level),
        p_value=max(p_low, p_high),
        n_1=n,
        events_1=count,
        kind="binary",
        population="arm",
        unit="proportion",
        note=BOTH_NOTE.format(level=level),
    )
    return band_verdict(row, low, high, level)


LOWER_NOTE = "one-sided lower limit"
BOTH_NOTE = "each limit one-sided {level:.0%}"


def target_verdict(row: Estimate, target: float, level: float, *, smallest_count: int | None) -> TargetVerdict:
    """Return the verdict that a row with a one-sided lower limit gives."""
    return TargetVerdict(
        target=target,
        level=level,
        point="reached" if row.estimate >= target else "not_reached",
        shown=_clears(row.conf_low, target),
        estimates=Estimates((row,)),
        smallest_count=smallest_count,
    )


def band_verdict(row: Estimate, low: float, high: float, level: float) -> BandVerdict:
    """Return the verdict that a row with two one-sided limits gives."""
    return BandVerdict(
        low=low,
        high=high,
        level=level,
        point="below" if row.estimate < low else "above" if row.estimate > high else "within",
        shown=_clears(row.conf_low, low) and _clears(high, row.conf_high),
        estimates=Estimates((row,)),
        smallest_n=smallest_n_within(low, high, level=level),
    )


def _clears(upper: float, lower: float) -> bool:
    # A limit that lies on the target but for rounding does not clear it.
    return upper - lower > 1e-12


def both_level(level: float) -> float:
    """Return the confidence level of two one-sided limits together."""
    return round(2 * level - 1, 12)


def check_target(target: float, level: float) -> None:
    """Refuse a target that is no inner proportion, or a level that is no confidence."""
    if not 0 < target < 1:
        raise MethodError(f"a target must be a proportion above 0 and below 1, got {target!r}")
    if not 0.5 < level < 1:
        raise MethodError(f"the level of a one-sided limit must lie between 0.5 and 1, got {level!r}")


def check_band(low: float, high: float, level: float) -> None:
    """Refuse a band whose ends are no inner proportions in order."""
    check_target(low, level)
    check_target(high, level)
    if not low < high:
        raise MethodError(f"a band must run from a lower to a higher proportion, got {low!r} to {high!r}")


def _check_outcome(y: np.ndarray) -> np.ndarray:
    values = np.asarray(y)
    if values.ndim != 1 or values.size == 0:
        raise EmptyArmError("nobody has a known outcome")
    if values.dtype.kind not in "biuf" or not np.all((values == 0) | (values == 1)):
        raise MethodError("outcomes must be 0 or 1, nobody missing")
    return values.astype(np.int64)
