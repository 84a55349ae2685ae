"""Tests of two means from what is printed of them."""

from __future__ import annotations

import math

from scipy.stats import t as student


def welch_p(mean_1: float, sd_1: float, n_1: int, mean_0: float, sd_0: float, n_0: int) -> float:
    """Return the two-sided p-value of Welch's t test; arms of at least two."""
    part_1, part_0 = sd_1**2 / n_1, sd_0**2 / n_0
    df = (part_1 + part_0) ** 2 / (part_1**2 / (n_1 - 1) + part_0**2 / (n_0 - 1))
    return float(2 * student.sf(abs(mean_1 - mean_0) / math.sqrt(part_1 + part_0), df))


def t_test_p(mean_1: float, sd_1: float, n_1: int, mean_0: float, sd_0: float, n_0: int) -> float:
    """Return the two-sided p-value of Student's t test with one variance."""
    df = n_1 + n_0 - 2
    variance = ((n_1 - 1) * sd_1**2 + (n_0 - 1) * sd_0**2) / df
    return p_of_t((mean_1 - mean_0) / math.sqrt(variance * (1 / n_1 + 1 / n_0)), df)


def p_of_t(value: float, df: float) -> float:
    """Return the two-sided p-value of a t statistic."""
    return float(2 * student.sf(abs(value), df))
