"""What the pooled effect would be were the funnel symmetric."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.stats import rankdata

from steget_eval.core.errors import ConvergenceError, FewError
from steget_eval.core.estimates import Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.evidence.pooling_rows import Pooled
from steget_eval.methods.evidence.synthesis import Effects

if TYPE_CHECKING:
    import pandas as pd

_MAX_ROUNDS = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TrimFill(Tidy):
    """A pooled effect with the mirror images of studies that a symmetric funnel would have.

    Attributes
    ----------
    filled
        Number of mirror images.
    effects
        The studies with their mirror images after them.
    """

    estimates: Estimates
    filled: int
    effects: Effects

    def to_frame(self) -> pd.DataFrame:
        """Return the pooled row."""
        return self.estimates.to_frame()


def trim_and_fill(
    effects: Effects, pool: Callable[[Effects], Pooled], *, missing: Literal["low", "high"] = "low"
) -> TrimFill:
    """Pooled effect with the studies filled in that a symmetric funnel lacks, by Duval and Tweedie's (2000) L0.

    A look at how much might depend on small studies, not a corrected estimate.

    Parameters
    ----------
    pool
        How to pool, while trimming as after filling.
    missing
        The side on which studies would be missing: ``low`` effects where high ones are wanted.
    """
    if len(effects) < 3:
        raise FewError(f"trim and fill needs at least three studies, there are {len(effects)}")
    sign = 1.0 if missing == "low" else -1.0
    order = [int(i) for i in np.argsort(sign * effects.y, kind="stable")]
    y = effects.take(order)
    k, trimmed, seen = len(y), 0, -1
    for _ in range(_MAX_ROUNDS):
        centre = pool(y.take(range(k - trimmed))).value
        if trimmed == seen:
            return _filled(y, centre, trimmed, pool)
        seen = trimmed
        distance = sign * (y.y - centre)
        positive = float(rankdata(np.abs(distance), method="ordinal")[distance > 0].sum())
        trimmed = min(max(0, round((4 * positive - k * (k + 1)) / (2 * k - 1))), k - 2)
    raise ConvergenceError(f"trim and fill did not settle in {_MAX_ROUNDS} rounds")


def _filled(y: Effects, centre: float, filled: int, pool: Callable[[Effects], Pooled]) -> TrimFill:
    k = len(y)
    both = y.take([*range(k), *range(k - filled, k)])
    mirrored = both.y.copy()
    mirrored[k:] = 2 * centre - both.y[k:]
    labels = (*y.labels, *(f"mirror of {name}" for name in y.labels[k - filled :]))
    full = replace(both, labels=labels, y=mirrored, n_1=None, n_0=None, events_1=None, events_0=None)
    pooled = pool(full)
    row = replace(pooled.estimates.rows[0], method=f"{pooled.estimates.rows[0].method}_trim_and_fill")
    note = f"{row.note}; {filled} of them mirror images, not studies"
    return TrimFill(estimates=Estimates((replace(row, note=note),)), filled=filled, effects=full)
