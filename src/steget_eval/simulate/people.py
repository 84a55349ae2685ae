"""People as they are at enrolment, with the arm they get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import expit, ndtr, ndtri

from steget_eval.core.streams import stream
from steget_eval.simulate.draws import Draws
from steget_eval.simulate.measured import OwnColumn
from steget_eval.simulate.truth import Truth

#: Months before enrolment that `months_on_support` looks back over.
SUPPORT_MONTHS = 24


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class People:
    """What is known of each person at enrolment; every array has shape (n,).

    Attributes
    ----------
    enrolled_on
        Days since 1970-01-01.
    p
        Probability of the treated arm.
    a
        Arm drawn: 1 treated, 0 comparison.
    features
        Shape (n, 7), in the order of `Effects`.
    push
        What clusters, own columns and the calendar add to every log hazard, and to log odds at an occasion.
    own
        The truth's own columns.
    """

    enrolled_on: np.ndarray
    age: np.ndarray
    woman: np.ndarray
    education_level: np.ndarray
    site: np.ndarray
    worked_last_year: np.ndarray
    months_on_support: np.ndarray
    motivation: np.ndarray
    p: np.ndarray
    a: np.ndarray
    features: np.ndarray
    push: np.ndarray
    own: Mapping[str, np.ndarray] = field(default_factory=dict)

    def column(self, name: str) -> np.ndarray | None:
        """Return a column of `participants` as it is before anything is missing; None where there is none."""
        if name in self.own:
            return self.own[name]
        if name == "sex":
            return np.where(self.woman, "woman", "man").astype(object)
        found: np.ndarray | None = getattr(self, name, None)
        return found

    @property
    def birth_year(self) -> np.ndarray:
        """Year of enrolment minus age."""
        year = self.enrolled_on.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
        born: np.ndarray = year - self.age
        return born


def draw_people(truth: Truth, draws: Draws, *, two_arms: bool, shared: bool = True) -> People:
    """Return people drawn from the baseline; with one arm everyone is treated.

    Parameters
    ----------
    shared
        Whether people of one cluster share what is drawn for it, as in records. Without it everyone comes from a
        cluster of their own, which is what the mean over all clusters that could have been needs.
    """
    base = truth.baseline
    age = _truncated(draws.uniform("age"), base.age_mean, base.age_sd, 18, 65).astype(np.int64)
    woman = draws.uniform("sex") < base.women
    level = pick(draws.uniform("education_level"), base.education_level)
    worked = draws.uniform("worked_last_year") < base.worked_last_year
    shape = np.where(worked, base.support_shape_worked, base.support_shape_not)
    months = np.floor((SUPPORT_MONTHS + 1) * draws.uniform("months_on_support") ** (1 / shape))
    months = np.minimum(months, SUPPORT_MONTHS).astype(np.int64)
    motivation = np.rint(
        _truncated(draws.uniform("motivation"), base.motivation_mean, base.motivation_sd, -0.5, 10.5)
    ).astype(np.int64)
    features = np.column_stack(
        [(age - 40) / 10, woman, level == "upper_secondary", level == "tertiary", worked, months / 12 - 1,
         motivation - 6]
    ).astype(float)  # fmt: skip
    site = pick(draws.uniform("site"), base.site)
    own = {name: _own_column(name, column, draws) for name, column in truth.columns.items()}
    enrolled_on = _enrolled_on(truth, draws.uniform("enrolled_on"))
    cluster = own.get(truth.clustering.column, site)
    place = _places(truth, cluster, draws, shared=shared)
    p = _chance(truth, features, own, place, enrolled_on, site) if two_arms or truth.starts else np.ones(draws.people)
    return People(
        enrolled_on=enrolled_on,
        age=age,
        woman=woman,
        education_level=level,
        site=site,
        worked_last_year=worked,
        months_on_support=months,
        motivation=np.clip(motivation, 0, 10),
        p=p,
        a=(place.u_arm < p).astype(np.int64),
        features=features,
        push=_push(truth, own, place, enrolled_on),
        own=own,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Places:
    """What a person's cluster adds to log hazards and to the log odds of the treated arm, and the draw of the arm."""

    on_outcome: np.ndarray
    on_arm: np.ndarray
    u_arm: np.ndarray


def _places(truth: Truth, cluster: np.ndarray, draws: Draws, *, shared: bool) -> _Places:
    clustering = truth.clustering
    by_cluster = clustering.arms == "by_cluster"
    if not clustering.on_outcome and not clustering.on_arm and not by_cluster:
        none = np.zeros(draws.people)
        return _Places(on_outcome=none, on_arm=none, u_arm=draws.uniform("arm"))
    if shared:
        names, where = np.unique(cluster.astype(str), return_inverse=True)
        u = np.array([stream(draws.seed, draws.scope, "cluster", name).random(3) for name in names.tolist()])[where].T
    else:
        u = np.array([draws.uniform("cluster", purpose) for purpose in ("outcome", "odds", "arm")])
    return _Places(
        on_outcome=clustering.on_outcome * ndtri(u[0]),
        on_arm=clustering.on_arm * ndtri(u[1]),
        u_arm=u[2] if by_cluster else draws.uniform("arm"),
    )


def _chance(
    truth: Truth, features: np.ndarray, own: Mapping[str, np.ndarray], place: _Places, enrolled_on: np.ndarray,
    site: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Return the probability of the treated arm: 0 or 1 where sites start on a day."""
    if truth.starts:
        days = {name: int(np.datetime64(day, "D").astype(np.int64)) for name, day in truth.starts.items()}
        started: np.ndarray = (enrolled_on >= np.array([days[name] for name in site.tolist()])).astype(float)
        return started
    log_odds = truth.assignment.log_odds + place.on_arm
    if truth.clustering.arms == "by_person":
        log_odds = log_odds + truth.assignment.effects.linear(features)
        log_odds = log_odds + sum((one.on_arm * _z(one, own[name]) for name, one in truth.columns.items()), start=0.0)
    p: np.ndarray = expit(log_odds)
    return p


def _push(truth: Truth, own: Mapping[str, np.ndarray], place: _Places, enrolled_on: np.ndarray) -> np.ndarray:
    first = int(np.datetime64(truth.enrolment[0], "D").astype(np.int64))
    years = (enrolled_on - first) / 365.25
    push = place.on_outcome + truth.trend_per_year * years
    push = push + sum((one.on_outcome * _z(one, own[name]) for name, one in truth.columns.items()), start=0.0)
    added: np.ndarray = push
    return added


def _own_column(name: str, column: OwnColumn, draws: Draws) -> np.ndarray:
    u = draws.uniform("column", name)
    if column.kind == "binary":
        return u < column.share
    if column.kind == "category":
        return pick(u, column.levels)
    whole: np.ndarray = np.maximum(np.rint(column.mean + column.sd * ndtri(u)), 0).astype(np.int64)
    return whole


def _z(column: OwnColumn, values: np.ndarray) -> np.ndarray:
    if column.kind == "category":
        place = {level: number for number, level in enumerate(column.levels)}
        return np.array([place[value] for value in values.tolist()], dtype=float)
    z: np.ndarray = (values - column.mean) / column.sd if column.kind == "number" else values.astype(float)
    return z


def _enrolled_on(truth: Truth, u: np.ndarray) -> np.ndarray:
    first, last = (int(np.datetime64(day, "D").astype(np.int64)) for day in truth.enrolment)
    day: np.ndarray = first + np.floor(u * (last - first + 1)).astype(np.int64)
    return day


def _truncated(u: np.ndarray, mean: float, sd: float, low: float, high: float) -> np.ndarray:
    """Return normal quantiles truncated to [low, high)."""
    below, above = ndtr((low - mean) / sd), ndtr((high - mean) / sd)
    value: np.ndarray = mean + sd * ndtri(below + u * (above - below))
    inside: np.ndarray = np.clip(value, low, np.nextafter(high, low))
    return inside


def pick(u: np.ndarray, shares: Mapping[Any, float]) -> np.ndarray:
    """Return one name a person, in the shares given."""
    edges = np.cumsum(list(shares.values()))[:-1]
    names: np.ndarray = np.array(list(shares), dtype=object)[np.searchsorted(edges, u, side="right")]
    return names
