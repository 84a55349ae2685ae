"""What an attacker can work out, in whole people, from sums that are told."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp


def extreme(target: np.ndarray, A: np.ndarray, b: np.ndarray, sign: int) -> int:
    """Return the least (sign 1) or the most (sign -1) that a sum can be, in whole people, none below zero.

    Parameters
    ----------
    target : shape (cells,)
        Which cells the sum counts.
    A, b : shape (told, cells) and (told,)
        The told sums and their values, which some table of whole people gives.
    """
    found = milp(
        sign * target, constraints=LinearConstraint(A, b, b), integrality=np.ones(target.size), bounds=Bounds(0, np.inf)
    )
    # The true table is one solution, so there always is one.
    return round(sign * float(found.fun))
