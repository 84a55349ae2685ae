"""The pieces of a report: each function takes a release and returns a block."""

from steget_eval.reporting.blocks import evidence as evidence  # of another release: not among the pieces below
from steget_eval.reporting.blocks import panel as panel  # the same
from steget_eval.reporting.blocks import prestudy as prestudy  # the same
from steget_eval.reporting.blocks.account import estimates, suppressed
from steget_eval.reporting.blocks.benchmark import benchmark
from steget_eval.reporting.blocks.checklist import checklist
from steget_eval.reporting.blocks.counted import advice, alone, costs, events, groups, reach
from steget_eval.reporting.blocks.fidelity import fidelity
from steget_eval.reporting.blocks.files import files
from steget_eval.reporting.blocks.follow_up import calendar, change, moves, status
from steget_eval.reporting.blocks.front import limits, summary, title
from steget_eval.reporting.blocks.intervention import intervention
from steget_eval.reporting.blocks.joint import joint
from steget_eval.reporting.blocks.people import balance, flow, states, table_one, unknown
from steget_eval.reporting.blocks.question import origin, protocol, reproducibility
from steget_eval.reporting.blocks.readings import readings
from steget_eval.reporting.blocks.registration import deviations
from steget_eval.reporting.blocks.results import curves, effects, targets
from steget_eval.reporting.blocks.scales import scales
from steget_eval.reporting.blocks.sensitivity import sensitivity
from steget_eval.reporting.blocks.subgroups import subgroups

__all__ = [
    "advice", "alone", "balance", "benchmark", "calendar", "change", "checklist", "costs", "curves", "deviations",
    "effects", "estimates", "events", "fidelity", "files", "flow", "groups", "intervention", "joint", "limits", "moves",
    "origin", "protocol", "reach", "readings", "reproducibility", "scales", "sensitivity", "states", "status",
    "subgroups", "summary", "suppressed", "table_one", "targets", "title", "unknown",
]  # fmt: skip
