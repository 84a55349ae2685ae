"""One arm's proportion against a target set beforehand.

Two questions are kept apart: whether the point estimate reaches the target, and whether a one-sided 5 % test shows it,
the exact one unless another is asked for. A target is shown to be reached where its one-sided 95 % limit lies above it,
which is where the test of "no more than the target" rejects; a limit on the target itself shows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from steget_eval.core.errors import ArgumentError, EmptyArmError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.arms import checked_choice
from steget_eval.methods.numerics.exact import smallest_count_above, smallest_n_within
from steget_eval.methods.numerics.one_sided import (
    ONE_SIDED,
    OneSided,
    Prior,
    lower_limit,
    p_above,
    probability_above,
    upper_limit,
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
    probability
        Posterior probability of a proportion above the target; None but for the Bayesian answer.
    """

    target: float
    level: float
    point: Literal["reached", "not_reached"]
    shown: bool
    estimates: Estimates
    smallest_count: int | None
    probability: float | None = None

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


def at_least(
    y: np.ndarray, target: float, *, level: float = 0.95, method: OneSided = "exact", prior: Prior | None = None
) -> TargetVerdict:
    """Judge a proportion against a target it should reach, by a one-sided limit.

    Clopper & Pearson (1934) unless another is asked for: Wilson's score limit (1927), mid-P (Lancaster 1961), or the
    posterior's quantile with a Beta prior that the note prints.

    Parameters
    ----------
    y : np.ndarray, shape (n,)
        1 for success, 0 for none; nobody missing.
    target
        Proportion, above 0 and below 1.
    level
        Confidence level of the one-sided limit; the test's size is 1 − level.
    method
        ``exact``, ``wilson``, ``mid_p`` or ``bayesian``.
    prior
        Of the Bayesian answer; Jeffreys' where none is given.
    """
    check_target(target, level)
    checked_choice(method, ONE_SIDED, "method")
    outcome, belief = _check_outcome(y), prior or Prior()
    n, count = outcome.size, int(outcome.sum())
    low = lower_limit(count, n, method=method, level=level, prior=belief)
    row = _row(
        count, n, method, low, 1.0, level, p_above(count, n, target, method=method), _note(LOWER_NOTE, method, belief)
    )
    verdict = target_verdict(row, target, level, smallest_count=_smallest_count(n, target, level, method, belief))
    if method == "bayesian":
        return replace(verdict, probability=probability_above(count, n, target, belief))
    return verdict


def between(
    y: np.ndarray, low: float, high: float, *, level: float = 0.95, method: OneSided = "exact",
    prior: Prior | None = None,
) -> BandVerdict:  # fmt: skip
    """Judge a proportion against a band it should lie in, by two one-sided limits.

    Shown within only where both one-sided limits lie inside the band. Arguments as in `at_least`.
    """
    check_band(low, high, level)
    checked_choice(method, ONE_SIDED, "method")
    outcome, belief = _check_outcome(y), prior or Prior()
    n, count = outcome.size, int(outcome.sum())
    below = lower_limit(count, n, method=method, level=level, prior=belief)
    above = upper_limit(count, n, method=method, level=level, prior=belief)
    p = max(p_above(count, n, low, method=method), p_above(n - count, n, 1 - high, method=method))
    note = _note(BOTH_NOTE.format(level=level), method, belief)
    return band_verdict(_row(count, n, method, below, above, both_level(level), p, note), low, high, level)


def _row(
    count: int, n: int, method: OneSided, low: float, high: float, level: float, p_value: float, note: str
) -> Estimate:
    return Estimate(
        contrast="risk_1", method=f"{method}_one_sided", estimate=count / n, conf_low=low, conf_high=high,
        conf_level=level, p_value=p_value, n_1=n, events_1=count, kind="binary", population="arm", unit="proportion",
        interval_kind="credible" if method == "bayesian" else "confidence", note=note,
    )  # fmt: skip


def _note(note: str, method: OneSided, prior: Prior) -> str:
    return f"{note}; prior {prior}" if method == "bayesian" else note


def _smallest_count(n: int, target: float, level: float, method: OneSided, prior: Prior) -> int | None:
    if method == "exact":
        return smallest_count_above(n, target, level=level)
    below, enough = -1, n + 1  # the limit grows with the count
    while enough - below > 1:
        middle = (below + enough) // 2
        clears = _clears(lower_limit(middle, n, method=method, level=level, prior=prior), target)
        below, enough = (below, middle) if clears else (middle, enough)
    return enough if enough <= n else None


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
        raise ArgumentError(f"a target must be a proportion above 0 and below 1, got {target!r}")
    if not 0.5 < level < 1:
        raise ArgumentError(f"the level of a one-sided limit must lie between 0.5 and 1, got {level!r}")


def check_band(low: float, high: float, level: float) -> None:
    """Refuse a band whose ends are no inner proportions in order."""
    check_target(low, level)
    check_target(high, level)
    if not low < high:
        raise ArgumentError(f"a band must run from a lower to a higher proportion, got {low!r} to {high!r}")


def _check_outcome(y: np.ndarray) -> np.ndarray:
    values = np.asarray(y)
    if values.ndim != 1 or values.size == 0:
        raise EmptyArmError("nobody has a known outcome")
    if values.dtype.kind not in "biuf" or not np.all((values == 0) | (values == 1)):
        raise ArgumentError("outcomes must be 0 or 1, nobody missing")
    return values.astype(np.int64)
