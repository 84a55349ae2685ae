"""The lines of methods that look twice at the same people, or at those whom nobody saw."""

from __future__ import annotations

from steget_eval.core.catalogue import Method

_EFFECTS = "steget_eval.methods.effects"
_WITNESS = "tests/reference/before_after.R"
_RECOVERY = "tests/recovery/test_change.py"

CHANGE_LINES: tuple[Method, ...] = (
    Method(name="paired_t", kinds=("longitudinal",), contrasts=("mean_change",), populations=("arm",),
           function=f"{_EFFECTS}.longitudinal:mean_change", witness=_WITNESS, recovery=_RECOVERY),
    Method(name="becker", kinds=("longitudinal",), contrasts=("mean_change", "standardised_change"),
           populations=("arm",), function=f"{_EFFECTS}.longitudinal:standardised_change", witness=_WITNESS,
           recovery=_RECOVERY),
    Method(name="wilson", kinds=("longitudinal",), contrasts=("mean_change", "responders"), populations=("arm",),
           function=f"{_EFFECTS}.longitudinal:responders", witness=_WITNESS, recovery=_RECOVERY),
    Method(name="wilson", kinds=("transition",), contrasts=("moved",), populations=("arm",),
           function=f"{_EFFECTS}.transition:moved", witness=_WITNESS, recovery=_RECOVERY),
    Method(name="newcombe_paired", kinds=("transition",), contrasts=("paired_difference",), populations=("arm",),
           function=f"{_EFFECTS}.transition:paired_difference", witness=_WITNESS, recovery=_RECOVERY),
    Method(name="worst_case", kinds=("binary",), contrasts=("risk",), populations=("arm",), sees_unknown=True,
           function="steget_eval.methods.missing.bounds:worst_case", witness="tests/reference/missing.R",
           recovery=_RECOVERY),
)  # fmt: skip
