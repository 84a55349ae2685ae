"""People as they are at enrolment, with the arm they get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, ndtr, ndtri

from steget_eval.simulate.draws import Draws
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

    @property
    def birth_year(self) -> np.ndarray:
        """Year of enrolment minus age."""
        year = self.enrolled_on.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
        born: np.ndarray = year - self.age
        return born


def draw_people(truth: Truth, draws: Draws, *, two_arms: bool) -> People:
    """Return people drawn from the baseline; with one arm everyone is treated."""
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
    p = expit(truth.assignment.log_odds + truth.assignment.effects.linear(features))
    p = p if two_arms else np.ones(draws.people)
    return People(
        enrolled_on=_enrolled_on(truth, draws.uniform("enrolled_on")),
        age=age,
        woman=woman,
        education_level=level,
        site=pick(draws.uniform("site"), base.site),
        worked_last_year=worked,
        months_on_support=months,
        motivation=np.clip(motivation, 0, 10),
        p=p,
        a=(draws.uniform("arm") < p).astype(np.int64),
        features=features,
    )


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
