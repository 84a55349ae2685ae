"""Builds a cohort from a protocol and records, from everyone to one outcome per estimand and person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from steget_eval.cohort.cohort import Cohort, OutcomeValues
from steget_eval.cohort.covariates import typed_covariates
from steget_eval.cohort.eligibility import BENCHMARK, QUESTION
from steget_eval.cohort.flow import count_flow, count_known
from steget_eval.cohort.months import people_by_state
from steget_eval.cohort.outcomes import outcome_values
from steget_eval.cohort.paths import Paths, person_paths
from steget_eval.cohort.person_rows import PersonRows, person_rows, recorded_column
from steget_eval.cohort.tables import fetch, lay_out
from steget_eval.protocol import Protocol
from steget_eval.records import Records
from steget_eval.records.stored import StoredRecords


def build_cohort(protocol: Protocol, records: Records | StoredRecords) -> Cohort:
    """Return the cohort: who is in, from when, and what happened in the window.

    Raises
    ------
    CohortError
        Where records and protocol do not fit: a table, column, occasion or item that is not there, an arm that the
        protocol does not know, a date that the clock needs, an end of follow-up that the outcome does not name,
        nobody eligible in an arm. The sentence names file, column and rows, never a value of a person.
    """
    with lay_out(records) as laid:
        rows = person_rows(laid, protocol)
        frame = fetch(rows.table, "participant_id")
        mine = frame[frame["role"] == QUESTION]
        other = frame[frame["role"] == BENCHMARK]
        outcomes = _values(mine, rows, protocol)
        known = count_known(mine["arm"].to_numpy(), outcomes[protocol.primary].known)
        return Cohort(
            arms=tuple(arm.id for arm in protocol.arms.compared()),
            persons=_persons(mine, protocol),
            covariates=typed_covariates(mine, protocol.covariates),
            recorded=_recorded(mine),
            outcomes=outcomes,
            states=_states(mine, rows, protocol),
            months_in_state=_months(mine, rows.occurring or ()),
            flow=count_flow(rows.participants, rows.removed, protocol, known),
            benchmark=_values(other, rows, protocol) if protocol.benchmark is not None else {},
            records_fingerprint=records.fingerprint,
            origin=records.card.origin,
            source=card_words(records),
            account=records.account,
            paths=Paths() if rows.occurring is None else person_paths(mine, protocol.clock, rows.occurring),
        )


def _values(frame: pd.DataFrame, rows: PersonRows, protocol: Protocol) -> dict[str, OutcomeValues]:
    return {one.id: outcome_values(frame, rows.derived, protocol, one) for one in protocol.estimands}


def _persons(mine: pd.DataFrame, protocol: Protocol) -> pd.DataFrame:
    names = ["participant_id", "arm", "index_on", "observed_days"]
    frame = mine[[*names, "cluster"] if protocol.cluster is not None else names].reset_index(drop=True)
    frame["index_on"] = pd.to_datetime(frame["index_on"])
    frame["observed_days"] = frame["observed_days"].astype("Int64")
    frame.insert(2, "a", (frame["arm"] == protocol.arms.treated.id).astype(np.int64))
    return frame


def _recorded(mine: pd.DataFrame) -> pd.DataFrame:
    own = {name: mine[recorded_column(name)] for name in ("sex", "site") if recorded_column(name) in mine.columns}
    return pd.DataFrame(own, index=mine.index, dtype=object).reset_index(drop=True)


def _states(mine: pd.DataFrame, rows: PersonRows, protocol: Protocol) -> pd.DataFrame:
    if rows.occurring is None:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in _NO_STATES.items()})
    return people_by_state(mine, protocol.clock, rows.occurring)


_NO_STATES = {"arm": "object", "month": "int64", "state": "object", "n": "int64"}


def _months(mine: pd.DataFrame, states: Sequence[str]) -> pd.DataFrame:
    """One row per person and state that the person was in at some month point."""
    wide = mine[["participant_id", "arm", *(f"months_{state}" for state in states)]]
    wide = wide.rename(columns={f"months_{state}": state for state in states})
    long = wide.melt(["participant_id", "arm"], var_name="state", value_name="months")
    long = long[long["months"] > 0].sort_values(["participant_id", "state"], ignore_index=True)
    return long.astype({"state": "object", "months": "int64"})


def card_words(records: Records | StoredRecords) -> dict[str, str]:
    """Return what the records' card says of them, as `Cohort.source` has it."""
    card = records.card
    return {
        "title_sv": card.title.sv, "title_en": card.title.en, "source_sv": card.source.sv,
        "source_en": card.source.en, "licence": card.licence, "citation": card.citation,
        "first_read": records.first_read.isoformat() if records.first_read else "",
    }  # fmt: skip
