"""The cluster-robust variance CR2 of a weighted regression's coefficient, with Satterthwaite's degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steget_eval.methods.numerics.arms import Floats
from steget_eval.methods.numerics.clusters import Clusters

_SMALL = 1e-10  # an eigenvalue of a cluster's block below this is one that the fit has used up


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coefficient:
    """One coefficient of a least squares fit.

    Attributes
    ----------
    degrees
        Satterthwaite's, under independent errors of equal variance.
    """

    value: float
    std_error: float
    degrees: float


def fit_cr2(D: Floats, y: Floats, w: Floats, clusters: Clusters, column: int) -> Coefficient:
    """Return a coefficient of weighted least squares with its CR2 standard error.

    Bell and McCaffrey (2002) for weights that are not inverse variances, as Pustejovsky and Tipton (2018) write it,
    with the identity as working covariance: each cluster's residuals are multiplied by the inverse square root of
    what the fit has left of their covariance, so that the variance is unbiased where errors are alike.
    """
    WD = D * w[:, None]
    bread = np.asarray(np.linalg.inv(WD.T @ D), dtype=np.float64)
    beta = bread @ (WD.T @ y)
    residual = y - D @ beta
    middle = np.asarray(bread @ (WD.T @ WD) @ bread)
    inner = bread[:, column]
    spread, sizes, alphas, betas = 0.0, [], [], []
    for g in range(clusters.count):
        here = clusters.code == g
        u = _adjusted(D[here], w[here], bread, middle) @ (WD[here] @ inner)
        spread += float(u @ residual[here]) ** 2
        sizes.append(float(u @ u))
        alphas.append(D[here].T @ u)
        betas.append(WD[here].T @ u)
    degrees = _satterthwaite(np.array(sizes), np.array(alphas), np.array(betas), bread, middle)
    return Coefficient(value=float(beta[column]), std_error=float(np.sqrt(spread)), degrees=degrees)


def _adjusted(D: Floats, w: Floats, bread: Floats, middle: Floats) -> Floats:
    """Return the inverse square root of a cluster's block of (I - H)(I - H)ᵀ, H being the hat matrix."""
    hat = D @ bread @ (D * w[:, None]).T
    block = np.eye(len(w)) - hat - hat.T + D @ middle @ D.T
    values, vectors = np.linalg.eigh((block + block.T) / 2)
    kept = values > _SMALL
    inverse = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    return np.asarray((vectors * inverse) @ vectors.T)


def _satterthwaite(
    sizes: Floats, alphas: NDArray[np.float64], betas: NDArray[np.float64], bread: Floats, middle: Floats
) -> float:
    cross = alphas @ bread @ betas.T
    P = np.diag(sizes) - cross - cross.T + alphas @ middle @ alphas.T
    return float(np.trace(P) ** 2 / np.sum(P**2))
