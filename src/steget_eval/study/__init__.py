"""Cohort and protocol meet the methods: answers, verdicts and refusals, without arithmetic of its own."""

from steget_eval.study.analyse import analyse, evaluate
from steget_eval.study.rehearse import Rehearsal, rehearse
from steget_eval.study.reproduce import Reproduction, reproduce
from steget_eval.study.results import Refusal, Results, Verdict
from steget_eval.study.weigh import Weights, weigh

__all__ = [
    "Refusal",
    "Rehearsal",
    "Reproduction",
    "Results",
    "Verdict",
    "Weights",
    "analyse",
    "evaluate",
    "rehearse",
    "reproduce",
    "weigh",
]
