"""Checks the arrays at the public edge of every two-arm method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steget_eval.core.errors import ArgumentError, EmptyArmError, SpreadError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arms:
    """An outcome in two arms, checked.

    Attributes
    ----------
    y : shape (n,)
        The outcome.
    a : shape (n,)
        1.0 in the arm that is compared, 0.0 in the comparison.
    """

    y: Floats
    a: Floats

    @property
    def y_1(self) -> Floats:
        """Outcomes of arm 1."""
        return np.asarray(self.y[self.a == 1])

    @property
    def y_0(self) -> Floats:
        """Outcomes of arm 0."""
        return np.asarray(self.y[self.a == 0])

    def counts(self, *, events: bool) -> dict[str, Any]:
        """Return the counting columns of an `Estimate`: people, and where asked those with the event."""
        people = {"n_1": int(self.a.sum()), "n_0": int((1 - self.a).sum())}
        if not events:
            return people
        return people | {"events_1": int(self.y_1.sum()), "events_0": int(self.y_0.sum())}


def checked_arms(y: ArrayLike, a: ArrayLike, *, binary: bool) -> Arms:
    """Return outcome and arm as arrays of floats, or refuse: missing values, other lengths, an empty arm."""
    arms = Arms(y=checked_outcome(y, binary=binary), a=checked_arm(a))
    if arms.y.shape != arms.a.shape:
        raise ArgumentError(f"the outcome has {arms.y.size} values and the arm {arms.a.size}; they must be as many")
    return arms


def checked_amounts(y: ArrayLike, a: ArrayLike) -> Arms:
    """Return amounts in two arms of which at least one varies: without that an interval would have no width."""
    arms = checked_arms(y, a, binary=False)
    if np.ptp(arms.y_1) == 0 and np.ptp(arms.y_0) == 0:
        raise SpreadError("the amounts do not vary within either arm: a comparison would have an interval of no width")
    return arms


def checked_outcome(y: ArrayLike, *, binary: bool) -> Floats:
    """Return one outcome per person; a binary one is 0 or 1."""
    values = checked_vector(y, "the outcome")
    if values.size == 0:
        raise EmptyArmError("the arm has nobody with a known outcome")
    if binary and not np.isin(values, (0.0, 1.0)).all():
        raise ArgumentError("a binary outcome must be 0 or 1 for everyone")
    return values


def checked_arm(a: ArrayLike) -> Floats:
    """Return the arm of each person, 1 or 0, with somebody in both."""
    values = checked_vector(a, "the arm")
    if not np.isin(values, (0.0, 1.0)).all():
        raise ArgumentError("the arm must be 1 or 0 for everyone")
    for arm in (1, 0):
        if not (values == arm).any():
            raise EmptyArmError(f"arm {arm} has nobody with a known outcome")
    return values


def checked_covariates(X: ArrayLike, n: int) -> Floats:
    """Return covariates of shape (n, p) without an intercept; p may be 0."""
    values = np.asarray(X, dtype=np.float64)
    if values.ndim != 2 or values.shape[0] != n:
        raise ArgumentError(f"covariates must have the shape ({n}, p), got {values.shape}")
    if not np.isfinite(values).all():
        missing = int((~np.isfinite(values)).any(axis=1).sum())
        raise ArgumentError(f"covariates must be known for everyone; {missing} of {n} rows have a missing value")
    return values


def checked_vector(values: ArrayLike, what: str) -> Floats:
    """Return a vector of finite floats."""
    try:
        vector = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"{what} must be numbers, known for everyone") from error
    if vector.ndim != 1:
        raise ArgumentError(f"{what} must be one value per person, got the shape {vector.shape}")
    if not np.isfinite(vector).all():
        unknown = int((~np.isfinite(vector)).sum())
        raise ArgumentError(f"{what} must be known for everyone; {unknown} of {vector.size} are missing")
    return vector


def checked_level(level: float) -> float:
    """Return a confidence level between 0 and 1."""
    if not 0 < level < 1:
        raise ArgumentError(f"a confidence level must lie between 0 and 1, got {level}")
    return level


def checked_choice(value: str, allowed: tuple[str, ...], what: str) -> None:
    """Refuse an option that is none of those allowed."""
    if value not in allowed:
        raise ArgumentError(f"{what} must be one of {', '.join(allowed)}; got {value!r}")
