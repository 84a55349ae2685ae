"""Asks a question of some of a cohort's people alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from steget_eval.cohort import Cohort, OutcomeValues
from steget_eval.core.catalogue import Method
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.catalogue import find_method
from steget_eval.methods.effects.interaction import Scale
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.study.answers import answer, crude_method, is_asked

#: The contrasts on the scale of differences and of ratios that belong to a question's own.
_SCALES: dict[str, dict[Scale, str]] = {
    **{
        one: {"difference": "risk_difference", "ratio": "risk_ratio"}
        for one in ("risk_difference", "risk_ratio", "nnt")
    },
    "odds_ratio": {"difference": "risk_difference", "ratio": "odds_ratio"},
    **{one: {"difference": "mean_difference", "ratio": "mean_ratio"} for one in ("mean_difference", "mean_ratio")},
    **{name: {"ratio": name} for name in ("hazard_ratio", "subdistribution_hazard_ratio", "rate_ratio")},
    **{
        name: {"difference": name}
        for name in (
            "rmst_difference",
            "rmtl_difference",
            "mean_change",
            "responders",
            "mean_change_difference",
            "responders_difference",
        )
    },
    **{name: {"difference": name} for name in ("mean_change_difference", "responders_difference", "share_difference")},
    "risk": {"difference": "risk", "ratio": "risk"},
    "mean": {"difference": "mean", "ratio": "mean"},
}
#: What answers a question of one arm.
_ANSWERS = {"risk": "risk_1", "mean": "mean_1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """One scale on which groups are compared: the contrast, and the line of the catalogue that gives it.

    Attributes
    ----------
    is_own
        Whether the contrast is the question's own.
    """

    scale: Scale
    estimand: Estimand
    line: Method
    is_own: bool

    def answer_row(self, rows: Estimates) -> Estimate:
        """Return the row among a line's rows that answers the question."""
        wanted = _ANSWERS.get(self.estimand.contrast, self.estimand.contrast)
        return next(row for row in rows if row.contrast == wanted and row.method != "schoenfeld")

    def effect(self, rows: Estimates) -> tuple[float, float]:
        """Return the answer and its standard error on the scale that is compared: as logarithms for ratios."""
        row = self.answer_row(rows)
        if self.scale == "difference":
            return row.estimate, row.std_error
        # A share or a mean by itself has its error on its own scale; a ratio has it on the log scale already.
        error = row.std_error if row.scale == "log" else row.std_error / row.estimate if row.estimate > 0 else math.nan
        return (math.log(row.estimate) if row.estimate > 0 else math.nan), error

    def effect_of_arms(self, rows: Estimates) -> float | None:
        """Return the answer on its scale from the arms' own numbers; None where they do not give it."""
        own = {row.contrast: row.estimate for row in rows}
        arms = next(((own[f"{one}_1"], own[f"{one}_0"]) for one in ("risk", "mean") if f"{one}_1" in own), None)
        if arms is None or min(arms) <= 0 or self.estimand.contrast not in {"risk_ratio", "mean_ratio"}:
            return None
        return math.log(arms[0]) - math.log(arms[1])


def roads_of(protocol: Protocol, estimand: Estimand, line: Method) -> tuple[Road, ...]:
    """Return the scales on which a question's groups can be compared, its own first; a number needed has none itself.

    The other scale is answered by the same method; where that has no line for it, by the crude one if the method is
    crude itself, else by none.
    """
    kind = protocol.outcome(estimand.outcome).kind
    found: list[Road] = []
    for scale, contrast in _SCALES.get(estimand.contrast, {}).items():
        # A share or a mean by itself is the same row on both scales, and told once.
        own = contrast == estimand.contrast
        other = line if own else find_method(kind, contrast, line.name)
        if other is None and not line.adjusts and (name := crude_method(contrast, kind)) is not None:
            other = find_method(kind, contrast, name)
        if other is not None and is_asked(contrast) and (other.clusters or protocol.cluster is None):
            asked = estimand.model_copy(update={"contrast": contrast})
            found.append(
                Road(scale=scale, estimand=asked, line=other, is_own=own and not any(one.is_own for one in found))
            )
    return tuple(sorted(found, key=lambda road: not road.is_own))


def answer_within(cohort: Cohort, protocol: Protocol, road: Road, mine: np.ndarray) -> Estimates:
    """Return one line's answer among some of the people, fitted anew to them alone.

    Parameters
    ----------
    mine : shape (n,)
        Whether each person of the cohort is asked.
    """
    found = answer(restrict(cohort, road.estimand.id, mine), protocol, road.estimand, road.line)
    # What stands beside the answer of everyone, as scores at every occasion, is not told of a part of them.
    return found.where(subgroup="all")


def restrict(cohort: Cohort, estimand_id: str, mine: np.ndarray) -> Cohort:
    """Return a cohort of some of the people and of one question, with its people in their order."""
    return replace(
        cohort, persons=cohort.persons[mine].reset_index(drop=True),
        covariates=cohort.covariates[mine].reset_index(drop=True), recorded=cohort.recorded.iloc[:0],
        outcomes={estimand_id: _taken(cohort.outcomes[estimand_id], mine)},
    )  # fmt: skip


def _taken(values: OutcomeValues, mine: np.ndarray) -> OutcomeValues:
    names = ("y", "t", "d", "entry", "exposure", "before", "after", "scores")
    own: dict[str, Any] = {name: getattr(values, name) for name in names}
    return replace(values, **{name: array[mine] for name, array in own.items() if len(array) == mine.size})
