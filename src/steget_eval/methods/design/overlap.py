"""Whether the arms have people to compare with: where their propensity scores meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from steget_eval.core.frames import Tidy
from steget_eval.methods.design.weights import checked_weights, effective_sample_size, weights_ate
from steget_eval.methods.numerics.arms import checked_arm, checked_vector

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap(Tidy):
    """How far the propensity scores of two arms overlap.

    Attributes
    ----------
    lowest_1, highest_1, lowest_0, highest_0
        Range of the score in each arm. They are single persons' values: not for a report.
    outside_1, outside_0
        Share of an arm whose score lies outside the range of the other.
    largest_share
        Largest share of its arm's weight that one person carries.
    largest_weight
        Largest weight, where the mean weight of its arm is 1.
    ess_1, ess_0
        Kish's effective sample size under the weights.
    """

    lowest_1: float
    highest_1: float
    lowest_0: float
    highest_0: float
    outside_1: float
    outside_0: float
    largest_share: float
    largest_weight: float
    ess_1: float
    ess_0: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row per figure."""
        import pandas as pd

        return pd.DataFrame({"figure": self.__slots__, "value": [getattr(self, name) for name in self.__slots__]})


def overlap(score: ArrayLike, a: ArrayLike, *, w: ArrayLike | None = None) -> Overlap:
    """Return how far the scores overlap, with the toll of weights `w` (without them, those to everyone)."""
    arm, e = checked_arm(a), checked_vector(score, "the propensity score")
    weights = weights_ate(arm, e) if w is None else checked_weights(w)
    sizes = effective_sample_size(weights, arm)
    one, zero = e[arm == 1], e[arm == 0]
    shares = [weights[arm == which] / weights[arm == which].sum() for which in (1, 0)]
    return Overlap(
        lowest_1=float(one.min()), highest_1=float(one.max()), lowest_0=float(zero.min()), highest_0=float(zero.max()),
        outside_1=float(((one < zero.min()) | (one > zero.max())).mean()),
        outside_0=float(((zero < one.min()) | (zero > one.max())).mean()),
        largest_share=float(max(share.max() for share in shares)),
        largest_weight=float(max(share.max() * share.size for share in shares)),
        ess_1=sizes.ess_1, ess_0=sizes.ess_0,
    )  # fmt: skip
