"""Clusters: who belongs together, and whether there are enough of them to say how sure one is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steget_eval.core.errors import ClusterError, MethodError
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
    in_arm
        How many have people in arm 1, and in arm 0.
    """

    code: Ints
    count: int
    in_arm: tuple[int, int]

    @property
    def arm_degrees(self) -> tuple[float, float]:
        """Return the degrees of freedom of an arm's own number, arm 1 first: one fewer than its clusters."""
        return self.in_arm[0] - 1.0, self.in_arm[1] - 1.0


def checked_clusters(cluster: ArrayLike | None, a: Floats, *, even: bool = True) -> Clusters:
    """Return clusters that an interval can rest on, or refuse.

    Each arm that has people has them in at least four clusters, and the difference between two arms' means has at
    least five of Satterthwaite's degrees of freedom, which fewer have where the clusters are uneven.

    Parameters
    ----------
    even
        Whether uneven clusters are refused: not where every cluster counts alike whatever its size, nor where somebody
        asks by name for the sandwich, which is for many.
    """
    if cluster is None:
        raise ClusterError("this method needs clusters, and none are named")
    code = code_clusters(cluster, a.size)
    in_arm = np.unique(code[a == 1]).size, np.unique(code[a == 0]).size
    for arm, held in zip((1, 0), in_arm, strict=True):
        if 0 < held < FEWEST:
            raise ClusterError(
                f"the {'treated' if arm == 1 else 'comparison'} arm has people in fewer than four clusters: with so "
                "few the interval cannot be trusted and is refused"
            )
    if even and min(in_arm) > 0:
        check_degrees(contrast_degrees(code, a))
    return Clusters(code=code, count=int(code.max()) + 1, in_arm=in_arm)


def check_degrees(degrees: float) -> None:
    """Refuse fewer of Satterthwaite's degrees of freedom than an interval can rest on."""
    if degrees < FEWEST_DEGREES:
        raise ClusterError(
            "Satterthwaite's degrees of freedom are under five: with so few the interval cannot be trusted and is "
            "refused; the clusters are too few or too uneven"
        )


def contrast_degrees(code: Ints, a: Floats) -> float:
    """Return Satterthwaite's degrees of freedom of the difference between two arms' means, by CR2.

    They depend on how people lie in clusters and arms alone (Bell and McCaffrey 2002, eq. 10, with one covariate: the
    arm). All of an arm in one cluster has none.
    """
    size = np.array([np.bincount(code[a == arm], minlength=int(code.max()) + 1) for arm in (1, 0)], dtype=np.float64)
    people = size.sum(axis=1)
    share = size / people[:, None]
    if (share >= 1).any():
        return 0.0
    P = np.zeros((share.shape[1], share.shape[1]))
    for own, n in zip(share, people, strict=True):
        stretch = 1 / np.sqrt(1 - own)
        P += np.outer(stretch, stretch) * (np.diag(own) - np.outer(own, own)) / n
    return float(np.trace(P) ** 2 / np.sum(P**2))


def with_clusters(arms: Arms, Z: Floats, cluster: ArrayLike | None, variance: Variance, fit: Fit) -> ArmMeans:
    """Return the arm means of a fit with the covariance asked for; `variance` matters only with clusters."""
    checked_choice(variance, ("jackknife", "sandwich"), "variance")
    if cluster is None:
        return fit(arms, Z, None)
    clusters = checked_clusters(cluster, arms.a, even=variance == "jackknife")
    if variance == "sandwich":
        return fit(arms, Z, cluster)

    def among(kept: NDArray[np.bool_]) -> Floats:
        part = fit(Arms(y=arms.y[kept], a=arms.a[kept]), Z[kept], None)
        return np.array([part.mean_1, part.mean_0])

    return arm_means(leave_one_cluster_out(among, clusters))


def arm_means(found: Jackknife) -> ArmMeans:
    """Return two estimates, arm 1 first, as the means of arms."""
    one, zero = (float(value) for value in found.value)
    return ArmMeans(
        mean_1=one, mean_0=zero, covariance=found.covariance, degrees=found.degrees, arm_degrees=found.arm_degrees
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Jackknife:
    """Estimates with the covariance of leaving out one cluster at a time.

    Attributes
    ----------
    value : shape (k,)
    covariance : shape (k, k)
    degrees
        Of freedom, one fewer than clusters, of the t that limits take.
    arm_degrees
        The same of an arm's own number, which only that arm's clusters tell of; arm 1 first.
    """

    value: Floats
    covariance: Floats
    degrees: float
    arm_degrees: tuple[float, float]


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
    return Jackknife(
        value=value, covariance=covariance, degrees=float(clusters.count - 1), arm_degrees=clusters.arm_degrees
    )  # fmt: skip
