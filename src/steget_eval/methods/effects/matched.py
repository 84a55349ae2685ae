"""Matched comparisons with the variance that matching has, and no bootstrap (Abadie and Imbens 2008)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from steget_eval.core.errors import ArgumentError, OverlapError, ScopeError, SpreadError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import (
    Arms,
    Floats,
    checked_amounts,
    checked_arms,
    checked_choice,
    checked_covariates,
    checked_level,
)
from steget_eval.methods.numerics.counting import check_members
from steget_eval.methods.numerics.delta import delta_row
from steget_eval.methods.numerics.glm import fit_propensity_model
from steget_eval.methods.numerics.linear import build_design, multiply
from steget_eval.methods.numerics.matching import Neighbours, match_greedily, nearest

Kind = Literal["binary", "amount"]
Population = Literal["ATE", "ATT", "ATC"]
_FEWEST_PAIRS = 10


def matched_pairs(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, kind: Kind = "binary", population: str = "ATT",
    caliper: float | None = 0.2, exact: ArrayLike | None = None, unit: str = "", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Compare each of the treated with the one of the comparison whose score is nearest, matched once.

    Nearest on the log odds of a logistic score, greedily from the highest down, without replacement. Standard errors
    are clustered by pair (Abadie and Spiess 2022): with m pairs, the covariance of the pairs' outcomes over m, with
    t(m - 1), which is CR2 of a regression on the arm. `n_1` and `n_0` count the pairs; whoever found nobody is left
    out and no longer spoken of, which the note says.

    Parameters
    ----------
    caliper
        Furthest allowed, in pooled standard deviations of the log odds; None allows any.
    exact : shape (n,), optional
        What a pair must share.
    """
    checked_choice(population, ("ATT",), "population")
    arms = _checked(y, a, kind)
    Z = build_design(checked_covariates(X, arms.a.size)).Z
    eta = multiply(Z, fit_propensity_model(Z, arms.a).coefficients)
    same = check_members(None if exact is None else np.asarray(exact), arms.a.size, "exact groups")
    pairs = match_greedily(eta, arms.a, same, math.inf if caliper is None else caliper * _spread(eta, arms.a))
    m = pairs.one.size
    if m < _FEWEST_PAIRS:
        raise OverlapError(
            "the arms do not overlap: fewer than ten of the treated found somebody alike, too few pairs for an interval"
        )
    both = np.column_stack([arms.y[pairs.one], arms.y[pairs.zero]])
    return _pair_rows(both, kind, int(arms.a.sum()) - m, unit, checked_level(level))


def _pair_rows(both: Floats, kind: Kind, lonely: int, unit: str, level: float) -> Estimates:
    m = len(both)
    (m_1, m_0), covariance = both.mean(axis=0), np.cov(both.T) / m
    if np.ptp(both[:, 0] - both[:, 1]) == 0:
        raise SpreadError("every pair differs by the same: a comparison would have an interval of no width")
    shared: dict[str, Any] = {
        "method": "matched_pairs", "population": "ATT", "kind": kind, "level": level, "degrees": float(m - 1),
        "n_1": m, "n_0": m, "note": "Treated people without anybody alike are left out." if lonely else "",
    }  # fmt: skip
    if kind == "amount":
        shared["unit"] = unit
        return Estimates((
            delta_row(m_1, (1, 0), covariance, contrast="mean_1", test=False, **shared),
            delta_row(m_0, (0, 1), covariance, contrast="mean_0", test=False, **shared),
            delta_row(m_1 - m_0, (1, -1), covariance, contrast="mean_difference", **shared),
        ))  # fmt: skip
    shared |= {"events_1": int(both[:, 0].sum()), "events_0": int(both[:, 1].sum())}
    rows = [
        delta_row(m_1, (1, 0), covariance, contrast="risk_1", test=False, unit="proportion", **shared),
        delta_row(m_0, (0, 1), covariance, contrast="risk_0", test=False, unit="proportion", **shared),
        delta_row(m_1 - m_0, (1, -1), covariance, contrast="risk_difference", unit="proportion", **shared),
    ]
    if m_1 > 0 and m_0 > 0:
        gradient = (1 / m_1, -1 / m_0)
        rows.append(
            delta_row(m_1 / m_0, gradient, covariance, contrast="risk_ratio", unit="ratio", scale="log", **shared)
        )
    return Estimates(tuple(rows))


def abadie_imbens(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, kind: Kind = "binary", population: Population = "ATT",
    neighbours: int = 1, bias_adjusted: bool = True, unit: str = "", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Compare each person with the nearest of the other arm on the covariates, who may be matched again.

    Mahalanobis distance; all as near as the last neighbour are kept. The variance is Abadie and Imbens' (2006), of the
    population, with each person's own spread taken from the nearest of the same arm. With `bias_adjusted` what is left
    of the distance is taken off by a linear regression among those matched (Abadie and Imbens 2011); without it the
    bias does not vanish beside the error where several covariates are amounts.
    """
    checked_choice(population, ("ATE", "ATT", "ATC"), "population")
    if neighbours < 1:
        raise ArgumentError(f"at least one neighbour is needed, got {neighbours}")
    arms = _checked(y, a, kind)
    scaled = _whitened(build_design(checked_covariates(X, arms.a.size)).Z[:, 1:])
    gain, used = np.zeros(arms.a.size), _Used(weight=np.zeros(arms.a.size), squared=np.zeros(arms.a.size))
    for which in {"ATE": (1, 0), "ATT": (1,), "ATC": (0,)}[population]:
        _impute(arms, scaled, which, neighbours, bias_adjusted, gain, used)
    counted = np.ones(arms.a.size) if population == "ATE" else np.asarray(arms.a == (population == "ATT"), dtype=float)
    n = float(counted.sum())
    estimate = float(counted @ gain) / n
    spread = _own_spread(arms, scaled, neighbours)
    reuse = used.weight**2 + (2 * used.weight if population == "ATE" else 0) - used.squared
    variance = (float(counted @ (gain - estimate) ** 2) + float(spread @ reuse)) / n**2
    if not np.ptp(arms.y) > 0 or not variance > 0:
        raise SpreadError("the outcome does not vary among those matched: the interval would have no width")
    std_error = math.sqrt(variance)
    half = float(norm.isf((1 - checked_level(level)) / 2)) * std_error
    contrast, of = ("risk_difference", "proportion") if kind == "binary" else ("mean_difference", unit)
    return Estimates((
        Estimate(
            contrast=contrast, method="abadie_imbens", estimate=estimate, std_error=std_error,
            conf_low=estimate - half, conf_high=estimate + half, conf_level=level,
            p_value=float(2 * norm.sf(abs(estimate) / std_error)), kind=kind, population=population, unit=of,
            **arms.counts(events=kind == "binary"),
        ),
    ))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Used:
    """How often each person stands for another: the sum of the shares, and of their squares; filled arm by arm."""

    weight: Floats
    squared: Floats


def _impute(arms: Arms, scaled: Floats, which: int, neighbours: int, adjusted: bool, gain: Floats, used: _Used) -> None:
    """Fill in each gain of one arm's people, and how often those of the other were used for it."""
    mine, other = np.flatnonzero(arms.a == which), np.flatnonzero(arms.a != which)
    links = nearest(scaled[mine], scaled[other], neighbours)
    np.add.at(used.weight, other[links.is_], links.share)
    np.add.at(used.squared, other[links.is_], links.share**2)
    borrowed = arms.y[other][links.is_]
    if adjusted:
        slopes = _slopes(scaled[other], arms.y[other], used.weight[other])
        borrowed = borrowed + (scaled[mine][links.of] - scaled[other][links.is_]) @ slopes
    imputed = np.bincount(links.of, links.share * borrowed, mine.size)
    gain[mine] = (1 if which == 1 else -1) * (arms.y[mine] - imputed)


def _slopes(X: Floats, y: Floats, w: Floats) -> Floats:
    root = np.sqrt(w)
    D = np.column_stack([np.ones(len(y)), X]) * root[:, None]
    return np.asarray(np.linalg.lstsq(D, y * root, rcond=None)[0][1:])


def _own_spread(arms: Arms, scaled: Floats, neighbours: int) -> Floats:
    """Return each person's variance given the covariates, from the nearest of the same arm (and all as near)."""
    spread = np.zeros(arms.a.size)
    for which in (1, 0):
        here = np.flatnonzero(arms.a == which)
        links: Neighbours = nearest(scaled[here], scaled[here], neighbours, itself=np.arange(here.size))
        y = arms.y[here]
        size = np.bincount(links.of, minlength=here.size) + 1
        first = (np.bincount(links.of, y[links.is_], here.size) + y) / size
        second = (np.bincount(links.of, y[links.is_] ** 2, here.size) + y**2) / size
        spread[here] = np.maximum(second - first**2, 0) * size / (size - 1)
    return spread


def _whitened(X: Floats) -> Floats:
    """Return covariates in which the Euclidean distance is Mahalanobis'."""
    if not X.shape[1]:
        raise ScopeError("matching needs at least one covariate")
    return np.asarray(np.linalg.solve(np.linalg.cholesky(np.cov(X.T).reshape(X.shape[1], -1)), X.T).T)


def _checked(y: ArrayLike, a: ArrayLike, kind: Kind) -> Arms:
    checked_choice(kind, ("binary", "amount"), "kind")
    return checked_arms(y, a, binary=True) if kind == "binary" else checked_amounts(y, a)


def _spread(eta: Floats, a: Floats) -> float:
    return float(np.sqrt(np.mean([eta[a == which].var(ddof=1) for which in (1, 0)])))
