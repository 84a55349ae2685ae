"""Draws of each arm's scores at several occasions from a multivariate normal, by data augmentation.

Schafer (1997, section 5.4): under Jeffreys' prior the parameters and the missing scores are drawn in turn, each given
the other, until the chain forgets where it began. Every completed set has a chain of its own; all are one array.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steget_eval.core.errors import DependentError, EmptyArmError, FewError, SpreadError
from steget_eval.methods.numerics.linear import check_rank

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_SINGULAR = 1e-9  # of the spread of what was seen: below, nothing is left of one occasion beside the others


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmModel:
    """One arm's scores: means linear in what everybody has, the covariance any; m draws from the posterior.

    Attributes
    ----------
    coefficients : shape (m, c, k)
        Of intercept, first score and covariates, an own column for each of k occasions.
    covariance : shape (m, k, k)
    trace : shape (iterations, m, k)
        Mean score at each occasion after each turn, seen and drawn together.
    """

    coefficients: Floats
    covariance: Floats
    trace: Floats

    def means(self, Z: Floats) -> Floats:
        """Return the mean scores, shape (m, n, k), of people with these columns."""
        return np.asarray(Z @ self.coefficients)


def draw_arm_model(
    Y: Floats, Z: Floats, *, arm: int, sets: int, iterations: int, rng: np.random.Generator
) -> ArmModel:  # fmt: skip
    """Return `sets` draws of an arm's means and covariance given the scores that were seen.

    Parameters
    ----------
    Y : shape (n, k)
        Scores of one arm, nan where nobody saw them; who has none says nothing and is left out.
    Z : shape (n, c)
        Ones, then what the means depend on.

    Raises
    ------
    FewError
        Where too few people were seen at the same two occasions.
    SpreadError
        Where everybody scored the same at an occasion.
    DependentError
        Where the columns repeat each other among these people, or the scores follow from each other or from them.
    """
    some = ~np.isnan(Y).all(axis=1)
    _check(Y, Z, arm)
    Y, Z = Y[some], Z[some]
    check_rank(Z, f"first score and covariates of those seen in arm {arm}")
    seen_spread = np.nanstd(Y, axis=0)
    gram = np.linalg.inv(Z.T @ Z)
    root, project = np.linalg.cholesky(gram), gram @ Z.T
    completed = _begin(Y, sets, rng)
    trace = np.empty((iterations, sets, Y.shape[1]))
    for turn in range(iterations):
        fitted = project @ completed
        rest = completed - Z @ fitted
        squares = rest.transpose(0, 2, 1) @ rest
        _check_left(squares / Y.shape[0] / np.outer(seen_spread, seen_spread), arm)
        spread = _draw_root(squares, Y.shape[0] - Z.shape[1], rng)
        noise = rng.standard_normal(fitted.shape)
        coefficients = fitted + root @ noise @ spread.transpose(0, 2, 1)
        covariance = spread @ spread.transpose(0, 2, 1)
        completed = draw_unseen(Y, Z @ coefficients, covariance, rng)
        trace[turn] = completed.mean(axis=1)
    return ArmModel(coefficients=coefficients, covariance=covariance, trace=trace)


def draw_unseen(Y: Floats, mean: Floats, covariance: Floats, rng: np.random.Generator) -> Floats:
    """Return the scores with the missing drawn given everything seen of the person, shape (m, n, k).

    Parameters
    ----------
    Y : shape (n, k)
        Nan where missing; or shape (m, n, k) with nan at the same places in every set.
    mean : shape (m, n, k)
    covariance : shape (m, k, k)
    """
    filled = np.array(np.broadcast_to(Y, mean.shape))
    missing = np.isnan(filled[0])
    patterns, code = np.unique(missing, axis=0, return_inverse=True)
    for place, unseen in enumerate(patterns):
        who = np.flatnonzero(code.ravel() == place)
        if not unseen.any():
            continue
        given = conditional(covariance, unseen)
        centre = mean[:, who][:, :, unseen]
        if not unseen.all():
            distance = filled[:, who][:, :, ~unseen] - mean[:, who][:, :, ~unseen]
            centre = centre + distance @ given.slopes.transpose(0, 2, 1)
        drawn = centre + rng.standard_normal(centre.shape) @ np.linalg.cholesky(given.covariance).transpose(0, 2, 1)
        filled[:, who[:, None], np.flatnonzero(unseen)] = drawn
    return filled


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conditional:
    """Some scores given the others: slopes, shape (m, u, k - u), and what is left, shape (m, u, u)."""

    slopes: Floats
    covariance: Floats


def conditional(covariance: Floats, unseen: Bools) -> Conditional:
    """Return the regression of the unseen occasions, shape (k,), on the others."""
    own, between = covariance[:, unseen][:, :, unseen], covariance[:, unseen][:, :, ~unseen]
    seen = covariance[:, ~unseen][:, :, ~unseen]
    slopes = np.asarray(np.linalg.solve(seen, between.transpose(0, 2, 1)), dtype=np.float64).transpose(0, 2, 1)
    return Conditional(slopes=slopes, covariance=own - slopes @ between.transpose(0, 2, 1))


def _draw_root(squares: Floats, degrees: int, rng: np.random.Generator) -> Floats:
    """Return G with G G' drawn from the inverse Wishart of these sums of squares (Bartlett's decomposition)."""
    sets, k, _ = squares.shape
    lower = np.tril(rng.standard_normal((sets, k, k)), -1)
    lower[:, np.arange(k), np.arange(k)] = np.sqrt(rng.chisquare(degrees - np.arange(k), (sets, k)))
    return np.asarray(np.linalg.cholesky(squares) @ np.linalg.inv(lower).transpose(0, 2, 1))


def _begin(Y: Floats, sets: int, rng: np.random.Generator) -> Floats:
    filled = np.repeat(Y[None], sets, axis=0)
    for j in range(Y.shape[1]):
        missing = np.flatnonzero(np.isnan(Y[:, j]))
        seen = Y[~np.isnan(Y[:, j]), j]
        filled[:, missing, j] = seen[(rng.random((sets, missing.size)) * seen.size).astype(int)]
    return filled


def _check(Y: Floats, Z: Floats, arm: int) -> None:
    seen = ~np.isnan(Y)
    if not seen.any(axis=0).all():
        raise EmptyArmError(f"arm {arm} has nobody with a score at one of the later occasions")
    if (np.nanmax(Y, axis=0) == np.nanmin(Y, axis=0)).any():
        raise SpreadError(f"everybody in arm {arm} scored the same at one of the later occasions")
    both = seen.T.astype(int) @ seen.astype(int)
    if both.min() < Z.shape[1] + Y.shape[1]:
        raise FewError(
            f"too few people of arm {arm} were seen at the same occasions to tell how their scores hang together: "
            f"{int(both.min())}, and at least {Z.shape[1] + Y.shape[1]} are needed"
        )


def _check_left(scaled: Floats, arm: int) -> None:
    if np.linalg.eigvalsh(scaled).min() < _SINGULAR:
        raise DependentError(
            f"the scores of arm {arm} follow from each other, or from the first score and the covariates, so that "
            "nothing is left by which to draw"
        )
