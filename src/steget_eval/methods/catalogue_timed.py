"""Lines of the catalogue for times to an event, adjusted."""

from __future__ import annotations

from steget_eval.core.catalogue import Method, Population

_EFFECTS = "steget_eval.methods.effects"
_RECOVERY = "tests/recovery/test_time_methods.py"
_ALL: tuple[Population, ...] = ("ATE", "ATT", "ATC", "ATO")

TIMED_LINES: tuple[Method, ...] = (
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
