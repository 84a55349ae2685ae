"""The restricted likelihood of scores at several occasions, with its derivatives by the covariance between them.

Everything is summed over people who were seen at the same occasions, so that a step costs as many small products as
there are such patterns, whatever the number of people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steget_eval.methods.numerics.arms import Floats
from steget_eval.methods.numerics.occasions import Occasions, Pattern


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """One pattern with the products of its design that every step needs.

    Attributes
    ----------
    G : shape (c, c)
        Sum of z zᵀ over its people.
    """

    pattern: Pattern
    G: Floats

    @property
    def size(self) -> int:
        return int(self.pattern.who.size)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """Everything at one value of the covariance.

    Attributes
    ----------
    sigma : shape (k, k)
    inverses : a pattern each, shape (k, k)
        Inverse of the part of `sigma` that was seen, zero elsewhere.
    beta, phi : shape (q,), (q, q)
        Coefficients by generalised least squares, and their covariance.
    residuals : a pattern each, shape (m, k)
        Zero where not seen.
    likelihood
        The restricted one, constants as in nlme.
    """

    sigma: Floats
    inverses: tuple[Floats, ...]
    beta: Floats
    phi: Floats
    residuals: tuple[Floats, ...]
    likelihood: float


def product_of(asked: Occasions, pattern: Pattern) -> Part:
    """Return a pattern with its products."""
    z = asked.z[pattern.who]
    return Part(pattern=pattern, G=z.T @ z)


def state_at(asked: Occasions, parts: tuple[Part, ...], sigma: Floats) -> State:
    """Return coefficients, residuals and restricted likelihood; raises `LinAlgError` where `sigma` is none."""
    q = asked.coefficients
    A, right = np.zeros((q, q)), np.zeros(q)
    inverses, log_det, count = [], 0.0, 0
    for part in parts:
        seen = part.pattern.seen
        block = sigma[np.ix_(seen, seen)]
        root = np.linalg.cholesky(block)
        log_det += part.size * 2 * float(np.log(np.diag(root)).sum())
        count += part.size * int(seen.sum())
        W = np.zeros_like(sigma)
        W[np.ix_(seen, seen)] = np.linalg.inv(block)
        inverses.append(W)
        A += spread(asked, part, W)
        filled = np.where(seen, asked.Y[part.pattern.who], 0.0)
        right += _gather(asked, asked.z[part.pattern.who].T @ (filled @ W))
    phi, beta = np.asarray(np.linalg.inv(A)), np.asarray(np.linalg.solve(A, right))
    residuals, quadratic = [], 0.0
    for part, W in zip(parts, inverses, strict=True):
        mean = asked.z[part.pattern.who] @ beta[asked.places].T
        residual = np.where(part.pattern.seen, asked.Y[part.pattern.who] - mean, 0.0)
        residuals.append(residual)
        quadratic += float(np.einsum("ij,jl,il->", residual, W, residual))
    _, log_det_a = np.linalg.slogdet(A)
    likelihood = -0.5 * ((count - q) * np.log(2 * np.pi) + log_det + log_det_a + quadratic)
    return State(
        sigma=sigma, inverses=tuple(inverses), beta=beta, phi=phi, residuals=tuple(residuals),
        likelihood=float(likelihood),
    )  # fmt: skip


def spread(asked: Occasions, part: Part, M: Floats) -> Floats:
    """Return the sum of Xᵀ M X over one pattern's people for each M, shape (…, k, k) to (…, q, q)."""
    P = _selection(asked)
    both = np.einsum("...jl,cd->...jcld", M, part.G)
    return np.asarray(P.T @ both.reshape(*M.shape[:-2], P.shape[0], P.shape[0]) @ P)


def _gather(asked: Occasions, zu: Floats) -> Floats:
    """Return the sum of Xᵀ u from that of z uᵀ, shape (c, k)."""
    return np.asarray(_selection(asked).T @ zu.T.ravel())


def _selection(asked: Occasions) -> Floats:
    """Return which coefficient each column of `z` has at each occasion as zeros and ones, shape (k c, q)."""
    P = np.zeros((asked.places.size, asked.coefficients))
    P[np.arange(asked.places.size), asked.places.ravel()] = 1
    return P


def elements(k: int) -> Floats:
    """Return the derivative of a symmetric matrix by each element of its lower triangle, shape (m, k, k)."""
    rows, columns = np.tril_indices(k)
    E = np.zeros((rows.size, k, k))
    E[np.arange(rows.size), rows, columns] = 1
    E[np.arange(rows.size), columns, rows] = 1
    return np.asarray(E)


def derivatives(asked: Occasions, parts: tuple[Part, ...], now: State) -> tuple[Floats, Floats, Floats]:
    """Return gradient, observed and expected information of the elements of the covariance.

    Searle, Casella and McCulloch (1992), with P the projection: the gradient is (yᵀPV'Py − tr PV')/2, the expected
    information tr(PV'PV'')/2, the observed yᵀPV'PV''Py less that.
    """
    E, phi = elements(asked.count), now.phi
    m, q = E.shape[0], asked.coefficients
    trace, quadratic = np.zeros(m), np.zeros(m)
    pair, curve = np.zeros((m, m)), np.zeros((m, m))
    B, d = np.zeros((m, q, q)), np.zeros((m, q))
    for part, W, residual in zip(parts, now.inverses, now.residuals, strict=True):
        U = residual @ W
        S, zu = U.T @ U, asked.z[part.pattern.who].T @ U
        WE = np.einsum("ij,sjl->sil", W, E)
        trace += part.size * np.einsum("sii->s", WE)
        quadratic += np.einsum("sij,ij->s", E, S)
        pair += part.size * np.einsum("sij,tji->st", WE, WE)
        curve += np.einsum("sij,jl,tlh,hi->st", E, W, E, S, optimize=True)
        WEW = np.einsum("sij,jl->sil", WE, W)
        B += spread(asked, part, WEW)
        for s in range(m):
            d[s] += _gather(asked, zu @ WE[s].T)
        crossed = np.einsum("jcld,cd->jl", phi[asked.places[:, :, None, None], asked.places], part.G)
        pair -= 2 * np.einsum("sij,tjl,il->st", WE, WEW, crossed, optimize=True)
    PB = np.einsum("ij,sjl->sil", phi, B)
    pair += np.einsum("sij,tji->st", PB, PB)
    trace -= np.einsum("sii->s", PB)
    curve -= d @ phi @ d.T
    gradient = 0.5 * (quadratic - trace)
    return gradient, np.asarray(curve - 0.5 * pair), np.asarray(0.5 * pair)
