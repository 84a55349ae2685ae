"""Which counts of a table of moves may be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from steget_eval.protocol import Protocol
from steget_eval.records.codes import OCCUPATIONS
from steget_eval.reporting.attack import extreme
from steget_eval.reporting.release import Rule
from steget_eval.reporting.suppress import Thresholds
from steget_eval.study.moves import Moves

#: What joins the ids of steps that were taken together.
JOINS = "+"
#: The id of the margin: everybody, whatever the step.
TOTAL = "all"
MATRIX_COLUMNS = ["estimand", "before", "after", "n", "suppressed"]


@dataclass(frozen=True, slots=True, eq=False)
class GatedMoves:
    """A table of moves after the gate, and what was taken away."""

    frame: pd.DataFrame
    taken: Counter[tuple[Rule, str]]


def few_moved(moves: Moves, protocol: Protocol, thresholds: Thresholds) -> frozenset[str]:
    """Return the outcomes that look at two occasions and may not be told of at all.

    Those are paired differences with few people in one of the four groups, since the interval can be solved for all
    four; and every further ladder over two occasions that a ladder before it looks at, since the shares that move by
    the one and not by the other may be few.
    """
    outcome_of = {one.id: one.outcome for one in protocol.estimands}
    few = {
        outcome_of[str(row["estimand"])]
        for row in moves.pairs.to_dict("records")
        if any(thresholds.is_small(row[name]) for name in ("both", "gained", "lost", "neither"))
    }
    seen: dict[object, str] = {}
    for estimand in (one for one in protocol.estimands if one.contrast in {"moved", "paired_difference"}):
        looks = protocol.outcome(estimand.outcome).before_after
        key = looks.model_dump_json(exclude={"counts"}) if looks is not None else ""
        if seen.setdefault(key, estimand.outcome) != estimand.outcome:
            few.add(estimand.outcome)
    return frozenset(few)


def told_beside(protocol: Protocol, told: Collection[str], sizes: Mapping[str, int]) -> dict[str, list[list[int]]]:
    """Return, for each question of moves, the steps after whose sum a told share at the same occasion gives.

    Parameters
    ----------
    told
        Estimands that are told.
    sizes
        Estimand to how many have a known outcome; one that differs counts other people.
    """
    found: dict[str, list[list[int]]] = {}
    for estimand in (one for one in protocol.estimands if one.contrast == "moved"):
        outcome = protocol.outcome(estimand.outcome)
        looks = outcome.before_after
        if looks is None or looks.statuses is None:
            continue
        steps = [set(step.occupations) for step in outcome.ladder] or [{one} for one in OCCUPATIONS if one != "unknown"]
        asked = [
            set(source.status.occupations)
            for other in protocol.estimands
            if other.id in told and sizes.get(other.id) == sizes.get(estimand.id)
            for source in protocol.outcome(other.outcome).events
            if source.status is not None and source.status.occasion == looks.statuses[1]
            and not source.status.income_sources and source.status.increased_since is None
        ]  # fmt: skip
        within = [[place for place, step in enumerate(steps) if step <= one] for one in asked]
        found[estimand.id] = [
            places for one, places in zip(asked, within, strict=True)
            if set().union(*(steps[place] for place in places)) == one
        ]  # fmt: skip
    return found


def gate_moves(
    moves: Moves, untold: frozenset[str], thresholds: Thresholds, beside: Mapping[str, list[list[int]]] | None = None
) -> GatedMoves:
    """Take neighbouring steps together, hide small cells, and hide more until nobody can be worked out.

    Steps join a neighbour until every total may be told, and further where that tells more cells. Small cells are
    hidden, and with them the next smallest of their row and column. Then the gate plays the attacker, with whole
    numbers: it knows every total, every cell told, and how many went up, down and nowhere. Where the attacker could
    tell of a hidden small cell, or of a step with few people, that it is small, or come within fewer than the
    smallest cell, one more cell goes; so it does where the told cells leave few of those who went up, went down or
    stayed. Of all tables that pass, the one that tells most cells is told; where none does, none is.

    Parameters
    ----------
    untold
        Estimands whose shares may not be told; their tables go whole.
    beside
        What `told_beside` found: sums of steps after that are told elsewhere in the report.
    """
    frames, taken = [], Counter[tuple[Rule, str]]()
    for estimand, mine in moves.matrix.groupby("estimand", sort=False):
        levels = list(dict.fromkeys(mine["before"]))
        N = mine["n"].to_numpy(dtype=np.int64).reshape(len(levels), len(levels))
        told = None if estimand in untold else _protect(N, thresholds, (beside or {}).get(str(estimand), []))
        if told is None:
            taken["dependent" if estimand in untold else "complement", "moves"] += N.size
            frames.append(pd.DataFrame([(estimand, TOTAL, TOTAL, pd.NA, True)], columns=MATRIX_COLUMNS))
            continue
        taken.update((rule, "moves") for rule in told.rules.values())
        frames.append(pd.DataFrame(_rows(str(estimand), levels, told), columns=MATRIX_COLUMNS))
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=MATRIX_COLUMNS)
    return GatedMoves(frame.astype({"n": "Int64", "suppressed": bool}), taken)


def open_moves(moves: Moves) -> pd.DataFrame:
    """Return the whole table with its totals, for the internal view."""
    rows = []
    for estimand, mine in moves.matrix.groupby("estimand", sort=False):
        levels = list(dict.fromkeys(mine["before"]))
        N = mine["n"].to_numpy(dtype=np.int64).reshape(len(levels), len(levels))
        alone = [[place] for place in range(len(levels))]
        rows += _rows(str(estimand), levels, _Told(N, alone, alone, {}))
    return pd.DataFrame(rows, columns=MATRIX_COLUMNS).astype({"n": "Int64", "suppressed": bool})


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """Counts, which steps stand together before and after, and the cells that are hidden.

    `people` are those behind each count where somebody may count more than once.
    """

    N: np.ndarray
    rows: list[list[int]]
    columns: list[list[int]]
    rules: dict[tuple[int, int], Rule]
    beside: tuple[list[int], ...] = ()
    people: np.ndarray | None = None

    def cell(self, row: int, column: int) -> int:
        return int(self.N[np.ix_(self.rows[row], self.columns[column])].sum())

    def behind(self, row: int, column: int) -> int:
        """Return how many people stand behind a cell, at the least."""
        if self.people is None:
            return self.cell(row, column)
        return int(self.people[np.ix_(self.rows[row], self.columns[column])].max())

    def cells(self) -> list[tuple[int, int]]:
        return [(row, column) for row in range(len(self.rows)) for column in range(len(self.columns))]

    def without(self, cell: tuple[int, int], rule: Rule) -> _Told:
        return _Told(self.N, self.rows, self.columns, {**self.rules, cell: rule}, self.beside, self.people)


def protect_counts(
    N: np.ndarray, thresholds: Thresholds, people: np.ndarray
) -> list[tuple[list[int], list[int], int | None, int]] | None:
    """Return what may be told of counts to which somebody may add more than once, or None where nothing may.

    Each cell tells the steps before and after that stand together, its count, None where it is hidden, and the count
    of its row.
    """
    told = _protect(N, thresholds, [], people)
    if told is None:
        return None
    return [
        (told.rows[row], told.columns[column], None if (row, column) in told.rules else told.cell(row, column),
         int(N[told.rows[row]].sum()))
        for row, column in told.cells()
    ]  # fmt: skip


def _protect(
    N: np.ndarray, thresholds: Thresholds, beside: list[list[int]], people: np.ndarray | None = None
) -> _Told | None:
    """Return the table that tells most cells of all that may be told, or None."""
    if thresholds.is_thin(int(N.sum())):
        return None
    bare = [
        _Told(N, rows, columns, {}, tuple(beside), people)
        for rows in _groupings(N.sum(axis=1), thresholds)
        for columns in _groupings(N.sum(axis=0), thresholds)
    ]
    hopes = sorted(((_hope(told, thresholds), place) for place, told in enumerate(bare)), key=lambda one: -one[0])
    best: _Told | None = None
    for hope, place in hopes:
        if best is not None and hope <= _told_cells(best):
            break
        found = _hidden(bare[place], thresholds)
        if found is not None and (best is None or _told_cells(found) > _told_cells(best)):
            best = found
    return best if best is not None and _told_cells(best) else None


def _groupings(sizes: np.ndarray, thresholds: Thresholds) -> list[list[list[int]]]:
    """Return ever coarser groups of neighbouring steps, two at least, each with enough people."""
    groups = [[place] for place in range(len(sizes))]
    found = []
    while len(groups) > 1:
        totals = [int(sizes[group].sum()) for group in groups]
        if not any(thresholds.is_small(total) for total in totals):
            found.append([list(group) for group in groups])
        place = min(range(len(groups)), key=lambda one: totals[one])
        beside = [other for other in (place - 1, place + 1) if 0 <= other < len(groups)]
        low, high = sorted((place, min(beside, key=lambda other: totals[other])))
        groups[low : high + 1] = [groups[low] + groups[high]]
    return found


def _hope(told: _Told, thresholds: Thresholds) -> int:
    """Return how many cells can be told at most."""
    return sum(not thresholds.is_small(told.behind(*cell)) for cell in told.cells())


def _told_cells(told: _Told) -> int:
    return len(told.cells()) - len(told.rules)


def _hidden(told: _Told, thresholds: Thresholds) -> _Told | None:
    for cell in told.cells():
        rule = thresholds.rule(told.behind(*cell))
        if rule is not None:
            told = told.without(cell, rule)
    while True:
        found = _alone(told) or _worked_out(told, thresholds)
        if found is None:
            return told
        extra = _next(told, found)
        if extra is None:
            return None
        told = told.without(extra, "complement")


def _alone(told: _Told) -> tuple[int, int] | None:
    """Return a hidden cell that stands alone in its row or column."""
    for row, column in told.rules:
        if sum(one == row for one, _ in told.rules) < 2 or sum(one == column for _, one in told.rules) < 2:
            return row, column
    return None


def _next(told: _Told, cell: tuple[int, int]) -> tuple[int, int] | None:
    """Return the smallest told cell in the row or column of a cell, and failing that anywhere."""
    row, column = cell
    in_row = [one for one in told.cells() if one not in told.rules and one[0] == row]
    in_column = [one for one in told.cells() if one not in told.rules and one[1] == column]
    lone_row = sum(one == row for one, _ in told.rules) < 2
    lone_column = sum(one == column for _, one in told.rules) < 2
    near = in_row if lone_row else in_column if lone_column else in_row + in_column
    rest = near or [one for one in told.cells() if one not in told.rules]
    return min(rest, key=lambda one: (told.cell(*one), one), default=None)


def _worked_out(told: _Told, thresholds: Thresholds) -> tuple[int, int] | None:
    """Return a cell whose few people, or whose step's few, could be worked out from what is told."""
    size = len(told.N)
    A, b = _known(told)
    for secret in _secrets(told, thresholds):
        target = np.zeros((size, size))
        target[np.ix_(secret.before, secret.after)] = 1
        low, high = (extreme(target.ravel(), A, b, sign) for sign in (1, -1))
        if high < secret.reach or high - low < secret.width:
            return secret.cell
    return _left_of_a_way(told, thresholds, A, b)


def _left_of_a_way(told: _Told, thresholds: Thresholds, A: np.ndarray, b: np.ndarray) -> tuple[int, int] | None:
    """Return a told cell that leaves few, when such cells are taken from how many went up, went down or stayed."""
    if told.people is not None:  # states without an order: nobody is told to have gone up or down
        return None
    for way in _ways(len(told.N)):
        inside = [cell for cell in told.cells() if way[np.ix_(told.rows[cell[0]], told.columns[cell[1]])].all()]
        open_ = [cell for cell in inside if cell not in told.rules]
        if not open_:
            continue
        for taken in (open_, inside):
            left = way.copy()
            for row, column in taken:
                left[np.ix_(told.rows[row], told.columns[column])] = 0
            if not left.any() or not thresholds.is_small(int((told.N * left).sum())):
                continue
            if extreme(left.ravel(), A, b, -1) < thresholds.policy.minimum_cell:
                return min(open_, key=lambda cell: (told.cell(*cell), cell))
    return None


def _ways(size: int) -> list[np.ndarray]:
    """Return which pairs of steps are a move up, a move down, and no move."""
    up = np.triu(np.ones((size, size)), 1)
    return [up, up.T, np.eye(size)]


@dataclass(frozen=True, slots=True, eq=False)
class _Secret:
    """A sum of few people: the steps before and after that it counts, and the cell of the table that it lies in.

    `reach` is how many an attacker must still think possible, `width` how far apart the least and the most must lie.
    """

    cell: tuple[int, int]
    before: list[int]
    after: list[int]
    reach: int
    width: int


def _secrets(told: _Told, thresholds: Thresholds) -> list[_Secret]:
    """Return what must not be worked out: hidden cells, steps with few people, and few inside what stands together."""
    everywhere, smallest = list(range(len(told.N))), thresholds.policy.minimum_cell
    found = [
        _Secret((row, column), told.rows[row], told.columns[column], smallest, smallest)
        for row, column in told.rules if thresholds.is_small(told.behind(row, column))
    ]  # fmt: skip
    for place, group in enumerate(told.rows):
        few = [one for one in group if len(group) > 1 and thresholds.is_small(int(told.N[one].sum()))]
        found += [_Secret((place, 0), [one], everywhere, smallest, smallest) for one in few]
    for place, group in enumerate(told.columns):
        few = [one for one in group if len(group) > 1 and thresholds.is_small(int(told.N[:, one].sum()))]
        found += [_Secret((0, place), everywhere, [one], smallest, smallest) for one in few]
    for row, column in told.cells():
        pairs = [(one, other) for one in told.rows[row] for other in told.columns[column]]
        few_pairs = [pair for pair in pairs if len(pairs) > 1 and thresholds.is_small(int(told.N[pair]))]
        # No single pair of steps is told, so it is enough that none is pinned.
        found += [_Secret((row, column), [one], [other], 0, 1) for one, other in few_pairs]
    return found


def _known(told: _Told) -> tuple[np.ndarray, np.ndarray]:
    """Return the sums that a reader knows, one a row of A, with their values."""
    size = len(told.N)
    masks = []
    for row in told.rows:
        masks.append(_mask(size, row, range(size)))
    for column in told.columns:
        masks.append(_mask(size, range(size), column))
    masks += [
        _mask(size, told.rows[row], told.columns[column])
        for row, column in told.cells() if (row, column) not in told.rules
    ]  # fmt: skip
    masks += [_mask(size, range(size), steps) for steps in told.beside]
    masks += _ways(size)
    A = np.array([mask.ravel() for mask in masks])
    return A, A @ told.N.ravel()


def _mask(size: int, rows: Sequence[int] | range, columns: Sequence[int] | range) -> np.ndarray:
    mask = np.zeros((size, size))
    mask[np.ix_(list(rows), list(columns))] = 1
    return mask


def _rows(estimand: str, levels: Sequence[str], told: _Told) -> list[tuple[object, ...]]:
    before = [JOINS.join(levels[one] for one in group) for group in told.rows]
    after = [JOINS.join(levels[one] for one in group) for group in told.columns]
    found: list[tuple[object, ...]] = []
    for row, name in enumerate(before):
        for column, other in enumerate(after):
            gone = (row, column) in told.rules
            found.append((estimand, name, other, pd.NA if gone else told.cell(row, column), gone))
        found.append((estimand, name, TOTAL, int(told.N[told.rows[row]].sum()), False))
    for column, other in enumerate(after):
        found.append((estimand, TOTAL, other, int(told.N[:, told.columns[column]].sum()), False))
    found.append((estimand, TOTAL, TOTAL, int(told.N.sum()), False))
    return found
