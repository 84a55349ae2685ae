"""Lays one row per person with everything a protocol asks, in the engine that holds the records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.covariates import covariate_column, with_covariates
from steget_eval.cohort.eligibility import QUESTION, known_arms, with_removal, with_role
from steget_eval.cohort.event_days import exit_months
from steget_eval.cohort.flow import refuse_empty_arms
from steget_eval.cohort.months import held_at_points, states_that_occur, with_months
from steget_eval.cohort.outcomes import Derived, asked_outcomes, derive_outcomes, needs_spells
from steget_eval.cohort.refusals import refuse_missing_column, refuse_rows
from steget_eval.cohort.spells import clip_spells
from steget_eval.cohort.tables import Laid, lay_out
from steget_eval.cohort.windows import last_point, month_points, with_exit, with_index_date, with_window
from steget_eval.protocol import Protocol
from steget_eval.protocol.outcome import EventSource, Outcome
from steget_eval.protocol.subgroups import sex_covariate
from steget_eval.records import Records
from steget_eval.records.stored import StoredRecords


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PersonRows:
    """One row per person of the question and of the benchmark, and what is counted on the way.

    Attributes
    ----------
    table
        `person`, `participant_id`, `arm`, `role`, `index_on`, `observed_days`, `cluster` where there is one, the
        covariates, what is carried as the records have it (`recorded_column`), the columns of `derived`,
        `months_<state>` for each of `occurring`, and where months are counted the state `at_<point>` of each month
        point.
    participants, removed
        Everyone in the records, and the people of the question with the rule that removes them.
    occurring
        The states of some spell; None where there are no spells or no months.
    """

    table: ir.Table
    derived: Derived
    participants: ir.Table
    removed: ir.Table
    occurring: tuple[str, ...] | None


def write_person_rows(protocol: Protocol, records: Records | StoredRecords, path: str | Path) -> Path:
    """Write one row per person of the question to a Parquet file, without taking the people out of the engine.

    Columns `participant_id`, `arm`, `index_on`, `observed_days`, the covariates by id, for each estimand its id (or
    `<id>_t` and `<id>_d`, `<id>_before` and `<id>_after`, `<id>_score_0` …), and `months_<state>`; in no order. Spark
    writes a folder of that name with the rows in several files, as it does with any Parquet.
    """
    with lay_out(records) as laid:
        rows = person_rows(laid, protocol)
        table = rows.table.filter(rows.table.role == QUESTION)
        columns = {name: table[name] for name in ("participant_id", "arm", "index_on", "observed_days")}
        columns |= {one.id: table[covariate_column(one)] for one in protocol.covariates if one.id not in columns}
        for estimand, named in rows.derived.columns.items():
            columns |= {
                estimand if name == "y" else f"{estimand}_{name}": table[column] for name, column in named.items()
            }
        columns |= {f"months_{state}": table[f"months_{state}"] for state in rows.occurring or ()}
        table.select(**columns).to_parquet(path)
    return Path(path)


def person_rows(laid: Laid, protocol: Protocol) -> PersonRows:
    """Return one row per person, as a table of the engine that has yet to be fetched."""
    participants = known_arms(laid.table("participants", "the cohort"), protocol)
    removed = _removed(laid, participants, protocol)
    refuse_empty_arms(removed, protocol)
    people = _people(laid, removed, protocol)
    points = month_points(laid, people, protocol.clock)
    clipped = _clipped(laid, people, protocol)
    derived = derive_outcomes(laid, people, clipped, protocol)
    table, occurring = derived.people, None
    if points is not None and clipped is not None:
        occurring, last = tuple(states_that_occur(clipped)), last_point(protocol.clock)
        table = with_months(table, held_at_points(clipped, points, last), occurring, last)
    return PersonRows(
        table=table, derived=derived, participants=participants, removed=removed.filter(removed.role == QUESTION),
        occurring=occurring,
    )  # fmt: skip


#: What of the people is asked for after the rules.
_OF_PEOPLE = ("participant_id", "arm", "role", "index_on", "followed_until", "follow_up_ended_by",
              "discharged_on", "source_file", "source_row")  # fmt: skip


def _removed(laid: Laid, participants: ir.Table, protocol: Protocol) -> ir.Table:
    """The people of the question and the benchmark, each with the rule that removes them, -1 for who stays.

    The rules are numbered in their order, after them a missing covariate and a missing index date; whoever has no index
    date is counted as that alone, since nothing else can be asked of them.
    """
    people = with_index_date(with_role(participants, protocol), protocol.clock)
    ruled = with_covariates(laid, with_removal(laid, people, protocol), protocol)
    lacks = (ruled.removed_by == -1) & (ruled.covariate_missing == 1) & (ruled.role == QUESTION)
    last = len(protocol.eligibility)
    number = ibis.ifelse(lacks, last, ruled.removed_by)
    if protocol.clock.index != "none":
        number = ibis.ifelse(ruled.index_on.isnull(), last + 1, number)
    needed = [name for name in (*_OF_PEOPLE, protocol.cluster, *_recorded(protocol)) if name in ruled.columns]
    covariates = [covariate_column(one) for one in protocol.covariates]
    told = ruled.select(*dict.fromkeys([*needed, *covariates]), removed_by=number.cast("int64"))
    return laid.keep("removed", told.inner_join(_numbers(participants), "participant_id"))


def recorded_column(name: str) -> str:
    """Return the name of a column that is carried as the records have it."""
    return f"recorded_{name}"


def _recorded(protocol: Protocol) -> tuple[str, ...]:
    """What people are told by though no covariate says it: sex always, the site where fidelity is compared."""
    compares = protocol.fidelity is not None and protocol.fidelity.compare is not None
    return (*(("sex",) if sex_covariate(protocol) is None else ()), *(("site",) if compares else ()))


def _numbers(participants: ir.Table) -> ir.Table:
    """Return `participant_id` and `person`, a whole number: sorted by themselves, since a sort carries all columns."""
    number = ibis.row_number().over(ibis.window(order_by="participant_id")).cast("int32")
    return participants.select("participant_id").mutate(person=number)


def _people(laid: Laid, removed: ir.Table, protocol: Protocol) -> ir.Table:
    """Those who stay, numbered, with the days of their windows."""
    people = with_window(laid, removed.filter(removed.removed_by == -1), protocol.clock)
    months = exit_months(asked_outcomes(protocol))
    if months:
        people = with_exit(laid, people, months)
    own = {covariate_column(one): people[covariate_column(one)] for one in protocol.covariates}
    if protocol.cluster is not None:
        refuse_missing_column(people, "participants", protocol.cluster, "cluster")
        cluster = people[protocol.cluster]
        mine = people.role == QUESTION
        refuse_rows(people.filter(mine & cluster.isnull()), protocol.cluster, "the cluster is missing")
        own["cluster"] = cluster
    own |= {recorded_column(name): people[name] for name in _recorded(protocol) if name in people.columns}
    own |= {name: people[name] for name in ("exit_day", *(f"exit_after_{count}" for count in months)) if months}
    windowed = people.select(
        "person", "participant_id", "arm", "role", "index_on", "window_days", "follow_days", "observed_days",
        "last_month", "follow_up_ended_by", "source_file", "source_row", **own,
    )  # fmt: skip
    return laid.keep("people", windowed) if months else windowed


def _clipped(laid: Laid, people: ir.Table, protocol: Protocol) -> ir.Table | None:
    if protocol.clock.index == "none":
        return None
    needed = needs_spells(protocol)
    if not needed and not laid.has("spells"):
        return None
    spells = laid.table("spells", "the protocol's outcomes")
    return laid.keep("clipped", clip_spells(spells, people, _columns_of_spells(asked_outcomes(protocol))))


def _columns_of_spells(outcomes: list[Outcome]) -> list[str]:
    """What else of a spell some outcome asks for."""
    sources = [source for one in outcomes for source in _sources(one)]
    doses = [one.minimum_dose for one in outcomes if one.minimum_dose is not None]
    asked = {
        "minutes": any(one.measure == "hours_in_state" for one in outcomes)
        or any(dose.hours is not None or dose.hours_per_week is not None for dose in doses),
        "pay": any(one.measure == "pay_in_state" for one in outcomes),
        "extent": any(one.measure.startswith("increased") for one in outcomes),
        "completed": any(source.completed for source in sources),
        "subsidised": any(source.subsidised is not None for source in sources),
    }
    return [name for name, is_asked in asked.items() if is_asked]


def _sources(outcome: Outcome) -> list[EventSource]:
    return [*outcome.events, *(source for event in outcome.intercurrent_events for source in event.sources)]
