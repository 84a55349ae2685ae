"""Gates of a design: what must hold before a comparison is believed, each at a threshold that is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from steget_eval.core.frames import Tidy
from steget_eval.methods.design.balance import Balance
from steget_eval.methods.design.overlap import Overlap

if TYPE_CHECKING:
    import pandas as pd

GateName = Literal[
    "means", "variances", "distributions", "outside", "one_person", "effective_size", "reservoir", "certain"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Where the gates close.

    Attributes
    ----------
    smd
        Largest standardised difference after weighting, either way (Austin 2009).
    variance_ratio
        Furthest from 1 a weighted variance ratio may lie, as a factor either way (Rubin 2001).
    ks
        Largest weighted distance between distribution functions. No source settles one: the project's own.
    outside
        Largest share, of an arm whose people the answer speaks of, with a score beyond the range of the other. The
        project's own.
    one_person
        Largest share of an arm's weight that one person may carry. The project's own.
    effective_size
        Smallest effective sample size of an arm. The project's own.
    reservoir
        Fewest of arm 0 for each of arm 1, where nobody is matched twice. The project's own, measured: from two on,
        matching within a caliper holds what it says; with arms as large as each other it does not.
    """

    smd: float = 0.1
    variance_ratio: float = 2.0
    ks: float = 0.1
    outside: float = 0.05
    one_person: float = 0.05
    effective_size: float = 30.0
    reservoir: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One gate.

    Attributes
    ----------
    value
        The worst found; NaN where nothing could be measured, which passes.
    threshold
        What it was held against.
    failing
        Names of the covariates that fail, for the gates that look at each.
    """

    name: GateName
    value: float
    threshold: float
    passed: bool
    failing: tuple[str, ...] = ()


#: The gate that fails where the covariates tell for certain who is in which arm, so that there is no score to weigh by.
CERTAIN = Gate(name="certain", value=float("nan"), threshold=float("nan"), passed=False)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Gates(Tidy):
    """Every gate of a design."""

    gates: tuple[Gate, ...]

    @property
    def passed(self) -> bool:
        """Whether every gate is passed."""
        return all(gate.passed for gate in self.gates)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per gate; the values may rest on one person, so a report tells only what passed."""
        import pandas as pd

        rows = [(gate.name, gate.value, gate.threshold, gate.passed, ", ".join(gate.failing)) for gate in self.gates]
        return pd.DataFrame(rows, columns=["gate", "value", "threshold", "passed", "failing"])


def hold_gates(
    balance: Balance, overlap: Overlap, thresholds: Thresholds | None = None, *, population: str = "ATT"
) -> Gates:  # fmt: skip
    """Return the gates of weighted arms: their balance after weighting, the overlap and the toll of the weights.

    `balance` must have been taken with weights, `overlap` with the same.

    Parameters
    ----------
    population
        Whom the answer speaks of, and so who needs somebody like them in the other arm: the treated (ATT), the
        comparison's (ATC), or both (ATE). The overlap (ATO) is asked as the treated are.
    """
    limits = thresholds or Thresholds()
    names = balance.covariates
    smd = np.abs(balance.weighted_smd)
    with np.errstate(divide="ignore"):  # an arm of one value after weighting is infinitely far from one that varies
        ratio = np.exp(np.abs(np.log(balance.weighted_variance_ratio)))
    smallest = min(overlap.ess_1, overlap.ess_0)
    largest = overlap.largest_share
    sides = {"ATE": (overlap.outside_1, overlap.outside_0), "ATC": (overlap.outside_0,)}
    outside = max(sides.get(population, (overlap.outside_1,)))
    return Gates(
        gates=(
            _over_covariates("means", smd, limits.smd, names),
            _over_covariates("variances", ratio, limits.variance_ratio, names),
            _over_covariates("distributions", balance.weighted_ks, limits.ks, names),
            _at_most("outside", outside, limits.outside),
            _at_most("one_person", largest, limits.one_person),
            Gate(
                name="effective_size", value=smallest, threshold=limits.effective_size,
                passed=smallest >= limits.effective_size,
            ),
        )
    )  # fmt: skip


def hold_reservoir(a: np.ndarray, thresholds: Thresholds | None = None) -> Gate:
    """Return the gate of matching without replacement: whether arm 0 has enough people to choose among.

    Without a choice, a match is whoever is left, and the error of pairs is too small: theory has the treated ever fewer
    beside the comparison (Abadie and Imbens 2012). `a` is 1 or 0 for each person, shape (n,).
    """
    limit = (thresholds or Thresholds()).reservoir
    value = float((a == 0).sum() / (a == 1).sum())
    return Gate(name="reservoir", value=value, threshold=limit, passed=value >= limit)


def _over_covariates(name: GateName, values: np.ndarray, threshold: float, covariates: tuple[str, ...]) -> Gate:
    known = ~np.isnan(values)
    failing = tuple(c for c, value in zip(covariates, values, strict=True) if value > threshold)
    worst = float(values[known].max()) if known.any() else float("nan")
    return Gate(name=name, value=worst, threshold=threshold, passed=not failing, failing=failing)


def _at_most(name: GateName, value: float, threshold: float) -> Gate:
    return Gate(name=name, value=value, threshold=threshold, passed=value <= threshold)
