"""Days of events as they are seen: whole days, until each person is last seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def seen_by(day: Floats, cause: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return day and cause, 0 for those who are last seen before it."""
    whole = np.ceil(day).astype(np.int64)
    return np.minimum(whole, end), np.where(whole <= end, cause, 0)


def proportional_times(draws: np.random.Generator, power: Floats, end: Ints) -> tuple[Ints, Ints]:
    """Return times of two causes whose first has proportional subdistribution hazards (Fine and Gray 1999, section 4).

    Parameters
    ----------
    power : shape (n,)
        What each person's subdistribution hazard is multiplied by.
    """
    n, p = power.size, 0.4
    ever = 1 - (1 - p) ** power
    first = -np.log(1 - (1 - (1 - draws.random(n) * ever) ** (1 / power)) / p)
    is_first = draws.random(n) < ever
    day = 300 * np.where(is_first, first, draws.exponential(size=n))
    return seen_by(day, np.where(is_first, 1, 2), end)
