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
from scipy.special import betaln, digamma, expit, logit, polygamma

from steget_eval.core.errors import ConvergenceError, MethodError
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
        raise MethodError(f"there are {values.size} people but {labels.size} sites; each person needs one")
    names, code = np.unique(labels.astype(str), return_inverse=True)
    if names.size < _FEWEST:
        raise MethodError(f"there are {names.size} sites; at least {_FEWEST} are needed to tell how they differ")
    x, n = (np.asarray(np.bincount(code, w), dtype=np.float64) for w in (values, np.ones(values.size)))
    if x.sum() in (0, n.sum()):
        raise MethodError("nobody or everybody had the event at every site: there is nothing to draw towards")
    mean, worth, std_error = _fit(x, n)
    tail = (1 - checked_level(level)) / 2
    common = _common(mean, std_error, x, n, tail)
    rows = [common, _new(common, mean, worth, tail)]
    rows += [_site(common, str(name), x[s], n[s], mean, worth, tail) for s, name in enumerate(names)]
    spread = math.sqrt(mean * (1 - mean) / (worth + 1)) if math.isfinite(worth) else 0.0
    return Sites(estimates=Estimates(tuple(rows)), spread=spread, worth=worth)


def _fit(x: Floats, n: Floats) -> tuple[float, float, float]:
    """Return mean, worth, and the standard error of the mean's log odds, by Newton on the logarithms of both shapes."""
    share = float(x.sum() / n.sum())
    # The likelihood's slope where sites do not differ; not above zero, and they differ no more than by chance.
    excess = float(np.sum(x * (x - 1) / share + (n - x) * (n - x - 1) / (1 - share) - n * (n - 1)))
    if excess <= 0:
        return share, math.inf, 1 / math.sqrt(float(n.sum()) * share * (1 - share))
    theta = np.log([share * _START, (1 - share) * _START])
    height = _likelihood(np.exp(theta), x, n)
    for _ in range(_MAX_STEPS):
        slope, curvature = _derivatives(np.exp(theta), x, n)
        values, vectors = np.linalg.eigh(curvature)
        step = vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), 1e-10))
        step = step * min(1.0, 2 / max(float(np.abs(step).max()), 1e-300))
        while _likelihood(np.exp(theta + step), x, n) < height - 1e-12 * abs(height):
            step = step / 2
        theta = theta + step
        height = _likelihood(np.exp(theta), x, n)
        if np.abs(step).max() < _TOLERANCE:
            covariance = np.linalg.inv(_derivatives(np.exp(theta), x, n)[1])
            shapes, gradient = np.exp(theta), np.array([1.0, -1.0])
            return float(shapes[0] / shapes.sum()), float(shapes.sum()), math.sqrt(gradient @ covariance @ gradient)
    raise ConvergenceError(f"the model of the sites did not converge in {_MAX_STEPS} Newton steps")


def _likelihood(shapes: Floats, x: Floats, n: Floats) -> float:
    return float(np.sum(betaln(x + shapes[0], n - x + shapes[1]) - betaln(shapes[0], shapes[1])))


def _derivatives(shapes: Floats, x: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Return the log likelihood's slope and its negative curvature in the logarithms of both shapes."""
    worth, counts = float(shapes.sum()), (x, n - x)
    slope = np.array([
        float(np.sum(digamma(k + shape) - digamma(n + worth) - digamma(shape) + digamma(worth)))
        for k, shape in zip(counts, shapes, strict=True)
    ])  # fmt: skip
    both = float(np.sum(_trigamma(worth) - _trigamma(n + worth)))
    own = [float(np.sum(_trigamma(k + s) - _trigamma(s))) for k, s in zip(counts, shapes, strict=True)]
    second = np.full((2, 2), both) + np.diag(own)
    return shapes * slope, -(np.outer(shapes, shapes) * second + np.diag(shapes * slope))


def _trigamma(z: Floats | float) -> Floats:
    """Return the second derivative of the logarithm of the gamma function."""
    return np.asarray(polygamma(1, z))


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
