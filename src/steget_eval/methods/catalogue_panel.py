"""The lines of methods that follow units over periods: staggered starts, and a series that was interrupted."""

from __future__ import annotations

from typing import Literal

from steget_eval.core.catalogue import Method

_EFFECTS = "steget_eval.methods.effects"
_WITNESS = "tests/reference/panels.R"
_RECOVERY = "tests/recovery/test_panels.py"
#: What an interrupted series is asked for.
SEGMENTED = ("level_change", "slope_change", "trend_difference")


def _group_time(name: str, estimator: str) -> Method:
    return Method(
        name=name, kinds=("binary", "amount"), contrasts=("att",), populations=("ATT",),
        adjusts=estimator != "unadjusted", function=f"{_EFFECTS}.staggered:staggered_effects",
        options=(("estimator", estimator),), witness=_WITNESS, recovery=_RECOVERY, clusters=True,
    )  # fmt: skip


def _segmented(name: str, errors: Literal["newey_west", "autoregressive"]) -> Method:
    return Method(
        name=name, kinds=("binary", "amount"), contrasts=SEGMENTED, populations=("arm",),
        function=f"{_EFFECTS}.interrupted:interrupted_series", options=(("errors", errors),), witness=_WITNESS,
        recovery=_RECOVERY, clusters=True,
    )  # fmt: skip


PANEL_LINES: tuple[Method, ...] = (
    _group_time("group_time", "unadjusted"),
    _group_time("group_time_regression", "regression"),
    _group_time("group_time_ipw", "ipw"),
    _group_time("group_time_doubly_robust", "doubly_robust"),
    _segmented("segmented", "newey_west"),
    _segmented("segmented_ar1", "autoregressive"),
)  # fmt: skip
