"""Every formula that the ledger tries, by the measure it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from steget_eval.core.frames import Tidy
from steget_eval.methods.evidence import effects, formulas_difference, formulas_odds, formulas_ratio, formulas_tests
from steget_eval.methods.evidence.two_by_two import checked_counts
from steget_eval.methods.numerics.proportions import Limits, Table

CountMeasure = Literal[
    "risk_difference", "risk_ratio", "odds_ratio", "nnt", "chi_squared", "p_value", "standardised_difference"
]
Estimator = Callable[[Table], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """One way to get a figure from four counts.

    Attributes
    ----------
    limits
        Its limits at a level; None for a test.
    excess
        How far a value lies outside the limits at a level, below zero inside; None where limits are cheap.
    centred
        Whether the estimate is always midway between its limits, on the log scale for a ratio.
    """

    name: str
    measure: CountMeasure
    estimate: Estimator
    limits: Callable[[Table, float], Limits] | None = None
    excess: Callable[[Table, float, float], float] | None = None
    centred: bool = False


def _difference(t: Table) -> float:
    return t.p_1 - t.p_0


def _risk_ratio(t: Table) -> float:
    return t.p_1 / t.p_0 if t.x_0 else float("inf") if t.x_1 else float("nan")


def _odds_ratio(t: Table) -> float:
    crossed, across = t.x_1 * (t.n_0 - t.x_0), (t.n_1 - t.x_1) * t.x_0
    return crossed / across if across else float("inf") if crossed else float("nan")


def _ratio_half(t: Table) -> float:
    return ((t.x_1 + 0.5) / (t.n_1 + 0.5)) / ((t.x_0 + 0.5) / (t.n_0 + 0.5))


def _odds_half(t: Table) -> float:
    return (t.x_1 + 0.5) * (t.n_0 - t.x_0 + 0.5) / ((t.n_1 - t.x_1 + 0.5) * (t.x_0 + 0.5))


def _needed(t: Table) -> float:
    return 1 / _difference(t) if _difference(t) else float("inf")


def _inverse(limits: Callable[[Table, float], Limits]) -> Callable[[Table, float], Limits]:
    """Limits of a number needed to treat; undefined where those of the difference include zero."""

    def inverse(t: Table, level: float) -> Limits:
        of = limits(t, level)
        if not of.low * of.high > 0:
            return Limits(low=float("nan"), high=float("nan"))
        return Limits(low=1 / of.high, high=1 / of.low)

    return inverse


def _p(of: Estimator) -> Estimator:
    return lambda t: formulas_tests.p_of_chi_squared(of(t))


_DIFFERENCES = (
    ("wald", formulas_difference.wald, True),
    ("newcombe", formulas_difference.newcombe, False),
    ("newcombe_corrected", formulas_difference.newcombe_corrected, False),
    ("miettinen_nurminen", formulas_difference.miettinen_nurminen, False),
    ("mee", formulas_difference.mee, False),
    ("agresti_caffo", formulas_difference.agresti_caffo, False),
    ("wald_corrected", formulas_difference.wald_corrected, False),
    ("wald_pooled", formulas_difference.wald_pooled, True),
    ("hauck_anderson", formulas_difference.hauck_anderson, True),
)
_RATIOS = (
    ("katz", _risk_ratio, formulas_ratio.katz, True),
    ("koopman", _risk_ratio, formulas_ratio.koopman, False),
    ("miettinen_nurminen", _risk_ratio, formulas_ratio.ratio_score, False),
    ("katz_half", _ratio_half, formulas_ratio.katz_half, True),
)
_ODDS = (
    ("woolf", _odds_ratio, formulas_odds.woolf, True),
    ("cornfield", _odds_ratio, formulas_odds.cornfield, False),
    ("cornfield_corrected", _odds_ratio, formulas_odds.cornfield_corrected, False),
    ("miettinen_nurminen", _odds_ratio, formulas_odds.odds_score, False),
    ("exact", _odds_ratio, formulas_odds.exact, False),
    ("exact_conditional", formulas_odds.conditional_odds_ratio, formulas_odds.exact, False),
    ("woolf_half", _odds_half, formulas_odds.woolf_half, True),
)
_CHI_SQUARED = (
    ("pearson", formulas_tests.chi_squared),
    ("yates", formulas_tests.chi_squared_corrected),
    ("n_minus_1", formulas_tests.chi_squared_n_minus_1),
    ("likelihood_ratio", formulas_tests.likelihood_ratio),
)
_STANDARDISED = (
    ("cohen_h", effects.cohen_h, effects.cohen_h_limits),
    ("d_logit", effects.d_logit, effects.d_logit_limits),
    ("d_probit", effects.d_probit, effects.d_probit_limits),
)

FORMULAS: tuple[Formula, ...] = (
    *(Formula(name=name, measure="risk_difference", estimate=_difference, limits=limits, centred=centred,
              excess=formulas_difference.EXCESS.get(name))
      for name, limits, centred in _DIFFERENCES),
    *(Formula(name=name, measure="nnt", estimate=_needed, limits=_inverse(limits)) for name, limits, _ in _DIFFERENCES),
    *(Formula(name=name, measure="risk_ratio", estimate=estimate, limits=limits, centred=centred,
              excess=formulas_ratio.EXCESS.get(name))
      for name, estimate, limits, centred in _RATIOS),
    *(Formula(name=name, measure="odds_ratio", estimate=estimate, limits=limits, centred=centred)
      for name, estimate, limits, centred in _ODDS),
    *(Formula(name=name, measure="chi_squared", estimate=estimate) for name, estimate in _CHI_SQUARED),
    *(Formula(name=name, measure="p_value", estimate=_p(estimate)) for name, estimate in _CHI_SQUARED),
    Formula(name="fisher", measure="p_value", estimate=formulas_tests.fisher_p),
    Formula(name="fisher_one_sided", measure="p_value", estimate=formulas_tests.fisher_one_sided_p),
    Formula(name="wald", measure="p_value", estimate=formulas_tests.wald_test_p),
    *(Formula(name=name, measure="standardised_difference", estimate=estimate, limits=limits, centred=True)
      for name, estimate, limits in _STANDARDISED),
)  # fmt: skip


def formulas_for(measure: str) -> tuple[Formula, ...]:
    """Return the formulas of a measure in the order they are tried; none where counts do not give it."""
    return tuple(formula for formula in FORMULAS if formula.measure == measure)


@dataclass(frozen=True, slots=True, repr=False)
class Recomputed(Tidy):
    """Four counts seen by every formula."""

    table: Table
    level: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row per measure and formula; limits are missing for tests."""
        rows = []
        for formula in FORMULAS:
            limits = formula.limits(self.table, self.level) if formula.limits else None
            rows.append({
                "measure": formula.measure, "formula": formula.name, "estimate": formula.estimate(self.table),
                "low": limits.low if limits else float("nan"), "high": limits.high if limits else float("nan"),
            })  # fmt: skip
        return pd.DataFrame(rows)


def every_effect(events_1: int, n_1: int, events_0: int, n_0: int, *, level: float = 0.95) -> Recomputed:
    """Return what four counts give by every formula.

    Undefined figures, such as Woolf's limits with an empty cell, are NaN.

    Parameters
    ----------
    events_1, n_1, events_0, n_0
        People with the event and people in all.
    level
        Confidence level.
    """
    counts = checked_counts(events_1, n_1, events_0, n_0)
    return Recomputed(Table(x_1=counts.events_1, n_1=counts.n_1, x_0=counts.events_0, n_0=counts.n_0), level)
