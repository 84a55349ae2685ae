"""How a pooled effect depends on each study, how it grew with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ArgumentError, FewError
from steget_eval.core.estimates import Estimates, gather
from steget_eval.core.frames import Tidy
from steget_eval.methods.evidence.pooling_rows import Pooled
from steget_eval.methods.evidence.synthesis import Effects, Studies

if TYPE_CHECKING:
    import pandas as pd

Source = TypeVar("Source", Studies, Effects)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Series(Tidy):
    """Pooled effects over changing sets of studies.

    Attributes
    ----------
    studies
        The study left out of, or added to, each row.
    pooled
        In the same order.
    """

    studies: tuple[str, ...]
    pooled: tuple[Pooled, ...]

    @property
    def estimates(self) -> Estimates:
        """One row a set, the study's name in `subgroup`."""
        named = zip(self.studies, self.pooled, strict=True)
        return gather(pooled.estimates.label(subgroup=study) for study, pooled in named)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a set of studies, with τ² beside it."""
        return self.estimates.to_frame().assign(tau_squared=[pooled.tau2 for pooled in self.pooled])


def leave_one_out(source: Source, pool: Callable[[Source], Pooled]) -> Series:
    """Pool again without each study in turn; `pool` is any pooling function with its options set."""
    k = len(source)
    if k < 3:
        raise FewError(f"leaving one out needs at least three studies, there are {k}")
    without = tuple(pool(source.take([j for j in range(k) if j != i])) for i in range(k))
    return Series(studies=source.labels, pooled=without)


def cumulative(source: Source, pool: Callable[[Source], Pooled], order: ArrayLike, *, first: int = 2) -> Series:
    """Pool the first studies, then one more at a time.

    Parameters
    ----------
    order : shape (k,)
        What to add them by, as the year; ties keep their given order.
    first
        Studies in the first row.
    """
    keys = np.asarray(order)
    if keys.shape != (len(source),) or not 1 <= first <= len(source):
        raise ArgumentError(f"{len(source)} studies need {len(source)} values to be ordered by, first from 1 to that")
    index = [int(i) for i in np.argsort(keys, kind="stable")]
    steps = range(first, len(index) + 1)
    return Series(
        studies=tuple(source.labels[index[step - 1]] for step in steps),
        pooled=tuple(pool(source.take(index[:step])) for step in steps),
    )
