"""Two faults of the clock: time that could not have ended badly, and people who had begun before anybody looked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ArgumentError, EmptyArmError
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.arms import checked_vector

if TYPE_CHECKING:
    import pandas as pd

_DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ClockCheck(Tidy):
    """How many of the treated stand on the wrong side of their index date, and by how much.

    Attributes
    ----------
    people
        Treated people whose programme has a known first day.
    affected
        Those of them that the check finds.
    months
        Mean over `people` of the months in question, 0 for whoever is not affected.
    share
        The months in question over all months followed of `people`; for prevalent users, affected over people.
    """

    check: str
    people: int
    affected: int
    months: float
    share: float

    @property
    def warns(self) -> bool:
        """Whether anybody is affected."""
        return self.affected > 0

    def to_frame(self) -> pd.DataFrame:
        """Return the one row."""
        import pandas as pd

        names = ("check", "people", "affected", "months", "share", "warns")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])


def immortal_time(began: ArrayLike, followed: ArrayLike) -> ClockCheck:
    """Return how much of the treated arm's follow-up lies before its programme began (Suissa 2008).

    Whoever has a first day must have come that far without the outcome ending the wait, so that time cannot fail; it
    belongs to no arm, or to the comparison.

    Parameters
    ----------
    began : shape (n,)
        Days from the index date to the programme's first day, of the treated; NaN where none is known.
    followed : shape (n,)
        Days followed from the index date.
    """
    first, days = _known(began, followed)
    waited = np.minimum(np.maximum(first, 0.0), days)
    total = float(days.sum())
    return ClockCheck(
        check="immortal_time", people=first.size, affected=int((first > 0).sum()),
        months=float(waited.mean()) / _DAYS_PER_MONTH, share=0.0 if total == 0 else float(waited.sum()) / total,
    )  # fmt: skip


def prevalent_users(began: ArrayLike) -> ClockCheck:
    """Return how many of the treated had begun before the index date, and how long before (Ray 2003).

    Whoever left the programme, or was helped at once, before the index date is not among those observed.

    Parameters
    ----------
    began : shape (n,)
        Days from the index date to the programme's first day, of the treated; NaN where none is known.
    """
    first, _ = _known(began, np.zeros(np.asarray(began).shape))
    ahead = np.maximum(-first, 0.0)
    affected = int((first < 0).sum())
    return ClockCheck(
        check="prevalent_users", people=first.size, affected=affected, months=float(ahead.mean()) / _DAYS_PER_MONTH,
        share=affected / first.size,
    )  # fmt: skip


def _known(began: ArrayLike, followed: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    first = np.asarray(began, dtype=np.float64)
    days = checked_vector(followed, "the days followed")
    if first.shape != days.shape:
        raise ArgumentError("first days and days followed must be of the same people")
    known = ~np.isnan(first)
    if not known.any():
        raise EmptyArmError("nobody in the treated arm has a known first day of the programme")
    return first[known], days[known]
