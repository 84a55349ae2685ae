"""People as arrays, from a world whose every answer is known: what methods are rehearsed on.

A base case, and then one thing changed at a time. What the answers are stands in `drawn_answers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from steget_eval.core.streams import stream
from steget_eval.simulate.drawn_looks import draw_answers, lose_scores
from steget_eval.simulate.drawn_paths import MONTHS, draw_paths
from steget_eval.simulate.drawn_sites import AtSites, WithinSites, draw_at_sites
from steget_eval.simulate.drawn_times import proportional_times, seen_by

Floats = NDArray[np.float64]
Scenario = Literal["base", "null", "confounding", "reservoir", "censoring", "exits", "sites", "missing"]
SCENARIOS: tuple[Scenario, ...] = (
    "base", "null", "confounding", "reservoir", "censoring", "exits", "sites", "missing",
)  # fmt: skip

HORIZON, SITES = 730, 8
RATIO, HAZARD, SUBDISTRIBUTION = np.log(1.5), 0.6, 0.5  # logarithms of the ratios that are the same for everyone
CHANGE, SPREAD, ALIKE = 4.0, 10.0, 0.6  # of a scale seen twice
IMPORTANT = 5.0
#: Probability of a pair of steps: before by row, after by column.
STEPS = np.array([[0.35, 0.15, 0.10], [0.05, 0.15, 0.10], [0.02, 0.03, 0.05]])
#: Of a ladder of five steps seen once more, where one odds ratio holds at every cut.
CUTS, GRADE = np.array([-1.0, 0.0, 1.0, 2.2]), 0.7
GAIN = 4.0  # of a scale in arm 1 over arm 0, at every later occasion
SHARED = 0.4  # standard deviation of what a site's people share, on the scale of the linear predictor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnPeople:
    """One set of people, shape (n,) each but for `X`.

    Attributes
    ----------
    X : shape (n, 2)
        A standard normal covariate, and prior employment, 0 or 1.
    a, site
        Arm and site; a site's people share their arm in ``sites``.
    happened, happened_by_ratio, happened_by_odds
        A yes or no by a logistic model of both covariates; by one risk ratio, and by one odds ratio, within levels of
        prior employment alone.
    amount
        Linear in the covariates, with skew errors.
    t, d, t_alone, d_alone, t_sub, d_sub
        Day and cause beside an exit that competes; the same where nobody exits; and where subdistribution hazards are
        proportional.
    before, after, step_before, step_after
        A scale and a three-step ladder, seen twice.
    scores : shape (n, 3)
        A scale at first and at two later occasions, where arm 1 gains.
    scores_seen : shape (n, 3)
        The same; in ``missing`` NaN where a later one was lost at random, given what was seen before it.
    answers : shape (n, 3)
        Yes or no at first and at two later occasions, by a logistic model of arm, first answer and both covariates.
    grade
        One of five steps, where one odds ratio holds at every cut.
    parts, parts_log_normal, counts
        An amount that many have none of, gamma or log-normal among the others; a negative binomial count.
    known
        Whether `happened` was seen.
    path : shape (n, months + 1)
        The state at each month point, -1 from where the person is no longer followed.
    at_sites
        In ``sites`` what stands instead, where a line's ratio is the same for everyone; elsewhere None.
    """

    X: Floats
    a: NDArray[np.int64]
    site: NDArray[np.int64]
    happened: Floats
    happened_by_ratio: Floats
    happened_by_odds: Floats
    amount: Floats
    t: NDArray[np.int64]
    d: NDArray[np.int64]
    t_alone: NDArray[np.int64]
    d_alone: NDArray[np.int64]
    t_sub: NDArray[np.int64]
    d_sub: NDArray[np.int64]
    before: Floats
    after: Floats
    step_before: NDArray[np.int64]
    step_after: NDArray[np.int64]
    scores: Floats
    scores_seen: Floats
    answers: Floats
    grade: NDArray[np.int64]
    parts: Floats
    parts_log_normal: Floats
    counts: Floats
    known: NDArray[np.bool_]
    path: NDArray[np.int64]
    at_sites: AtSites | None


def draw_people(scenario: Scenario, n: int, *, seed: int, replicate: int) -> DrawnPeople:
    """Return `n` people; the same ones for the same scenario, size, seed and replicate."""
    draws = stream(seed, "drawn_people", scenario, n, replicate)
    effect = float(scenario != "null")
    X = np.column_stack([draws.standard_normal(n), (draws.random(n) < 0.4) * 1.0])
    site = np.arange(n) % SITES
    shared = draws.normal(scale=SHARED, size=SITES)[site] if scenario == "sites" else np.zeros(n)
    if scenario == "sites":
        a = draws.permutation(np.arange(SITES) < SITES // 2)[site].astype(np.int64)
    else:
        a = (draws.random(n) < arm_chance(scenario, X)).astype(np.int64)
    gain = np.asarray(effect * a, dtype=np.float64)
    end = _last_day(scenario, draws, n)
    job, leave = job_rate(X, gain, shared), exit_rate(scenario, X, gain)
    job_day, exit_day = (draws.exponential(size=n) / rate for rate in (job, leave))
    t, d = seen_by(np.minimum(job_day, exit_day), np.where(job_day <= exit_day, 1, 2), end)
    t_alone, d_alone = seen_by(job_day, np.ones(n, dtype=np.int64), end)
    t_sub, d_sub = proportional_times(draws, subdistribution_power(X, gain), end)
    own, one, two = draws.standard_normal((3, n))
    steps = draws.choice(9, size=n, p=STEPS.ravel())
    looks = stream(seed, "drawn_people", scenario, n, replicate, "looks")
    some, above = draws.random(n) < any_amount(X, gain, shared), mean_above(X, gain)
    return DrawnPeople(
        X=X, a=a, site=site,
        happened=_happens(draws, logistic_risk(X, gain, shared)),
        happened_by_ratio=_happens(draws, ratio_risk(X, gain)),
        happened_by_odds=_happens(draws, odds_risk(X, gain)),
        amount=mean_amount(X, gain) + 5 * shared + draws.gamma(2.0, 4.0, n) - 8,
        t=t, d=d, t_alone=t_alone, d_alone=d_alone, t_sub=t_sub, d_sub=d_sub,
        before=50 + SPREAD * (np.sqrt(ALIKE) * own + np.sqrt(1 - ALIKE) * one),
        after=50 + CHANGE + SPREAD * (np.sqrt(ALIKE) * own + np.sqrt(1 - ALIKE) * two),
        step_before=steps // 3, step_after=steps % 3,
        scores=(scores := _scores(draws, X, gain, shared)),
        grade=np.digitize(GRADE * gain + 0.5 * X[:, 0] + draws.logistic(size=n), CUTS),
        parts=np.where(some, draws.gamma(1.5, above / 1.5), 0.0),
        parts_log_normal=np.where(some, above * np.exp(0.7 * draws.standard_normal(n) - 0.245), 0.0),
        counts=_counts(draws, X, gain),
        known=draws.random(n) < _seen_chance(scenario, X, a),
        path=_path(scenario, X, gain, shared, stream(seed, "drawn_paths", scenario, n, replicate)),
        at_sites=None if scenario != "sites" else draw_at_sites(
            stream(seed, "drawn_at_sites", n, replicate),
            WithinSites(
                site=site, risk=ratio_risk(X, gain), counted=mean_count(X, gain), job=job_rate(X, gain, 0 * shared),
                leave=leave, power=subdistribution_power(X, gain), odds=GRADE * gain + 0.5 * X[:, 0], end=end,
                seen=_seen_chance("missing", X, a),
            ),
            CUTS,
        ),
        answers=draw_answers(looks, X, gain),
        scores_seen=lose_scores(looks, scores, a) if scenario == "missing" else scores,
    )  # fmt: skip


def arm_chance(scenario: Scenario, X: Floats) -> Floats:
    """Return the chance of arm 1."""
    if scenario == "confounding":
        return _expit(-0.2 + 0.6 * X[:, 0] - 0.5 * X[:, 1])
    if scenario == "reservoir":  # one in four
        return _expit(-1.05 + 0.6 * X[:, 0] - 0.5 * X[:, 1])
    return np.full(X.shape[0], 0.5)


def logistic_risk(X: Floats, gain: Floats, shared: Floats) -> Floats:
    """Return the risk by a logistic model of both covariates."""
    return _expit(-0.6 + 0.7 * X[:, 0] + 0.5 * X[:, 1] + 0.8 * gain + shared)


def ratio_risk(X: Floats, gain: Floats) -> Floats:
    """Return the risk by a model with one risk ratio."""
    return np.asarray(np.exp(-1.6 + 0.3 * X[:, 1] + RATIO * gain))


def odds_risk(X: Floats, gain: Floats) -> Floats:
    """Return the risk by a model with one odds ratio within levels of prior employment."""
    return _expit(-0.6 + 0.5 * X[:, 1] + 0.8 * gain)


def mean_amount(X: Floats, gain: Floats) -> Floats:
    """Return the mean amount."""
    return np.asarray(20 + 5 * X[:, 0] + 4 * X[:, 1] + 3 * gain)


def any_amount(X: Floats, gain: Floats, shared: Floats) -> Floats:
    """Return the chance of any amount."""
    return _expit(0.2 + 0.6 * gain + 0.5 * X[:, 0] + shared)


def mean_above(X: Floats, gain: Floats) -> Floats:
    """Return the mean amount of those who have any."""
    return np.asarray(np.exp(3 + 0.2 * gain + 0.3 * X[:, 0] - 0.2 * X[:, 1]))


def job_rate(X: Floats, gain: Floats, shared: Floats) -> Floats:
    """Return the rate per day of a job."""
    return np.asarray(0.0008 * np.exp(HAZARD * gain + 0.4 * X[:, 0] + 0.4 * X[:, 1] + shared))


def mean_count(X: Floats, gain: Floats) -> Floats:
    """Return the mean count."""
    return np.asarray(np.exp(1.5 + RATIO * gain + 0.3 * X[:, 0]))


def subdistribution_power(X: Floats, gain: Floats) -> Floats:
    """Return what a person's subdistribution hazard is multiplied by."""
    return np.asarray(np.exp(SUBDISTRIBUTION * gain + 0.3 * X[:, 0]))


def exit_rate(scenario: Scenario, X: Floats, gain: Floats) -> Floats:
    """Return the rate per day of leaving without one."""
    often = scenario == "exits"
    return np.asarray((0.0012 if often else 0.0003) * np.exp(-0.3 * X[:, 0] - (0.4 * gain if often else 0)))


def _expit(eta: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-eta)), dtype=np.float64)


def _happens(draws: np.random.Generator, chance: Floats) -> Floats:
    return np.asarray(draws.random(chance.size) < chance, dtype=np.float64)


def _scores(draws: np.random.Generator, X: Floats, gain: Floats, shared: Floats) -> Floats:
    """Scores that lean on a covariate at every occasion, and on what each person, and each site, brings."""
    own = draws.standard_normal((gain.size, 1))
    noise = np.sqrt(ALIKE) * own + np.sqrt(1 - ALIKE) * draws.standard_normal((gain.size, 3))
    gained = np.column_stack([np.zeros(gain.size), *[GAIN * gain + 5 * shared] * 2])
    return np.asarray(50 + 3 * X[:, :1] + SPREAD * noise + gained)


def _counts(draws: np.random.Generator, X: Floats, gain: Floats) -> Floats:
    mean = mean_count(X, gain)
    return np.asarray(draws.negative_binomial(1 / 1.2, 1 / (1 + 1.2 * mean)), dtype=np.float64)


def _last_day(scenario: Scenario, draws: np.random.Generator, n: int) -> NDArray[np.int64]:
    """Return the day on which each is last seen: beyond the window for most, or within it for many."""
    return draws.integers(100, 1100, n) if scenario == "censoring" else draws.integers(500, 2500, n)


def _seen_chance(scenario: Scenario, X: Floats, a: NDArray[np.int64]) -> Floats:
    if scenario != "missing":
        return np.ones(a.size)
    return _expit(0.9 + np.where(a == 1, 0.9, -0.9) * X[:, 0])


def _path(scenario: Scenario, X: Floats, gain: Floats, shared: Floats, draws: np.random.Generator) -> NDArray[np.int64]:
    """Return paths by draws of their own, some lost to follow-up before the last month."""
    last = draws.integers(4, 40, gain.size) if scenario == "censoring" else draws.integers(18, 90, gain.size)
    return draw_paths(draws, X, gain, shared, np.minimum(last, MONTHS))
