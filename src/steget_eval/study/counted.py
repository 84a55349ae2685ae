"""Events in a period, reach and money: what is counted beside the people of an estimand."""

from __future__ import annotations

import math
from dataclasses import replace

from steget_eval.core.errors import CohortError
from steget_eval.core.estimates import Estimate, Estimates, gather
from steget_eval.methods.economics.unit_cost import cost_per_person, cost_per_success, share_of
from steget_eval.methods.effects.rate import event_count
from steget_eval.protocol import Protocol
from steget_eval.protocol.counted import Account, CountedEvents, Reach
from steget_eval.records import Records
from steget_eval.study.aggregate_counts import read_counts

#: How these rows of the table of estimates are told from shares: the subgroup is one of these, and an id.
EVENTS, REACH, COST = "events", "reach", "cost"
_CLUSTERED = "no interval: a cost per success takes people one by one, and they come in clusters"
REACH_NOTE = "arithmetic on a count and a round number of others' making"


def counted_answers(protocol: Protocol, estimates: Estimates, records: Records | None) -> Estimates:
    """Return the rows of the protocol's events, reach and accounts.

    Parameters
    ----------
    estimates
        Those already found: the accounts are divided by their counts.
    records
        Whose `counts` hold the events; None where the protocol asks of none.
    """
    parts = [_events(protocol, one, records) for one in protocol.events if records is not None]
    parts += [_reach(one, _main(estimates, one.estimand)) for one in protocol.reach]
    parts += [_account(protocol, one, estimates) for one in protocol.economics]
    return gather(parts).label(programme=protocol.programme.id, arm_1=protocol.arms.treated.id)


def _main(estimates: Estimates, estimand: str) -> Estimate | None:
    rows = [row for row in estimates if row.estimand == estimand and row.subgroup == "all" and row.n_1 is not None]
    return rows[0] if rows else None


def _events(protocol: Protocol, asked: CountedEvents, records: Records) -> Estimates:
    at = f"events.{asked.id}"
    told = read_counts(records, at, asked.period)
    if asked.category not in told:
        raise CohortError(f"{at}: counts has no category {asked.category!r} in that period")
    found = event_count(sum(told[asked.category].values()), level=protocol.confidence_level)
    return found.label(outcome=asked.id, subgroup=f"{EVENTS}={asked.id}", unit="events")


def _reach(asked: Reach, row: Estimate | None) -> Estimates:
    if row is None or row.n_1 is None:
        return Estimates()
    reached = Estimate(
        contrast="reach", method="arithmetic", estimate=row.n_1 / asked.need, kind="binary", interval_kind="none",
        n_1=asked.need, events_1=row.n_1, population="arm", unit="proportion", estimand=asked.estimand,
        outcome=row.outcome, subgroup=f"{REACH}={asked.id}", note=REACH_NOTE,
    )  # fmt: skip
    return Estimates((reached,))


def _account(protocol: Protocol, asked: Account, estimates: Estimates) -> Estimates:
    found: list[Estimate] = []
    ore = 100 * asked.amount_sek
    row = None if asked.estimand is None else _main(estimates, asked.estimand)
    if row is not None and row.n_1 is not None:
        if "people" in asked.per:
            found += cost_per_person(ore, row.n_1).rows
        if "success" in asked.per and row.events_1:
            found += cost_per_success(ore, row.events_1, row.n_1, level=protocol.confidence_level).rows
        if protocol.cluster is not None:
            found = [_bare(one) for one in found]
        found = [replace(one, estimand=row.estimand, outcome=row.outcome) for one in found]
    if asked.share_of is not None:
        whole = {one.id: one for one in protocol.economics}[asked.share_of]
        found += share_of(ore, 100 * whole.amount_sek).rows
    return Estimates(tuple(replace(one, subgroup=f"{COST}={asked.id}") for one in found))


def _bare(row: Estimate) -> Estimate:
    """Return a row without the interval that people who come in clusters would make too narrow."""
    if row.interval_kind == "none":
        return row
    return replace(row, conf_low=math.nan, conf_high=math.nan, interval_kind="none", note=_CLUSTERED)
