"""What repeated simulation says of an estimator, each figure with its Monte Carlo error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steget_eval.core.errors import FewError
from steget_eval.core.frames import Tidy

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery(Tidy):
    """Operating characteristics over replicates; Morris, White & Crowther (2019).

    Attributes
    ----------
    replicates
        Replicates that gave an answer.
    refused
        Replicates in which the method refused.
    truth, truth_mcse
        What the simulator's stated truth implies, with its own Monte Carlo error.
    bias, bias_mcse
        Mean estimate minus truth; the error includes the truth's.
    empirical_se, model_se
        Standard deviation of the estimates, and the root of the mean squared standard error.
    coverage, coverage_mcse
        Share of the intervals that hold the truth.
    """

    replicates: int
    refused: int
    truth: float
    truth_mcse: float
    bias: float
    bias_mcse: float
    empirical_se: float
    model_se: float
    coverage: float
    coverage_mcse: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row."""
        import pandas as pd

        return pd.DataFrame([{name: getattr(self, name) for name in self.__slots__}])


def summarise_recovery(
    estimate: np.ndarray, std_error: np.ndarray, low: np.ndarray, high: np.ndarray, *, truth: float, truth_mcse: float,
    refused: int = 0,
) -> Recovery:  # fmt: skip
    """Return bias, standard errors and coverage of the replicates' estimates, each shape (r,), at least two."""
    replicates = estimate.size
    if replicates < 2:
        raise FewError(f"{replicates} replicates gave an answer and {refused} refused; at least two answers are needed")
    spread = float(estimate.std(ddof=1))
    coverage = float(np.mean((low <= truth) & (truth <= high)))
    return Recovery(
        replicates=replicates,
        refused=refused,
        truth=truth,
        truth_mcse=truth_mcse,
        bias=float(estimate.mean()) - truth,
        bias_mcse=math.sqrt(spread**2 / replicates + truth_mcse**2),
        empirical_se=spread,
        model_se=math.sqrt(float(np.mean(std_error**2))),
        coverage=coverage,
        coverage_mcse=math.sqrt(coverage * (1 - coverage) / replicates),
    )
