"""What a score would have changed by itself because people begin when it is bad."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from steget_eval.core.errors import ArgumentError, EmptyArmError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import Floats, checked_level, checked_vector


def expected_drift(
    before: ArrayLike, after: ArrayLike, *, reliability: float, usual_mean: float, level: float = 0.95
) -> Estimates:
    """Return the change to be expected were nothing done, and the change beyond it.

    Where scores of the people whom a programme could have had correlate by `reliability` between the two occasions,
    with the mean `usual_mean` at both, who scores b at the first is expected at usual_mean + reliability (b −
    usual_mean) at the second: the drift is (1 − reliability)(usual_mean − mean of b), and what is beyond it is the
    mean of after minus that expectation (Davis 1976; Barnett, van der Pols and Dobson 2005). Student's intervals on
    pairs minus one, with reliability and usual mean taken as known.

    Parameters
    ----------
    before, after : shape (n,)
        Scores of the same people, both known.
    reliability
        Correlation between two occasions of people to whom nothing is done, above 0 and at most 1.
    usual_mean
        Mean score of those from whom the people were taken.
    """
    one, two = checked_vector(before, "the earlier score"), checked_vector(after, "the later score")
    if one.size != two.size:
        raise ArgumentError("the two scores must be of the same people")
    if one.size < 2:
        raise EmptyArmError("a change needs two people or more with both scores")
    if not 0 < reliability <= 1:
        raise ArgumentError(f"a reliability lies above 0 and is at most 1, got {reliability}")
    expected = usual_mean + reliability * (one - usual_mean)
    return Estimates((
        _mean("expected_drift", expected - one, level, tested=False),
        _mean("change_beyond_drift", two - expected, level, tested=True),
    ))  # fmt: skip


def _mean(contrast: str, values: Floats, level: float, *, tested: bool) -> Estimate:
    mean, error = float(values.mean()), float(np.std(values, ddof=1)) / math.sqrt(values.size)
    half = float(student.isf((1 - checked_level(level)) / 2, values.size - 1)) * error
    p = 2 * float(student.sf(abs(mean / error), values.size - 1)) if tested and error > 0 else math.nan
    return Estimate(
        contrast=contrast, method="regression_to_the_mean", estimate=mean, std_error=error, conf_low=mean - half,
        conf_high=mean + half, conf_level=level, p_value=p, n_1=int(values.size), kind="longitudinal",
        population="arm", unit="score", note="Reliability and usual mean are taken as known.",
    )  # fmt: skip
