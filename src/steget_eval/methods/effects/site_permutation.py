"""A difference between arms to which whole sites were assigned, by permuting the assignment."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ClusterError, ScopeError, SpreadError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.streams import stream
from steget_eval.methods.numerics.arms import Floats, checked_arms, checked_choice, checked_level
from steget_eval.methods.numerics.clusters import checked_clusters
from steget_eval.methods.numerics.wild import invert

#: Up to so many assignments all are tried, and nothing is drawn.
MOST_ENUMERATED = 20_000
_ROUNDING = 1e-12  # of the range of site means: a spread no larger is none
_NOTE = "Each site counts alike; permutes whole sites, as they were assigned."


def site_permutation(
    y: ArrayLike, a: ArrayLike, *, cluster: ArrayLike | None = None, kind: Literal["binary", "amount"] = "binary",
    unit: str = "", level: float = 0.95, replicates: int = 9999, seed: int = 0,
) -> Estimates:  # fmt: skip
    """Difference between the arms' means of site means, tested by every way the sites could have been assigned.

    Exact where the assignment was random among sites (Edgington 1980; Gail et al. 1996). The limits are the shifts
    that are not rejected, the same shift for every site. A site with people in both arms was not assigned as a
    whole: refused, as are fewer than four sites in an arm. Up to 20,000 assignments all are tried, and `seed` does
    nothing. `std_error` is the unpooled one of the site means.
    """
    checked_choice(kind, ("binary", "amount"), "kind")
    arms = checked_arms(y, a, binary=kind == "binary")
    clusters = checked_clusters(cluster, arms.a, even=False)
    size = np.bincount(clusters.code)
    share = np.bincount(clusters.code, arms.a) / size
    if ((share > 0) & (share < 1)).any():
        raise ScopeError("a site has people in both arms: sites were not assigned as wholes, so they are not permuted")
    mean = np.bincount(clusters.code, arms.y) / size
    if np.ptp(mean) == 0:
        raise SpreadError("every site has the same mean: a permutation moves nothing")
    alpha = 1 - checked_level(level)
    chosen = _assignments(share, replicates, seed)

    def p_of(shift: float) -> float:
        left = mean - shift * share
        drawn, observed = np.abs(_differences(left, chosen)), abs(_differences(left, share[None, :])[0])
        return float(np.mean(drawn >= observed - 1e-9 * max(1e-12, float(np.ptp(left)))))

    if 2 / comb(share.size, int(share.sum())) > alpha:
        raise ClusterError(
            "the sites can be assigned in too few ways to reject anything at the level asked for: more sites are "
            "needed for an interval"
        )
    estimate = float(_differences(mean, share[None, :])[0])
    spreads = [mean[share == k].var(ddof=1) / (share == k).sum() for k in (1, 0)]
    step = float(np.sqrt(sum(spreads)))
    if step <= _ROUNDING * float(np.ptp(mean)):
        raise SpreadError("every site of an arm has the same mean: the interval would have no width")
    columns: dict[str, Any] = arms.counts(events=kind == "binary")
    return Estimates((
        Estimate(
            contrast="risk_difference" if kind == "binary" else "mean_difference", method="site_permutation",
            estimate=estimate, std_error=step, p_value=p_of(0.0), conf_level=level,
            conf_low=invert(p_of, estimate, step, alpha, -1), conf_high=invert(p_of, estimate, step, alpha, 1),
            kind=kind, population="ATE", unit="proportion" if kind == "binary" else unit, note=_NOTE, **columns,
        ),
    ))  # fmt: skip


def _assignments(share: Floats, replicates: int, seed: int) -> Floats:
    """Return assignments of sites to arm 1, shape (b, G): all of them, or the observed and random ones."""
    count, treated = share.size, int(share.sum())
    if comb(count, treated) <= MOST_ENUMERATED:
        chosen = np.zeros((comb(count, treated), count))
        for row, sites in enumerate(combinations(range(count), treated)):
            chosen[row, list(sites)] = 1.0
        return chosen
    draws = stream(seed, "site_permutation")
    return np.vstack([share, *(draws.permutation(share) for _ in range(replicates))])


def _differences(mean: Floats, chosen: Floats) -> Floats:
    one = chosen.sum(axis=1)
    total = chosen @ mean
    return np.asarray(total / one - (mean.sum() - total) / (mean.size - one))
