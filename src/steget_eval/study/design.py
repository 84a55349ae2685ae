"""What the protocol's design decides of an adjusted answer: who is kept, how the score bends, how people match."""

from __future__ import annotations

from typing import Any

import numpy as np

from steget_eval.cohort import Cohort
from steget_eval.core.catalogue import Method
from steget_eval.methods.design.propensity import fit_propensity
from steget_eval.methods.design.trimming import Trimmed, trim_scores, trim_to_common_range
from steget_eval.methods.numerics.splines import with_splines
from steget_eval.protocol import Protocol
from steget_eval.study.design_matrix import ExpandedCovariates, expand_covariates

#: Methods with a score in which a covariate may bend.
SCORED = frozenset({
    "ipw", "ipw_truncated", "aipw", "tmle", "aipw_cross_fitted", "tmle_cross_fitted", "matched_pairs",
    "nearest_neighbours", "matched_regression", "full_matching", "subclassification",
    "subclass_regression",
})  # fmt: skip


def columns_of_score(cohort: Cohort, protocol: Protocol) -> ExpandedCovariates:
    """Return the columns of the score, bent where the protocol says so."""
    columns = expand_covariates(cohort, protocol, adjusted_only=True)
    asked = protocol.adjustment.propensity
    places = [place for place, name in enumerate(columns.names) if name in asked.splines]
    if not places:
        return columns
    bends = tuple("'" * bend for bend in range(asked.knots - 1))
    names = tuple(
        name + bend for place, name in enumerate(columns.names) for bend in (bends if place in places else ("",))
    )
    return ExpandedCovariates(names=names, X=with_splines(columns.X, places, asked.knots))


def trimmed(cohort: Cohort, protocol: Protocol) -> Trimmed | None:
    """Return who of the cohort is kept by the score, None where the protocol trims nobody."""
    rule = protocol.adjustment.trim
    if rule is None or not any(covariate.adjust for covariate in protocol.covariates):
        return None
    score = fit_propensity(cohort.a, columns_of_score(cohort, protocol).X).score
    if rule.low is None or rule.high is None:
        return trim_to_common_range(score, cohort.a)
    return trim_scores(score, cohort.a, low=rule.low, high=rule.high)


def design_arguments(cohort: Cohort, protocol: Protocol, method: Method, known: np.ndarray) -> dict[str, Any]:
    """Return what the design adds to the arguments of one adjusted method, for the people who are `known`."""
    asked = protocol.adjustment
    added: dict[str, Any] = {}
    if method.name in SCORED and asked.propensity.splines:
        added["X"] = columns_of_score(cohort, protocol).X[known]
    if method.name in {"nearest_neighbours", "matched_pairs", "matched_regression"}:
        added |= {"caliper": asked.matching.caliper, "exact": exact_groups(cohort, protocol, known)}
    if method.name in {"nearest_neighbours", "matched_regression"}:
        added["ratio"] = asked.matching.ratio
    if method.name == "abadie_imbens":
        added["neighbours"] = asked.matching.ratio
    if method.name in {"subclassification", "subclass_regression"}:
        added["classes"] = asked.subclasses
    if method.name == "ipw_truncated":
        added["quantile"] = asked.truncate
    return added


def among(arguments: dict[str, Any], kept: np.ndarray) -> dict[str, Any]:
    """Return a method's arguments for those who are kept: what has a value per person is cut, the rest stays."""
    return {
        name: value[kept] if isinstance(value, np.ndarray) and value.shape[:1] == kept.shape else value
        for name, value in arguments.items()
    }


def exact_groups(cohort: Cohort, protocol: Protocol, known: np.ndarray) -> np.ndarray | None:
    """Return the group within which each person is matched, None where the protocol asks for none."""
    names = list(protocol.adjustment.matching.exact)
    if not names:
        return None
    joined = cohort.covariates.loc[known, names].astype(str).agg("\x1f".join, axis=1).to_numpy(dtype=str)
    return np.unique(joined, return_inverse=True)[1].astype(np.int64)
