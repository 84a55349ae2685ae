"""Omitted-variable bias: what a confounder as strong as a known covariate would do to a difference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from steget_eval.core.errors import ArgumentError, FewError, OutsideError
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.arms import Floats, checked_amounts, checked_covariates, checked_level
from steget_eval.methods.numerics.linear import build_design

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness:
    """How much unmeasured confounding a regression's difference bears.

    Attributes
    ----------
    partial_r2
        Share of what is left of the outcome's variance that the arm explains.
    value
        Robustness value: a confounder that explains at least this share of what is left of both arm and outcome can
        take the estimate to zero.
    value_limit
        The same for the limit nearer to zero; 0 where the interval holds zero.
    """

    partial_r2: float
    value: float
    value_limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkBound:
    """The answer if the omitted variable were `times` as strong as the benchmark.

    Attributes
    ----------
    r2_arm, r2_outcome
        Largest share of what is left of the arm, and of the outcome, that it would explain.
    """

    times: float
    r2_arm: float
    r2_outcome: float
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OmittedVariable(Tidy):
    """A linear regression of the outcome on arm and covariates, and what could be missing from it.

    Attributes
    ----------
    df
        Residual degrees of freedom.
    benchmark_arm, benchmark_outcome
        Share of what is left of arm and of outcome that the benchmark itself explains.
    bounds
        One row for each of the strengths asked that can exist.
    impossible
        The strengths asked at which a confounder would explain more than all that is left of arm or outcome.
    """

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    df: int
    robustness: Robustness
    benchmark_arm: float
    benchmark_outcome: float
    bounds: tuple[BenchmarkBound, ...]
    impossible: tuple[float, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per strength, the regression's own first at strength 0."""
        import pandas as pd

        names = ("times", "r2_arm", "r2_outcome", "estimate", "std_error", "conf_low", "conf_high")
        own = (0.0, 0.0, 0.0, self.estimate, self.std_error, self.conf_low, self.conf_high)
        rows = [own, *(tuple(getattr(bound, name) for name in names) for bound in self.bounds)]
        return pd.DataFrame(rows, columns=list(names))


def omitted_variable(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, benchmark: Sequence[int], times: Sequence[float] = (1, 2, 3),
    level: float = 0.95,
) -> OmittedVariable:  # fmt: skip
    """Return the difference under a confounder `times` as strong as the benchmark covariate.

    Cinelli & Hazlett (2020), for least squares of the outcome on arm and covariates: the difference is that of a
    regression, not that of weights or of a doubly robust estimate. The confounder is taken to be unrelated to the
    covariates and to pull towards zero. Strengths that no confounder can have are told, without a row.

    Parameters
    ----------
    y : shape (n,)
        Amounts, or 0 and 1.
    X : shape (n, p)
        Covariates, the benchmark among them.
    benchmark
        Columns of X that together are the benchmark, as the levels of one category.
    times
        Strengths asked, in the benchmark's.
    """
    arms = checked_amounts(y, a)
    covariates = checked_covariates(X, arms.a.size)
    columns = sorted(set(benchmark))
    if not columns or columns[0] < 0 or columns[-1] >= covariates.shape[1]:
        raise ArgumentError("the benchmark must be one or more of the covariates that are adjusted for")
    design = build_design(covariates).Z
    kept = np.delete(design, [column + 1 for column in columns], axis=1)
    full = np.column_stack([arms.a, design])
    df = arms.a.size - full.shape[1]
    if df < 2:
        raise FewError("a regression on arm and covariates leaves too few people for an interval")
    estimate, std_error = _coefficient(full, arms.y, df)
    half = float(student.isf((1 - checked_level(level)) / 2, df)) * std_error
    r2_arm = _share(_squares(kept, arms.a), _squares(design, arms.a))
    r2_outcome = _share(_squares(np.column_stack([arms.a, kept]), arms.y), _squares(full, arms.y))
    possible = [one for one in times if _can_exist(r2_arm, r2_outcome, one)]
    return OmittedVariable(
        estimate=estimate, std_error=std_error, conf_low=estimate - half, conf_high=estimate + half, df=df,
        robustness=robustness(estimate, std_error, df, level=level), benchmark_arm=r2_arm,
        benchmark_outcome=r2_outcome,
        bounds=tuple(bound_by_benchmark(estimate, std_error, df, r2_arm, r2_outcome, one, level) for one in possible),
        impossible=tuple(float(one) for one in times if one not in possible),
    )  # fmt: skip


def robustness(estimate: float, std_error: float, df: int, *, level: float = 0.95) -> Robustness:
    """Return partial R² and robustness values of a regression's coefficient, from its printed line alone.

    With f = abs(t)/√df: RV = (√(f⁴ + 4f²) - f²)/2; for the limit, f less the critical value with df - 1 over √(df - 1).
    """
    if not std_error > 0 or df < 2:
        raise ArgumentError("a robustness value needs a standard error above zero and two degrees of freedom or more")
    f = abs(estimate / std_error) / math.sqrt(df)
    critical = float(student.isf((1 - checked_level(level)) / 2, df - 1)) / math.sqrt(df - 1)
    return Robustness(partial_r2=f**2 / (1 + f**2), value=_value(f, 0.0), value_limit=_value(f, critical))


def bound_by_benchmark(
    estimate: float, std_error: float, df: int, r2_arm: float, r2_outcome: float, times: float, level: float = 0.95
) -> BenchmarkBound:
    """Return the estimate that a confounder `times` as strong as a benchmark would leave.

    Parameters
    ----------
    r2_arm, r2_outcome
        The benchmark's own partial R² with arm (given the other covariates) and outcome (given those and the arm).
    """
    if not 0 <= r2_arm < 1 or not 0 <= r2_outcome < 1 or not times > 0:
        raise ArgumentError("a benchmark explains a share from none to less than all, and a strength is above zero")
    if not _can_exist(r2_arm, r2_outcome, times):
        raise OutsideError("a confounder so many times as strong as the benchmark would explain more than all there is")
    with_arm, with_outcome = _strengths(r2_arm, r2_outcome, times)
    bias = math.sqrt(with_outcome * with_arm / (1 - with_arm)) * std_error * math.sqrt(df)
    left = estimate - math.copysign(bias, estimate)
    error = std_error * math.sqrt((1 - with_outcome) / (1 - with_arm) * df / (df - 1))
    half = float(student.isf((1 - checked_level(level)) / 2, df - 1)) * error
    return BenchmarkBound(
        times=float(times), r2_arm=with_arm, r2_outcome=with_outcome, estimate=left, std_error=error,
        conf_low=left - half, conf_high=left + half,
    )  # fmt: skip


def _can_exist(r2_arm: float, r2_outcome: float, times: float) -> bool:
    with_arm, with_outcome = _strengths(r2_arm, r2_outcome, times)
    return with_arm < 1 and with_outcome < 1


def _strengths(r2_arm: float, r2_outcome: float, times: float) -> tuple[float, float]:
    """Return what a confounder `times` as strong would explain of arm and of outcome; infinite beyond all."""
    if times * r2_arm >= 1:
        return math.inf, math.inf
    shared = times * r2_arm**2 / ((1 - times * r2_arm) * (1 - r2_arm))
    if shared >= 1:
        return math.inf, math.inf
    pull = (math.sqrt(times) + math.sqrt(shared)) / math.sqrt(1 - shared)
    return times * r2_arm / (1 - r2_arm), pull**2 * r2_outcome / (1 - r2_outcome)


def _value(f: float, critical: float) -> float:
    over = f - critical
    if over <= 0:
        return 0.0
    if critical > 0 and f > 1 / critical:
        return (f**2 - critical**2) / (1 + f**2)
    return 2 * over / (math.sqrt(over**2 + 4) + over)  # the formula without its difference of two large numbers


def _coefficient(D: Floats, y: Floats, df: int) -> tuple[float, float]:
    Q, R = np.linalg.qr(D)
    beta = np.linalg.solve(R, Q.T @ y)
    residual = y - D @ beta
    first = np.linalg.solve(R.T, np.eye(D.shape[1])[0])
    return float(beta[0]), math.sqrt(float(residual @ residual) / df * float(first @ first))


def _squares(D: Floats, y: Floats) -> float:
    Q = np.linalg.qr(D)[0]
    residual = y - Q @ (Q.T @ y)
    return float(residual @ residual)


def _share(without: float, with_: float) -> float:
    return 0.0 if without <= 0 else max((without - with_) / without, 0.0)
