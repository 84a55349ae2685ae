"""Describes one covariate in one arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.arms import checked_vector

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Description(Tidy):
    """What table 1 says of one covariate in one arm.

    Attributes
    ----------
    n
        People.
    count
        People for whom it holds; None for a number.
    mean
        Mean of a number, share of what holds or not.
    sd
        Standard deviation with n - 1; NaN for what holds or not, and for one person.
    """

    n: int
    count: int | None
    mean: float
    sd: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row."""
        import pandas as pd

        return pd.DataFrame([{"n": self.n, "count": self.count, "mean": self.mean, "sd": self.sd}])


def describe_number(x: ArrayLike) -> Description:
    """Return mean and standard deviation of a number, shape (n,)."""
    values = checked_vector(x, "the covariate")
    sd = float(values.std(ddof=1)) if values.size > 1 else float("nan")
    return Description(n=values.size, count=None, mean=float(values.mean()), sd=sd)


def describe_binary(x: ArrayLike) -> Description:
    """Return for how many something holds, and their share; x is 0 or 1, shape (n,)."""
    values = checked_vector(x, "the covariate")
    return Description(n=values.size, count=int(np.sum(values == 1)), mean=float(values.mean()), sd=float("nan"))
