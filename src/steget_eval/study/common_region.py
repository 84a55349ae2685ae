"""Refuses every adjusted answer to a question whose arms have no common region of scores."""

from __future__ import annotations

import numpy as np

from steget_eval.cohort import Cohort
from steget_eval.core.catalogue import Method
from steget_eval.methods.design.common_region import refuse_no_overlap
from steget_eval.protocol import Protocol
from steget_eval.study.design import columns_of_score, trimmed


def refuse_without_region(cohort: Cohort, protocol: Protocol, method: Method, known: np.ndarray) -> None:
    """Refuse a method that adjusts where those with a known outcome have no common region, by the protocol's own score.

    It is asked of all methods alike, whether they have a score or a regression, among those whom the protocol trims to.

    Parameters
    ----------
    known : shape (n,)
        Whose outcome is known.

    Raises
    ------
    OverlapError
        With the reason.
    """
    if not method.adjusts or protocol.arms.comparison is None:
        return
    X = columns_of_score(cohort, protocol).X
    if not X.shape[1]:
        return
    kept = trimmed(cohort, protocol)
    mine = known if kept is None else known & kept.kept
    refuse_no_overlap(cohort.a[mine], X[mine])
