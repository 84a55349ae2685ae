"""Lines of the catalogue for times to an event, adjusted."""

from __future__ import annotations

from steget_eval.core.catalogue import Kind, Method, Population

_EFFECTS = "steget_eval.methods.effects"
_RECOVERY = "tests/recovery/test_time_methods.py"
_ALL: tuple[Population, ...] = ("ATE", "ATT", "ATC", "ATO")


def _pseudo(estimator: str, kinds: tuple[Kind, ...], contrasts: tuple[str, ...], measure: str) -> Method:
    return Method(
        name=estimator, kinds=kinds, contrasts=contrasts,
        populations=("ATE", "ATT", "ATC") if estimator == "g_computation" else _ALL, adjusts=True, clusters=True,
        function=f"{_EFFECTS}.pseudo_values:adjusted_pseudo", options=(("estimator", estimator), ("measure", measure)),
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

TIMED_LINES: tuple[Method, ...] = (
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
