"""Which months in states, with which moves between them, may be told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from steget_eval.protocol import Protocol
from steget_eval.reporting.release import Rule
from steget_eval.reporting.suppress import Published, blanked, complement_levels, size_key
from steget_eval.reporting.suppress_estimates import outcome_families, state_families
from steget_eval.reporting.suppress_moves import JOINS, protect_counts
from steget_eval.study.occupied import Occupied

MONTH_MOVES = ["arm", "before", "after", "n", "total", "suppressed"]


@dataclass(frozen=True, slots=True, eq=False)
class GatedOccupation:
    """Months in states and moves between them after the gate, and what was taken away."""

    months: pd.DataFrame
    moves: pd.DataFrame
    taken: Counter[tuple[Rule, str]] = field(default_factory=Counter)


def gate_occupation(
    found: Occupied, estimates: pd.DataFrame, published: Published, protocol: Protocol
) -> GatedOccupation:
    """Hide states that few people of an arm were ever in, with another beside them, and moves that few people made.

    The months of all states add up to the horizon, so one hidden state alone would be given back. A state in which the
    events of a hidden outcome lie is hidden with it. The states that are hidden stand together in the tables of moves,
    which the gate attacks as it does every table of moves: where nothing stands up to it, the arm has no table.
    """
    months = found.months.to_frame()
    if months.empty:
        return GatedOccupation(months.assign(suppressed=False), _no_moves())
    hidden = _hidden_states(found, estimates, published, protocol)
    gone = months["subgroup"].str.removeprefix("state=").isin(list(hidden))
    taken = Counter((hidden[state], "occupation") for state in months["subgroup"].str.removeprefix("state=")[gone])
    frames = [
        _moves_of(str(arm), mine, list(hidden), published, taken)
        for arm, mine in found.moves.groupby("arm", sort=False)
    ]
    return GatedOccupation(blanked(months, gone), pd.concat(frames, ignore_index=True), taken)


def open_occupation(found: Occupied) -> GatedOccupation:
    """Return everything, for the internal view."""
    months = found.months.to_frame().assign(suppressed=False)
    if found.moves.empty:
        return GatedOccupation(months, _no_moves())
    totals = found.moves.groupby(["arm", "before"])["n"].transform("sum")
    return GatedOccupation(months, _typed(found.moves.assign(total=totals, suppressed=False)[MONTH_MOVES]))


def _hidden_states(
    found: Occupied, estimates: pd.DataFrame, published: Published, protocol: Protocol
) -> dict[str, Rule]:
    thresholds = published.thresholds
    ever = found.ever.groupby("state", sort=False)["people"].min()
    counts = {str(state): int(people) for state, people in ever.items()}
    for arm, n in found.ever[["arm", "n"]].drop_duplicates().itertuples(index=False):
        if thresholds.is_small(int(n)) or thresholds.is_thin(int(n)):
            return dict.fromkeys(counts, "small_denominator")
        if not published.admits(size_key(str(arm)), int(n)):
            return dict.fromkeys(counts, "small_difference")
    hidden = complement_levels(counts, thresholds, never_told=_of_hidden_outcomes(estimates, protocol))
    return dict.fromkeys(counts, "complement") if hidden and len(counts) - len(hidden) == 0 else hidden


def _of_hidden_outcomes(estimates: pd.DataFrame, protocol: Protocol) -> dict[str, Rule]:
    """Return the groups of states in which the events of an outcome lie that may not be told."""
    rows = estimates[(estimates["subgroup"] == "all") & estimates["suppressed"].astype(bool)]
    family, families = outcome_families(protocol), state_families(protocol)
    gone = {family[str(outcome)] for outcome in rows["outcome"] if str(outcome) in family}
    groups = protocol.occupation.groups if protocol.occupation is not None else ()
    return {group.id: "dependent" for group in groups if any(families.get(one) in gone for one in group.states)}


def _moves_of(
    arm: str, mine: pd.DataFrame, hidden: list[str], published: Published, taken: Counter[tuple[Rule, str]]
) -> pd.DataFrame:
    states = list(dict.fromkeys(mine["before"]))
    told = [[state] for state in states if state not in hidden] + ([hidden] if hidden else [])
    N, people = (_pooled(mine, states, told, name) for name in ("n", "people"))
    cells = protect_counts(N.astype(np.int64), published.thresholds, people)
    if cells is None or len(told) < 2:
        taken["complement", "occupation"] += N.size
        return _no_moves()
    rows = [
        (arm, _joined(told, before), _joined(told, after), pd.NA if n is None else n, total, n is None)
        for before, after, n, total in cells
    ]
    taken["small_cell", "occupation"] += sum(row[-1] for row in rows)
    return _typed(pd.DataFrame(rows, columns=MONTH_MOVES))


def _pooled(mine: pd.DataFrame, states: list[str], told: list[list[str]], name: str) -> np.ndarray:
    """Return the matrix over what is told together: counts add up, of people the most that any one cell has."""
    whole = mine[name].to_numpy(dtype=np.int64).reshape(len(states), len(states))
    places = [[states.index(state) for state in group] for group in told]
    cells = [[whole[np.ix_(one, other)] for other in places] for one in places]
    return np.array([[int(cell.sum() if name == "n" else cell.max()) for cell in row] for row in cells])


def _joined(told: list[list[str]], group: list[int]) -> str:
    return JOINS.join(state for place in group for state in told[place])


def _no_moves() -> pd.DataFrame:
    return _typed(pd.DataFrame({name: [] for name in MONTH_MOVES}))


def _typed(moves: pd.DataFrame) -> pd.DataFrame:
    return moves.astype({"arm": object, "before": object, "after": object, "n": "Int64", "total": "Int64",
                         "suppressed": bool})  # fmt: skip
