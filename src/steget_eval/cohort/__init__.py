"""Protocol and records become one row per person: who is in, from when, and what happened in the window."""

from steget_eval.cohort.build import build_cohort
from steget_eval.cohort.cohort import Cohort, Flow, FlowStep, OutcomeValues
from steget_eval.cohort.months import NO_STATE, NOT_FOLLOWED
from steget_eval.cohort.person_rows import write_person_rows

__all__ = [
    "NOT_FOLLOWED",
    "NO_STATE",
    "Cohort",
    "Flow",
    "FlowStep",
    "OutcomeValues",
    "build_cohort",
    "write_person_rows",
]
