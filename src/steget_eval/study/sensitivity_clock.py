"""Holds the programme's first day against the index date of each treated person."""

from __future__ import annotations

from steget_eval.cohort import Cohort
from steget_eval.cohort.programme_start import days_to_start
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.sensitivity.time_checks import ClockCheck, immortal_time, prevalent_users
from steget_eval.protocol import Protocol
from steget_eval.records import Records
from steget_eval.records.stored import StoredRecords
from steget_eval.study.sensitivity_rows import SENSITIVITY


def clock_rows(cohort: Cohort, protocol: Protocol, records: Records | StoredRecords) -> Estimates:
    """Return, of the treated, the months before the programme began and those who had begun before the index date.

    Nobody affected is told as people without a count, since a count of none is a small cell.
    """
    start = protocol.sensitivity.programme_start
    assert start is not None
    began = days_to_start(cohort, records, start)
    treated = cohort.a == 1
    followed = cohort.persons["observed_days"].to_numpy(dtype=float)[treated]
    found = (immortal_time(began[treated], followed), prevalent_users(began[treated]))
    return Estimates(tuple(row for check in found for row in _rows(check, protocol)))


def _rows(check: ClockCheck, protocol: Protocol) -> tuple[Estimate, ...]:
    shared = {
        "method": check.check, "interval_kind": "none", "programme": protocol.programme.id,
        "estimand": protocol.primary, "outcome": "programme_start", "population": "arm",
        "subgroup": f"{SENSITIVITY}={check.check}", "arm_1": protocol.arms.treated.id, "n_1": check.people,
        "events_1": check.affected or None, "note": "counted, not estimated",
    }  # fmt: skip
    return (
        Estimate(contrast="months_affected", estimate=check.months, unit="months", **shared),  # type: ignore[arg-type]
        Estimate(contrast="share_affected", estimate=check.share, unit="proportion", **shared),  # type: ignore[arg-type]
    )
