"""Scores of the same people at several occasions, with the design that gives every occasion its own arms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steget_eval.core.errors import ArgumentError, EmptyArmError
from steget_eval.methods.numerics.arms import Floats, checked_arm, checked_covariates, checked_vector
from steget_eval.methods.numerics.linear import check_rank

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pattern:
    """People who were seen at the same occasions.

    Attributes
    ----------
    seen : shape (k,)
        Which occasions.
    who : shape (m,)
        Their rows.
    """

    seen: Bools
    who: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Occasions:
    """Later scores with what they are held against.

    At each occasion the mean is an intercept, the arm and the first score with coefficients of that occasion, plus
    the covariates with coefficients that all occasions share. The first score and the covariates are centred at their
    means; a first score that is the same for everyone says nothing and has no column.

    Attributes
    ----------
    Y : shape (n, k)
        Scores at the later occasions, NaN where none was seen; everybody has at least one.
    a : shape (n,)
    first : shape (n,)
        The first score as it was.
    z : shape (n, c)
        One, the arm, the centred first score, the p centred covariates: c = 3 + p.
    places : shape (k, c)
        Which of the q = 3k + p coefficients each column of `z` has at each occasion.
    """

    Y: Floats
    a: Floats
    first: Floats
    z: Floats
    places: NDArray[np.int64]

    @property
    def count(self) -> int:
        """How many later occasions there are."""
        return int(self.Y.shape[1])

    @property
    def coefficients(self) -> int:
        """How many coefficients of the mean there are."""
        return int(self.places.max()) + 1

    def patterns(self) -> tuple[Pattern, ...]:
        """Return the people by the occasions at which they were seen."""
        seen = ~np.isnan(self.Y)
        kinds, code = np.unique(seen, axis=0, return_inverse=True)
        code = code.ravel()
        return tuple(Pattern(seen=kind, who=np.flatnonzero(code == place)) for place, kind in enumerate(kinds))

    def arm_at(self, occasion: int) -> Floats:
        """Return the vector that takes the coefficients to the difference between arms at an occasion."""
        c = np.zeros(self.coefficients)
        c[self.places[occasion, 1]] = 1
        return c

    def mean_at(self, occasion: int, arm: int) -> Floats:
        """Return the vector that takes the coefficients to an arm's mean, everything else held at everyone's mean."""
        c = np.zeros(self.coefficients)
        c[self.places[occasion, 0]] = 1
        c[self.places[occasion, 1]] = arm
        return c

    def stacked(self) -> tuple[Floats, Floats, NDArray[np.int64], NDArray[np.int64]]:
        """Return the seen scores one a row: the score, its design row, whose it is and at which occasion."""
        person, occasion = np.nonzero(~np.isnan(self.Y))
        D = np.zeros((person.size, self.coefficients))
        for j in range(self.count):
            mine = np.flatnonzero(occasion == j)
            D[np.ix_(mine, self.places[j])] = self.z[person[mine]]
        return self.Y[person, occasion], D, person.astype(np.int64), occasion.astype(np.int64)


def checked_occasions(before: ArrayLike, later: ArrayLike, a: ArrayLike, X: ArrayLike | None = None) -> Occasions:
    """Return later scores ready for a model of all occasions, or refuse.

    Who has no later score is left out; who has no first score is refused, since the caller must have counted them.
    """
    first, arm = checked_vector(before, "the first score"), checked_vector(a, "the arm")
    Y = np.asarray(later, dtype=np.float64)
    if Y.ndim != 2 or Y.shape[0] != first.size or arm.size != first.size:
        raise ArgumentError(f"later scores must have one row a person and one column an occasion, got {Y.shape}")
    if np.isinf(Y).any():
        raise ArgumentError("later scores must be finite where they are known")
    covariates = checked_covariates(np.empty((first.size, 0)) if X is None else X, first.size)
    seen = (~np.isnan(Y)).any(axis=1)
    if not seen.any():
        raise EmptyArmError("nobody has a later score")
    Y, first, arm, covariates = Y[seen], first[seen], checked_arm(arm[seen]), covariates[seen]
    own = [np.ones(first.size), arm] + ([first - first.mean()] if np.ptp(first) > 0 else [])
    z = np.column_stack([*own, covariates - covariates.mean(axis=0)])
    made = Occasions(Y=Y, a=arm, first=first, z=z, places=_places(Y.shape[1], len(own), covariates.shape[1]))
    _check(made)
    return made


def _places(k: int, own: int, p: int) -> NDArray[np.int64]:
    of_occasion = np.arange(own * k).reshape(k, own)
    return np.column_stack([of_occasion, np.tile(np.arange(own * k, own * k + p), (k, 1))]).astype(np.int64)


def _check(made: Occasions) -> None:
    seen = ~np.isnan(made.Y)
    for j in range(made.count):
        for arm in (1, 0):
            if not (seen[:, j] & (made.a == arm)).any():
                raise EmptyArmError(f"arm {arm} has nobody with a score at later occasion {j + 1}")
    _, D, _, _ = made.stacked()
    scale = np.where(np.abs(D).max(axis=0) > 0, np.sqrt((D**2).mean(axis=0)), 1.0)
    check_rank(D / scale, "arm, first score and covariates at every occasion")
