"""Generalised estimating equations for scores, or for yes and no, at several occasions."""

from __future__ import annotations

import itertools
import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from steget_eval.core.errors import ConvergenceError, MethodError
from steget_eval.methods.numerics.arms import Floats
from steget_eval.methods.numerics.glm import fit_outcome_model
from steget_eval.methods.numerics.occasions import Occasions

Working = Literal["independence", "exchangeable", "unstructured"]
Correction = Literal["none", "mancl_derouen", "kauermann_carroll"]

_UNSOLVED = "the estimating equations of all occasions were not solved"
_STEPS = 500
_SCORE = 1e-10  # norm of the score of standardised columns
_SINGULAR = 1e-9  # smallest eigenvalue of a working correlation
_LEVERAGE = 1e-10  # a person's block of I - H with a smaller eigenvalue has been used up by the fit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GeeFit:
    """Coefficients with the covariance of the sandwich.

    Attributes
    ----------
    coefficients : shape (q,)
    covariance : shape (q, q)
    correlation : shape (k, k)
        The working correlation between occasions.
    degrees
        People less coefficients, for Student's t.
    """

    coefficients: Floats
    covariance: Floats
    correlation: Floats
    degrees: float


def fit_gee(asked: Occasions, *, working: Working, binary: bool, correction: Correction) -> GeeFit:
    """Return the fit of Liang and Zeger (1986), by statsmodels, with a sandwich for few people.

    Mancl and DeRouen (2001) divide each person's residuals by what the fit has left of them, Kauermann and Carroll
    (2001) by its square root; ``none`` is the plain sandwich, too narrow with few people.

    Raises
    ------
    MethodError
        Where there are no more people than coefficients, or the working correlation is none.
    ConvergenceError
        Where the equations are not solved.
    """
    y, D, person, occasion = asked.stacked()
    people = asked.a.size
    if people <= D.shape[1]:
        raise MethodError(f"estimating equations need more people than their {D.shape[1]} coefficients, not {people}")
    if working == "unstructured":
        _check_pairs(asked, D.shape[1])
    scale = np.sqrt((D**2).mean(axis=0))
    spread = 1.0 if binary else float(y.std())
    if spread == 0 or (binary and np.ptp(y) == 0):
        raise MethodError("the score is the same for everyone at every occasion")
    fitted = _solve(y / spread, D / scale, person, occasion, working, binary=binary)
    beta = np.asarray(fitted.params, dtype=np.float64)
    R = _correlation(fitted, working, asked.count)
    if not np.isfinite(R).all() or np.linalg.eigvalsh(R)[0] < _SINGULAR:
        raise MethodError(f"the {working} working correlation between occasions is singular: one follows from another")
    mean = D / scale @ beta
    mean = 1 / (1 + np.exp(-mean)) if binary else mean
    if binary and (np.minimum(mean, 1 - mean) < 1e-8).any():
        raise MethodError("the covariates tell yes from no without error for some: the odds have no finite answer")
    bounds = np.flatnonzero(np.diff(person, prepend=-1, append=people))
    V = _sandwich(y / spread, D / scale, mean, R, occasion, bounds, binary=binary, correction=correction)
    return GeeFit(
        coefficients=beta * spread / scale, covariance=np.asarray(V * spread**2 / np.outer(scale, scale)),
        correlation=R, degrees=float(people - D.shape[1]),
    )  # fmt: skip


def _check_pairs(asked: Occasions, coefficients: int) -> None:
    """Refuse occasions that share too few people for a correlation of their own, the coefficients counted off."""
    seen = (~np.isnan(asked.Y)).astype(np.int64)
    if (seen.T @ seen).min() <= coefficients:
        raise MethodError(
            "the unstructured working correlation is not identified: too few people were seen at two of the occasions "
            "together for the coefficients; allowed: exchangeable, independence"
        )


def _solve(y: Floats, D: Floats, person: Any, occasion: Any, working: Working, *, binary: bool) -> Any:
    from statsmodels.genmod.cov_struct import Exchangeable, Independence, Unstructured
    from statsmodels.genmod.families import Binomial, Gaussian
    from statsmodels.genmod.generalized_estimating_equations import GEE

    structure = {"independence": Independence, "exchangeable": Exchangeable, "unstructured": Unstructured}[working]()
    model = GEE(
        y, D, groups=person, time=occasion[:, None].astype(np.int64), cov_struct=structure,
        family=Binomial() if binary else Gaussian(),
    )  # fmt: skip
    start = (
        fit_outcome_model(D, y, "logit", "the model of yes and no at all occasions").coefficients if binary else None
    )
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            fitted = model.fit(maxiter=_STEPS, ctol=_SCORE, cov_type="robust", start_params=start)
        except np.linalg.LinAlgError as error:
            raise MethodError("the working correlation between occasions is singular") from error
        except ValueError as error:  # scipy's word for coefficients that ran off
            raise ConvergenceError(_UNSOLVED) from error
    if any("positive definite" in str(one.message) for one in told):
        raise MethodError(f"the {working} working correlation between occasions is not positive definite")
    if fitted is None or not fitted.converged or any("Singular" in str(one.message) for one in told):
        raise ConvergenceError(_UNSOLVED)
    return fitted


def _correlation(fitted: Any, working: Working, k: int) -> Floats:
    if working == "independence":
        return np.eye(k)
    found = fitted.cov_struct.dep_params
    if working == "unstructured":
        return np.asarray(found, dtype=np.float64)
    return np.asarray(np.full((k, k), float(found)) + (1 - float(found)) * np.eye(k))


def _sandwich(
    y: Floats, D: Floats, mean: Floats, R: Floats, occasion: Any, bounds: Any, *, binary: bool, correction: Correction
) -> Floats:  # fmt: skip
    variance = mean * (1 - mean) if binary else np.ones_like(mean)
    slopes = D * variance[:, None] if binary else D
    q = D.shape[1]
    A, roots = np.zeros((q, q)), []
    for start, end in itertools.pairwise(bounds):
        places, sd = occasion[start:end], np.sqrt(variance[start:end])
        # Slopes and residuals in units in which the working covariance is the identity.
        roots.append(np.linalg.inv(np.linalg.cholesky(R[np.ix_(places, places)])) / sd)
        own = roots[-1] @ slopes[start:end]
        A += own.T @ own
    bread = _inverse(A)
    middle = np.zeros((q, q))
    for (start, end), root in zip(itertools.pairwise(bounds), roots, strict=True):
        own = root @ slopes[start:end]
        left = np.eye(end - start) - own @ bread @ own.T
        score = own.T @ _corrected(root @ (y[start:end] - mean[start:end]), left, correction)
        middle += np.outer(score, score)
    return np.asarray(bread @ middle @ bread)


def _inverse(A: Floats) -> Floats:
    size = np.sqrt(np.diag(A))
    scaled = A / np.outer(size, size)
    if not np.isfinite(scaled).all() or np.linalg.eigvalsh(scaled)[0] < _SINGULAR:
        raise MethodError("the estimating equations of all occasions do not identify every coefficient")
    return np.asarray(np.linalg.inv(scaled) / np.outer(size, size))


def _corrected(residual: Floats, left: Floats, correction: Correction) -> Floats:
    """Return a person's residuals over what the fit has left of them, or over its square root."""
    if correction == "none":
        return residual
    values, vectors = np.linalg.eigh((left + left.T) / 2)
    if values[0] < _LEVERAGE:
        raise MethodError("one person alone decides a coefficient, so that the sandwich has no answer")
    power = values if correction == "mancl_derouen" else np.sqrt(values)
    return np.asarray((vectors / power) @ (vectors.T @ residual))
