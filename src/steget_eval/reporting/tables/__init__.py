"""Tables of a release: typed cells for blocks, frames for people who count further."""

from steget_eval.reporting.tables.account import choices, gates, overlap, refusals, suppressions
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.tables.change import calendar, change, matrix, moved
from steget_eval.reporting.tables.design import design_counts, design_gates
from steget_eval.reporting.tables.deviations import deviations
from steget_eval.reporting.tables.effects import effects
from steget_eval.reporting.tables.goals import benchmark, targets
from steget_eval.reporting.tables.joint import joint
from steget_eval.reporting.tables.missing import ladder, tipped, tipping
from steget_eval.reporting.tables.occupation import month_moves, months
from steget_eval.reporting.tables.people import flow, flow_label, states, table_one, unknown
from steget_eval.reporting.tables.readings import only_readings, readings
from steget_eval.reporting.tables.scales import scale_means
from steget_eval.reporting.tables.sensitivity import (
    calibrated,
    clock,
    controls,
    e_values,
    hidden_bias,
    omitted,
    robustness,
    sensitivity_rows,
    turns_at,
)
from steget_eval.reporting.tables.specifications import curve, specifications, summary
from steget_eval.reporting.tables.status import status

__all__ = [
    "Column", "Table", "TableBody", "benchmark", "calendar", "calibrated", "change", "choices", "clock",
    "controls", "curve", "design_counts", "design_gates", "deviations", "e_values", "effects", "flow",
    "flow_label", "gates", "hidden_bias", "joint", "ladder", "matrix", "month_moves", "months", "moved",
    "omitted", "only_readings", "overlap", "readings", "refusals", "robustness", "scale_means",
    "sensitivity_rows", "specifications", "states", "status", "summary", "suppressions", "table_one", "targets",
    "tipped", "tipping", "turns_at", "unknown",
]  # fmt: skip
