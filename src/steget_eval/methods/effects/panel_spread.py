"""How far every average of a panel may be off: by its influence, or by leaving each unit out in turn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steget_eval.core.errors import FewError, MethodError
from steget_eval.methods.effects.group_time import NEVER, Control, Panel, group_time_effects
from steget_eval.methods.effects.panel_averages import Averages, average_effects
from steget_eval.methods.numerics.arms import Floats
from steget_eval.methods.numerics.group_difference import Estimator

#: Less than this is rounding: the unit is no part of the number.
MOVES = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spread:
    """How far every average may be off.

    Attributes
    ----------
    moved : shape (n, m)
        Each unit's part: the variance is the sum of squares.
    degrees : shape (m,)
        Degrees of freedom, infinite for influence.
    """

    moved: Floats
    degrees: Floats

    @property
    def std_error(self) -> Floats:
        return np.asarray(np.sqrt((self.moved**2).sum(axis=0)))


def averages_of(panel: Panel, estimator: Estimator, control: Control, anticipation: int) -> Averages:
    found = group_time_effects(panel, estimator=estimator, control=control, anticipation=anticipation)
    if not (found.period >= found.group).any():
        raise FewError("no group has a control in any period after its start")
    return average_effects(found, panel)


def spread_by_influence(whole: Averages) -> Spread:
    return Spread(moved=whole.influence / whole.influence.shape[0], degrees=np.full(len(whole.names), np.inf))


def spread_left_out(
    panel: Panel, whole: Averages, estimator: Estimator, control: Control, anticipation: int
) -> Spread:  # fmt: skip
    """Fit everything anew without each unit; an average that is gone without one of them has no spread."""
    n = panel.start.size
    moved = np.full((n, len(whole.names)), np.nan)
    for unit in range(n):
        rest = panel.without(unit)
        if (rest.start == NEVER).all() or (control == "never_treated" and not (rest.start == NEVER).any()):
            continue
        try:
            part = averages_of(rest, estimator, control, anticipation)
        except MethodError as error:
            raise type(error)(f"without one of the units: {error}") from error
        values = dict(zip(part.names, part.estimate, strict=True))
        moved[unit] = [values.get(name, np.nan) - own for name, own in zip(whole.names, whole.estimate, strict=True)]
    moved *= np.sqrt((n - 1) / n)
    return Spread(moved=moved, degrees=_welch(moved, panel.start != NEVER))


def _welch(moved: Floats, starts: NDArray[np.bool_]) -> Floats:
    """Return Welch's degrees of freedom between the units that start and those that never do; only who moves counts."""
    sides = [one for one in (starts, ~starts) if one.sum() > 1]
    parts = np.array([(moved[one] ** 2).sum(axis=0) for one in sides])
    less = np.maximum(np.array([(np.abs(moved[one]) > MOVES).sum(axis=0) for one in sides]) - 1, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(parts.sum(axis=0) ** 2 / (parts**2 / less).sum(axis=0))
