"""Two outcomes of the same people at once: neither, the first alone, the second alone, both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ArgumentError, HorizonError, ScopeError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import checked_level, checked_outcome
from steget_eval.methods.numerics.counting import check_causes, check_days
from steget_eval.methods.numerics.log_log import log_log_limit, normal_quantile
from steget_eval.methods.numerics.proportions import limits_one

#: The four cells, in the order of their codes: the first outcome adds 1, the second 2.
CELLS = ("share_neither", "share_first", "share_second", "share_both")
_BOTH = 3
#: Whoever died keeps the cell they had reached and moves no more: its code and this.
_ENDED = 4
_STATES = 7


def joint_shares(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Estimates:
    """Return the four shares with intervals that hold together.

    Goodman (1965): each cell's score interval at 1 − α/4, so that all four cover at once with at least the level.

    Parameters
    ----------
    first, second : shape (n,)
        1 where the person had the outcome, 0 where not; nobody missing.
    """
    one, two = checked_outcome(first, binary=True), checked_outcome(second, binary=True)
    if one.size != two.size:
        raise ArgumentError("the two outcomes must be of the same people")
    cells = one + 2 * two
    each = 1 - (1 - checked_level(level)) / len(CELLS)
    rows = []
    for code, name in enumerate(CELLS):
        held = int((cells == code).sum())
        limits = limits_one(held, cells.size, method="wilson", level=each)
        rows.append(Estimate(
            contrast=name, method="goodman", estimate=held / cells.size, conf_low=limits.low, conf_high=limits.high,
            conf_level=level, kind="binary", population="arm", unit="proportion", n_1=int(cells.size), events_1=held,
            note="simultaneous over the four cells",
        ))  # fmt: skip
    return Estimates(tuple(rows))


def joint_occupation(
    t_1: ArrayLike, d_1: ArrayLike, t_2: ArrayLike, d_2: ArrayLike, *, horizon: int, level: float = 0.95
) -> Estimates:
    """Return the four shares at the horizon where some were not followed so far, with intervals that hold together.

    The state occupation of Aalen & Johansen (1978) over neither, one of them, both, each person counting for as long
    as they were followed; it needs no Markov assumption as long as censoring has nothing to do with where people are
    (Datta & Satten 2001). The variance is the infinitesimal jackknife's, as in R's survfit for several states; the
    limits are log–log at 1 − α/4. Whoever died or moved away keeps what had been reached. The first outcome's share
    and that of both add up to its own cumulative incidence only where nobody is censored: here a person is compared
    with those who stand in the same cell, there with everybody who still lacks the outcome.

    Parameters
    ----------
    t_1, t_2 : shape (n,)
        Whole days to the outcome or to the end of follow-up; who was followed through has `horizon` or more.
    d_1, d_2 : shape (n,)
        0 censored, 1 the outcome, 2 or more what ended the person's time before it.

    Raises
    ------
    HorizonError
        Where somebody still lacks an outcome and nobody is followed to the horizon.
    MethodError
        Where the outcomes do not end the same follow-up, or a cell is empty.
    """
    days_1, days_2 = check_days(np.asarray(t_1)), check_days(np.asarray(t_2))
    causes_1 = check_causes(np.asarray(d_1), days_1.size, competing=True)
    causes_2 = check_causes(np.asarray(d_2), days_2.size, competing=True)
    _check_one_follow_up(days_1, causes_1, days_2, causes_2)
    spans = _spans(days_1, causes_1, days_2, causes_2, horizon)
    found = _occupation(spans, horizon)
    quantile = normal_quantile(1 - (1 - checked_level(level)) / len(CELLS))
    rows = []
    for code, name in enumerate(CELLS):
        share, error = float(found.share[code]), float(np.sqrt((found.influence[:, code] ** 2).sum()))
        low, high = (log_log_limit(share, error, sign * quantile) for sign in (-1, 1))
        rows.append(Estimate(
            contrast=name, method="state_occupation", estimate=share, std_error=error, conf_low=low, conf_high=high,
            conf_level=level, kind="competing", population="arm", unit="proportion", n_1=spans.people,
            events_1=int((spans.last == code).sum()), horizon=float(horizon), note="simultaneous over the four cells",
        ))  # fmt: skip
    return Estimates(tuple(rows))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Spans:
    """Stays in a cell, one or two a person: from after the day `enter` to the day `leave`, then in the state `to`.

    `to` is -1 where follow-up ended. `last` is the cell that each person was last seen in, shape (people,).
    """

    person: np.ndarray
    state: np.ndarray
    enter: np.ndarray
    leave: np.ndarray
    to: np.ndarray
    last: np.ndarray

    @property
    def people(self) -> int:
        return int(self.last.size)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """Share of each cell, shape (4,), and what each person moves it by, shape (people, 4)."""

    share: np.ndarray
    influence: np.ndarray


def _check_one_follow_up(t_1: np.ndarray, d_1: np.ndarray, t_2: np.ndarray, d_2: np.ndarray) -> None:
    """Refuse outcomes of other people, or whose follow-up ends on different days."""
    if t_1.size != t_2.size:
        raise ArgumentError("the two outcomes must be of the same people")
    neither = (d_1 != 1) & (d_2 != 1)
    unlike = neither & ((t_1 != t_2) | ((d_1 == 0) != (d_2 == 0)))
    early = ((d_1 == 1) & (d_2 != 1) & (t_2 < t_1)) | ((d_2 == 1) & (d_1 != 1) & (t_1 < t_2))
    if (unlike | early).any():
        raise ScopeError("the two outcomes must end with the same follow-up: one goes on where the other has ended")


def _spans(t_1: np.ndarray, d_1: np.ndarray, t_2: np.ndarray, d_2: np.ndarray, horizon: int) -> _Spans:
    has_1, has_2 = (d_1 == 1) & (t_1 <= horizon), (d_2 == 1) & (t_2 <= horizon)
    never = np.iinfo(np.int64).max
    day_1, day_2 = np.where(has_1, t_1, never), np.where(has_2, t_2, never)
    first_day = np.minimum(day_1, day_2)
    moved = has_1 | has_2
    # The end of follow-up is told by an outcome that did not come; of who had both it does not matter.
    end = np.where(has_1, t_2, t_1)
    died = np.where(has_1, d_2 > 1, d_1 > 1) & (end <= horizon)
    reached = np.where(day_1 == day_2, _BOTH, np.where(day_1 < day_2, 1, 2))
    at_once = moved & (first_day == end) & died & ~(has_1 & has_2)
    to = np.where(moved, reached + np.where(at_once, _ENDED, 0), np.where(died, _ENDED, -1))
    people = np.arange(t_1.size)
    again = moved & (reached != _BOTH) & ~at_once
    both = has_1 & has_2
    return _Spans(
        person=np.concatenate([people, people[again]]),
        state=np.concatenate([np.zeros(t_1.size, dtype=np.int64), reached[again]]),
        enter=np.concatenate([np.full(t_1.size, -1), first_day[again]]),
        leave=np.concatenate([np.where(moved, first_day, end), np.where(both, np.maximum(t_1, t_2), end)[again]]),
        to=np.concatenate([to, np.where(both, _BOTH, np.where(died, reached + _ENDED, -1))[again]]),
        last=has_1 + 2 * has_2,
    )


def _occupation(spans: _Spans, horizon: int) -> _Found:
    moves = spans.to >= 0
    open_ended = ~moves
    if open_ended.any() and int(spans.leave[open_ended].max()) < horizon:
        raise HorizonError(f"nobody who still lacks an outcome is followed to day {horizon}")
    share = np.zeros(_STATES)
    share[0] = 1.0
    influence = np.zeros((spans.people, _STATES))
    for day in np.unique(spans.leave[moves]):
        at_risk = (spans.enter < day) & (spans.leave >= day)
        state, person = spans.state[at_risk], spans.person[at_risk]
        leaves = moves[at_risk] & (spans.leave[at_risk] == day)
        to = np.where(leaves, spans.to[at_risk], state)
        n = np.bincount(state, minlength=_STATES).astype(np.float64)
        seen = np.zeros((_STATES, _STATES))
        np.add.at(seen, (state, to), 1.0)
        matrix = np.divide(seen, n[:, None], out=np.eye(_STATES), where=n[:, None] > 0)
        load = np.divide(share, n, out=np.zeros(_STATES), where=n > 0)
        influence = influence @ matrix
        # Every person stands in one state a day, so no row is met twice.
        influence[person] += load[state, None] * (np.eye(_STATES)[to] - matrix[state])
        share = share @ matrix
    return _Found(share=_by_cell(share[None])[0], influence=_by_cell(influence))


def _by_cell(values: Any) -> np.ndarray:
    """Return the sums over each cell and its twin of those who died there, shape (rows, 4)."""
    cells = np.asarray(values)[:, :4].copy()
    cells[:, :_BOTH] += np.asarray(values)[:, _ENDED:]
    return cells
