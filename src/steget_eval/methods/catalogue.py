"""Every method, one line each: what it answers, where it is done and who witnesses it."""

from __future__ import annotations

from steget_eval.core.catalogue import Method
from steget_eval.methods.catalogue_adjusted import ADJUSTED_LINES
from steget_eval.methods.catalogue_amounts import AMOUNT_LINES
from steget_eval.methods.catalogue_change import CHANGE_LINES
from steget_eval.methods.catalogue_design import DESIGN_LINES
from steget_eval.methods.catalogue_joint import JOINT_LINES
from steget_eval.methods.catalogue_longitudinal import LONGITUDINAL_LINES
from steget_eval.methods.catalogue_ordinal import ORDINAL_LINES
from steget_eval.methods.catalogue_panel import PANEL_LINES
from steget_eval.methods.catalogue_timed import TIMED_LINES
from steget_eval.methods.catalogue_usual import USUAL_LINES

_EFFECTS = "steget_eval.methods.effects"
_CRUDE = "tests/recovery/test_crude.py"


def _crude(name: str, contrast: str, function: str, witness: str = "tests/reference/binary.R") -> Method:
    return Method(
        name=name,
        kinds=("binary",),
        contrasts=(contrast,),
        function=f"{_EFFECTS}.binary:{function}",
        options=(("interval", name),),
        witness=witness,
        recovery=_CRUDE,
    )


CATALOGUE: tuple[Method, ...] = (
    Method(name="wilson", kinds=("binary",), contrasts=("risk",), populations=("arm",),
           function=f"{_EFFECTS}.binary:risk", options=(("interval", "wilson"),),
           witness="tests/reference/binary.R", recovery=_CRUDE),
    Method(name="clopper_pearson", kinds=("binary",), contrasts=("risk",), populations=("arm",),
           function=f"{_EFFECTS}.binary:risk", options=(("interval", "clopper_pearson"),),
           witness="tests/reference/binary.R", recovery=_CRUDE),
    Method(name="mid_p", kinds=("binary",), contrasts=("risk",), populations=("arm",),
           function=f"{_EFFECTS}.binary:risk", options=(("interval", "mid_p"),),
           witness="tests/reference/single_arm_methods.R", recovery=_CRUDE),
    Method(name="posterior", kinds=("binary",), contrasts=("risk",), populations=("arm",),
           function=f"{_EFFECTS}.binary:posterior_risk", witness="tests/reference/single_arm_methods.R",
           recovery=_CRUDE),
    _crude("newcombe", "risk_difference", "risk_difference"),
    _crude("miettinen_nurminen", "risk_difference", "risk_difference"),
    _crude("wald", "risk_difference", "risk_difference"),
    _crude("log", "risk_ratio", "risk_ratio"),
    _crude("koopman", "risk_ratio", "risk_ratio"),
    _crude("log", "odds_ratio", "odds_ratio"),
    _crude("score", "odds_ratio", "odds_ratio"),
    _crude("newcombe", "nnt", "number_needed"),
    _crude("miettinen_nurminen", "nnt", "number_needed"),
    Method(name="t", kinds=("amount",), contrasts=("mean",), populations=("arm",),
           function=f"{_EFFECTS}.amount:mean", witness="tests/reference/amount.R", recovery=_CRUDE),
    Method(name="welch", kinds=("amount",), contrasts=("mean_difference",),
           function=f"{_EFFECTS}.amount:mean_difference", options=(("interval", "welch"),),
           witness="tests/reference/amount.R", recovery=_CRUDE),
    *ADJUSTED_LINES,
    *TIMED_LINES,
    *CHANGE_LINES,
    *DESIGN_LINES,
    *LONGITUDINAL_LINES,
    *AMOUNT_LINES,
    *ORDINAL_LINES,
    *JOINT_LINES,
    *PANEL_LINES,
    *USUAL_LINES,
)  # fmt: skip


def find_method(kind: str, contrast: str, name: str) -> Method | None:
    """Return the line that answers this contrast for this kind by that name, or None."""
    lines = (m for m in CATALOGUE if m.name == name and kind in m.kinds and contrast in m.contrasts)
    return next(lines, None)


def method_names(kind: str, contrast: str, population: str) -> tuple[str, ...]:
    """Return the names that can answer, in the catalogue's order."""
    fitting = (m for m in CATALOGUE if kind in m.kinds and contrast in m.contrasts)
    return tuple(m.name for m in fitting if m.adjusts or population in m.populations or "arm" not in m.populations)
