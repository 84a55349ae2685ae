"""Lays the protocol's covariates out as columns of numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steget_eval.cohort import Cohort
from steget_eval.protocol import Protocol


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExpandedCovariates:
    """Covariates as columns.

    Attributes
    ----------
    names
        A covariate's id, or ``id=level`` for a level of a category.
    X
        Shape (n, p), in the order of `names`.
    """

    names: tuple[str, ...]
    X: np.ndarray


def design_matrix(cohort: Cohort, protocol: Protocol) -> np.ndarray:
    """Return X, shape (n, p), without intercept, for the covariates that are adjusted for."""
    return expand_covariates(cohort, protocol, adjusted_only=True).X


def expand_covariates(cohort: Cohort, protocol: Protocol, *, adjusted_only: bool) -> ExpandedCovariates:
    """Return the covariates as columns.

    To adjust for, a category becomes one column per level but the first in sorted order, and a column that is the
    same for everyone says nothing and is left out. To describe, every level and every column is kept.
    """
    named: list[tuple[str, np.ndarray]] = []
    for covariate in protocol.covariates:
        if adjusted_only and not covariate.adjust:
            continue
        values = cohort.covariates[covariate.id]
        if covariate.kind == "category":
            levels = sorted(values.dropna().unique())[1 if adjusted_only else 0 :]
            named += [(f"{covariate.id}={level}", (values == level).to_numpy(dtype=float)) for level in levels]
        else:
            named.append((covariate.id, values.to_numpy(dtype=float)))
    kept = [(name, column) for name, column in named if not adjusted_only or np.unique(column).size > 1]
    if not kept:
        return ExpandedCovariates(names=(), X=np.empty((len(cohort.persons), 0)))
    return ExpandedCovariates(names=tuple(name for name, _ in kept), X=np.column_stack([column for _, column in kept]))
