"""The pieces of a report on a panel: each function takes its release and returns a block."""

from steget_eval.reporting.blocks.panel_front import (
    checklist,
    decided,
    deviations,
    estimates,
    files,
    intervention,
    limits,
    origin,
    reproducibility,
    summary,
    suppressed,
    title,
)
from steget_eval.reporting.blocks.panel_results import averages, event_study, interrupted, series, starts

__all__ = [
    "averages", "checklist", "decided", "deviations", "estimates", "event_study", "files", "interrupted",
    "intervention", "limits", "origin", "reproducibility", "series", "starts", "summary", "suppressed", "title",
]  # fmt: skip
