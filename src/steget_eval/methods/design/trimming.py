"""Leaves out people whose score has no counterpart, or cuts down the weights of a few; both are counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steget_eval.core.errors import ArgumentError, OverlapError
from steget_eval.core.frames import Tidy
from steget_eval.methods.design.weights import checked_weights
from steget_eval.methods.numerics.arms import Floats, checked_arm, checked_vector

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Trimmed(Tidy):
    """Who is kept.

    Attributes
    ----------
    kept : shape (n,), bool
    low, high
        The score's limits; whoever lies outside is left out.
    left_out_1, left_out_0
        People left out of each arm.
    """

    kept: NDArray[np.bool_]
    low: float
    high: float
    left_out_1: int
    left_out_0: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per arm: how many were kept and left out."""
        import pandas as pd

        return pd.DataFrame({"arm": [1, 0], "left_out": [self.left_out_1, self.left_out_0]})


def trim_scores(score: ArrayLike, a: ArrayLike, *, low: float = 0.1, high: float = 0.9) -> Trimmed:
    """Keep those whose score lies from `low` to `high`, Crump et al. (2009) with their rule of thumb.

    Nobody's effect outside is spoken of any longer: the population is then those kept. The score is to be fitted anew
    among them.
    """
    if not 0 <= low < high <= 1:
        raise ArgumentError(f"scores are trimmed to limits from 0 to 1, the lower first, got {low} and {high}")
    arm, e = checked_arm(a), checked_vector(score, "the propensity score")
    return _keep((e >= low) & (e <= high), arm, low, high)


def trim_to_common_range(score: ArrayLike, a: ArrayLike) -> Trimmed:
    """Keep those whose score lies in the range that both arms have (Dehejia and Wahba 1999)."""
    arm, e = checked_arm(a), checked_vector(score, "the propensity score")
    low, high = max(e[arm == k].min() for k in (1, 0)), min(e[arm == k].max() for k in (1, 0))
    return _keep((e >= low) & (e <= high), arm, float(low), float(high))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Truncated(Tidy):
    """Weights cut down to a limit in each arm.

    Attributes
    ----------
    w : shape (n,)
        The weights, none above its arm's limit.
    limit_1, limit_0
        The limit of each arm.
    cut_1, cut_0
        People whose weight was cut down.
    """

    w: Floats
    limit_1: float
    limit_0: float
    cut_1: int
    cut_0: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per arm: how many weights were cut down. The limit may be a person's, so it stays out."""
        import pandas as pd

        return pd.DataFrame({"arm": [1, 0], "cut": [self.cut_1, self.cut_0]})


def truncate_weights(w: ArrayLike, a: ArrayLike, *, quantile: float = 0.99) -> Truncated:
    """Cut weights down to a quantile (linear interpolation) of their own arm's; Cole and Hernán (2008).

    Trades bias for variance: the arms then stand for a population a little apart from the one asked for.
    """
    if not 0.5 < quantile <= 1:
        raise ArgumentError(f"weights are truncated at a quantile above 0.5 and up to 1, got {quantile}")
    arm, weights = checked_arm(a), checked_weights(w)
    limits = {k: float(np.quantile(weights[arm == k], quantile)) for k in (1, 0)}
    limit = np.where(arm == 1, limits[1], limits[0])
    cut = weights > limit
    return Truncated(
        w=np.minimum(weights, limit), limit_1=limits[1], limit_0=limits[0],
        cut_1=int((cut & (arm == 1)).sum()), cut_0=int((cut & (arm == 0)).sum()),
    )  # fmt: skip


def _keep(kept: NDArray[np.bool_], arm: Floats, low: float, high: float) -> Trimmed:
    for which in (1, 0):
        if not kept[arm == which].any():
            raise OverlapError(
                f"the arms do not overlap: nobody of arm {which} has a score from {low:.3g} to {high:.3g}"
            )
    return Trimmed(
        kept=kept, low=low, high=high,
        left_out_1=int((~kept & (arm == 1)).sum()), left_out_0=int((~kept & (arm == 0)).sum()),
    )  # fmt: skip
