"""The pieces of a report on published evidence: each function takes its release and returns a block."""

from steget_eval.reporting.blocks.account import estimates
from steget_eval.reporting.blocks.evidence_beside import beside, borrow
from steget_eval.reporting.blocks.evidence_front import (
    ledger,
    ledger_lines,
    library,
    limits,
    question,
    reproducibility,
    summary,
    title,
)
from steget_eval.reporting.blocks.evidence_results import (
    explain,
    forest,
    heterogeneity,
    pooled,
    single_studies,
    small_studies,
)

__all__ = [
    "beside", "borrow", "estimates", "explain", "forest", "heterogeneity", "ledger", "ledger_lines", "library",
    "limits", "pooled", "question", "reproducibility", "single_studies", "small_studies", "summary", "title",
]  # fmt: skip
