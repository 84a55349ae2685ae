"""Outcomes that people of one site share, such that a ratio which is the same for everyone stays known.

Averaged over the sites that could have been, a ratio within a site is in general another ratio, or none. Three ways of
sharing leave one that is known: a factor of mean one on a mean; a positive stable frailty on a hazard (Hougaard 1986),
which multiplies every coefficient by its index; a bridge distribution on log odds (Wang and Louis 2003), likewise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steget_eval.simulate.drawn_times import Floats, Ints, proportional_times, seen_by

#: Half of the sites lie so far above one, half so far below: the factor on a mean.
FACTOR = 0.4
#: What a coefficient within a site is multiplied by across sites: of a hazard, of log odds.
STABLE, BRIDGE = 0.95, 0.97


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AtSites:
    """What stands instead of the same fields of `DrawnPeople` where a ratio is judged across sites, shape (n,) each."""

    happened_by_ratio: Floats
    counts: Floats
    grade: Ints
    t: Ints
    d: Ints
    t_alone: Ints
    d_alone: Ints
    t_sub: Ints
    d_sub: Ints
    known: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WithinSites:
    """What holds of each person within a site that is as sites are at the middle, shape (n,) each.

    Attributes
    ----------
    site
        From 0.
    risk, counted
        Chance of a yes by one risk ratio; mean of a count.
    job, leave
        Rates per day.
    power
        Of subdistribution hazards.
    odds
        Linear predictor of the ladder.
    end
        Day last seen.
    seen
        Chance that the outcome is seen.
    """

    site: Ints
    risk: Floats
    counted: Floats
    job: Floats
    leave: Floats
    power: Floats
    odds: Floats
    end: Ints
    seen: Floats


def draw_at_sites(draws: np.random.Generator, within: WithinSites, cuts: Floats) -> AtSites:
    """Return outcomes that the people of a site share, each by a draw of the site's own."""
    n, site, sites = within.site.size, within.site, int(within.site.max()) + 1
    factor = 1 + FACTOR * draws.choice([-1.0, 1.0], size=sites)[site]
    frailty, odds = positive_stable(draws, STABLE, sites)[site], bridge(draws, BRIDGE, sites)[site]
    job, leave = draws.exponential(size=n) / (within.job * frailty), draws.exponential(size=n) / within.leave
    t, d = seen_by(np.minimum(job, leave), np.where(job <= leave, 1, 2), within.end)
    t_alone, d_alone = seen_by(job, np.ones(n, dtype=np.int64), within.end)
    t_sub, d_sub = proportional_times(draws, within.power * frailty, within.end)
    mean = within.counted * factor
    return AtSites(
        happened_by_ratio=np.asarray(draws.random(n) < within.risk * factor, dtype=np.float64),
        counts=draws.negative_binomial(1 / 1.2, 1 / (1 + 1.2 * mean)).astype(np.float64),
        grade=np.digitize(within.odds + odds + draws.logistic(size=n), cuts),
        t=t, d=d, t_alone=t_alone, d_alone=d_alone, t_sub=t_sub, d_sub=d_sub,
        known=draws.random(n) < within.seen,
    )  # fmt: skip


def positive_stable(draws: np.random.Generator, index: float, size: int) -> Floats:
    """Return draws whose Laplace transform is ``exp(-s ** index)`` (Kanter 1975)."""
    angle, weight = draws.uniform(0, np.pi, size), draws.exponential(size=size)
    bent = np.sin(index * angle) / np.sin(angle) ** (1 / index)
    return np.asarray(bent * (np.sin((1 - index) * angle) / weight) ** ((1 - index) / index))


def bridge(draws: np.random.Generator, index: float, size: int) -> Floats:
    """Return draws over which a logistic model averages to one with every coefficient times `index`."""
    u = draws.random(size)
    return np.asarray(np.log(np.sin(index * np.pi * u) / np.sin(index * np.pi * (1 - u))) / index)
