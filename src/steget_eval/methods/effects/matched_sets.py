"""Comparisons within matched sets of a score, with the variance of the sets.

`nearest_sets` takes the score as known once people are matched, which on the whole makes the interval a little wide
(Abadie and Imbens 2016). `n_1` and `n_0` count everybody given; how many found no match is told by `match_nearest` and
its like.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ArgumentError, OverlapError, SpreadError
from steget_eval.core.estimates import Estimates
from steget_eval.methods.effects.matched_rows import Kind, arm_rows, checked_kind, log_odds
from steget_eval.methods.numerics.arms import Arms, Floats, checked_choice
from steget_eval.methods.numerics.counting import check_members
from steget_eval.methods.numerics.learnt_score import moved_by_learning, products_among_alike
from steget_eval.methods.numerics.matching import Ints, match_fully, match_in_rounds
from steget_eval.methods.numerics.standardised import ArmMeans
from steget_eval.methods.numerics.subclasses import stand_for

Population = Literal["ATE", "ATT", "ATC"]
_FEWEST_SETS = 10


def nearest_sets(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, kind: Kind = "binary", population: str = "ATT", ratio: int = 1,
    caliper: float | None = 0.2, exact: ArrayLike | None = None, unit: str = "", level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Compare each of the treated with the mean of up to `ratio` of the comparison whose scores are nearest.

    Greedy on the log odds, from the highest down and in rounds: everybody finds a first match before anybody a second.
    Nobody is matched twice, so the sets are independent: the variance is that of the sets' pairs of means over
    the sets, with t(sets - 1), as `matched_pairs` has it with one match each (Abadie and Spiess 2022).

    Parameters
    ----------
    ratio
        The most of the comparison in a set; with a caliper some sets have fewer.
    caliper
        Furthest allowed, in pooled standard deviations of the log odds; None allows any.
    exact : shape (n,), optional
        What a set must share.
    """
    checked_choice(population, ("ATT",), "population")
    arms = checked_kind(y, a, kind)
    set_of = sets_of_nearest(arms, log_odds(arms, X)[1], ratio=ratio, caliper=caliper, exact=exact)
    sets = int(set_of.max()) + 1
    both = np.column_stack([_means_in(set_of, arms, which, sets) for which in (1, 0)])
    if np.ptp(both[:, 0] - both[:, 1]) == 0:
        raise SpreadError("every set differs by the same: a comparison would have an interval of no width")
    m_1, m_0 = both.mean(axis=0)
    means = ArmMeans(
        mean_1=float(m_1), mean_0=float(m_0), covariance=np.cov(both.T) / sets, degrees=float(sets - 1)
    )  # fmt: skip
    return arm_rows(means, arms, kind, "nearest_neighbours", "ATT", unit, level)


def sets_of_nearest(arms: Arms, eta: Floats, *, ratio: int, caliper: float | None, exact: ArrayLike | None) -> Ints:
    """Return the set of each person, -1 for whoever is in none; refuses where there are fewer than ten."""
    if ratio < 1:
        raise ArgumentError(f"at least one match is needed, got {ratio}")
    same = check_members(None if exact is None else np.asarray(exact), arms.a.size, "exact groups")
    widest = math.inf if caliper is None else caliper * _spread(eta, arms.a)
    set_of = match_in_rounds(eta, arms.a, same, widest, ratio)
    if int(set_of.max(initial=-1)) + 1 < _FEWEST_SETS:
        raise OverlapError(
            "the arms do not overlap: fewer than ten of the treated found somebody alike, too few sets for an interval"
        )
    return set_of


def full_sets(
    y: ArrayLike, a: ArrayLike, X: ArrayLike, *, kind: Kind = "binary", population: Population = "ATT", unit: str = "",
    level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Compare the arms where everybody is in a set of one of an arm and one or more of the other.

    Optimal full matching on the log odds (Rosenbaum 1991, Hansen 2004), each set weighted to the population. Errors are
    clustered by set, with the factor G/(G - 1) and t(G - 1), as of a weighted regression on the arm, and count that the
    score was learnt from the same people (Abadie and Imbens 2016).
    """
    checked_choice(population, ("ATE", "ATT", "ATC"), "population")
    arms = checked_kind(y, a, kind)
    Z, eta = log_odds(arms, X)
    set_of = match_fully(eta, arms.a)
    w = stand_for(set_of, arms.a, population)
    learnt = moved_by_learning(arms, Z, eta, w, products_among_alike(arms, Z, eta), population)
    means = _clustered_means(arms, w, set_of, learnt)
    return arm_rows(means, arms, kind, "full_matching", population, unit, level)


def _clustered_means(arms: Arms, w: Floats, set_of: Ints, learnt: Floats) -> ArmMeans:
    sets = int(set_of.max()) + 1
    if sets < _FEWEST_SETS:
        raise OverlapError("the arms do not overlap: full matching gives fewer than ten sets, too few for an interval")
    weights = [w * (arms.a == which) for which in (1, 0)]
    means = [float(one @ arms.y / one.sum()) for one in weights]
    moved = np.column_stack([
        np.bincount(set_of, one * (arms.y - mean) / one.sum() + extra, sets)
        for one, mean, extra in zip(weights, means, learnt.T, strict=True)
    ])  # fmt: skip
    covariance = moved.T @ moved * sets / (sets - 1)
    if not covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1] > 0:
        raise SpreadError("the outcome does not vary among those matched: the interval would have no width")
    return ArmMeans(mean_1=means[0], mean_0=means[1], covariance=covariance, degrees=float(sets - 1))


def _means_in(set_of: Ints, arms: Arms, which: int, sets: int) -> Floats:
    mine = (set_of >= 0) & (arms.a == which)
    return np.asarray(np.bincount(set_of[mine], arms.y[mine], sets) / np.bincount(set_of[mine], minlength=sets))


def _spread(eta: Floats, a: Floats) -> float:
    return float(np.sqrt(np.mean([eta[a == which].var(ddof=1) for which in (1, 0)])))
