"""Lines of the catalogue for times to an event."""

from __future__ import annotations

from steget_eval.core.catalogue import Kind, Method, Population

_EFFECTS = "steget_eval.methods.effects"
_RECOVERY = "tests/recovery/test_time_methods.py"
_CRUDE = "tests/recovery/test_survival.py"
_TIMES: tuple[Kind, ...] = ("time_to_event", "competing")
_ALL: tuple[Population, ...] = ("ATE", "ATT", "ATC", "ATO")


def _pseudo(estimator: str, kinds: tuple[Kind, ...], contrasts: tuple[str, ...], measure: str) -> Method:
    return Method(
        name=estimator, kinds=kinds, contrasts=contrasts,
        populations=("ATE", "ATT", "ATC") if estimator == "g_computation" else _ALL, adjusts=True, clusters=True,
        takes_strata=True, function=f"{_EFFECTS}.pseudo_values:adjusted_pseudo",
        options=(("estimator", estimator), ("measure", measure)),
        witness="tests/reference/pseudo_values.R", recovery=_RECOVERY,
    )  # fmt: skip


_ASKED: tuple[tuple[tuple[Kind, ...], tuple[str, ...], str], ...] = (
    (("time_to_event", "competing"), ("risk_difference", "risk_ratio"), "risk"),
    (("competing",), ("rmtl_difference",), "rmtl"),
    (("time_to_event",), ("rmst_difference",), "rmst"),
)
_PSEUDO = tuple(
    _pseudo(estimator, kinds, contrasts, measure)
    for estimator in ("aipw", "g_computation")
    for kinds, contrasts, measure in _ASKED
)

_CRUDE_LINES = (
    Method(name="kaplan_meier", kinds=("time_to_event",), contrasts=("risk", "risk_difference", "risk_ratio"),
           populations=("arm", "ATE"), clusters=True, takes_entry=True, function=f"{_EFFECTS}.time_to_event:risk_at",
           witness="tests/reference/survival.R", recovery=_CRUDE),
    Method(name="restricted_mean", kinds=("time_to_event",), contrasts=("rmst_difference",), clusters=True,
           takes_entry=True, function=f"{_EFFECTS}.time_to_event:rmst", witness="tests/reference/survival.R",
           recovery=_CRUDE),
    Method(name="log_rank", kinds=("time_to_event",), contrasts=("hazard_ratio",), is_test=True,
           takes_entry=True, function=f"{_EFFECTS}.time_to_event:log_rank",
           witness="tests/reference/survival.R", recovery=_CRUDE),
    Method(name="aalen_johansen", kinds=("competing",), contrasts=("risk", "risk_difference", "risk_ratio"),
           populations=("arm", "ATE"), clusters=True, takes_entry=True,
           function=f"{_EFFECTS}.competing:cumulative_incidence", witness="tests/reference/competing.R",
           recovery=_CRUDE),
    Method(name="time_lost", kinds=("competing",), contrasts=("rmtl_difference",), clusters=True, takes_entry=True,
           function=f"{_EFFECTS}.competing:time_lost", witness="tests/reference/competing.R", recovery=_CRUDE),
    Method(name="gray", kinds=("competing",), contrasts=("risk_difference", "subdistribution_hazard_ratio"),
           is_test=True, function=f"{_EFFECTS}.competing:gray", witness="tests/reference/time_tests.R",
           recovery=_CRUDE),
    Method(name="censoring_weights", kinds=_TIMES, contrasts=("risk", "risk_difference", "risk_ratio"),
           populations=("arm", "ATE"), clusters=True, takes_strata=True,
           function=f"{_EFFECTS}.censoring_weights:risk_by_censoring_weights",
           witness="tests/reference/survival_censoring.R", recovery=_CRUDE),
    Method(name="cox", kinds=_TIMES, contrasts=("hazard_ratio",), adjusts=True, needs_covariates=False,
           clusters=True, takes_entry=True, function=f"{_EFFECTS}.cox:hazard_ratio",
           witness="tests/reference/survival.R", recovery=_CRUDE),
    Method(name="schoenfeld", kinds=_TIMES, contrasts=("hazard_ratio",), adjusts=True, needs_covariates=False,
           is_test=True, takes_entry=True, function=f"{_EFFECTS}.proportional:proportional_hazards",
           witness="tests/reference/time_tests.R", recovery=_CRUDE),
)  # fmt: skip

TIMED_LINES: tuple[Method, ...] = (
    *_CRUDE_LINES,
    *_PSEUDO,
    Method(
        name="ipw", kinds=("time_to_event", "competing"), contrasts=("risk_difference", "risk_ratio"), populations=_ALL,
        adjusts=True, clusters=True, function=f"{_EFFECTS}.weighted_curves:weighted_risk",
        witness="tests/reference/weighted_curves.R", recovery=_RECOVERY,
    ),
    Method(
        name="ipw", kinds=("competing",), contrasts=("rmtl_difference",), populations=_ALL, adjusts=True, clusters=True,
        function=f"{_EFFECTS}.weighted_curves:weighted_time_lost", options=(("measure", "rmtl"),),
        witness="tests/reference/weighted_curves.R", recovery=_RECOVERY,
    ),
    Method(
        name="ipw", kinds=("time_to_event",), contrasts=("rmst_difference",), populations=_ALL, adjusts=True,
        clusters=True, function=f"{_EFFECTS}.weighted_curves:weighted_time_lost", options=(("measure", "rmst"),),
        witness="tests/reference/weighted_curves.R", recovery=_RECOVERY,
    ),
    Method(
        name="fine_gray", kinds=("competing",), contrasts=("subdistribution_hazard_ratio",), adjusts=True,
        needs_covariates=False, clusters=True, function=f"{_EFFECTS}.fine_gray:subdistribution_hazard_ratio",
        witness="tests/reference/fine_gray.R", recovery=_RECOVERY,
    ),
)  # fmt: skip
