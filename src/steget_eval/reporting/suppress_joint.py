"""Which joint shares may be told beside the margins that the report tells anyway.

With both margins known, one cell of a two-by-two table gives the three others: so a table goes whole or not at all.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from steget_eval.methods.effects.joint import CELLS
from steget_eval.protocol import Protocol
from steget_eval.protocol.joint import Joint
from steget_eval.reporting.attack import extreme
from steget_eval.reporting.release import Rule
from steget_eval.reporting.suppress import Thresholds, blanked
from steget_eval.reporting.suppress_estimates import GatedEstimates

_FIRST, _SECOND = (1, 3), (2, 3)
#: What a table is told of: those followed throughout, everybody, and the rest, whom the difference gives.
_FOLLOWED, _ALL, _REST = (0,), (0, 1), (1,)


def hide_joint(
    estimates: GatedEstimates, counts: pd.DataFrame | None, protocol: Protocol, thresholds: Thresholds
) -> GatedEstimates:
    """Hide the joint shares of those followed, or of everybody, or both, where few people could be worked out.

    The gate plays the attacker, with whole numbers: it knows how many there are and were followed, each told margin
    among everybody and among those followed, and the cells. The most that leaves every sum of cells with few people
    open is told: both tables, that of those followed, that of everybody, or none. Shares under censoring count as
    told numbers of people, which their standard errors come near to.

    Parameters
    ----------
    counts
        As in `JointAnswers.counts`.
    """
    if counts is None or counts.empty:
        return estimates
    frame = estimates.frame
    hidden: pd.Series[bool] = pd.Series(False, index=frame.index)
    for asked in protocol.joint:
        mine = frame["subgroup"] == f"joint={asked.id}"
        told = _told(frame, counts, asked, thresholds)
        for scope, method in ((_FOLLOWED, "goodman"), (_ALL, "state_occupation")):
            if scope not in told:
                hidden |= mine & (frame["method"] == method)
    return _without(estimates, hidden & ~frame["suppressed"].astype(bool))


@dataclass(frozen=True, slots=True, eq=False)
class _People:
    """People by whether they were followed and by cell, shape (2, 4), and the sums that the report tells anyway."""

    N: np.ndarray
    margins: tuple[np.ndarray, ...]

    def union(self, cells: tuple[int, ...], scope: tuple[int, ...]) -> np.ndarray:
        """Return which of the eight counts a sum is made of, shape (8,)."""
        chosen = np.zeros((2, len(CELLS)))
        chosen[np.ix_(list(scope), list(cells))] = 1
        return chosen.ravel()


def _told(
    frame: pd.DataFrame, counts: pd.DataFrame, asked: Joint, thresholds: Thresholds
) -> tuple[tuple[int, ...], ...]:
    """Return which tables may be told: those of `_FOLLOWED`, of `_ALL`, of both or of none."""
    people = _people(frame, counts, asked)
    followed, everybody = int(people.N[0].sum()), int(people.N.sum())
    if thresholds.is_thin(followed) or thresholds.is_gap(everybody - followed):
        return ()
    scopes = (_FOLLOWED,) if asked.under_censoring is None else (_FOLLOWED, _ALL)
    for size in range(len(scopes), 0, -1):
        for chosen in itertools.combinations(scopes, size):
            cells = [int(people.N[list(scope), cell].sum()) for scope in chosen for cell in range(len(CELLS))]
            if not any(map(thresholds.is_small, cells)) and _is_safe(people, chosen, thresholds):
                return chosen
    return ()


def _people(frame: pd.DataFrame, counts: pd.DataFrame, asked: Joint) -> _People:
    mine = counts[counts["joint"] == asked.id]
    N = np.zeros((2, len(CELLS)), dtype=np.int64)
    for row in mine.to_dict("records"):
        N[0 if row["followed"] else 1, CELLS.index(row["cell"])] = row["n"]
    bare = _People(N, ())
    pairs = ((asked.estimands, _FOLLOWED), (asked.under_censoring or (), _ALL))
    margins = [bare.union((0, 1, 2, 3), _FOLLOWED), bare.union((0, 1, 2, 3), _ALL)]
    for names, scope in pairs:
        for name, cells in zip(names, (_FIRST, _SECOND), strict=False):
            rows = frame[(frame["estimand"] == name) & (frame["subgroup"] == "all")]
            if len(rows) and not rows["suppressed"].any():
                margins.append(bare.union(cells, scope))
    return _People(N, tuple(margins))


def _is_safe(people: _People, chosen: tuple[tuple[int, ...], ...], thresholds: Thresholds) -> bool:
    """Tell whether no sum of few people is given away, or known within fewer than the smallest cell."""
    told = [*people.margins, *(people.union((cell,), scope) for scope in chosen for cell in range(len(CELLS)))]
    A = np.array(told)
    b = A @ people.N.ravel()
    smallest = thresholds.policy.minimum_cell
    for union in _secrets(people, thresholds):
        low, high = (extreme(union, A, b, sign) for sign in (1, -1))
        if high < smallest or high - low < smallest:
            return False
    return True


def _secrets(people: _People, thresholds: Thresholds) -> Iterator[np.ndarray]:
    """Return every sum of cells with few people; that nobody is left of a cell when the rest is taken tells of none."""
    for scope in (_FOLLOWED, _ALL, _REST):
        for size in range(1, len(CELLS)):
            for cells in itertools.combinations(range(len(CELLS)), size):
                union = people.union(cells, scope)
                number = int(union @ people.N.ravel())
                if thresholds.is_small(number) and (number or scope != _REST):
                    yield union


def _without(estimates: GatedEstimates, hidden: pd.Series[bool]) -> GatedEstimates:
    if not hidden.any():
        return estimates
    shown = blanked(estimates.frame, hidden)
    taken = estimates.taken.copy()
    rule: Rule = "complement"
    taken[rule, "estimates"] += int(hidden.sum())
    return replace(estimates, frame=shown, taken=taken)
