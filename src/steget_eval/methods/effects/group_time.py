"""Effects by group and time: what a start meant for those who started in a period, period by period.

Callaway and Sant'Anna (2021, doi 10.1016/j.jeconom.2020.12.001). A group is the units that start in one period. Its
change since the last period before the start is set beside the change of units that have not started; no unit that has
started is ever a control, which is what goes wrong in a regression with two-way fixed effects when effects differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steget_eval.core.errors import ArgumentError, EmptyArmError, ScopeError
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.arms import checked_choice, checked_covariates, checked_vector
from steget_eval.methods.numerics.group_difference import Estimator, Floats, group_difference

if TYPE_CHECKING:
    import pandas as pd

Ints = NDArray[np.int64]
Control = Literal["never_treated", "not_yet_treated"]

#: The start of a unit that never starts.
NEVER = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """An outcome of units over periods, none missing.

    Attributes
    ----------
    y : shape (n, T)
    start : shape (n,)
        The first period with the programme, from 1; `NEVER` where there is none.
    X : shape (n, p)
        What is known of each unit from the beginning; p may be 0.
    w : shape (n,)
        Weights with mean 1.
    """

    y: Floats
    start: Ints
    X: Floats
    w: Floats

    @property
    def groups(self) -> Ints:
        """The periods in which a unit starts, in order."""
        return np.unique(self.start[self.start != NEVER])

    def without(self, unit: int) -> Panel:
        """Return the panel without one unit."""
        kept = np.arange(self.start.size) != unit
        w = self.w[kept]
        return Panel(y=self.y[kept], start=self.start[kept], X=self.X[kept], w=w / w.mean())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class GroupTimeEffects(Tidy):
    """The effects of each group in each period but that from which change is counted.

    Attributes
    ----------
    group, period : shape (k,)
    att : shape (k,)
        Average effect on the group's units in the period; before the start a placebo.
    influence : shape (n, k)
        Each unit's influence: the standard error is the root of the column's sum of squares, divided by n.
    treated, controls : shape (k,)
        How many units stand on each side.
    share : shape (k,)
        The group's share of the (weighted) units.
    anticipation
        How many periods before the start may already be affected; they are neither placebo nor effect.
    """

    group: Ints
    period: Ints
    att: Floats
    influence: Floats
    treated: Ints
    controls: Ints
    share: Floats
    anticipation: int

    @property
    def std_error(self) -> Floats:
        """Standard errors from the influence, shape (k,)."""
        return np.asarray(np.sqrt((self.influence**2).sum(axis=0)) / self.influence.shape[0])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per group and period."""
        import pandas as pd

        names = ("group", "period", "att", "std_error", "treated", "controls")
        return pd.DataFrame({name: getattr(self, name) for name in names})


def checked_panel(y: ArrayLike, start: ArrayLike, X: ArrayLike | None = None, w: ArrayLike | None = None) -> Panel:
    """Return a panel, or refuse: gaps, a unit without a period before its start, nobody who starts."""
    values = np.asarray(y, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] < 2:
        raise ArgumentError(f"a panel is units by periods with at least two periods, got the shape {values.shape}")
    if not np.isfinite(values).all():
        unknown = int((~np.isfinite(values)).sum())
        raise ArgumentError(f"every unit must be known in every period; {unknown} of {values.size} cells are not")
    n, periods = values.shape
    begins = checked_vector(start, "the start")
    if begins.shape != (n,) or not np.isin(begins, np.arange(NEVER, periods)).all():
        raise ArgumentError(f"the start must be a period from 1 to {periods - 1} for each unit, or {NEVER} for never")
    if (begins == 0).any():
        raise ScopeError("units that start in the first period have no period before; leave them out")
    if (begins == NEVER).all():
        raise EmptyArmError("nobody starts: there is no unit with the programme")
    weights = np.ones(n) if w is None else checked_vector(w, "the weight")
    if weights.shape != (n,) or not (weights > 0).all():
        raise ArgumentError("weights must be above zero, one per unit")
    covariates = np.empty((n, 0)) if X is None else checked_covariates(X, n)
    return Panel(y=values, start=begins.astype(np.int64), X=covariates, w=weights / weights.mean())


def group_time_effects(
    panel: Panel, *, estimator: Estimator = "unadjusted", control: Control = "never_treated", anticipation: int = 0
) -> GroupTimeEffects:
    """Return the average effect on each group in each period.

    Change is counted from the last period before the start (less `anticipation`), in every period, so that the
    placebos before the start lie on the same line as the effects after it.

    Parameters
    ----------
    estimator
        ``unadjusted`` compares mean changes; ``regression`` predicts the group's change from a linear model of the
        controls'; ``ipw`` weighs the controls by a logistic model of who starts; ``doubly_robust`` does both and is
        right when either is.
    control
        ``never_treated``, or ``not_yet_treated``: those never treated and those that start later than the period.

    Raises
    ------
    EmptyArmError
        Where no group has both a period to count from and a control.
    """
    checked_choice(estimator, ("unadjusted", "regression", "ipw", "doubly_robust"), "estimator")
    checked_choice(control, ("never_treated", "not_yet_treated"), "control")
    if control == "never_treated" and not (panel.start == NEVER).any():
        raise EmptyArmError("no unit is never treated; allowed: control not_yet_treated")
    if estimator != "unadjusted" and not panel.X.shape[1]:
        raise ScopeError(f"{estimator} adjusts for covariates, and there are none")
    cells = [
        (int(group), period)
        for group in panel.groups
        for period in range(panel.y.shape[1])
        if group - 1 - anticipation >= 0 and period != group - 1 - anticipation
    ]
    found = [one for one in (_cell(panel, *cell, estimator, control, anticipation) for cell in cells) if one]
    if not found:
        raise EmptyArmError("no group has both a period before its start and units that have not started")
    group, period, att, influence, treated, controls = zip(*found, strict=True)
    share = {one: float(panel.w[panel.start == one].sum() / panel.w.sum()) for one in set(group)}
    return GroupTimeEffects(
        group=np.array(group), period=np.array(period), att=np.array(att), influence=np.column_stack(influence),
        treated=np.array(treated), controls=np.array(controls), share=np.array([share[one] for one in group]),
        anticipation=anticipation,
    )  # fmt: skip


def is_control(start: Ints, group: int, period: int, control: Control, anticipation: int) -> NDArray[np.bool_]:
    """Tell of each unit whether it is a control of a group in a period."""
    never = np.asarray(start == NEVER)
    if control == "never_treated":
        return never
    latest = max(period, group - 1 - anticipation)
    return np.asarray(never | ((start > latest + anticipation) & (start != group)))


_Cell = tuple[int, int, float, Floats, int, int]


def _cell(
    panel: Panel, group: int, period: int, estimator: Estimator, control: Control, anticipation: int
) -> _Cell | None:
    """Return one group's effect in one period; None where nobody is left to be a control."""
    mine = panel.start == group
    others = is_control(panel.start, group, period, control, anticipation)
    if not others.any():
        return None
    kept = mine | others
    change = panel.y[:, period] - panel.y[:, group - 1 - anticipation]
    found = group_difference(change[kept], mine[kept] * 1.0, panel.X[kept], panel.w[kept], estimator)
    influence = np.zeros(panel.start.size)
    influence[kept] = found.influence * (panel.start.size / kept.sum())
    return group, period, found.att, influence, int(mine.sum()), int(others.sum())
