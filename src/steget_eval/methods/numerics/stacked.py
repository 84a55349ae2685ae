"""One inference engine: stacked estimating equations with their sandwich.

Stefanski and Boos (2002). Nuisance models stand in the same stack as the targets, so that estimated weights, scores
and predictions are never treated as known. The derivative is taken by complex step, exact to rounding. With clusters
the contributions are added within each before they are squared; there is no small-sample factor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steget_eval.core.errors import ArgumentError, ClusterError, ConvergenceError, DependentError
from steget_eval.methods.numerics.linear import weighted_products

Floats = NDArray[np.float64]
Residuals = Callable[..., tuple[NDArray[Any], ...]]

_SLICE = 20_000  # people
_H = 1e-30  # a complex step subtracts nothing, so it may be as small as one likes
_ROOT_TOLERANCE = 1e-6  # of the distance to the root, in standard errors
_ROUNDING = 1e-9  # of the distance to the root of a parameter without error, relative to its size


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Equations:
    """Estimating equations in blocks: person i adds ``instruments[b][i] * residuals(theta)[b][i]`` to block b.

    Attributes
    ----------
    instruments : one per block, shape (n, k_b)
        What does not depend on the parameters.
    residuals
        Gives, at parameters of shape (k,), one vector of shape (n,) per block; must accept complex parameters.
    predictors : pairs of a place and a design, shape (n, k_p), its first column ones
        Parameters from that place on that come into the residuals only as the design times them: a step of the first
        of them then gives the slopes for them all.
    sliced
        Whether `residuals` takes a slice of people after the parameters, so that a million stay in the cache.
    """

    instruments: tuple[Floats, ...]
    residuals: Residuals
    predictors: tuple[tuple[int, Floats], ...] = ()
    sliced: bool = False

    def among(self, rows: slice) -> Equations:
        """Return the equations of these people alone."""

        def residuals(theta: NDArray[Any]) -> tuple[NDArray[Any], ...]:
            return self.residuals(theta, rows)

        instruments = tuple(Z[rows] for Z in self.instruments)
        predictors = tuple((place, design[rows]) for place, design in self.predictors)
        return Equations(instruments=instruments, residuals=residuals, predictors=predictors)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solution:
    """Parameters at the root of their equations, with their sandwich covariance.

    Attributes
    ----------
    theta : shape (k,)
    covariance : shape (k, k)
    """

    theta: Floats
    covariance: Floats


def solve_sandwich(equations: Equations, theta: Floats, *, cluster: ArrayLike | None = None) -> Solution:
    """Return the sandwich covariance ``A⁻¹ B A⁻ᵀ`` of parameters that are a root of the equations.

    Raises `ConvergenceError` where they are not, `MethodError` where the derivative is singular.
    """
    people = equations.instruments[0].shape[0]
    derivative, squares = np.zeros((theta.size, theta.size)), np.zeros((theta.size, theta.size))
    contributions: list[Floats] = []
    total = np.zeros(theta.size)
    for rows in _slices(people) if equations.sliced else [slice(None)]:
        part = equations.among(rows) if equations.sliced else equations
        derivative += _derivative(part, theta)
        blocks = list(zip(part.instruments, part.residuals(theta), strict=True))
        # Clusters need everybody's contributions at once.
        for inner in _slices(blocks[0][1].size):
            psi = np.hstack([Z[inner] * residual[inner, None] for Z, residual in blocks])
            total += psi.sum(axis=0)
            if cluster is None:
                squares += psi.T @ psi
            else:
                contributions.append(psi)
    if cluster is not None:
        grouped = _grouped(np.vstack(contributions), cluster)
        squares = grouped.T @ grouped
    covariance = _solved(derivative, _solved(derivative, squares).T)
    distance = np.abs(_solved(derivative, total))
    allowed = _ROOT_TOLERANCE * np.sqrt(np.maximum(np.diag(covariance), 0)) + _ROUNDING * np.maximum(np.abs(theta), 1)
    if not (distance <= allowed).all():
        raise ConvergenceError("the stacked estimating equations are not at their root")
    return Solution(theta=theta, covariance=covariance)


def _solved(derivative: Floats, right: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.solve(derivative, right))
    except np.linalg.LinAlgError as error:
        raise DependentError("the stacked estimating equations are singular: a parameter is not determined") from error


def _derivative(equations: Equations, theta: Floats) -> Floats:
    """Return the derivative of the summed equations, shape (k, k), one complex step per predictor or parameter."""
    designs = dict(equations.predictors)
    columns: list[Floats] = []
    while len(columns) < theta.size:
        place = len(columns)
        shifted = theta.astype(np.complex128)
        shifted[place] += 1j * _H
        slopes = [np.imag(residual) / _H for residual in equations.residuals(shifted)]
        blocks = [_slope(Z, s, designs.get(place)) for Z, s in zip(equations.instruments, slopes, strict=True)]
        columns += list(np.vstack(blocks).T)
    return np.column_stack(columns)


def _slope(Z: Floats, slope: Floats, design: Floats | None) -> Floats:
    """Return what a block's sum moves by with one parameter, shape (k_b, 1), or with all of a design's."""
    if design is None:
        return np.asarray((Z.T @ slope)[:, None])
    if not slope.any():
        return np.zeros((Z.shape[1], design.shape[1]))
    if Z.shape[1] == 1:
        return np.asarray((Z[:, 0] * slope) @ design)[None, :]
    return weighted_products(Z, slope, design)


def _slices(people: int) -> list[slice]:
    """Return slices of people that stay in the processor's cache."""
    return [slice(first, first + _SLICE) for first in range(0, people, _SLICE)]


def _grouped(psi: Floats, cluster: ArrayLike) -> Floats:
    """Return contributions added within clusters, shape (clusters, k)."""
    codes = code_clusters(cluster, psi.shape[0])
    count = int(codes.max()) + 1
    if count < 2:
        raise ClusterError("one cluster gives no standard error; at least two are needed")
    sums = np.zeros((count, psi.shape[1]))
    np.add.at(sums, codes, psi)
    return sums


def code_clusters(cluster: ArrayLike, n: int) -> NDArray[np.int64]:
    """Return the cluster of each of `n` people, numbered from 0 in the order of the labels; refuse what is unknown."""
    labels = np.asarray(cluster)
    if labels.shape != (n,):
        raise ArgumentError(f"clusters must be one label per person, got the shape {labels.shape}")
    # What is missing equals nothing, itself included; None is missing too.
    if (labels != labels).any() or any(label is None for label in labels.tolist()):
        raise ArgumentError("clusters must be known for everyone")
    return np.unique(labels, return_inverse=True)[1].reshape(-1).astype(np.int64)
