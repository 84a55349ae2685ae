"""One-sided exact limits of a proportion, with what it takes for them to clear a target."""

from __future__ import annotations

import numpy as np
from scipy import stats

#: Beyond this many people a band is called out of reach.
MOST_PEOPLE = 100_000


def exact_lower(count: int, n: int, *, level: float) -> float:
    """Return the one-sided Clopper–Pearson lower limit; 0 where nobody succeeded."""
    return 0.0 if count == 0 else float(stats.beta.ppf(1 - level, count, n - count + 1))


def smallest_count_above(n: int, target: float, *, level: float) -> int | None:
    """Return the smallest count of `n` whose lower limit lies above the target, None where not even `n` is enough."""
    count = int(_counts_above(np.array([n]), target, level)[0])
    return count if count <= n else None


def smallest_n_within(low: float, high: float, *, level: float) -> int | None:
    """Return the smallest n at which some count has both one-sided limits inside the band.

    For 10–20 % at 95 % it is 158. It is the smallest, not one from which every n will do: counts are whole, so a few
    larger n miss again. None past `MOST_PEOPLE`.
    """
    start, block = 1, 1024
    while start <= MOST_PEOPLE:
        n = np.arange(start, min(start + block, MOST_PEOPLE + 1))
        # The mirror of the lower limit: the upper lies below `high` where the failures' lower lies above 1 − high.
        most = n - _counts_above(n, 1 - high, level)
        possible = _counts_above(n, low, level) <= most
        if possible.any():
            return int(n[np.argmax(possible)])
        start, block = start + block, 2 * block
    return None


def _counts_above(n: np.ndarray, target: float, level: float) -> np.ndarray:
    """Smallest count with P(X ≥ count | target) below 1 − level, for each n; n + 1 where there is none."""
    count = stats.binom.ppf(level, n, target).astype(np.int64) + 1
    # Strictly below: where the tail is 1 − level itself, but for rounding, the limit lies on the target.
    on_target = np.isclose(stats.binom.sf(count - 1, n, target), 1 - level, rtol=1e-12, atol=0)
    return np.asarray(count + on_target)
