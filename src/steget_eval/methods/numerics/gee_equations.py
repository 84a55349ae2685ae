"""The estimating equations of scores at several occasions at one value of the coefficients, for everyone at once.

People who were seen at the same occasions share the root of their working correlation. The rest is products of whole
columns, an occasion (or a pair of them) at a time, so that a step costs as many of those as there are pairs of
occasions, whatever the number of people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from steget_eval.core.errors import ConvergenceError, DependentError, SeparationError, SpreadError
from steget_eval.methods.numerics.arms import Floats
from steget_eval.methods.numerics.occasions import Bools, Occasions

Working = Literal["independence", "exchangeable", "unstructured"]

UNSOLVED = "the estimating equations of all occasions were not solved"
SEPARATED = "the covariates tell yes from no without error for some: the odds have no finite answer"
_ROUNDING = 1e-12  # largest residual, of scores with standard deviation 1: nothing is left of them
_SINGULAR = 1e-9  # smallest eigenvalue of a working correlation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Equations:
    """What a step needs of the data, in units in which the fit does not depend on anybody's scale.

    Attributes
    ----------
    y : shape (n, k)
        Scores over `spread`, nought where none was seen.
    seen : shape (n, k)
    z : shape (n, c)
        Columns with mean square 1.
    places : shape (k, c)
        Which coefficient each column has at each occasion.
    kinds, kind_of : shape (m, k), (n,)
        The patterns of occasions seen, and whose each is.
    spread, scale : number, shape (q,)
        What the scores, and each coefficient's column, were divided by.
    """

    y: Floats
    seen: Bools
    z: Floats
    places: NDArray[np.int64]
    kinds: Bools
    kind_of: NDArray[np.int64]
    spread: float
    scale: Floats
    working: Working
    binary: bool

    def blocks(self, T: Floats) -> Floats:
        """Return the sum of Xᵀ T X over people, T symmetric and of shape (n, k, k)."""
        k, q = self.y.shape[1], self.scale.size
        found = np.zeros((q, q))
        for j in range(k):
            for other in range(j + 1):
                block = (self.z * T[:, j, other, None]).T @ self.z
                found[np.ix_(self.places[j], self.places[other])] += block
                if other != j:
                    found[np.ix_(self.places[other], self.places[j])] += block.T
        return found

    def gathered(self, u: Floats) -> Floats:
        """Return each person's Xᵀ u, u of shape (n, k), as rows of shape (n, q)."""
        found = np.zeros((u.shape[0], self.scale.size))
        for j in range(u.shape[1]):
            found[:, self.places[j]] += self.z * u[:, j, None]
        return found

    def between(self, M: Floats) -> Floats:
        """Return each person's X M Xᵀ, shape (n, k, k)."""
        k = self.y.shape[1]
        found = np.empty((self.z.shape[0], k, k))
        for j in range(k):
            for other in range(j + 1):
                block = M[np.ix_(self.places[j], self.places[other])]
                found[:, j, other] = found[:, other, j] = np.einsum("nc,nc->n", self.z @ block, self.z)
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """The equations at one value of the coefficients.

    Attributes
    ----------
    mean, sd, residual : shape (n, k)
        The mean, the root of its variance, and Pearson's residual, nought where none was seen.
    correlation : shape (k, k)
    roots : shape (n, k, k)
        Of each person's inverse working correlation, lower triangular, nought where not seen.
    """

    mean: Floats
    sd: Floats
    residual: Floats
    correlation: Floats
    roots: Floats


def equations_of(asked: Occasions, *, working: Working, binary: bool) -> Equations:
    """Return the equations of the scores."""
    seen = ~np.isnan(asked.Y)
    spread = 1.0 if binary else float(asked.Y[seen].std())
    kinds, kind_of = np.unique(seen, axis=0, return_inverse=True)
    size, scale = np.sqrt((asked.z**2).mean(axis=0)), np.ones(asked.coefficients)
    for places in asked.places:
        scale[places] = size
    return Equations(
        y=np.where(seen, asked.Y, 0.0) / (spread or 1.0), seen=seen, z=asked.z / size, places=asked.places, kinds=kinds,
        kind_of=kind_of.ravel(), spread=spread, scale=scale, working=working, binary=binary,
    )  # fmt: skip


def state_at(equations: Equations, beta: Floats) -> State:
    """Return mean, residuals and working correlation at the coefficients.

    Raises
    ------
    MethodError
        Where the working correlation is none, or nothing is left of the scores.
    ConvergenceError
        Where the coefficients have run off, or tell yes from no.
    """
    mean = equations.z @ beta[equations.places].T
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # coefficients that ran off: told below
        if equations.binary:
            mean = 1 / (1 + np.exp(-mean))
        sd = np.sqrt(mean * (1 - mean)) if equations.binary else np.ones_like(mean)
        residual = np.where(equations.seen, (equations.y - mean) / sd, 0.0)
    if not np.isfinite(mean).all():
        raise ConvergenceError(UNSOLVED)
    if not np.isfinite(residual).all():
        raise SeparationError(SEPARATED)
    if not equations.binary and np.abs(residual).max() < _ROUNDING:
        raise SpreadError("the scores follow from arm, first score and covariates: an interval would have no width")
    R = _correlation(equations, residual)
    blocks = np.where(equations.kinds[:, :, None] & equations.kinds[:, None, :], R, np.eye(len(R)))
    roots = np.asarray(np.linalg.inv(np.linalg.cholesky(blocks)) * equations.kinds[:, :, None], dtype=np.float64)
    return State(mean=mean, sd=sd, residual=residual, correlation=R, roots=roots[equations.kind_of])


def bread_and_score(equations: Equations, now: State) -> tuple[Floats, Floats]:
    """Return the sum of Dᵀ V⁻¹ D and that of Dᵀ V⁻¹ (y - mean), D the slopes of the mean."""
    own = now.roots * now.sd[:, None, :]
    return equations.blocks(np.swapaxes(own, 1, 2) @ own), equations.gathered(_whitened(own, now)).sum(axis=0)


def _whitened(own: Floats, now: State) -> Floats:
    return np.asarray(np.einsum("nij,ni->nj", own, np.einsum("nij,nj->ni", now.roots, now.residual)))


def _correlation(equations: Equations, residual: Floats) -> Floats:
    """Return the working correlation by moments, the coefficients counted off (Liang and Zeger 1986)."""
    k, q = equations.y.shape[1], equations.scale.size
    if equations.working == "independence" or k == 1:
        return np.eye(k)
    seen = equations.seen.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):  # no residuals at all: told below
        if equations.working == "unstructured":
            C = residual.T @ residual / (seen.T @ seen - q)
            sd = np.sqrt(np.diag(C))
            R = C / np.outer(sd, sd)
        else:
            count, square = seen.sum(axis=1), np.sum(residual**2)
            phi, pairs = square / (count.sum() - q), np.sum(count * (count - 1)) / 2
            rho = (np.sum(residual.sum(axis=1) ** 2) - square) / 2 / phi / (pairs - q)
            R = rho + (1 - rho) * np.eye(k)
    _check_correlation(R, equations.working)
    return np.asarray(R)


def _check_correlation(R: Floats, working: Working) -> None:
    smallest = float(np.linalg.eigvalsh(R)[0]) if np.isfinite(R).all() else 0.0
    if smallest < -_SINGULAR:
        raise DependentError(f"the {working} working correlation between occasions is not positive definite")
    if smallest < _SINGULAR:
        raise DependentError(
            f"the {working} working correlation between occasions is singular: one follows from another"
        )
