"""Tells two outcomes of the same people at once: of those followed throughout, and of everybody under censoring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from steget_eval.cohort import Cohort
from steget_eval.core.errors import MethodError
from steget_eval.core.estimates import Estimates, gather
from steget_eval.methods.effects.joint import CELLS, joint_occupation, joint_shares
from steget_eval.protocol import Protocol
from steget_eval.protocol.joint import Joint
from steget_eval.study.answers import label_answers
from steget_eval.study.one_by_one import refuse_clusters
from steget_eval.study.results import Refusal

#: The subgroup of these rows is this, and the joint question's id.
JOINT = "joint"
JOINT_COLUMNS = ("joint", "followed", "cell", "n")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointAnswers:
    """What was found, what refused, and the people behind it.

    Attributes
    ----------
    counts
        `joint`, `followed` (whether both outcomes are known), `cell` (a name of `CELLS`), `n`; without a pair under
        censoring only of those followed.
    """

    estimates: Estimates
    refusals: tuple[Refusal, ...]
    counts: pd.DataFrame


def joint_answers(cohort: Cohort, protocol: Protocol) -> JointAnswers:
    """Return the four shares of every joint question."""
    found, refusals, counts = list[Estimates](), list[Refusal](), list[tuple[object, ...]]()
    for asked in protocol.joint:
        counts += [(asked.id, *row) for row in _counted(cohort, asked)]
        for names, method in ((asked.estimands, "goodman"), (asked.under_censoring, "state_occupation")):
            if names is None:
                continue
            try:
                refuse_clusters(protocol, "two outcomes at once")
                rows = _followed(cohort, protocol, names) if method == "goodman" else _all(cohort, protocol, names)
            except MethodError as error:
                refusals.append(Refusal(estimand=names[0], method=method, reason=str(error), code=error.code))
                continue
            first = protocol.estimand(names[0])
            labelled = label_answers(rows, protocol, first, cohort.outcomes[first.id])
            found.append(labelled.label(subgroup=f"{JOINT}={asked.id}"))
    frame = pd.DataFrame(counts, columns=list(JOINT_COLUMNS))
    return JointAnswers(estimates=gather(found), refusals=tuple(refusals), counts=frame)


def _followed(cohort: Cohort, protocol: Protocol, names: tuple[str, str]) -> Estimates:
    one, two = (cohort.outcomes[name] for name in names)
    known = one.known & two.known
    return joint_shares(one.y[known], two.y[known], level=protocol.confidence_level)


def _all(cohort: Cohort, protocol: Protocol, names: tuple[str, str]) -> Estimates:
    one, two = (cohort.outcomes[name] for name in names)
    assert one.horizon_days is not None
    return joint_occupation(
        one.t, one.d, two.t, two.d, horizon=one.horizon_days, level=protocol.confidence_level
    )  # fmt: skip


def _counted(cohort: Cohort, asked: Joint) -> list[tuple[object, ...]]:
    """Return whether followed, cell and people; who was not followed stands in the cell that was seen of them."""
    one, two = (cohort.outcomes[name] for name in asked.estimands)
    known = one.known & two.known
    cells = np.where(known, one.y + 2 * two.y, np.nan)
    parts = [(True, cells[known])]
    if asked.under_censoring is not None:
        first, second = (cohort.outcomes[name] for name in asked.under_censoring)
        parts.append((False, ((first.d == 1) + 2 * (second.d == 1))[~known]))
    return [
        (followed, name, int((mine == code).sum())) for followed, mine in parts for code, name in enumerate(CELLS)
    ]  # fmt: skip
