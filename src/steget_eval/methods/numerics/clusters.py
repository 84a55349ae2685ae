"""Clusters: who belongs together, and whether there are enough of them to say how sure one is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steget_eval.core.errors import MethodError
from steget_eval.methods.numerics.arms import Arms, Floats, checked_choice
from steget_eval.methods.numerics.stacked import code_clusters
from steget_eval.methods.numerics.standardised import ArmMeans

Ints = NDArray[np.int64]
Variance = Literal["jackknife", "sandwich"]
Fit = Callable[[Arms, Floats, ArrayLike | None], ArmMeans]

#: With fewer clusters in an arm no interval is told.
FEWEST = 4
#: Nor with fewer Satterthwaite degrees of freedom.
FEWEST_DEGREES = 5.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clusters:
    """What people belong to, numbered from 0.

    Attributes
    ----------
    code : shape (n,)
    count
        How many clusters there are.
    """

    code: Ints
    count: int


def checked_clusters(cluster: ArrayLike | None, a: Floats) -> Clusters:
    """Return clusters of which each arm that has people has them in at least four, or refuse."""
    if cluster is None:
        raise MethodError("this method needs clusters, and none are named")
    code = code_clusters(cluster, a.size)
    for arm in (1, 0):
        if 0 < np.unique(code[a == arm]).size < FEWEST:
            raise MethodError(
                f"the {'treated' if arm == 1 else 'comparison'} arm has people in fewer than four clusters: with so "
                "few the interval cannot be trusted and is refused"
            )
    return Clusters(code=code, count=int(code.max()) + 1)


def with_clusters(arms: Arms, Z: Floats, cluster: ArrayLike | None, variance: Variance, fit: Fit) -> ArmMeans:
    """Return the arm means of a fit with the covariance asked for; `variance` matters only with clusters."""
    checked_choice(variance, ("jackknife", "sandwich"), "variance")
    if cluster is None:
        return fit(arms, Z, None)
    clusters = checked_clusters(cluster, arms.a)
    if variance == "sandwich":
        return fit(arms, Z, cluster)
    return leave_one_out(arms, Z, clusters, fit)


def leave_one_out(arms: Arms, Z: Floats, clusters: Clusters, fit: Fit) -> ArmMeans:
    """Return the arm means with the covariance of the leave-one-cluster-out jackknife, centred at the estimate.

    ``(G - 1) / G`` times the sum over clusters of the squared difference between the estimate without it and the
    estimate (Bell and McCaffrey 2002; MacKinnon, Nielsen and Webb 2023, CV3). To be used with t(G - 1).
    """
    whole = fit(arms, Z, None)

    def without(kept: NDArray[np.bool_]) -> tuple[float, ...]:
        part = fit(Arms(y=arms.y[kept], a=arms.a[kept]), Z[kept], None)
        return part.mean_1, part.mean_0

    covariance = jackknife(clusters, (whole.mean_1, whole.mean_0), without)
    return ArmMeans(mean_1=whole.mean_1, mean_0=whole.mean_0, covariance=covariance, degrees=float(clusters.count - 1))


def jackknife(
    clusters: Clusters, whole: tuple[float, ...], without: Callable[[NDArray[np.bool_]], tuple[float, ...]]
) -> Floats:
    """Return the covariance, shape (k, k), of k numbers found anew among those kept without each cluster in turn."""
    moved = []
    for left_out in range(clusters.count):
        try:
            moved.append(without(clusters.code != left_out))
        except MethodError as error:
            raise type(error)(f"without one of the clusters: {error}") from error
    distance = np.array(moved) - np.array(whole)
    return np.asarray((clusters.count - 1) / clusters.count * distance.T @ distance)
