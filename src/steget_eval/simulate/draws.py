"""Uniform draws that belong to a purpose: neither more people nor another purpose moves them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steget_eval.core.streams import stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """One uniform draw a person and purpose.

    Attributes
    ----------
    scope
        ``simulate`` or ``true_values``, so that the people who make the records never make their truth as well.
    people
        How many people; person i has the same draw whatever their number.
    """

    seed: int
    scope: str
    people: int

    def uniform(self, *purpose: str | int) -> np.ndarray:
        """Return draws in [0, 1), shape (people,), that belong to the purpose."""
        return stream(self.seed, self.scope, *purpose).random(self.people)
