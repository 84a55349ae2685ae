"""Cohort and protocol meet the methods: answers, verdicts and refusals, without arithmetic of its own."""

from steget_eval.study.analyse import analyse, evaluate
from steget_eval.study.audit import audit_table
from steget_eval.study.panel import PanelResults, evaluate_panel
from steget_eval.study.prestudy import PrestudyResults, map_prestudy
from steget_eval.study.rehearse import Rehearsal, rehearse
from steget_eval.study.reproduce import Reproduction, reproduce
from steget_eval.study.results import Refusal, Results, Verdict
from steget_eval.study.review import Review, review
from steget_eval.study.synthesise import Syntheses, Synthesis, synthesise, synthesise_all
from steget_eval.study.weigh import Weights, weigh

__all__ = [
    "PanelResults",
    "PrestudyResults",
    "Refusal",
    "Rehearsal",
    "Reproduction",
    "Results",
    "Review",
    "Syntheses",
    "Synthesis",
    "Verdict",
    "Weights",
    "analyse",
    "audit_table",
    "evaluate",
    "evaluate_panel",
    "map_prestudy",
    "rehearse",
    "reproduce",
    "review",
    "synthesise",
    "synthesise_all",
    "weigh",
]
