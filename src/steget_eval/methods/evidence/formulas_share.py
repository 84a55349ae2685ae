"""Every usual interval of one share."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.stats import beta, norm

from steget_eval.methods.numerics.proportions import Limits, limits_one


def share_wald(x: int, n: int, level: float) -> Limits:
    """Return Wald's limits."""
    half = float(norm.isf((1 - level) / 2)) * math.sqrt(x / n * (1 - x / n) / n)
    return Limits(low=x / n - half, high=x / n + half)


def share_wilson(x: int, n: int, level: float) -> Limits:
    """Return Wilson's score limits."""
    return limits_one(x, n, method="wilson", level=level)


def share_wilson_corrected(x: int, n: int, level: float) -> Limits:
    """Return Wilson's limits of one share with continuity correction (Newcombe 1998)."""
    z = float(norm.isf((1 - level) / 2))
    share, z2 = x / n, z * z
    low_root = z2 - 1 / n + 4 * n * share * (1 - share) + (4 * share - 2)
    high_root = z2 - 1 / n + 4 * n * share * (1 - share) - (4 * share - 2)
    low = (2 * n * share + z2 - (z * math.sqrt(max(low_root, 0.0)) + 1)) / (2 * (n + z2))
    high = (2 * n * share + z2 + (z * math.sqrt(max(high_root, 0.0)) + 1)) / (2 * (n + z2))
    return Limits(low=0.0 if x == 0 else max(low, 0.0), high=1.0 if x == n else min(high, 1.0))


def share_clopper_pearson(x: int, n: int, level: float) -> Limits:
    """Return the exact limits of Clopper and Pearson."""
    return limits_one(x, n, method="clopper_pearson", level=level)


def share_agresti_coull(x: int, n: int, level: float) -> Limits:
    """Return Wald's limits about Wilson's centre (Agresti and Coull 1998), kept within 0 and 1."""
    z2 = float(norm.isf((1 - level) / 2)) ** 2
    centre = (x + z2 / 2) / (n + z2)
    half = math.sqrt(z2 * centre * (1 - centre) / (n + z2))
    return Limits(low=max(centre - half, 0.0), high=min(centre + half, 1.0))


def share_jeffreys(x: int, n: int, level: float) -> Limits:
    """Return the limits of Jeffreys' prior, 0 or 1 where there is nothing to one side (Brown, Cai, DasGupta 2001)."""
    tail = (1 - level) / 2
    low = 0.0 if x == 0 else float(beta.ppf(tail, x + 0.5, n - x + 0.5))
    return Limits(low=low, high=1.0 if x == n else float(beta.isf(tail, x + 0.5, n - x + 0.5)))


#: The intervals of one share by name, in the order they are tried.
SHARE_FORMULAS: tuple[tuple[str, Callable[[int, int, float], Limits]], ...] = (
    ("wald", share_wald),
    ("wilson", share_wilson),
    ("wilson_corrected", share_wilson_corrected),
    ("clopper_pearson", share_clopper_pearson),
    ("agresti_coull", share_agresti_coull),
    ("jeffreys", share_jeffreys),
)
