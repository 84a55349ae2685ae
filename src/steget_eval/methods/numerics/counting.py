"""People at risk, events and censorings, counted per distinct day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steget_eval.core.errors import ArgumentError, EmptyArmError, HorizonError, ScopeError
from steget_eval.core.frames import Tidy

if TYPE_CHECKING:
    import pandas as pd

#: Longer than any person's follow-up (two hundred years); what lies beyond is a date by mistake.
MAX_DAYS = 73_050


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class DayCounts(Tidy):
    """How many were at risk on each distinct day, what happened to them.

    Attributes
    ----------
    days : np.ndarray, shape (D,)
        Distinct days on which anybody's follow-up ended, rising; day 0 always stands first.
    at_risk : np.ndarray, shape (D,)
        People whose time is that day or later.
    events, competing, censored : np.ndarray, shape (D,)
        People whose follow-up ended that day by the cause of interest, by another cause, by censoring. Events come
        before censorings of the same day.
    n : int
        People in all.
    """

    days: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    competing: np.ndarray
    censored: np.ndarray
    n: int

    @property
    def any_cause(self) -> np.ndarray:
        """Events of whichever cause, per distinct day."""
        return np.asarray(self.events + self.competing)

    @property
    def is_exhausted(self) -> bool:
        """Whether everybody still at risk on the last day had an event on it, so that nothing later is unknown."""
        return bool(self.any_cause[-1] == self.at_risk[-1])

    def check_reach(self, horizon: int) -> None:
        """Refuse a horizon past the longest follow-up: a curve is not extended beyond its last observed day.

        Where everybody has had an event the curve is known for ever after, so any horizon will do.
        """
        if horizon > self.days[-1] and not self.is_exhausted:
            raise HorizonError(f"the horizon is day {horizon}, but nobody was followed beyond day {self.days[-1]}")

    def to_frame(self) -> pd.DataFrame:
        """Return one row per distinct day."""
        import pandas as pd

        names = ("days", "at_risk", "events", "competing", "censored")
        return pd.DataFrame({name: getattr(self, name) for name in names})


def count_days(t: np.ndarray, d: np.ndarray, *, cause: int = 1, entry: np.ndarray | None = None) -> DayCounts:
    """Count per distinct day those at risk, with the event, with a competing event and censored.

    One pass of `np.bincount` over the people: whole days tie exactly and nothing is jittered apart.

    Parameters
    ----------
    t : np.ndarray, shape (n,)
        Whole days, zero or more.
    d : np.ndarray, shape (n,)
        0 censored, otherwise the cause of the event.
    cause
        The cause of interest.
    entry : np.ndarray, shape (n,), optional
        The day after which each person is at risk; 0 is from the beginning, day 0 included.

    Raises
    ------
    EmptyArmError
        Where on some day before the last nobody is at risk, or everybody at risk has an event while others are yet to
        enter: the curve would then say nothing of what came before.
    """
    days_in_all = int(t.max()) + 1
    ended = np.bincount(t, minlength=days_in_all)
    events = np.bincount(t[d == cause], minlength=days_in_all)
    censored = np.bincount(t[d == 0], minlength=days_in_all)
    at_risk = _entered(entry, days_in_all, t.size) - (np.cumsum(ended) - ended)
    if entry is not None and ((at_risk == 0) | (at_risk == ended - censored))[:-1].any():
        raise EmptyArmError(
            "with delayed entry there is a day on which nobody at risk goes on, while others enter later"
        )
    present = ended > 0
    present[0] = True
    days = np.flatnonzero(present)
    return DayCounts(
        days=days,
        at_risk=at_risk[days],
        events=events[days],
        competing=(ended - events - censored)[days],
        censored=censored[days],
        n=int(t.size),
    )


def _entered(entry: np.ndarray | None, days: int, n: int) -> np.ndarray | int:
    """Return how many have entered by each day."""
    if entry is None:
        return n
    return np.asarray(np.cumsum(np.bincount(np.where(entry > 0, entry + 1, 0), minlength=days)[:days]))


def check_entry(entry: np.ndarray | None, t: np.ndarray) -> np.ndarray | None:
    """Return days of entry as whole days, each before the person's end of follow-up, or refuse them."""
    if entry is None:
        return None
    whole = check_days(entry)
    if whole.shape != t.shape:
        raise ArgumentError(f"there are {t.size} times but {whole.size} days of entry; each person needs both")
    late = int(((whole > 0) & (whole >= t)).sum())
    if late:
        raise ArgumentError(f"{late} of {t.size} people enter on the day that their follow-up ends, or later")
    return whole


def check_days(t: np.ndarray) -> np.ndarray:
    """Return times as whole days (int64), or refuse them with a sentence.

    Parameters
    ----------
    t : np.ndarray, shape (n,)
        Days from the index date to the event or to the end of follow-up.
    """
    values = np.asarray(t)
    if values.ndim != 1 or values.size == 0:
        raise EmptyArmError("nobody has a follow-up time")
    if values.dtype.kind not in "iuf":
        raise ArgumentError(f"times must be whole days as numbers, got {values.dtype}")
    with np.errstate(invalid="ignore"):
        wrong = ~((values >= 0) & (values <= MAX_DAYS)) | (values != np.floor(values))
    if wrong.any():
        raise ArgumentError(
            f"times must be whole days from 0 to {MAX_DAYS}; {int(wrong.sum())} of {values.size} are missing, "
            "negative, fractions or longer"
        )
    return values.astype(np.int64)


def check_causes(d: np.ndarray, n: int, *, competing: bool) -> np.ndarray:
    """Return causes as whole numbers (int64), or refuse them with a sentence.

    Parameters
    ----------
    d : np.ndarray, shape (n,)
        0 censored, 1 the event of interest, 2, 3 … competing causes.
    competing
        Whether the method can take competing causes.
    """
    values = np.asarray(d)
    if values.shape != (n,):
        raise ArgumentError(f"there are {n} times but {values.size} causes; each person needs both")
    if values.dtype.kind not in "biuf":
        raise ArgumentError(f"causes must be whole numbers, got {values.dtype}")
    if not np.all((values >= 0) & (values == np.floor(values))):
        raise ArgumentError("causes must be 0 for censored, 1 for the event, 2, 3 … for competing events")
    whole = values.astype(np.int64)
    if not competing and whole.max() > 1:
        raise ScopeError(
            "one minus survival is not a risk where a competing event exists; use Aalen–Johansen (cumulative incidence)"
        )
    return whole


def check_arms(a: np.ndarray, n: int) -> np.ndarray:
    """Return arms as 0 or 1 (int64), both with somebody in them, or refuse them with a sentence."""
    values = np.asarray(a)
    if values.shape != (n,):
        raise ArgumentError(f"there are {n} times but {values.size} arms; each person needs both")
    if values.dtype.kind not in "biuf" or not np.all((values == 0) | (values == 1)):
        raise ArgumentError("arms must be 0 or 1")
    whole = values.astype(np.int64)
    for arm in (1, 0):
        if not np.any(whole == arm):
            raise EmptyArmError(f"arm {arm} has nobody")
    return whole


def check_horizon(horizon: float) -> int:
    """Return the horizon as whole days, one or more, or refuse it with a sentence."""
    if not (horizon >= 1 and float(horizon).is_integer()):
        raise HorizonError(f"the horizon must be a whole number of days, one or more, got {horizon!r}")
    return int(horizon)


def check_members(member: np.ndarray | None, n: int, what: str) -> np.ndarray:
    """Return what people belong to, numbered from 0 in sorted order (int64); given none, all belong to the first.

    Parameters
    ----------
    what
        The word for it in a refusal: ``strata`` or ``clusters``.
    """
    if member is None:
        return np.zeros(n, dtype=np.int64)
    values = np.asarray(member)
    if values.shape != (n,):
        raise ArgumentError(f"there are {n} people but {values.size} {what}; each person needs one")
    if values.dtype.kind == "f" and np.isnan(values).any():
        raise ArgumentError(f"{what} must be known; {int(np.isnan(values).sum())} of {n} are missing")
    return np.unique(values, return_inverse=True)[1].astype(np.int64)
