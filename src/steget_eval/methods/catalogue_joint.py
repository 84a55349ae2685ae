"""The lines of methods that tell two outcomes of the same people at once."""

from __future__ import annotations

from steget_eval.core.catalogue import Method

_CELLS = ("share_neither", "share_first", "share_second", "share_both")
_FUNCTIONS = "steget_eval.methods.effects.joint"
_WITNESS = "tests/reference/joint.R"
_RECOVERY = "tests/recovery/test_joint.py"

JOINT_LINES: tuple[Method, ...] = (
    Method(name="goodman", kinds=("binary",), contrasts=_CELLS, populations=("arm",),
           function=f"{_FUNCTIONS}:joint_shares", witness=_WITNESS, recovery=_RECOVERY),
    Method(name="state_occupation", kinds=("competing",), contrasts=_CELLS, populations=("arm",),
           function=f"{_FUNCTIONS}:joint_occupation", witness=_WITNESS, recovery=_RECOVERY),
)  # fmt: skip
