"""Lines of the catalogue that are expected beside the others: usual intervals, and numbers needed of any risk."""

from __future__ import annotations

from steget_eval.core.catalogue import Kind, Method, Population

_EFFECTS = "steget_eval.methods.effects"
_WITNESS, _CRUDE = "tests/reference/binary_usual.R", "tests/recovery/test_crude.py"
_EVERYONE: tuple[Population, ...] = ("ATE", "ATT", "ATC")
_ALL: tuple[Population, ...] = (*_EVERYONE, "ATO")


def _share(name: str) -> Method:
    return Method(
        name=name, kinds=("binary",), contrasts=("risk",), populations=("arm",),
        function=f"{_EFFECTS}.binary_usual:share", options=(("interval", name),), witness=_WITNESS, recovery=_CRUDE,
    )  # fmt: skip


def _two(name: str, contrast: str) -> Method:
    return Method(
        name=name, kinds=("binary",), contrasts=(contrast,), function=f"{_EFFECTS}.binary_usual:{name}",
        witness=_WITNESS, recovery=_CRUDE,
    )  # fmt: skip


def _needed(name: str) -> Method:
    return Method(
        name=name, kinds=("binary",), contrasts=("nnt",), populations=_EVERYONE if name == "g_computation" else _ALL,
        adjusts=True, clusters=True, function=f"{_EFFECTS}.needed:needed_adjusted", options=(("estimator", name),),
        witness="tests/reference/needed.R", recovery="tests/recovery/test_needed.py",
    )  # fmt: skip


def _by_day(name: str, kinds: tuple[Kind, ...]) -> Method:
    crude = name in {"kaplan_meier", "aalen_johansen"}
    return Method(
        name=name, kinds=kinds, contrasts=("nnt",),
        populations=("ATE",) if crude else _EVERYONE if name == "g_computation" else _ALL,
        adjusts=not crude, clusters=True, takes_entry=crude, takes_strata=name in {"aipw", "g_computation"},
        function=f"{_EFFECTS}.needed:needed_by_day", options=(("estimator", name),),
        witness="tests/reference/needed.R", recovery="tests/recovery/test_needed.py",
    )  # fmt: skip


_TIMES: tuple[Kind, ...] = ("time_to_event", "competing")

USUAL_LINES: tuple[Method, ...] = (
    _share("agresti_coull"),
    _share("jeffreys"),
    _two("agresti_caffo", "risk_difference"),
    _two("fisher", "odds_ratio"),
    *(_needed(name) for name in ("g_computation", "ipw", "aipw", "tmle")),
    _by_day("kaplan_meier", ("time_to_event",)),
    _by_day("aalen_johansen", ("competing",)),
    *(_by_day(name, _TIMES) for name in ("ipw", "aipw", "g_computation")),
)
