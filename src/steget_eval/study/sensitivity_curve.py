"""Asks the primary question in every declared way: method, covariates, definition and window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from steget_eval.cohort import Cohort
from steget_eval.core.errors import MethodError, SpecError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.sensitivity import OWN, strategies_of
from steget_eval.study.answers import answer, method_lines
from steget_eval.study.results import Refusal
from steget_eval.study.sensitivity_rows import SENSITIVITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One way of asking.

    Attributes
    ----------
    covariates
        The id of a declared set, or ``own``.
    horizon
        In the clock's unit; 0 where no window is counted.
    """

    method: str
    covariates: str
    outcome: str
    horizon: int

    @property
    def told(self) -> str:
        """What the cell is called in the table of answers, beside its method."""
        return f"cell {self.covariates} {self.outcome} {self.horizon}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurveAnswers:
    """What the cells gave, and which refused."""

    estimates: Estimates
    refusals: tuple[Refusal, ...]


def horizons(protocol: Protocol) -> tuple[int, ...]:
    """Return the windows asked, the clock's own first."""
    curve = protocol.sensitivity.curve
    return (protocol.clock.horizon or 0, *(() if curve is None else curve.horizons))


def curve_estimands(protocol: Protocol) -> tuple[Estimand, ...]:
    """Return the primary question asked of each other definition."""
    curve = protocol.sensitivity.curve
    return () if curve is None else tuple(_estimand(protocol, name) for name in curve.outcomes)


def cells(protocol: Protocol) -> Iterator[Cell]:
    """Give every cell of the grid, the protocol's own first."""
    curve = protocol.sensitivity.curve
    assert curve is not None
    primary = protocol.estimand(protocol.primary)
    own = [line.name for line in method_lines(protocol, primary) if not line.is_test]
    methods = dict.fromkeys((own[0], *(curve.methods or own)))
    sets = (OWN, *(one.id for one in curve.covariates))
    for method, covariates, outcome, horizon in product(
        methods, sets, (primary.outcome, *curve.outcomes), horizons(protocol)
    ):
        yield Cell(method=method, covariates=covariates, outcome=outcome, horizon=horizon)


def curve_rows(cohorts: dict[int, Cohort], protocol: Protocol) -> CurveAnswers:
    """Return one row per cell that has an answer: an estimate of its own, never one taken from another cell.

    A method that takes no covariates has the same answer whatever the set, so it has the cell of the own set alone.

    Parameters
    ----------
    cohorts
        By window, each built with `curve_estimands` among its questions.

    Raises
    ------
    SpecError
        Where a named method cannot answer the primary question.
    """
    rows: list[Estimate] = []
    refusals: list[Refusal] = []
    for cell in cells(protocol):
        told = _protocol_of(protocol, cell)
        estimand = _asked(protocol, cell)
        line = method_lines(told, estimand)[0]
        if line.is_test:
            raise SpecError(f"sensitivity.curve.methods: {line.name} tests and estimates nothing")
        if not line.adjusts and cell.covariates != OWN:
            continue
        try:
            found = answer(cohorts[cell.horizon], told, estimand, line)
        except MethodError as error:
            refusals.append(
                Refusal(estimand=protocol.primary, method=cell.method, reason=f"{cell.told}: {error}", code=error.code)
            )
            continue
        rows += [
            replace(row, estimand=protocol.primary, subgroup=f"{SENSITIVITY}={cell.told}")
            for row in found
            if row.contrast == estimand.contrast
        ]
    return CurveAnswers(estimates=Estimates(tuple(rows)), refusals=tuple(refusals))


def _asked(protocol: Protocol, cell: Cell) -> Estimand:
    primary = protocol.estimand(protocol.primary)
    estimand = primary if cell.outcome == primary.outcome else _estimand(protocol, cell.outcome)
    return estimand.model_copy(update={"methods": (cell.method,)})


def _protocol_of(protocol: Protocol, cell: Cell) -> Protocol:
    curve = protocol.sensitivity.curve
    assert curve is not None
    kept = {one.id: one.covariates for one in curve.covariates}.get(cell.covariates)
    covariates = tuple(
        one if kept is None else one.model_copy(update={"adjust": one.adjust and one.id in kept})
        for one in protocol.covariates
    )
    return with_horizon(protocol, cell.horizon).model_copy(update={"covariates": covariates})


def with_horizon(protocol: Protocol, horizon: int) -> Protocol:
    """Return the same protocol with another window; 0 leaves the clock as it is."""
    if not horizon or horizon == protocol.clock.horizon:
        return protocol
    return protocol.model_copy(update={"clock": protocol.clock.model_copy(update={"horizon": horizon})})


def _estimand(protocol: Protocol, outcome_id: str) -> Estimand:
    primary, outcome = protocol.estimand(protocol.primary), protocol.outcome(outcome_id)
    return primary.model_copy(
        update={"id": f"cell_{outcome_id}"[:60], "outcome": outcome_id, "strategies": strategies_of(primary, outcome)}
    )
