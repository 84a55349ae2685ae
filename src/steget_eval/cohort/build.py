"""Builds a cohort from a protocol and records, from everyone to one outcome per estimand and person."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from steget_eval.cohort.cohort import Cohort
from steget_eval.cohort.covariates import fetch_covariates, with_covariates
from steget_eval.cohort.eligibility import QUESTION, known_arms, with_removal, with_role
from steget_eval.cohort.flow import count_flow, count_known, refuse_empty_arms
from steget_eval.cohort.months import months_by_state, people_by_state, state_points
from steget_eval.cohort.outcomes import derive_outcomes, needs_spells
from steget_eval.cohort.refusals import refuse_missing_column, refuse_rows
from steget_eval.cohort.spells import clip_spells
from steget_eval.cohort.tables import Laid, fetch, lay_out
from steget_eval.cohort.windows import last_point, month_points, with_index_date, with_points, with_window
from steget_eval.protocol import Protocol
from steget_eval.records import Records


def build_cohort(protocol: Protocol, records: Records) -> Cohort:
    """Return the cohort: who is in, from when, and what happened in the window.

    Raises
    ------
    CohortError
        Where records and protocol do not fit: a table, column, occasion or item that is not there, an arm that the
        protocol does not know, a date that the clock needs, an end of follow-up that the outcome does not name,
        nobody eligible in an arm. The sentence names file, column and rows, never a value of a person.
    """
    with lay_out(records) as laid:
        participants = known_arms(laid.table("participants", "the cohort"), protocol)
        removed = _removed(laid, participants, protocol)
        refuse_empty_arms(removed, protocol)
        people = laid.keep("people", with_window(laid, removed.filter(removed.removed_by == -1), protocol.clock))
        clipped = _clipped(laid, people, protocol)
        mine = people.filter(people.role == QUESTION)
        persons = _persons(mine, protocol)
        outcomes = derive_outcomes(laid, people, clipped, protocol)
        pictures = _pictures(laid, mine, clipped, protocol)
        primary = outcomes.question[protocol.primary]
        known = count_known(persons["arm"].to_numpy(), primary.known)
        return Cohort(
            arms=tuple(arm.id for arm in protocol.arms.compared()),
            persons=persons,
            covariates=fetch_covariates(mine, protocol.covariates),
            outcomes=outcomes.question,
            states=pictures.states,
            months_in_state=pictures.months_in_state,
            flow=count_flow(participants, removed.filter(removed.role == QUESTION), protocol, known),
            benchmark=outcomes.benchmark,
            records_fingerprint=records.fingerprint,
            origin=records.card.origin,
            source=_source(records),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pictures:
    """Who is in which state at which month point."""

    states: pd.DataFrame
    months_in_state: pd.DataFrame


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
    return laid.keep("removed", ruled.mutate(removed_by=number.cast("int64")))


def _clipped(laid: Laid, people: ir.Table, protocol: Protocol) -> ir.Table | None:
    if protocol.clock.index == "none":
        return None
    if needs_spells(protocol):
        return laid.keep("clipped", clip_spells(laid.table("spells", "the protocol's outcomes"), people))
    if not laid.has("spells"):
        return None
    return laid.keep("clipped", clip_spells(laid.table("spells", "the states"), people))


def _persons(mine: ir.Table, protocol: Protocol) -> pd.DataFrame:
    columns = {name: mine[name] for name in ("arm", "index_on", "observed_days")}
    if protocol.cluster is not None:
        refuse_missing_column(mine, "participants", protocol.cluster, "cluster")
        cluster = mine[protocol.cluster]
        refuse_rows(mine.filter(cluster.isnull()), protocol.cluster, "the cluster is missing")
        columns["cluster"] = cluster
    frame = fetch(mine.select("participant_id", **columns), "participant_id")
    frame["index_on"] = pd.to_datetime(frame["index_on"])
    frame["observed_days"] = frame["observed_days"].astype("Int64")
    frame.insert(2, "a", (frame["arm"] == protocol.arms.treated.id).astype(np.int64))
    return frame


def _pictures(laid: Laid, mine: ir.Table, clipped: ir.Table | None, protocol: Protocol) -> _Pictures:
    points = None if clipped is None else month_points(laid, mine, protocol.clock)
    if points is None or clipped is None:
        return _Pictures(
            states=_empty(arm="object", month="int64", state="object", n="int64"),
            months_in_state=_empty(participant_id="object", arm="object", state="object", months="int64"),
        )
    states = laid.keep("states", state_points(with_points(mine, points), clipped))
    months = months_by_state(states, last_point(protocol.clock))
    return _Pictures(
        states=fetch(people_by_state(states, mine, points), "arm", "month", "state"),
        months_in_state=fetch(months, "participant_id", "state"),
    )


def _empty(**dtypes: str) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})


def _source(records: Records) -> dict[str, str]:
    card = records.card
    return {
        "title_sv": card.title.sv, "title_en": card.title.en, "source_sv": card.source.sv,
        "source_en": card.source.en, "licence": card.licence, "citation": card.citation,
        "first_read": records.first_read.isoformat() if records.first_read else "",
    }  # fmt: skip
