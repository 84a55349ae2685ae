"""Holds studies to one outcome, one minimum dose, one window before they are pooled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steget_eval.core.errors import ArgumentError, ScopeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a figure counted, at what dose, within how many months.

    Attributes
    ----------
    outcome
        Code of the outcome, as ``competitive_employment_any``.
    minimum_dose
        The least that counts as the outcome, as ``1_day`` or ``13_weeks``; empty where it is not stated.
    months
        Follow-up; NaN is not allowed.
    """

    outcome: str
    months: float
    minimum_dose: str = ""


def note_setting(settings: Setting | Sequence[Setting], k: int, *, allow_mixed: bool) -> str:
    """Return what must stand beside the pooled figure; refuse settings that differ unless `allow_mixed`.

    Empty where all `k` studies share outcome, dose and window; a single `Setting` states that they do. A dose that some
    studies state differs from one that is not stated.
    """
    every = (settings,) * k if isinstance(settings, Setting) else tuple(settings)
    if len(every) != k:
        raise ArgumentError(f"{k} studies need {k} settings, got {len(every)}")
    if any(not one.months > 0 for one in every):
        raise ScopeError("every study needs its follow-up in months")
    differ = _differences(every)
    if differ and not allow_mixed:
        raise ScopeError(
            f"the studies differ in {'; '.join(differ)}; "
            "choose one, or pool them with allow_mixed=True, which says so beside the figure"
        )
    unstated = [] if any(one.minimum_dose for one in every) else ["minimum dose not stated"]
    return "; ".join([f"mixed {one}" for one in differ] + unstated)


def _differences(every: tuple[Setting, ...]) -> list[str]:
    outcomes = sorted({one.outcome for one in every})
    doses = sorted({one.minimum_dose or "not stated" for one in every})
    months = [f"{month:g}" for month in sorted({one.months for one in every})]
    found = (("outcome", outcomes, ""), ("minimum dose", doses, ""), ("follow-up", months, " months"))
    return [f"{what} ({', '.join(values)}{unit})" for what, values, unit in found if len(values) > 1]
