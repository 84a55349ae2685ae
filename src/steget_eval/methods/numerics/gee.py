"""Generalised estimating equations for scores, or for yes and no, at several occasions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from steget_eval.core.errors import ConvergenceError, DependentError, FewError, SeparationError, SpreadError
from steget_eval.methods.numerics.arms import Floats
from steget_eval.methods.numerics.gee_equations import (
    SEPARATED,
    UNSOLVED,
    Equations,
    State,
    Working,
    bread_and_score,
    equations_of,
    state_at,
)
from steget_eval.methods.numerics.glm import fit_outcome_model
from steget_eval.methods.numerics.occasions import Occasions

Correction = Literal["none", "mancl_derouen", "kauermann_carroll"]

_STEPS = 500
_STEP = 1e-9  # length of the last step, in standard errors
_SINGULAR = 1e-9  # smallest eigenvalue of the scaled bread
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
    """Return the fit of Liang and Zeger (1986) with a sandwich for few people.

    Fisher's scoring of the mean, from the fit under independence, and moments of the residuals for the working
    correlation, in turn until the mean no longer moves. Mancl and DeRouen (2001) divide each person's residuals by what
    the fit has left of them, Kauermann and Carroll (2001) by its square root; ``none`` is the plain sandwich, too
    narrow with few people.

    Raises
    ------
    MethodError
        Where there are no more people than coefficients, or the working correlation is none.
    ConvergenceError
        Where the equations are not solved.
    """
    people, q = asked.a.size, asked.coefficients
    if people <= q:
        raise FewError(f"estimating equations need more people than their {q} coefficients, not {people}")
    _check_pairs(asked, working, q)
    equations = equations_of(asked, working=working, binary=binary)
    if np.ptp(asked.Y[equations.seen]) == 0:
        raise SpreadError("the score is the same for everyone at every occasion")
    beta, now = _solve(equations, asked)
    if binary and (np.minimum(now.mean, 1 - now.mean)[equations.seen] < 1e-8).any():
        raise SeparationError(SEPARATED)
    V, units = _sandwich(equations, now, correction), equations.spread / equations.scale
    return GeeFit(
        coefficients=beta * units, covariance=V * np.outer(units, units), correlation=now.correlation,
        degrees=float(people - q),
    )  # fmt: skip


def _check_pairs(asked: Occasions, working: Working, coefficients: int) -> None:
    """Refuse occasions that share too few people for a correlation of their own, the coefficients counted off."""
    if working == "independence" or asked.count == 1:
        return
    seen = (~np.isnan(asked.Y)).astype(np.int64)
    together = seen.T @ seen
    if working == "unstructured" and together.min() <= coefficients:
        raise DependentError(
            "the unstructured working correlation is not identified: too few people were seen at two of the occasions "
            "together for the coefficients; allowed: exchangeable, independence"
        )
    if working == "exchangeable" and (together.sum() - np.trace(together)) / 2 <= coefficients:
        raise DependentError(
            "the exchangeable working correlation is not identified: too few people were seen at two occasions for the "
            "coefficients; allowed: independence"
        )


def _solve(equations: Equations, asked: Occasions) -> tuple[Floats, State]:
    """Return the root of the equations and everything there."""
    beta = _start(equations, asked)
    observed, q = int(equations.seen.sum()), beta.size
    for _ in range(_STEPS):
        now = state_at(equations, beta)
        A, score = bread_and_score(equations, now)
        move = _inverse(A) @ score
        beta = beta + move
        phi = float(np.sum(now.residual**2)) / (observed - q)
        if score @ move <= _STEP**2 * phi:
            return beta, state_at(equations, beta)
    raise ConvergenceError(UNSOLVED)


def _start(equations: Equations, asked: Occasions) -> Floats:
    """Return the coefficients as if a person's answers had nothing in common; refuses what has none."""
    if equations.binary:
        y, D, _, _ = asked.stacked()
        what = "the model of yes and no at all occasions"
        return fit_outcome_model(D / equations.scale, y, "logit", what).coefficients
    apart = replace(equations, working="independence")
    A, score = bread_and_score(apart, state_at(apart, np.zeros(equations.scale.size)))
    return np.asarray(_inverse(A) @ score)


def _sandwich(equations: Equations, now: State, correction: Correction) -> Floats:
    A, _ = bread_and_score(equations, now)
    bread = _inverse(A)
    own = now.roots * now.sd[:, None, :]
    # Residuals, and what the fit leaves of them, in units in which the working covariance is the identity.
    residual = np.einsum("nij,nj->ni", now.roots, now.residual)
    if correction != "none":
        left = np.eye(own.shape[1]) - own @ equations.between(bread) @ np.swapaxes(own, 1, 2)
        residual = _corrected(residual, left, correction)
    scores = equations.gathered(np.einsum("nij,ni->nj", own, residual))
    return np.asarray(bread @ (scores.T @ scores) @ bread)


def _inverse(A: Floats) -> Floats:
    size = np.sqrt(np.diag(A))
    scaled = A / np.outer(size, size)
    if not np.isfinite(scaled).all() or np.linalg.eigvalsh(scaled)[0] < _SINGULAR:
        raise DependentError("the estimating equations of all occasions do not identify every coefficient")
    return np.asarray(np.linalg.inv(scaled) / np.outer(size, size))


def _corrected(residual: Floats, left: Floats, correction: Correction) -> Floats:
    """Return each person's residuals over what the fit has left of them, or over its square root."""
    values, vectors = np.linalg.eigh((left + np.swapaxes(left, 1, 2)) / 2)
    if values.min() < _LEVERAGE:
        raise DependentError("one person alone decides a coefficient, so that the sandwich has no answer")
    power = values if correction == "mancl_derouen" else np.sqrt(values)
    along = np.einsum("nij,ni->nj", vectors, residual) / power
    return np.asarray(np.einsum("nij,nj->ni", vectors, along))
