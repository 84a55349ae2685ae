"""Who is matched with whom: greedily without replacement, to the nearest with replacement, or everyone in sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

from steget_eval.core.errors import FewError, ScopeError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TIE = 1e-9  # of a distance, relative: as near as the nearest but for rounding
_LARGEST = 50_000_000  # distances held at once by full matching
_SQUARE = 1e-7  # of a distance's square over the longest, beside the distance: breaks ties of sums


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """Matched pairs, as positions in the people given.

    Attributes
    ----------
    one, zero : shape (m,)
        The pair's person in arm 1 and in arm 0.
    """

    one: Ints
    zero: Ints


def match_greedily(score: Floats, a: Floats, exact: Ints, caliper: float) -> Pairs:
    """Give each person of arm 1, from the highest score down, the nearest one of arm 0 that is still free.

    Within people of the same `exact`, and no further than `caliper`; of two as near, the lower score; of equal
    scores the first row.
    """
    ones, zeros = [], []
    for stratum in np.unique(exact[a == 1]):
        one = np.flatnonzero((exact == stratum) & (a == 1))
        zero = np.flatnonzero((exact == stratum) & (a == 0))
        if not zero.size:
            continue
        one, zero = one[np.argsort(-score[one], kind="stable")], zero[np.argsort(score[zero], kind="stable")]
        line = _Line(score[zero])
        for person in one:
            place = line.take_nearest(score[person], caliper)
            if place >= 0:
                ones.append(person)
                zeros.append(zero[place])
    return Pairs(one=np.array(ones, dtype=np.int64), zero=np.array(zeros, dtype=np.int64))


def match_in_rounds(score: Floats, a: Floats, exact: Ints, caliper: float, ratio: int) -> Ints:
    """Return the set of each person, -1 for none: each of arm 1 with up to `ratio` of arm 0, nearest first, in rounds.

    A round is `match_greedily` among those of arm 0 that are still free; sets are numbered by arm 1's rows.
    """
    holder = np.full(a.size, -1, dtype=np.int64)
    for _ in range(ratio):
        free = np.flatnonzero((a == 1) | (holder < 0))
        pairs = match_greedily(score[free], a[free], exact[free], caliper)
        holder[free[pairs.zero]] = free[pairs.one]
    hubs = np.unique(holder[holder >= 0])
    holder[hubs] = hubs
    return np.where(holder < 0, -1, np.searchsorted(hubs, holder)).astype(np.int64)


class _Line:
    """People of arm 0 along the score, of whom the nearest free one can be taken.

    `_up` and `_down` lead past those taken, with paths shortened as they are walked.
    """

    def __init__(self, scores: Floats) -> None:
        self._scores = scores
        self._up = list(range(scores.size + 1))
        self._down = list(range(scores.size + 1))  # shifted by one, so that 0 is "nobody below"

    def take_nearest(self, score: float, caliper: float) -> int:
        """Return the place of the nearest free person and take them, or -1 where nobody is within the caliper."""
        start = int(np.searchsorted(self._scores, score))
        above, below = _root(self._up, start), _root(self._down, start) - 1
        place, distance = -1, np.inf
        if below >= 0:
            below = self._first_free(below)
            place, distance = below, score - self._scores[below]
        if above < self._scores.size and self._scores[above] - score < distance:
            place, distance = above, self._scores[above] - score
        if place < 0 or distance > caliper:
            return -1
        self._up[place] = place + 1
        self._down[place + 1] = place
        return place

    def _first_free(self, place: int) -> int:
        """Return the first free person with the score of the one at `place`: ties go by row."""
        return _root(self._up, int(np.searchsorted(self._scores, self._scores[place])))


def _root(links: list[int], place: int) -> int:
    end = place
    while links[end] != end:
        end = links[end]
    while links[place] != end:
        links[place], place = end, links[place]
    return end


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Neighbours:
    """The nearest of some people to each of others, all ties kept.

    Attributes
    ----------
    of, is_ : shape (l,)
        One row per link: the position in `seekers`, and that of a neighbour in `pool`.
    share : shape (l,)
        One over the number of the seeker's neighbours.
    """

    of: Ints
    is_: Ints
    share: Floats


def nearest(seekers: Floats, pool: Floats, count: int, *, itself: Ints | None = None) -> Neighbours:
    """Return the `count` nearest in `pool` to each seeker, and all as near as the last of them.

    Both are of shape (n, p), already on the scale of the distance. `itself` gives each seeker's own place in the
    pool, which is then no neighbour.
    """
    wanted = count if itself is None else count + 1
    if len(pool) < wanted:
        raise FewError(f"{count} neighbours are asked for, and the arm has {len(pool)} people")
    tree = cKDTree(pool)
    reach = tree.query(seekers, k=[wanted])[0][:, 0]
    found = tree.query_ball_point(seekers, reach * (1 + _TIE) + 1e-12, return_sorted=True)
    lists = [np.array(links, dtype=np.int64) for links in found]
    if itself is not None:
        lists = [links[links != own] for links, own in zip(lists, itself, strict=True)]
    sizes = np.array([links.size for links in lists], dtype=np.int64)
    return Neighbours(
        of=np.repeat(np.arange(len(lists)), sizes), is_=np.concatenate(lists), share=np.repeat(1 / sizes, sizes)
    )


def match_fully(score: Floats, a: Floats) -> Ints:
    """Return the set of each person, shape (n,), so that every set has one of an arm and one or more of the other.

    Rosenbaum (1991): of all ways to put everybody in such sets it has the smallest sum of distances. That is a
    cheapest edge cover, found by an assignment of what a direct link saves over each one's nearest. On a line two
    links that cross cost what two that do not: a square too small to count says which, whatever the people's order.
    """
    one, zero = np.flatnonzero(a == 1), np.flatnonzero(a == 0)
    if one.size * zero.size > _LARGEST:
        raise ScopeError(
            f"full matching compares each of {one.size} people with each of {zero.size}; allowed: {_LARGEST} pairs"
        )
    distance = np.abs(score[one][:, None] - score[zero][None, :])
    distance = distance + _SQUARE * distance**2 / max(float(distance.max()), 1e-300)
    nearest_0, nearest_1 = distance.argmin(axis=1), distance.argmin(axis=0)
    saved = distance - distance.min(axis=1)[:, None] - distance.min(axis=0)[None, :]
    rows, columns = linear_sum_assignment(np.minimum(saved, 0))
    direct = saved[rows, columns] < 0
    edges = set(zip(rows[direct].tolist(), columns[direct].tolist(), strict=True))
    lonely_1 = set(range(one.size)) - {row for row, _ in edges}
    lonely_0 = set(range(zero.size)) - {column for _, column in edges}
    edges |= {(row, int(nearest_0[row])) for row in lonely_1}
    edges |= {(int(nearest_1[column]), column) for column in lonely_0}
    return _sets(edges, one, zero, a.size)


def _sets(edges: set[tuple[int, int]], one: Ints, zero: Ints, n: int) -> Ints:
    degree_1, degree_0 = np.zeros(one.size, dtype=np.int64), np.zeros(zero.size, dtype=np.int64)
    for row, column in edges:
        degree_1[row] += 1
        degree_0[column] += 1
    label = np.full(n, -1, dtype=np.int64)
    for row, column in sorted(edges):
        if degree_1[row] > 1 and degree_0[column] > 1:  # both are covered without this link
            degree_1[row] -= 1
            degree_0[column] -= 1
            continue
        hub = one[row] if degree_1[row] > 1 else zero[column]
        label[one[row]] = label[zero[column]] = hub
    return np.unique(label, return_inverse=True)[1].reshape(-1).astype(np.int64)
