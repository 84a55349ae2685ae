"""What the design did to the people of the main question: trimmed, cut, unmatched, in subclasses; and its gates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from steget_eval.cohort import Cohort
from steget_eval.core.errors import MethodError
from steget_eval.core.frames import Tidy
from steget_eval.methods.design.balance import balance
from steget_eval.methods.design.entropy import weights_entropy
from steget_eval.methods.design.gates import Gate, hold_gates, hold_reservoir
from steget_eval.methods.design.matching import Matched, match_full, match_nearest, subclassify
from steget_eval.methods.design.overlap import overlap
from steget_eval.methods.design.propensity import fit_propensity
from steget_eval.methods.design.trimming import truncate_weights
from steget_eval.methods.design.weights import weights_atc, weights_ate, weights_att, weights_overlap
from steget_eval.protocol import Protocol
from steget_eval.study.design import columns_of_score, exact_groups, trimmed
from steget_eval.study.design_matrix import expand_covariates

DESIGN_COLUMNS = ("method", "key", "level", "arm", "n", "of")

_WEIGHTS = {"ATE": weights_ate, "ATT": weights_att, "ATC": weights_atc, "ATO": weights_overlap}


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignGates:
    """The gates of one method's weights or matches."""

    method: str
    gates: tuple[Gate, ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DesignAccount(Tidy):
    """What each design among the main question's methods did, before the gate.

    Attributes
    ----------
    counts
        `method` (empty for what all share), `key` (``trimmed``, ``truncated``, ``unmatched`` or ``subclass``), `level`
        (the number of a subclass, from 1), `arm`, `n` people, `of` how many.
    gates
        By method, in the protocol's order.
    """

    counts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({name: [] for name in DESIGN_COLUMNS}))
    gates: tuple[DesignGates, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return the counts."""
        return self.counts.copy()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _People:
    """Those of the main question: arms, score, and columns as they are described."""

    a: np.ndarray
    score: np.ndarray
    X: np.ndarray
    names: tuple[str, ...]
    exact: np.ndarray | None
    arms: tuple[str, ...]


def account_for_design(cohort: Cohort, protocol: Protocol) -> DesignAccount:
    """Return the counts and gates of every design among the primary estimand's methods; empty where none adjusts."""
    if protocol.design != "comparison" or not any(covariate.adjust for covariate in protocol.covariates):
        return DesignAccount()
    estimand = protocol.estimand(protocol.primary)
    rows: list[tuple[str, str, int, str, int, int]] = []
    gates: list[DesignGates] = []
    try:
        kept = trimmed(cohort, protocol)
        people = _people(cohort, protocol, kept.kept if kept is not None else None)
    except MethodError:
        # Every method with a score refuses for the same reason, which the report tells.
        return DesignAccount()
    if kept is not None:
        rows += _rows("", "trimmed", cohort.a, ~kept.kept, people.arms)
    for method in estimand.methods:
        design = _DESIGNS.get(method)
        if design is None:
            continue
        try:
            found = design(people, protocol, estimand.population)
            held = balance(people.a, people.X, people.names, found.w)
            seen = overlap(people.score, people.a, w=found.w)
            weighed = hold_gates(held, seen, population=estimand.population).gates
            gates.append(DesignGates(method=method, gates=(*weighed, *_reservoir(method, people))))
        except MethodError:
            continue
        rows += [row for key, taken in found.taken for row in _rows(method, key, people.a, taken, people.arms)]
        if found.subclass is not None:
            for level in range(int(found.subclass.max()) + 1):
                rows += _rows(method, "subclass", people.a, found.subclass == level, people.arms, level + 1)
    return DesignAccount(counts=pd.DataFrame(rows, columns=list(DESIGN_COLUMNS)), gates=tuple(gates))


def _reservoir(method: str, people: _People) -> tuple[Gate, ...]:
    """Return the gate of a method that matches nobody twice and leaves it at that."""
    return (hold_reservoir(people.a),) if method in {"matched_pairs", "nearest_neighbours"} else ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Design:
    """Weights, with whom they took away from, by what."""

    w: np.ndarray
    taken: tuple[tuple[str, np.ndarray], ...] = ()
    subclass: np.ndarray | None = None


def _people(cohort: Cohort, protocol: Protocol, kept: np.ndarray | None) -> _People:
    known = cohort.outcomes[protocol.primary].known
    mine = known if kept is None else known & kept
    columns, plain = columns_of_score(cohort, protocol), expand_covariates(cohort, protocol, adjusted_only=True)
    a = cohort.a[mine]
    return _People(
        a=a, score=fit_propensity(a, columns.X[mine]).score, X=plain.X[mine], names=plain.names,
        exact=exact_groups(cohort, protocol, mine), arms=cohort.arms,
    )  # fmt: skip


def _weighted(people: _People, protocol: Protocol, population: str) -> _Design:
    return _Design(w=_WEIGHTS[population](people.a, people.score))


def _truncated(people: _People, protocol: Protocol, population: str) -> _Design:
    w = _WEIGHTS[population](people.a, people.score)
    cut = truncate_weights(w, people.a, quantile=protocol.adjustment.truncate)
    return _Design(w=cut.w, taken=(("truncated", cut.w < w),))


def _entropy(people: _People, protocol: Protocol, population: str) -> _Design:
    return _Design(w=weights_entropy(people.a, people.X, population=population))  # type: ignore[arg-type]


def _nearest(people: _People, protocol: Protocol, population: str) -> _Design:
    asked = protocol.adjustment.matching
    return _matched(match_nearest(people.score, people.a, ratio=asked.ratio, caliper=asked.caliper, exact=people.exact))


def _pairs(people: _People, protocol: Protocol, population: str) -> _Design:
    asked = protocol.adjustment.matching
    return _matched(match_nearest(people.score, people.a, caliper=asked.caliper, exact=people.exact))


def _full(people: _People, protocol: Protocol, population: str) -> _Design:
    return _Design(w=match_full(people.score, people.a, population=population).w)  # type: ignore[arg-type]


def _subclasses(people: _People, protocol: Protocol, population: str) -> _Design:
    classes = protocol.adjustment.subclasses
    found = subclassify(people.score, people.a, classes=classes, population=population)  # type: ignore[arg-type]
    return _Design(w=found.w, subclass=found.set_of)


def _matched(found: Matched) -> _Design:
    return _Design(w=found.w, taken=(("unmatched", found.w == 0),))


_DESIGNS: dict[str, Callable[[_People, Protocol, str], _Design]] = {
    "ipw": _weighted, "ipw_truncated": _truncated, "entropy_balancing": _entropy, "matched_pairs": _pairs,
    "nearest_neighbours": _nearest, "matched_regression": _nearest, "full_matching": _full,
    "subclassification": _subclasses, "subclass_regression": _subclasses,
}  # fmt: skip


def _rows(
    method: str, key: str, a: np.ndarray, taken: np.ndarray, arms: tuple[str, ...], level: int = 0
) -> list[tuple[str, str, int, str, int, int]]:
    return [
        (method, key, level, arm, int((taken & (a == which)).sum()), int((a == which).sum()))
        for arm, which in zip(arms, (1, 0), strict=True)
    ]
