"""Protocol and records become one row per person: who is in, from when, and what happened in the window."""

from steget_eval.cohort.build import build_cohort
from steget_eval.cohort.cohort import Cohort, Flow, FlowStep, OutcomeValues

__all__ = ["Cohort", "Flow", "FlowStep", "OutcomeValues", "build_cohort"]
