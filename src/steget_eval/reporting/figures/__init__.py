"""Figures of a release: each takes an axis, draws on it and returns it."""

from steget_eval.reporting.figures.actor_network import actor_network
from steget_eval.reporting.figures.calendar_plan import calendar_plan
from steget_eval.reporting.figures.change_plot import change_plot
from steget_eval.reporting.figures.cumulative_incidence import cumulative_incidence
from steget_eval.reporting.figures.event_study import event_study
from steget_eval.reporting.figures.flow_diagram import flow_diagram
from steget_eval.reporting.figures.forest import forest
from steget_eval.reporting.figures.funnel import funnel
from steget_eval.reporting.figures.hundred_people import hundred_people
from steget_eval.reporting.figures.interrupted_series import interrupted_series
from steget_eval.reporting.figures.joint_shares import joint_shares
from steget_eval.reporting.figures.love_plot import love_plot
from steget_eval.reporting.figures.move_matrix import move_matrix
from steget_eval.reporting.figures.panel_series import panel_series
from steget_eval.reporting.figures.power_curve import power_curve
from steget_eval.reporting.figures.scale_means import scale_means
from steget_eval.reporting.figures.spec_curve import spec_curve
from steget_eval.reporting.figures.state_shares import state_shares
from steget_eval.reporting.figures.status_bounds import status_bounds
from steget_eval.reporting.figures.studies_forest import studies_forest
from steget_eval.reporting.figures.subgroup_forest import subgroup_forest
from steget_eval.reporting.figures.target import target
from steget_eval.reporting.figures.target_counts import target_counts
from steget_eval.reporting.figures.tipping_map import tipping_map

__all__ = [
    "actor_network", "calendar_plan", "change_plot", "cumulative_incidence", "event_study", "flow_diagram", "forest",
    "funnel", "hundred_people", "interrupted_series", "joint_shares", "love_plot", "move_matrix", "panel_series",
    "power_curve", "scale_means", "spec_curve", "state_shares", "status_bounds", "studies_forest", "subgroup_forest",
    "target", "target_counts", "tipping_map",
]  # fmt: skip
