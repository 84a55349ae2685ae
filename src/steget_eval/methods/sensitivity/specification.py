"""A specification curve summed up: where one's own choice stands among all that were declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ArgumentError
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.arms import checked_vector

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SpecificationSummary(Tidy):
    """All cells of a declared grid, none left out.

    Attributes
    ----------
    low, median, high
        Smallest, middle and largest estimate.
    same_side, shown
        Cells on the same side of no difference as the protocol's own; cells of those whose interval leaves it out.
    place
        Rank of the protocol's own cell among the estimates, from 1.
    """

    cells: int
    low: float
    median: float
    high: float
    own: float
    same_side: int
    shown: int
    place: int

    def to_frame(self) -> pd.DataFrame:
        """Return the one row."""
        import pandas as pd

        names = ("cells", "low", "median", "high", "own", "same_side", "shown", "place")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])


def summarise_specifications(
    estimates: ArrayLike, conf_low: ArrayLike, conf_high: ArrayLike, *, own: int, null: float = 0.0
) -> SpecificationSummary:
    """Return how the estimates of all specifications lie around the protocol's own (Simonsohn et al. 2020).

    The cells share their people, so they are no independent tests: counting how many are shown is a description, and no
    p-value of the whole curve is given.

    Parameters
    ----------
    estimates, conf_low, conf_high : shape (m,)
        One of each per cell.
    own
        Position of the protocol's own cell.
    null
        The value of no difference: 0, or 1 for ratios.
    """
    values = checked_vector(estimates, "the estimates")
    low, high = np.asarray(conf_low, dtype=np.float64), np.asarray(conf_high, dtype=np.float64)
    if values.size == 0 or low.shape != values.shape or high.shape != values.shape:
        raise ArgumentError("every cell of a specification curve needs an estimate and both limits")
    if not 0 <= own < values.size:
        raise ArgumentError("the protocol's own cell must be one of the grid's")
    same = np.sign(values - null) == np.sign(values[own] - null)
    left_out = (low > null) | (high < null)
    return SpecificationSummary(
        cells=values.size, low=float(values.min()), median=float(np.median(values)), high=float(values.max()),
        own=float(values[own]), same_side=int(same.sum()), shown=int((same & left_out).sum()),
        place=int((values < values[own]).sum()) + 1,
    )  # fmt: skip
