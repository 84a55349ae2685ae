"""Matching: pairs, sets and subclasses of people with scores alike, with the weights they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ArgumentError, OverlapError
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.arms import Floats, checked_arm, checked_choice, checked_vector
from steget_eval.methods.numerics.counting import check_members
from steget_eval.methods.numerics.matching import Ints, match_fully, match_in_rounds, nearest
from steget_eval.methods.numerics.subclasses import cut_at_quantiles, stand_for

if TYPE_CHECKING:
    import pandas as pd

Population = Literal["ATE", "ATT", "ATC"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Matched(Tidy):
    """People in matched sets.

    Attributes
    ----------
    set_of : shape (n,)
        The set of each person; -1 for whoever is in none. With replacement, a person of arm 0 may stand for several
        sets and has -1; the weights tell for how many.
    w : shape (n,)
        What each person stands for; 0 for the unmatched.
    population
        Whom the weights stand for.
    unmatched_1, unmatched_0
        People in no set.
    """

    set_of: Ints
    w: Floats
    population: Population
    unmatched_1: int
    unmatched_0: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per arm: how many are in no set. Sets belong to people and stay out."""
        import pandas as pd

        return pd.DataFrame({"arm": [1, 0], "unmatched": [self.unmatched_1, self.unmatched_0]})


def match_nearest(
    score: ArrayLike, a: ArrayLike, *, ratio: int = 1, caliper: float | None = 0.2, exact: ArrayLike | None = None,
    replace: bool = False,
) -> Matched:  # fmt: skip
    """Match each person of arm 1 with the one of arm 0 whose log odds of the score are nearest.

    Rosenbaum and Rubin (1985). Without replacement it is greedy, from the highest score down; people as near go by
    row. The population is the treated (ATT), those of them that found somebody.

    Parameters
    ----------
    score : shape (n,)
        Probability of arm 1.
    ratio
        The most of arm 0 for each of arm 1, found in rounds; without replacement.
    caliper
        Furthest allowed, in pooled standard deviations of the log odds: the root of the mean of the arms' variances
        (Austin 2011 advises 0.2). None allows any distance.
    exact : shape (n,), optional
        What a pair must share.
    replace
        Whether somebody of arm 0 may be matched again; all as near as the nearest then share.
    """
    arm, e = _checked(score, a)
    eta = np.log(e / (1 - e))
    same = check_members(None if exact is None else np.asarray(exact), arm.size, "exact groups")
    widest = np.inf if caliper is None else _width(eta, arm, caliper)
    if replace:
        return _with_replacement(eta, arm, same, widest)
    set_of = match_in_rounds(eta, arm, same, widest, ratio)
    w, mine = np.zeros(arm.size), set_of >= 0
    if mine.any():
        w[mine] = stand_for(set_of[mine], arm[mine], "ATT")
    return _matched(set_of, w, arm, "ATT")


def match_full(score: ArrayLike, a: ArrayLike, *, population: Population = "ATT") -> Matched:
    """Put everybody in sets of one person of an arm and one or more of the other, nearest on the log odds in sum.

    Rosenbaum (1991), Hansen (2004); optimal. Nobody is left out.
    """
    arm, e = _checked(score, a)
    set_of = match_fully(np.log(e / (1 - e)), arm)
    checked_choice(population, ("ATE", "ATT", "ATC"), "population")
    return _matched(set_of, stand_for(set_of, arm, population), arm, population)


def subclassify(score: ArrayLike, a: ArrayLike, *, classes: int = 5, population: Population = "ATE") -> Matched:
    """Cut the score at the quantiles of the population's people into subclasses (Rosenbaum and Rubin 1984).

    A subclass with people of one arm only is refused with `OverlapError`.
    """
    arm, e = _checked(score, a)
    checked_choice(population, ("ATE", "ATT", "ATC"), "population")
    set_of = cut_at_quantiles(e, arm, classes, population)
    return _matched(set_of, stand_for(set_of, arm, population), arm, population)


def _with_replacement(eta: Floats, arm: Floats, same: Ints, widest: float) -> Matched:
    w, set_of = np.zeros(arm.size), np.full(arm.size, -1, dtype=np.int64)
    for stratum in np.unique(same[arm == 1]):
        one, zero = (np.flatnonzero((same == stratum) & (arm == which)) for which in (1, 0))
        if not zero.size:
            continue
        links = nearest(eta[one][:, None], eta[zero][:, None], 1)
        near = np.abs(eta[one][links.of] - eta[zero][links.is_]) <= widest
        np.add.at(w, zero[links.is_[near]], links.share[near])
        found = one[np.unique(links.of[near])]
        w[found], set_of[found] = 1.0, found
    return _matched(set_of, w, arm, "ATT")


def _matched(set_of: Ints, w: Floats, arm: Floats, population: Population) -> Matched:
    for which in (1, 0):
        if not w[arm == which].any():
            raise OverlapError(
                "the arms do not overlap: nobody found a match within the caliper and what must be exact"
            )
    return Matched(
        set_of=set_of, w=w, population=population,
        unmatched_1=int(((arm == 1) & (w == 0)).sum()), unmatched_0=int(((arm == 0) & (w == 0)).sum()),
    )  # fmt: skip


def _width(eta: Floats, arm: Floats, caliper: float) -> float:
    if not caliper > 0:
        raise ArgumentError(f"a caliper must be above zero, got {caliper}")
    spreads = [eta[arm == which].var(ddof=1) if (arm == which).sum() > 1 else 0.0 for which in (1, 0)]
    return float(caliper * np.sqrt(np.mean(spreads)))


def _checked(score: ArrayLike, a: ArrayLike) -> tuple[Floats, Floats]:
    arm, e = checked_arm(a), checked_vector(score, "the propensity score")
    if arm.shape != e.shape:
        raise ArgumentError(f"there are {e.size} scores and {arm.size} arms; they must be as many")
    if not ((e > 0) & (e < 1)).all():
        raise OverlapError("a propensity score must lie strictly between 0 and 1 for everyone")
    return arm, e
