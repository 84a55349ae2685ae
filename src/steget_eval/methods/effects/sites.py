"""Sites side by side without a league table: each site's share drawn towards what they have in common.

A small site's own share is mostly chance. Shares of sites are taken to come from one Beta distribution; a site's answer
weighs its own people against the others, more of its own the more people it has.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import expit, logit

from steget_eval.core.errors import ArgumentError, ClusterError, ConvergenceError, EventsError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.arms import Floats, checked_level, checked_outcome

if TYPE_CHECKING:
    import pandas as pd

_FEWEST = 4
_START = 20.0  # people that what is common is worth, to begin with
_MAX_STEPS = 200
_TOLERANCE = 1e-10
_SITE_NOTE = "Drawn towards all sites; the spread between sites is taken as known."
_ALIKE = "The sites do not differ more than by chance: what is common speaks for each."
_COMMON_NOTE = "The mean share of sites like these."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Sites(Tidy):
    """Shares of sites, drawn towards each other.

    Attributes
    ----------
    estimates
        The mean share of the sites (`subgroup` ``all``), what one more site may have (``new_site``, a prediction
        interval), and each site by its own label, in the order of the labels and never of the shares.
    spread
        Standard deviation of the true shares between sites; 0 where they differ no more than by chance.
    worth
        How many people what is common counts for, against a site's own; infinite where the sites do not differ.
    """

    estimates: Estimates
    spread: float
    worth: float

    def to_frame(self) -> pd.DataFrame:
        """Return the rows behind it."""
        return self.estimates.to_frame()


def pooled_sites(y: ArrayLike, site: ArrayLike, *, level: float = 0.95) -> Sites:
    """Return each site's share with the event by partial pooling, empirical Bayes with a beta-binomial model.

    Griffiths (1973), Efron and Morris (1975). With mean share m and worth w by maximum likelihood, site s with x of n
    has the posterior Beta(x + m w, n - x + (1 - m) w). The mean's limits are Wald's on its log odds, with the worth
    estimated beside it. Fewer than four sites, or nobody or everybody with the event, are refused.
    """
    values = checked_outcome(y, binary=True)
    labels = np.asarray(site)
    if labels.shape != values.shape:
        raise ArgumentError(f"there are {values.size} people but {labels.size} sites; each person needs one")
    names, code = np.unique(labels.astype(str), return_inverse=True)
    if names.size < _FEWEST:
        raise ClusterError(f"there are {names.size} sites; at least {_FEWEST} are needed to tell how they differ")
    x, n = (np.asarray(np.bincount(code, w), dtype=np.float64) for w in (values, np.ones(values.size)))
    if x.sum() in (0, n.sum()):
        raise EventsError("nobody or everybody had the event at every site: there is nothing to draw towards")
    mean, worth, std_error = _fit(x, n)
    tail = (1 - checked_level(level)) / 2
    common = _common(mean, std_error, x, n, tail)
    rows = [common, _new(common, mean, worth, tail)]
    rows += [_site(common, str(name), x[s], n[s], mean, worth, tail) for s, name in enumerate(names)]
    spread = math.sqrt(mean * (1 - mean) / (worth + 1)) if math.isfinite(worth) else 0.0
    return Sites(estimates=Estimates(tuple(rows)), spread=spread, worth=worth)


def _fit(x: Floats, n: Floats) -> tuple[float, float, float]:
    """Return mean, worth, and the standard error of the mean's log odds, by Newton on log odds and one over the worth.

    One over the worth, and not the worth: sites that barely differ lie near 0, not far out where the likelihood is flat
    and differences of log gamma functions have no digits left.
    """
    share = float(x.sum() / n.sum())
    # The likelihood's slope where sites do not differ; not above zero, and they differ no more than by chance.
    excess = float(np.sum(x * (x - 1) / share + (n - x) * (n - x - 1) / (1 - share) - n * (n - 1)))
    if excess <= 0:
        return share, math.inf, 1 / math.sqrt(float(n.sum()) * share * (1 - share))
    terms = _Terms(x, n)
    at = np.array([logit(share), 1 / _START])
    height = terms.likelihood(at)
    for _ in range(_MAX_STEPS):
        slope, curvature = terms.derivatives(at)
        values, vectors = np.linalg.eigh(curvature)
        step = vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), 1e-10))
        step = step * min(1.0, 2 / max(abs(float(step[0])), 1e-300))
        if at[1] + step[1] <= 0:  # one over the worth stays above 0, where its slope is known to be positive
            step = np.array([step[0], -0.9 * at[1]])
        while (reached := terms.likelihood(at + step)) < height - 1e-12 * abs(height):
            step = step / 2
        at, height = at + step, reached
        if max(abs(step[0]), abs(step[1]) * float(n.max())) < _TOLERANCE:
            covariance = np.linalg.inv(terms.derivatives(at)[1])
            return float(expit(at[0])), float(1 / at[1]), math.sqrt(covariance[0, 0])
    raise ConvergenceError(f"the model of the sites did not converge in {_MAX_STEPS} Newton steps")


class _Terms:
    """The beta-binomial likelihood as a sum over people: how many sites have more than j with, without, and in all."""

    def __init__(self, x: Floats, n: Floats) -> None:
        sizes = [np.sort(counts)[::-1] for counts in (x, n - x, n)]
        self.j = np.arange(float(n.max()))
        self.sites = [np.searchsorted(-size, -self.j, side="left").astype(np.float64) for size in sizes]

    def likelihood(self, at: Floats) -> float:
        """Return the log likelihood but for a constant at the mean's log odds and one over the worth."""
        m, over = float(expit(at[0])), float(at[1])
        logs = (np.log(m + self.j * over), np.log(1 - m + self.j * over), -np.log1p(self.j * over))
        return float(sum(count @ log for count, log in zip(self.sites, logs, strict=True)))

    def derivatives(self, at: Floats) -> tuple[Floats, Floats]:
        """Return its slope and its negative curvature."""
        m, over = float(expit(at[0])), float(at[1])
        have, lack, both = self.sites
        one, none, all_ = m + self.j * over, 1 - m + self.j * over, 1 + self.j * over
        by_mean = float(np.sum(have / one - lack / none))
        slope = [m * (1 - m) * by_mean, float(np.sum(self.j * (have / one + lack / none - both / all_)))]
        mean_twice = -float(np.sum(have / one**2 + lack / none**2))
        mixed = -m * (1 - m) * float(np.sum(self.j * (have / one**2 - lack / none**2)))
        over_twice = -float(np.sum(self.j**2 * (have / one**2 + lack / none**2 - both / all_**2)))
        first = (m * (1 - m)) ** 2 * mean_twice + m * (1 - m) * (1 - 2 * m) * by_mean
        return np.array(slope), -np.array([[first, mixed], [mixed, over_twice]])


def _common(mean: float, std_error: float, x: Floats, n: Floats, tail: float) -> Estimate:
    z = float(stats.norm.isf(tail))
    low, high = (float(expit(logit(mean) + side * z * std_error)) for side in (-1, 1))
    return Estimate(
        contrast="risk_1", method="partial_pooling", estimate=mean, conf_low=low, conf_high=high,
        conf_level=round(1 - 2 * tail, 12), n_1=int(n.sum()), events_1=int(x.sum()), kind="binary", population="arm",
        unit="proportion", note=_COMMON_NOTE,
    )  # fmt: skip


def _new(common: Estimate, mean: float, worth: float, tail: float) -> Estimate:
    if not math.isfinite(worth):
        return replace(common, interval_kind="prediction", subgroup="new_site", note=_ALIKE)
    low, high = (float(stats.beta.ppf(q, mean * worth, (1 - mean) * worth)) for q in (tail, 1 - tail))
    return replace(
        common,
        conf_low=low,
        conf_high=high,
        interval_kind="prediction",
        subgroup="new_site",
        note="One more such site.",
    )


def _site(common: Estimate, name: str, x: float, n: float, mean: float, worth: float, tail: float) -> Estimate:
    mine = replace(common, n_1=int(n), events_1=int(x), subgroup=name)
    if not math.isfinite(worth):
        return replace(mine, note=_ALIKE)
    a, b = x + mean * worth, n - x + (1 - mean) * worth
    low, high = (float(stats.beta.ppf(q, a, b)) for q in (tail, 1 - tail))
    return replace(mine, estimate=a / (a + b), conf_low=low, conf_high=high, interval_kind="credible", note=_SITE_NOTE)
