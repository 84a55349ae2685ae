"""The rows in which sensitivity analyses are told: one table with the answers that they question."""

from __future__ import annotations

from dataclasses import dataclass, replace

from steget_eval.cohort import Cohort
from steget_eval.core.catalogue import Method
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.study.answers import label_answers, method_lines

#: The subgroup of these rows is this and what is asked, so that nobody takes them for the main answer.
SENSITIVITY = "sensitivity"
#: Arithmetic on an answer has no interval of its own; its note says so.
ARITHMETIC = "arithmetic on the answer above it"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """One question with its main answer.

    Attributes
    ----------
    main
        The row of the estimand's contrast by its main method.
    found
        Everything that was answered.
    """

    cohort: Cohort
    protocol: Protocol
    estimand: Estimand
    main: Estimate
    found: Estimates

    @property
    def line(self) -> Method:
        """The catalogue's line of the main method."""
        return method_lines(self.protocol, self.estimand)[0]

    @property
    def is_adjusted(self) -> bool:
        """Whether the main method takes covariates that there are."""
        return self.line.adjusts and any(one.adjust for one in self.protocol.covariates)


def main_answer(protocol: Protocol, estimand: Estimand, found: Estimates) -> Estimate | None:
    """Return the row that answers an estimand by its main method; None where it refused."""
    name = method_lines(protocol, estimand)[0].name
    rows = found.where(estimand=estimand.id, contrast=estimand.contrast, method=name, subgroup="all").rows
    return rows[0] if rows else None


def told_as(asked: Asked, rows: list[Estimate], what: str) -> Estimates:
    """Return the rows under the question's own names, told as a sensitivity analysis of it."""
    values = asked.cohort.outcomes[asked.estimand.id]
    labelled = label_answers(Estimates(tuple(rows)), asked.protocol, asked.estimand, values)
    return Estimates(tuple(
        replace(one, subgroup=f"{SENSITIVITY}={what}", unit=row.unit)
        for one, row in zip(labelled, rows, strict=True)
    ))  # fmt: skip


def number(contrast: str, method: str, value: float, *, note: str = ARITHMETIC, population: str = "") -> Estimate:
    """Return a row of arithmetic on an answer, which has no interval of its own."""
    return Estimate(
        contrast=contrast, method=method, estimate=value, interval_kind="none", population=population, note=note
    )
