"""Questions the answers: what nobody measured, what cannot have been touched, what was decided, and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from steget_eval.cohort import Cohort, build_cohort
from steget_eval.core.errors import MethodError
from steget_eval.core.estimates import Estimates, gather
from steget_eval.protocol import Protocol
from steget_eval.records import Records
from steget_eval.records.stored import StoredRecords
from steget_eval.study.one_by_one import refuse_clusters
from steget_eval.study.results import Refusal, Results
from steget_eval.study.sensitivity_clock import clock_rows
from steget_eval.study.sensitivity_controls import calibrated_rows, control_estimands, control_rows
from steget_eval.study.sensitivity_curve import curve_estimands, curve_rows, horizons, with_horizon
from steget_eval.study.sensitivity_e_values import e_value_rows
from steget_eval.study.sensitivity_pairs import DIFFERENCES, hidden_bias_rows, omitted_rows
from steget_eval.study.sensitivity_rows import Asked, main_answer


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Questioned:
    """What the sensitivity analyses gave, as rows of the one table, and which refused."""

    estimates: Estimates
    refusals: tuple[Refusal, ...]


def with_sensitivity(results: Results, cohort: Cohort, records: Records | StoredRecords) -> Results:
    """Return the results with the sensitivity analyses of their own answers among them."""
    found = sensitivity_answers(cohort, results.protocol, records, results.estimates)
    return replace(
        results, estimates=results.estimates + found.estimates, refusals=(*results.refusals, *found.refusals)
    )


def sensitivity_answers(
    cohort: Cohort, protocol: Protocol, records: Records | StoredRecords, found: Estimates
) -> Questioned:
    """Return the sensitivity analyses that the protocol asks of what was found.

    E-values in every comparison; the others where the section `sensitivity` names what they need. Other definitions
    and windows, and outcomes that the programme cannot have touched, are derived from the records anew.
    """
    asked = _asked(cohort, protocol, found)
    gathered = _Gathered()
    for one in asked:
        _question(one, gathered)
    primary = next((one for one in asked if one.estimand.id == protocol.primary), None)
    if protocol.sensitivity.controls and primary is not None:
        _controls(primary, records, gathered)
    if protocol.sensitivity.programme_start is not None:
        gathered.attempt(protocol.primary, "immortal_time", lambda: clock_rows(cohort, protocol, records))
    if protocol.sensitivity.curve is not None:
        grid = curve_rows(_cohorts(cohort, protocol, records), protocol)
        gathered.parts.append(grid.estimates)
        gathered.refusals += grid.refusals
    return Questioned(estimates=gather(gathered.parts), refusals=tuple(gathered.refusals))


class _Gathered:
    """Answers and refusals as they come."""

    def __init__(self) -> None:
        self.parts: list[Estimates] = []
        self.refusals: list[Refusal] = []

    def attempt(self, estimand: str, method: str, make: Callable[[], Estimates]) -> None:
        try:
            self.parts.append(make())
        except MethodError as error:
            self.refusals.append(Refusal(estimand=estimand, method=method, reason=str(error), code=error.code))


def _asked(cohort: Cohort, protocol: Protocol, found: Estimates) -> list[Asked]:
    if protocol.design != "comparison":
        return []
    mains = [(estimand, main_answer(protocol, estimand, found)) for estimand in protocol.estimands]
    return [
        Asked(cohort=cohort, protocol=protocol, estimand=estimand, main=main, found=found)
        for estimand, main in mains
        if main is not None
    ]


def _question(asked: Asked, gathered: _Gathered) -> None:
    told, name = asked.protocol.sensitivity, asked.estimand.id
    if told.e_values:
        gathered.attempt(name, "e_value", lambda: e_value_rows(asked))
    single = asked.estimand.contrast in DIFFERENCES and asked.cohort.outcomes[name].y.size > 0
    if not (single and asked.is_adjusted) or asked.estimand.id in _repeats(asked):
        return
    if told.benchmark is not None:
        gathered.attempt(
            name, "omitted_variable", lambda: _one_by_one(asked, omitted_rows, "the bound of an omitted variable")
        )
    if told.hidden_bias:
        gathered.attempt(name, "rosenbaum", lambda: _one_by_one(asked, hidden_bias_rows, "the bound of a hidden bias"))


def _one_by_one(asked: Asked, rows: Callable[[Asked], Estimates], what: str) -> Estimates:
    refuse_clusters(asked.protocol, what)
    return rows(asked)


def _repeats(asked: Asked) -> set[str]:
    """Return the estimands that ask of the same outcome as one before: pairs and regressions would be the same."""
    seen: set[tuple[str, str]] = set()
    again = set()
    for estimand in asked.protocol.estimands:
        key = (estimand.outcome, str(sorted(estimand.strategies.items())))
        if estimand.contrast in DIFFERENCES and key in seen:
            again.add(estimand.id)
        if estimand.contrast in DIFFERENCES:
            seen.add(key)
    return again


def _controls(primary: Asked, records: Records | StoredRecords, gathered: _Gathered) -> None:
    protocol = primary.protocol
    wider = protocol.model_copy(update={"estimands": (*protocol.estimands, *control_estimands(protocol))})
    controls = control_rows(build_cohort(wider, records), protocol)
    gathered.parts.append(controls.estimates)
    gathered.refusals += controls.refusals
    gathered.attempt(protocol.primary, "calibration", lambda: calibrated_rows(primary, controls.estimates))


def _cohorts(cohort: Cohort, protocol: Protocol, records: Records | StoredRecords) -> dict[int, Cohort]:
    """Return a cohort per window with every definition asked; the cohort itself where nothing is asked of it anew."""
    primary = protocol.estimand(protocol.primary)
    asked = (primary, *curve_estimands(protocol))
    own, *others = horizons(protocol)
    wider = protocol.model_copy(update={"estimands": asked})
    made = {own: cohort if len(asked) == 1 else build_cohort(wider, records)}
    return made | {horizon: build_cohort(with_horizon(wider, horizon), records) for horizon in others}
