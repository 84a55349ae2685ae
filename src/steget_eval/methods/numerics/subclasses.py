"""Subclasses of a score, and what the people of a set stand for."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from steget_eval.core.errors import ArgumentError, OverlapError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Population = Literal["ATE", "ATT", "ATC"]


def cut_at_quantiles(score: Floats, a: Floats, classes: int, population: Population) -> Ints:
    """Return the subclass of each person: the score cut at the quantiles of the population's people."""
    if classes < 2:
        raise ArgumentError(f"at least two subclasses are needed, got {classes}")
    focal = {"ATE": score, "ATT": score[a == 1], "ATC": score[a == 0]}[population]
    cuts = np.quantile(focal, np.linspace(0, 1, classes + 1))[1:-1]
    return np.searchsorted(cuts, score, side="right").astype(np.int64)


def stand_for(set_of: Ints, a: Floats, population: Population) -> Floats:
    """Return each person's weight: a set's people in the population over its people in the person's own arm."""
    n_1, n_0 = np.bincount(set_of, a), np.bincount(set_of, 1 - a)
    if ((n_1 == 0) | (n_0 == 0)).any():
        raise OverlapError("the arms do not overlap: a subclass has people of one arm only; fewer subclasses may have")
    stands = {"ATE": n_1 + n_0, "ATT": n_1, "ATC": n_0}[population]
    return np.asarray(stands[set_of] / np.where(a == 1, n_1[set_of], n_0[set_of]))
