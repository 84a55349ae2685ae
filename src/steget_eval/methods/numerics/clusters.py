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

    def among(kept: NDArray[np.bool_]) -> Floats:
        part = fit(Arms(y=arms.y[kept], a=arms.a[kept]), Z[kept], None)
        return np.array([part.mean_1, part.mean_0])

    return arm_means(leave_one_cluster_out(among, clusters))


def arm_means(found: Jackknife) -> ArmMeans:
    """Return two estimates, arm 1 first, as the means of arms."""
    one, zero = (float(value) for value in found.value)
    return ArmMeans(mean_1=one, mean_0=zero, covariance=found.covariance, degrees=found.degrees)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Jackknife:
    """Estimates with the covariance of leaving out one cluster at a time.

    Attributes
    ----------
    value : shape (k,)
    covariance : shape (k, k)
    degrees
        Of freedom, one fewer than clusters, of the t that limits take.
    """

    value: Floats
    covariance: Floats
    degrees: float


def leave_one_cluster_out(
    fit: Callable[[NDArray[np.bool_]], Floats], clusters: Clusters, *, whole: Floats | None = None
) -> Jackknife:
    """Return the estimates of everyone with the jackknife covariance, centred at them.

    ``(G - 1) / G`` times the sum of squared distances (Bell and McCaffrey 2002; MacKinnon, Nielsen and Webb 2023, CV3).

    Parameters
    ----------
    fit
        Whom to keep, shape (n,) → estimates, shape (k,).
    whole : shape (k,), optional
        What `fit` says of everyone, where it is known already.
    """
    value = fit(np.ones(clusters.code.size, dtype=bool)) if whole is None else whole
    moved = []
    for left_out in range(clusters.count):
        try:
            moved.append(fit(clusters.code != left_out) - value)
        except MethodError as error:
            raise type(error)(f"without one of the clusters: {error}") from error
    distance = np.array(moved)
    covariance = (clusters.count - 1) / clusters.count * distance.T @ distance
    return Jackknife(value=value, covariance=covariance, degrees=float(clusters.count - 1))
