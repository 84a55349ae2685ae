"""The pieces of a report on a prestudy: each function takes its release and returns a block."""

from steget_eval.reporting.blocks.account import estimates
from steget_eval.reporting.blocks.prestudy_checklist import checklist
from steget_eval.reporting.blocks.prestudy_front import (
    decided,
    ethics,
    limits,
    reproducibility,
    summary,
    suppressed,
    title,
)
from steget_eval.reporting.blocks.prestudy_map import budget, data, mapping, network, schedule, target_group
from steget_eval.reporting.blocks.prestudy_plan import study_plan

__all__ = [
    "budget", "checklist", "data", "decided", "estimates", "ethics", "limits", "mapping", "network", "reproducibility",
    "schedule", "study_plan", "summary", "suppressed", "target_group", "title",
]  # fmt: skip
