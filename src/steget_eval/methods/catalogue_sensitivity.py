"""Every sensitivity analysis, one line each; they question an answer and answer no estimand of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

_PACKAGE = "steget_eval.methods.sensitivity"
_WITNESS = "tests/reference/sensitivity.R"
_BY_HAND = "tests/reference/test_sensitivity.py"
_RECOVERY = "tests/recovery/test_sensitivity.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityLine:
    """One sensitivity analysis.

    Attributes
    ----------
    name
        What the column `method` calls it.
    functions
        Where it is done, as ``module:function``.
    witness
        What holds its numbers: an R twin, or a test that counts by hand what R would only count again.
    recovery
        Where its promise is held against a known truth.
    """

    name: str
    functions: tuple[str, ...]
    witness: str = _WITNESS
    recovery: str = _RECOVERY

    def resolve(self) -> tuple[Callable[..., Any], ...]:
        """Return the functions, imported on first use."""
        parts = (one.split(":") for one in self.functions)
        return tuple(getattr(import_module(module), name) for module, name in parts)


def _line(name: str, module: str, *functions: str, witness: str = _WITNESS) -> SensitivityLine:
    return SensitivityLine(
        name=name, functions=tuple(f"{_PACKAGE}.{module}:{one}" for one in functions), witness=witness
    )


SENSITIVITY: tuple[SensitivityLine, ...] = (
    _line("e_value", "e_values", "e_value", "e_value_mean", "e_value_difference"),
    _line("omitted_variable", "omitted_variable", "omitted_variable", "robustness", "bound_by_benchmark"),
    _line("rosenbaum", "rosenbaum", "bounds_of_signs", "bounds_of_ranks"),
    _line("calibration", "negative_controls", "fit_systematic_error", "calibrate"),
    _line("immortal_time", "time_checks", "immortal_time", witness=_BY_HAND),
    _line("prevalent_users", "time_checks", "prevalent_users", witness=_BY_HAND),
    _line("specification_curve", "specification", "summarise_specifications", witness=_BY_HAND),
)
