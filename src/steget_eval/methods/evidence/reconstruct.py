"""Counts that a printed table allows: the shares of one arm, the tables of two."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pandas as pd

from steget_eval.core.errors import EmptyArmError
from steget_eval.core.frames import Tidy
from steget_eval.core.printed import Printed
from steget_eval.methods.evidence.formulas import Formula, formulas_for
from steget_eval.methods.numerics.proportions import Table

#: The search of tables stops at so many people an arm where the arms were not printed.
MOST_SEARCHED = 60

_CONFIDENCE = 0.95
#: How far beyond the rounding of a limit its formula is asked, so that the last bit decides nothing.
_PAD = 1e-6
#: Score and corrected limits lie within this factor of the plain ones' distance from the estimate.
_FACTOR = 2.5


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CountsOfShare(Tidy):
    """The counts that a printed percentage allows.

    Attributes
    ----------
    counts
        Every count of `n` that is printed so; empty where the percentage is impossible.
    """

    percent: Printed
    n: int
    counts: tuple[int, ...]

    @property
    def is_unique(self) -> bool:
        """Whether one count alone is printed so."""
        return len(self.counts) == 1

    def to_frame(self) -> pd.DataFrame:
        """Return one row per count."""
        return pd.DataFrame([
            {
                "percent": str(self.percent), "n": self.n, "events": count, "unique": self.is_unique,
                "status": "reconstructed",
            }
            for count in self.counts
        ])  # fmt: skip


def counts_of_share(percent: Printed, n: int) -> CountsOfShare:
    """Return every count of `n` people that is printed as a percentage.

    The test of granularity (Brown and Heathers 2017) on a share: with 75 people no count is printed as 18 %.

    Parameters
    ----------
    percent
        The percentage as printed, 0 to 100.
    n
        People in the arm, at least one.
    """
    if n < 1:
        raise EmptyArmError("an arm of nobody has no percentage")
    first, last = math.ceil(n * percent.low / 100 - 1e-9), math.floor(n * percent.high / 100 + 1e-9)
    counts = tuple(x for x in range(max(first, 0), min(last, n) + 1) if percent.holds(100 * x / n))
    return CountsOfShare(percent=percent, n=n, counts=counts)


def denominators_of(percent: Printed, n: int, *, fewest: int) -> tuple[int, ...]:
    """Return the denominators from `fewest` to `n` on which a percentage is possible, the largest first."""
    return tuple(m for m in range(n, max(fewest, 1) - 1, -1) if counts_of_share(percent, m).counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Four counts that would be printed as the figures are, by one formula."""

    table: Table
    formula: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Candidates(Tidy):
    """Every table of counts that would be printed as the figures are.

    Attributes
    ----------
    searched
        The arms that were searched, in words.
    """

    found: tuple[Candidate, ...]
    searched: str

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables, each once."""
        return tuple(dict.fromkeys(candidate.table for candidate in self.found))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per table and formula."""
        return pd.DataFrame([
            {
                "events_1": c.table.x_1, "n_1": c.table.n_1, "events_0": c.table.x_0, "n_0": c.table.n_0,
                "formula": c.formula, "status": "reconstructed",
            }
            for c in self.found
        ])  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was printed of one effect.

    Attributes
    ----------
    measure
        What the estimate is.
    percent_1, percent_0
        The arms' percentages, None where they were not printed.
    """

    measure: str
    estimate: Printed
    low: Printed | None = None
    high: Printed | None = None
    percent_1: Printed | None = None
    percent_0: Printed | None = None

    def fits(self, formula: Formula, table: Table, *, level: float = _CONFIDENCE) -> bool:
        """Whether a formula prints these figures from four counts, both limits included where there are any."""
        if not self.estimate.holds(formula.estimate(table)):
            return False
        if self.low is None and self.high is None:
            return True
        if formula.limits is None or not self._brackets_limits(formula, table, level):
            return False
        limits = formula.limits(table, level)
        return all(
            printed is None or printed.holds(value)
            for printed, value in ((self.low, limits.low), (self.high, limits.high))
        )

    def _brackets_limits(self, formula: Formula, table: Table, level: float) -> bool:
        """Whether the limits can lie where they were printed: no if a value beyond them is inside, or the reverse.

        Told without the limits themselves, which take a search for a root; where it cannot be told, yes.
        """
        if formula.excess is None:
            return True
        estimate = formula.estimate(table)
        for printed, sign in ((self.low, -1), (self.high, 1)):
            if printed is None or printed.relation != "=":
                continue
            near, far = (printed.high, printed.low) if sign < 0 else (printed.low, printed.high)
            near, far = sign * max(sign * near - _PAD, sign * estimate), far + sign * _PAD
            within = (
                min(near, far) > 0 if formula.measure == "risk_ratio" else -1 < min(near, far) <= max(near, far) < 1
            )
            if sign * far <= sign * estimate:
                return False
            if within and (formula.excess(table, far, level) < 0 or formula.excess(table, near, level) > 0):
                return False
        return True


def tables_that_print(
    figures: Figures,
    *,
    n_1: int | None = None,
    n_0: int | None = None,
    exact_arms: bool = True,
    off_centre: bool = False,
    at_most: int | None = None,
) -> Candidates:
    """Return every table of counts that would be printed as the figures are by a formula of their measure.

    Parameters
    ----------
    figures
        The estimate, its limits and the percentages, as printed.
    n_1, n_0
        People in the arms; None searches 2 to `MOST_SEARCHED`.
    exact_arms
        Whether the arms are as given; otherwise any smaller arm is searched too.
    off_centre
        Whether the limits are known to be off the middle, so that formulas whose limits never are need no trial.
    at_most
        Stop after so many; None finds them all.
    """
    sizes_1, sizes_0 = (_sizes(n, exact_arms) for n in (n_1, n_0))
    formulas = tuple(f for f in formulas_for(figures.measure) if not (off_centre and f.centred))
    slack = 0.2 if any(formula.name.endswith("_half") for formula in formulas) else 0.0
    found = (
        Candidate(table=table, formula=formula.name)
        for one in sizes_1
        for two in sizes_0
        for table in _tables(figures, one, two, slack)
        for formula in formulas
        if figures.fits(formula, table)
    )
    return Candidates(found=tuple(islice(found, at_most)), searched=f"{_words(sizes_1)} v {_words(sizes_0)}")


def _sizes(n: int | None, exact: bool) -> range:
    if n is None:
        return range(2, MOST_SEARCHED + 1)
    return range(n, n + 1) if exact else range(2, n + 1)


def _words(sizes: range) -> str:
    return str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"


def _tables(figures: Figures, n_1: int, n_0: int, slack: float) -> Iterator[Table]:
    """The tables of two arms whose estimate, roughly, is the printed one."""
    x_1, x_0 = (_allowed(p, n) for p, n in ((figures.percent_1, n_1), (figures.percent_0, n_0)))
    if len(x_1) == 0 or len(x_0) == 0:
        return
    one, two = x_1[:, None].astype(float), x_0[None, :].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        likely = _likely(figures, one, n_1, two, n_0, slack * abs(figures.estimate.value))
    for row, column in zip(*np.nonzero(likely), strict=True):
        yield Table(x_1=int(x_1[row]), n_1=n_1, x_0=int(x_0[column]), n_0=n_0)


def _allowed(percent: Printed | None, n: int) -> np.ndarray:
    return np.arange(n + 1) if percent is None else np.array(counts_of_share(percent, n).counts, dtype=int)


def _likely(figures: Figures, x_1: np.ndarray, n_1: int, x_0: np.ndarray, n_0: int, slack: float) -> np.ndarray:
    """Tables near enough the printed figures to be tried; the formulas themselves decide."""
    p_1, p_0 = x_1 / n_1, x_0 / n_0
    shape = np.broadcast_shapes(p_1.shape, p_0.shape)
    if figures.measure == "risk_difference":
        value, error, log = p_1 - p_0, np.sqrt(p_1 * (1 - p_1) / n_1 + p_0 * (1 - p_0) / n_0), False
    elif figures.measure == "risk_ratio":
        value, error, log = p_1 / p_0, np.sqrt(1 / x_1 - 1 / n_1 + 1 / x_0 - 1 / n_0), True
    elif figures.measure == "odds_ratio":
        value = p_1 * (1 - p_0) / ((1 - p_1) * p_0)
        error, log = np.sqrt(1 / x_1 + 1 / (n_1 - x_1) + 1 / x_0 + 1 / (n_0 - x_0)), True
    else:
        return np.ones(shape, dtype=bool)
    # The estimates that add a half move by less than a fifth where an arm has more than a few events.
    near = (value >= figures.estimate.low - slack - 1e-9) & (value <= figures.estimate.high + slack + 1e-9)
    if figures.low is None or figures.high is None:
        return np.asarray(near)
    if log and (figures.low.value <= 0 or figures.high.value <= 0):
        return np.asarray(near)
    width = math.log(figures.high.value / figures.low.value) if log else figures.high.value - figures.low.value
    plain = 2 * 1.96 * error
    return np.asarray(near & (plain > width / _FACTOR) & (plain < width * _FACTOR))
