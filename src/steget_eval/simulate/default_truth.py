"""The generic truth that serves a protocol whose programme has none of its own."""

from __future__ import annotations

from datetime import date, timedelta

from steget_eval.core.dates import add_units
from steget_eval.protocol.base import Text
from steget_eval.protocol.protocol import Protocol
from steget_eval.simulate.hazard import Effects, Piece, Process, Rate
from steget_eval.simulate.needed import (
    asks_exit,
    needed_amounts,
    needed_clustering,
    needed_columns,
    needed_scales,
    needed_sites,
    needed_statuses,
)
from steget_eval.simulate.truth import Assignment, Baseline, Discharge, Support, Truth

#: Months after which nobody is left in a programme whose exit matters.
STAY_MONTHS = 18

_SUPPORT = {"sickness_benefit": 0.5, "social_assistance": 0.3, "activity_support": 0.2}
_USUAL = ("competitive_employment", "subsidised_employment", "education", "work_practice")


def default_truth(protocol: Protocol) -> Truth:
    """Return a truth with 200 people that serves the protocol, whatever it asks for.

    People are enrolled when the protocol permits and followed through the horizon. Every state that an outcome or an
    intercurrent event names gets a process, every covariate that no truth has a column of its own, every occasion a
    status, an amount or a score. The treated arm enters employment about twice as fast. In a comparison those who
    worked and are motivated get the treated arm more often.
    """
    first, last = _enrolment(protocol)
    months = STAY_MONTHS if protocol.clock.index == "discharged_on" or asks_exit(protocol) else 0
    if protocol.clock.horizon is None or protocol.clock.unit is None:
        cut = last + timedelta(days=366)
    else:
        cut = add_units(last, protocol.clock.horizon, protocol.clock.unit) + timedelta(days=1)
    confounding = Effects(worked_last_year=0.6, motivation=0.15)
    sites = needed_sites(protocol)
    return Truth(
        schema_version=1,
        title=Text(sv=f"Syntetiska uppgifter för {protocol.title.sv}", en=f"Synthetic records for {protocol.title.en}"),
        people=200,
        enrolment=(first, last),
        data_cut=add_units(cut, months, "months"),
        baseline=_baseline(sites),
        assignment=Assignment(effects=confounding if protocol.design == "comparison" else Effects()),
        processes={state: _process(state) for state in _states(protocol)},
        death=_rate(0.0004),
        emigration=_rate(0.0004),
        withdrawn=_rate(0.001),
        lost=_rate(0.001),
        support=Support(kinds=_SUPPORT, job_seeking=0.4, part_time=0.3),
        discharge=Discharge(rate=_rate(0.1), latest_month=STAY_MONTHS) if months else None,
        columns=needed_columns(protocol),
        statuses=needed_statuses(protocol),
        amounts=needed_amounts(protocol),
        scales=needed_scales(protocol),
        clustering=needed_clustering(protocol),
        starts=_starts(protocol, sites, first, last),
        benchmark_people=60 if protocol.benchmark is not None else 0,
    )


def _starts(protocol: Protocol, sites: dict[str, float], first: date, last: date) -> dict[str, date]:
    """Return the day on which each site starts: a panel's own, else spread over the first half of the enrolment."""
    if protocol.panel is not None:
        return {unit.id: unit.started_on or date.max for unit in protocol.panel.units}
    if protocol.design != "staggered":
        return {}
    step = (last - first) / (2 * max(len(sites), 1))
    return {site: first + step * number for number, site in enumerate(sites)}


def _enrolment(protocol: Protocol) -> tuple[date, date]:
    windows = [rule.enrolled_between for rule in protocol.eligibility if rule.enrolled_between is not None]
    return windows[0] if windows else (date(2020, 1, 1), date(2021, 12, 31))


def _states(protocol: Protocol) -> tuple[str, ...]:
    asked = [
        state
        for outcome in protocol.outcomes
        for source in (*outcome.events, *(s for event in outcome.intercurrent_events for s in event.sources))
        for state in source.spells
    ]
    asked += [state for outcome in protocol.outcomes for step in outcome.ladder for state in step.states]
    from_support = {*_SUPPORT, "job_seeking"}
    return tuple(state for state in dict.fromkeys((*_USUAL, *asked)) if state not in from_support)


def _baseline(sites: dict[str, float]) -> Baseline:
    return Baseline(
        women=0.5, age_mean=36, age_sd=11,
        education_level={"compulsory": 0.35, "upper_secondary": 0.5, "tertiary": 0.15},
        site=sites, worked_last_year=0.3,
        support_shape_worked=0.8, support_shape_not=2.0, motivation_mean=6, motivation_sd=2,
    )  # fmt: skip


def _process(state: str) -> Process:
    is_job = state.endswith("employment")
    effects = Effects(worked_last_year=0.5, motivation=0.1) if is_job else Effects()
    start = _rate(0.012, treated=0.7 if is_job else 0.0, effects=effects)
    return Process(start=start, end=_rate(0.08), again=_rate(0.05))


def _rate(per_month: float, *, treated: float = 0.0, effects: Effects | None = None) -> Rate:
    return Rate(pieces=(Piece(from_month=0, per_month=per_month),), treated=treated, effects=effects or Effects())
