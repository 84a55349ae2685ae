"""What the ledger is given of a published line, with what it says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from steget_eval.core.printed import Printed
from steget_eval.methods.evidence.reconstruct import Candidates, Figures
from steget_eval.methods.numerics.proportions import Table

Verdict = Literal["reproduced", "not_reproducible", "not_enough_printed", "inconsistent"]
VERDICTS: tuple[Verdict, ...] = ("reproduced", "not_reproducible", "not_enough_printed", "inconsistent")

#: Ratios: their limits lie about the estimate on the log scale.
RATIO_MEASURES = frozenset({"risk_ratio", "odds_ratio", "odds_ratio_adjusted", "hazard_ratio", "pooled_risk_ratio"})
#: Differences whose usual limits are an estimate plus and minus the same: means, not shares.
MEAN_MEASURES = frozenset({
    "mean_difference", "mean_difference_adjusted", "risk_difference_adjusted", "pooled_mean_difference",
    "pooled_standardised_difference",
})  # fmt: skip
#: What counts give.
COUNT_MEASURES = frozenset({
    "risk_difference", "risk_ratio", "odds_ratio", "nnt", "chi_squared", "standardised_difference",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One printed effect with everything that was printed about it; None is not printed.

    Attributes
    ----------
    percent_1, percent_0
        Percentages of the arms, 0 to 100.
    mean_1, sd_1, mean_0, sd_0
        Means with their standard deviations.
    df
        Degrees of freedom of a t statistic.
    arms_printed
        Whether `n_1` and `n_0` are the denominators as printed; otherwise the counts were reconstructed, and smaller
        arms are possible too.
    rebuilt
        Whether the counts were reconstructed from the figures themselves.
    """

    measure: str
    n_1: int | None = None
    events_1: int | None = None
    n_0: int | None = None
    events_0: int | None = None
    percent_1: Printed | None = None
    percent_0: Printed | None = None
    mean_1: Printed | None = None
    sd_1: Printed | None = None
    mean_0: Printed | None = None
    sd_0: Printed | None = None
    df: int | None = None
    estimate: Printed | None = None
    low: Printed | None = None
    high: Printed | None = None
    p: Printed | None = None
    arms_printed: bool = True
    rebuilt: bool = False

    @property
    def table(self) -> Table | None:
        """The four counts, None where one is missing."""
        if self.n_1 is None or self.events_1 is None or self.n_0 is None or self.events_0 is None:
            return None
        return Table(x_1=self.events_1, n_1=self.n_1, x_0=self.events_0, n_0=self.n_0)

    @property
    def arms(self) -> tuple[tuple[int | None, int | None, Printed | None], ...]:
        """People, events and percentage of arm 1, then of arm 0."""
        return (self.n_1, self.events_1, self.percent_1), (self.n_0, self.events_0, self.percent_0)

    def figures(self, *, percentages: bool) -> Figures:
        """Return the figures to search counts for, with the percentages or without; an estimate is needed."""
        assert self.estimate is not None
        return Figures(
            measure=self.measure, estimate=self.estimate, low=self.low, high=self.high,
            percent_1=self.percent_1 if percentages else None, percent_0=self.percent_0 if percentages else None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a line turned out to be.

    Attributes
    ----------
    formula
        The formula that gives the figures, or the one shown where none does; empty where nothing could be computed.
    tried
        Every formula that was tried, in order.
    estimate, low, high
        The figures by `formula`, None where there are none.
    reason
        Why, in one sentence.
    """

    verdict: Verdict
    reason: str
    formula: str = ""
    tried: tuple[str, ...] = ()
    estimate: float | None = None
    low: float | None = None
    high: float | None = None


def words(table: Table) -> str:
    """Return four counts as ``14/33 v 1/25``."""
    return f"{table.x_1}/{table.n_1} v {table.x_0}/{table.n_0}"


def p_words(p: Printed) -> str:
    """Return a p-value as ``p = 0.02`` or ``p <0.001``."""
    return f"p {'= ' if p.relation == '=' else ''}{p}"


def first(found: Candidates) -> str:
    """Return the first table that was found with its formula, as ``9/56 v 4/46 (koopman)``."""
    return f"{words(found.found[0].table)} ({found.found[0].formula})"


def example(found: Candidates) -> str:
    """Return the tables that were found as words: how many, with the first of them."""
    if len(found.tables) == 1:
        return f"of {found.searched} people only {first(found)} gives it"
    return f"{len(found.tables)} tables of {found.searched} people give it, as {first(found)}"
