"""Restricted maximum likelihood for scores at several occasions with any covariance between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steget_eval.core.errors import ConvergenceError, DependentError, SpreadError
from steget_eval.methods.numerics.arms import Floats
from steget_eval.methods.numerics.occasions import Occasions
from steget_eval.methods.numerics.reml_likelihood import (
    Part,
    State,
    derivatives,
    elements,
    product_of,
    spread,
    state_at,
)

_MAX_STEPS = 200
_HALVINGS = 40
_DECREMENT = 1e-16  # of the likelihood that Newton's next step would still gain
_GAIN = 1e-12  # a gain relative to the likelihood below this is rounding
_SMALLEST = 1e-9  # eigenvalue of the correlation: below, one occasion follows from the others
_CURVATURE = 1e-10  # smallest eigenvalue of the scaled information


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reml:
    """A fit of the mean and of the covariance between occasions.

    Attributes
    ----------
    coefficients : shape (q,)
    covariance : shape (q, q)
        Of the coefficients, the covariance between occasions taken as known.
    between : shape (k, k)
        Covariance between occasions.
    log_likelihood
        The restricted one, constants as in nlme and mmrm.
    information : shape (m, m)
        Observed information of the m = k(k + 1)/2 elements of `between`, lower triangle by row.
    slopes : shape (m, q, q)
        Derivative of `covariance` by each of those elements.
    steps
        Newton steps taken.
    """

    coefficients: Floats
    covariance: Floats
    between: Floats
    log_likelihood: float
    information: Floats
    slopes: Floats
    steps: int

    def std_error(self, c: Floats) -> float:
        """Return the standard error of a combination of coefficients."""
        return float(np.sqrt(c @ self.covariance @ c))

    def degrees(self, c: Floats) -> float:
        """Return Satterthwaite's degrees of freedom of a combination of coefficients.

        Fai and Cornelius (1996): twice the squared variance over the variance of that variance, by the delta method
        from the observed information, as in SAS PROC MIXED and mmrm.
        """
        slope = np.einsum("i,sij,j->s", c, self.slopes, c)
        variance = float(c @ self.covariance @ c)
        return float(2 * variance**2 / (slope @ np.linalg.solve(self.information, slope)))


def fit_reml(asked: Occasions) -> Reml:
    """Return the restricted maximum likelihood fit, or refuse where the data do not identify it.

    Newton's method on the elements of the covariance with the observed information, or the expected where the
    observed is not positive definite, and halved steps until the likelihood rises.

    Raises
    ------
    MethodError
        Where two occasions share too few people, or one occasion follows from the others.
    ConvergenceError
        Where the likelihood does not reach its top.
    """
    parts = tuple(product_of(asked, pattern) for pattern in asked.patterns())
    _check_pairs(asked)
    sigma = _initial(asked)
    now = state_at(asked, parts, sigma)
    for step in range(1, _MAX_STEPS + 1):
        gradient, observed, expected = derivatives(asked, parts, now)
        move, decrement = _newton(gradient, observed, expected)
        if decrement <= _DECREMENT:
            return _fit(asked, parts, now, observed, step)
        found = _climb(asked, parts, now, move, decrement)
        if found is None:
            if decrement <= _GAIN * max(abs(now.likelihood), 1.0):
                return _fit(asked, parts, now, observed, step)
            break
        now = found
        _check_between(now.sigma)
    raise ConvergenceError(
        "the restricted likelihood of the covariance between occasions did not reach its top; the occasions are too "
        "many or too like each other for the people that were seen"
    )


def _check_pairs(asked: Occasions) -> None:
    seen = (~np.isnan(asked.Y)).astype(np.int64)
    together = seen.T @ seen
    least = 3 + asked.count
    for j in range(asked.count):
        for other in range(j + 1):
            if together[j, other] < least:
                what = f"later occasion {j + 1}" if j == other else f"later occasions {other + 1} and {j + 1} together"
                raise DependentError(
                    f"the covariance between occasions is not identified: too few people were seen at {what}"
                )


def _check_between(sigma: Floats) -> None:
    spread = np.sqrt(np.diag(sigma))
    smallest = float(np.linalg.eigvalsh(sigma / np.outer(spread, spread))[0])
    if smallest < _SMALLEST:
        raise DependentError(
            "the covariance between occasions is not identified: the score at one occasion follows from the others"
        )


def _initial(asked: Occasions) -> Floats:
    """Return the covariance of ordinary residuals over pairs, or only its diagonal where that is no covariance."""
    residual = np.full_like(asked.Y, np.nan)
    for j in range(asked.count):
        mine = ~np.isnan(asked.Y[:, j])
        beta, *_ = np.linalg.lstsq(asked.z[mine], asked.Y[mine, j], rcond=None)
        residual[mine, j] = asked.Y[mine, j] - asked.z[mine] @ beta
    seen = ~np.isnan(residual)
    filled = np.where(seen, residual, 0.0)
    both = seen.astype(float)
    sigma = (filled.T @ filled) / (both.T @ both)
    spread = np.sqrt(np.diag(sigma))
    scale = float(np.nanmax(np.abs(asked.Y)))
    if (spread <= 1e-10 * max(scale, 1e-300)).any():
        raise SpreadError("the scores at an occasion follow from arm, first score and covariates: nothing varies")
    if np.linalg.eigvalsh(sigma / np.outer(spread, spread))[0] < 0.02:
        return np.asarray(np.diag(np.diag(sigma)))
    return np.asarray(sigma)


def _newton(gradient: Floats, observed: Floats, expected: Floats) -> tuple[Floats, float]:
    """Return the step and the gain that it promises, by the observed information where that is a curvature."""
    for information in (observed, expected):
        if _is_curved(information):
            move = np.linalg.solve(information, gradient)
            return np.asarray(move), float(gradient @ move)
    raise DependentError("the covariance between occasions is not identified by the people that were seen")


def _is_curved(information: Floats) -> bool:
    scale = np.diag(information)
    if not (scale > 0).all():
        return False
    scaled = information / np.sqrt(np.outer(scale, scale))
    return bool(np.linalg.eigvalsh((scaled + scaled.T) / 2)[0] > _CURVATURE)


def _climb(
    asked: Occasions, parts: tuple[Part, ...], now: State, move: Floats, decrement: float
) -> State | None:  # fmt: skip
    """Return the state after the step, halved until the likelihood rises; None where no step does."""
    change = np.einsum("s,sij->ij", move, elements(asked.count))
    slack = 1e-13 * abs(now.likelihood)
    for halving in range(_HALVINGS):
        try:
            found = state_at(asked, parts, now.sigma + change * 0.5**halving)
        except np.linalg.LinAlgError:
            continue
        if found.likelihood >= now.likelihood + 1e-4 * decrement * 0.5**halving - slack:
            return found
    return None


def _fit(asked: Occasions, parts: tuple[Part, ...], now: State, observed: Floats, steps: int) -> Reml:
    if not _is_curved(observed):
        raise DependentError("the covariance between occasions is not identified by the people that were seen")
    E = elements(asked.count)
    slopes = np.zeros((E.shape[0], asked.coefficients, asked.coefficients))
    for part, W in zip(parts, now.inverses, strict=True):
        slopes += spread(asked, part, np.einsum("ij,sjl,lh->sih", W, E, W))
    return Reml(
        coefficients=now.beta, covariance=now.phi, between=now.sigma, log_likelihood=now.likelihood,
        information=observed, slopes=np.einsum("ij,sjl,lh->sih", now.phi, slopes, now.phi), steps=steps,
    )  # fmt: skip
