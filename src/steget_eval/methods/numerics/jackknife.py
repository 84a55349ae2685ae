"""Leaves one cluster out at a time, for any vector of estimates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steget_eval.core.errors import MethodError
from steget_eval.methods.numerics.arms import Floats
from steget_eval.methods.numerics.clusters import Clusters


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


def leave_one_cluster_out(fit: Callable[[NDArray[np.bool_]], Floats], clusters: Clusters) -> Jackknife:
    """Return the estimates of everyone with the jackknife covariance, centred at them.

    ``(G - 1) / G`` times the sum of squared distances (Bell and McCaffrey 2002; MacKinnon, Nielsen and Webb 2023, CV3).

    Parameters
    ----------
    fit
        Whom to keep, shape (n,) → estimates, shape (k,).
    """
    whole = fit(np.ones(clusters.code.size, dtype=bool))
    moved = []
    for left_out in range(clusters.count):
        try:
            moved.append(fit(clusters.code != left_out) - whole)
        except MethodError as error:
            raise type(error)(f"without one of the clusters: {error}") from error
    distance = np.array(moved)
    covariance = (clusters.count - 1) / clusters.count * distance.T @ distance
    return Jackknife(value=whole, covariance=covariance, degrees=float(clusters.count - 1))
