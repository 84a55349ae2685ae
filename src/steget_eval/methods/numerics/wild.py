"""The wild cluster bootstrap of a regression's coefficient: the null imposed, signs drawn cluster by cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np

from steget_eval.core.errors import ConvergenceError
from steget_eval.core.streams import stream
from steget_eval.methods.numerics.arms import Floats
from steget_eval.methods.numerics.clusters import Clusters

#: Up to so many clusters every pattern of signs is tried, and nothing is drawn.
MOST_ENUMERATED = 12
_TIE = 1e-9  # of a t statistic: as far out but for rounding
_WIDEST = 60  # doublings of a standard error before a limit is given up


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """Sums over clusters from which every replicate's statistic follows, at any null.

    Attributes
    ----------
    length
        Squared length of the arm's column, the covariates taken out.
    own : shape (G,)
        The share of each cluster in it.
    y, a : shape (G, G)
        ``column g, row g'``: how the null's residuals of a cluster enter another's score; of the outcome and the arm.
    """

    length: float
    own: Floats
    y: Floats
    a: Floats


def take_apart(Z: Floats, arm: Floats, y: Floats, w: Floats, clusters: Clusters) -> Parts:
    """Return the parts for the coefficient of `arm`, beside the columns of `Z`, in weighted least squares."""
    root = np.sqrt(w)
    Z, arm, y = Z * root[:, None], arm * root, y * root
    bread = np.linalg.inv(Z.T @ Z)
    free, rest = arm - Z @ (bread @ (Z.T @ arm)), y - Z @ (bread @ (Z.T @ y))
    own = np.asarray(np.bincount(clusters.code, free**2, clusters.count), dtype=np.float64)
    onto = _summed(Z * free[:, None], clusters) @ bread

    def crossed(e: Floats) -> Floats:
        diagonal = np.diag(np.bincount(clusters.code, free * e, clusters.count))
        return np.asarray(diagonal - onto @ _summed(Z * e[:, None], clusters).T)

    return Parts(length=float(free @ free), own=own, y=crossed(rest), a=crossed(free))


def p_value(parts: Parts, null: float, signs: Floats) -> float:
    """Return the share of sign patterns, shape (b, G), whose t statistic is as far out as the one observed."""
    crossed = parts.y - null * parts.a
    drawn = np.abs(_statistic(parts, crossed, signs))
    observed = abs(float(_statistic(parts, crossed, np.ones((1, parts.own.size)))[0]))
    return float(np.mean(drawn >= observed * (1 - _TIE)))


def draw_signs(count: int, replicates: int, seed: int) -> Floats:
    """Return sign patterns (Rademacher): all of them up to twelve clusters, else the observed and random ones."""
    if count <= MOST_ENUMERATED:
        return np.array(list(product((1.0, -1.0), repeat=count)))
    drawn = stream(seed, "wild_bootstrap").integers(0, 2, size=(replicates, count)) * 2.0 - 1
    return np.vstack([np.ones(count), drawn])


def invert(p_of: Callable[[float], float], estimate: float, step: float, alpha: float, side: int) -> float:
    """Return the limit on one side (-1 or 1): the furthest value, walking out, that is not rejected."""
    inside, reach = estimate, step
    for _ in range(_WIDEST):
        outside = estimate + side * reach
        if p_of(outside) <= alpha:
            break
        inside, reach = outside, 2 * reach
    else:
        raise ConvergenceError("no value is rejected however far out: the clusters are too few for a limit")
    while abs(outside - inside) > 1e-9 * max(abs(step), abs(inside) * 1e-3):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if p_of(middle) <= alpha else (middle, outside)
    return (inside + outside) / 2


def _statistic(parts: Parts, crossed: Floats, signs: Floats) -> Floats:
    scores = signs @ crossed.T
    shift = scores.sum(axis=1) / parts.length
    spread = scores - shift[:, None] * parts.own
    return np.asarray(shift * parts.length / np.sqrt(np.sum(spread**2, axis=1)))


def _summed(rows: Floats, clusters: Clusters) -> Floats:
    sums = np.zeros((clusters.count, rows.shape[1]))
    np.add.at(sums, clusters.code, rows)
    return sums
