"""Weighs the arms of a cohort, and tells what the weights did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from steget_eval.cohort import Cohort
from steget_eval.core.errors import MethodError, OverlapError, SpecError
from steget_eval.core.frames import Tidy
from steget_eval.methods.design.balance import Balance, balance
from steget_eval.methods.design.gates import CERTAIN, Gate, hold_gates
from steget_eval.methods.design.overlap import overlap
from steget_eval.methods.design.propensity import fit_propensity
from steget_eval.methods.design.weights import (
    effective_sample_size,
    weights_atc,
    weights_ate,
    weights_att,
    weights_overlap,
)
from steget_eval.protocol import Protocol
from steget_eval.study.answers import method_lines
from steget_eval.study.design import columns_of_score, trimmed
from steget_eval.study.design_matrix import expand_covariates

Population = Literal["ATE", "ATT", "ATC", "ATO"]
_WEIGHTS = {"ATE": weights_ate, "ATT": weights_att, "ATC": weights_atc, "ATO": weights_overlap}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Weights(Tidy):
    """Weights that make the arms stand for one population.

    Attributes
    ----------
    population
        Whom both arms stand for.
    w, score
        Weight and estimated probability of the treated arm, person by person in the cohort's order.
    balance
        How alike the arms are before and after.
    """

    population: Population
    w: np.ndarray
    score: np.ndarray
    balance: Balance

    def to_frame(self) -> pd.DataFrame:
        """Return the balance, one row per covariate; weights belong to people and stay out."""
        return self.balance.to_frame()


def weigh(cohort: Cohort, protocol: Protocol, population: Population | None = None) -> Weights:
    """Return propensity weights for a population, the primary estimand's where none is named.

    Whoever the protocol trims weighs nothing, and the score is fitted anew among those kept.

    Raises
    ------
    SpecError
        Where the protocol has one arm or no covariates to adjust for.
    OverlapError
        Where the arms are separated.
    """
    if protocol.arms.comparison is None:
        raise SpecError(f"{protocol.id}: weights need two arms, and the design is {protocol.design}")
    columns = expand_covariates(cohort, protocol, adjusted_only=True)
    if not columns.names:
        raise SpecError(f"{protocol.id}: weights need at least one covariate to adjust for")
    whom = population or _population(protocol)
    bent, found = columns_of_score(cohort, protocol), trimmed(cohort, protocol)
    score = fit_propensity(cohort.a, bent.X, bent.names).score
    kept = np.ones(cohort.a.size, dtype=bool) if found is None else found.kept
    if found is not None:
        score = score.copy()
        score[kept] = fit_propensity(cohort.a[kept], bent.X[kept], bent.names).score
    w = np.where(kept, _WEIGHTS[whom](cohort.a, score), 0.0)
    return Weights(population=whom, w=w, score=score, balance=balance(cohort.a, columns.X, columns.names, w))


def overlap_table(cohort: Cohort, protocol: Protocol) -> pd.DataFrame:
    """Return the key figures of the primary population's weights; empty where the design needs none.

    `key` is ``n`` or ``ess`` (effective sample size). The largest weight is one person's, so it is not told.
    """
    columns = ["population", "arm", "key", "value"]
    weights = weights_of_design(cohort, protocol)
    if weights is None:
        return pd.DataFrame(columns=columns)
    size = effective_sample_size(weights.w, cohort.a)
    rows = [
        (weights.population, arm, key, float(value))
        for arm, n, ess in zip(cohort.arms, (size.n_1, size.n_0), (size.ess_1, size.ess_0), strict=True)
        for key, value in (("n", n), ("ess", ess))
    ]
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationGates:
    """The gates of the weights that make both arms stand for one population."""

    population: Population
    gates: tuple[Gate, ...]


def gates_of_others(cohort: Cohort, protocol: Protocol) -> tuple[PopulationGates, ...]:
    """Return the gates of each other population that an adjusted question speaks of, in the protocol's order."""
    asked = [
        estimand.population
        for estimand in protocol.estimands
        if any(line.adjusts for line in method_lines(protocol, estimand))
    ]
    others = [one for one in dict.fromkeys(asked) if one != "arm" and one != _population(protocol)]
    found = [PopulationGates(population=one, gates=gates_of_design(cohort, protocol, one)) for one in others]
    return tuple(one for one in found if one.gates)


def gates_of_design(cohort: Cohort, protocol: Protocol, population: Population | None = None) -> tuple[Gate, ...]:
    """Return the gates of a population's weights, the primary one's where none is named; none where none weigh.

    Where the covariates settle somebody's arm there is no score, and the gate that says so stands alone.
    """
    if not _weighs(protocol):
        return ()
    try:
        weights = weigh(cohort, protocol, population)
    except OverlapError:
        return (CERTAIN,)
    except MethodError:
        return ()
    kept = weights.w > 0
    found = overlap(weights.score[kept], cohort.a[kept], w=weights.w[kept])
    return hold_gates(weights.balance, found, population=weights.population).gates


def weights_of_design(cohort: Cohort, protocol: Protocol) -> Weights | None:
    """Return the weights of an adjusted comparison, or None where there is nothing to weigh or the arms are apart."""
    if not _weighs(protocol):
        return None
    try:
        return weigh(cohort, protocol)
    except MethodError:
        # The methods that need the score refuse for the same reason, and their refusal is told in the report.
        return None


def _weighs(protocol: Protocol) -> bool:
    return protocol.design == "comparison" and any(covariate.adjust for covariate in protocol.covariates)


def _population(protocol: Protocol) -> Population:
    population = protocol.estimand(protocol.primary).population
    return "ATE" if population == "arm" else population
