"""Ordinary least squares with variances that hold when people's spread differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from steget_eval.core.errors import DependentError, FewError
from steget_eval.methods.numerics.arms import Floats, checked_choice

Robust = Literal["classical", "HC2", "HC3"]

_LEVERAGE = 1e-10  # what is left of a person's own residual below this is nothing


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeastSquares:
    """A fit with the covariance of its coefficients; `degrees` are people less coefficients."""

    coefficients: Floats
    covariance: Floats
    degrees: float


def fit_least_squares(D: Floats, y: Floats, *, variance: Robust = "HC2") -> LeastSquares:
    """Return ordinary least squares with the classical variance, HC2 or HC3 (MacKinnon and White 1985).

    HC2 divides each squared residual by what the fit has left of it, and is unbiased where the spread is alike; HC3
    divides once more.
    """
    checked_choice(variance, ("classical", "HC2", "HC3"), "variance")
    n, k = D.shape
    if n <= k:
        raise FewError(f"a regression needs more people than its {k} coefficients, there are {n}")
    Q, R = np.linalg.qr(D)
    beta = np.linalg.solve(R, Q.T @ y)
    residual, root = y - D @ beta, np.linalg.inv(R)
    if variance == "classical":
        covariance = float(residual @ residual) / (n - k) * (root @ root.T)
    else:
        left = 1 - (Q**2).sum(axis=1)
        if left.min() < _LEVERAGE:
            raise DependentError("one person alone decides a coefficient, so that a robust variance has no answer")
        scaled = residual**2 / (left if variance == "HC2" else left**2)
        covariance = root @ ((Q * scaled[:, None]).T @ Q) @ root.T
    return LeastSquares(coefficients=np.asarray(beta), covariance=np.asarray(covariance), degrees=float(n - k))
