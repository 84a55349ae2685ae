"""The lines of methods that compare two arms in a score at several occasions."""

from __future__ import annotations

from steget_eval.core.catalogue import Method, Population

_EFFECTS = "steget_eval.methods.effects"
_WITNESS = "tests/reference/scales.R"
_RECOVERY = "tests/recovery/test_scales.py"
_ALL: tuple[Population, ...] = ("ATE", "ATT", "ATC", "ATO")
_WORKING = ("independence", "exchangeable", "unstructured")


def _score(
    name: str, function: str, *options: tuple[str, str], populations: tuple[Population, ...] = _ALL,
    clusters: bool = False,
) -> Method:  # fmt: skip
    return Method(
        name=name, kinds=("longitudinal",), contrasts=("mean_change_difference",), populations=populations,
        adjusts=True, needs_covariates=False, clusters=clusters, function=f"{_EFFECTS}.{function}", options=options,
        witness=_WITNESS, recovery=_RECOVERY,
    )  # fmt: skip


def _responders(interval: str) -> Method:
    return Method(
        name=interval, kinds=("longitudinal",), contrasts=("responders_difference",), populations=("ATE",),
        function=f"{_EFFECTS}.scale_ancova:responders_difference", options=(("interval", interval),),
        witness=_WITNESS, recovery=_RECOVERY,
    )  # fmt: skip


def _shares(name: str, working: str, contrast: str, function: str) -> Method:
    return Method(
        name=name, kinds=("longitudinal",), contrasts=(contrast,), populations=("ATE",), adjusts=True,
        needs_covariates=False, function=f"{_EFFECTS}.scale_gee:{function}", options=(("working", working),),
        witness=_WITNESS, recovery=_RECOVERY,
    )  # fmt: skip


LONGITUDINAL_LINES: tuple[Method, ...] = (
    _score("ancova", "scale_ancova:adjusted_change", ("variance", "HC2")),
    _score("ancova_hc3", "scale_ancova:adjusted_change", ("variance", "HC3")),
    _score("ancova_classical", "scale_ancova:adjusted_change", ("variance", "classical")),
    _score("ancova_interaction", "scale_ancova:interacted_change", populations=("ATE",)),
    _score("ancova_cr2", "scale_ancova:clustered_change", clusters=True),
    _score("mmrm", "mmrm:mmrm"),
    *(_score(f"gee_{one}", "scale_gee:gee_scores", ("working", one)) for one in _WORKING),
    *(_responders(one) for one in ("newcombe", "miettinen_nurminen")),
    *(_shares(f"gee_{one}", one, "responders_difference", "gee_responders") for one in _WORKING),
    *(_shares(f"gee_{one}", one, "share_difference", "gee_shares") for one in _WORKING),
)  # fmt: skip
