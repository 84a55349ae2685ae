"""Which numbers of a panel are too small to be told, and which averages would give them back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from steget_eval.reporting.release import Rule
from steget_eval.reporting.suppress import Thresholds

#: So many hidden numbers must stand in the one average that is told beside them.
_UNKNOWN = 2
#: Coefficients that a segmented regression tells of a series, the season's apart.
_LINES = 4


def hide_cells(series: pd.DataFrame, thresholds: Thresholds) -> dict[tuple[str, int, int], Rule]:
    """Return the cells (estimand, start, period) that may not be told, each with its rule.

    A cell needs people enough for a share, and neither those with the outcome nor those without may be few. Where one
    is hidden the next smallest go with it, until those hidden of a start are at least two and together not small, so
    that a sum told elsewhere gives back none of them.
    """
    hidden: dict[tuple[str, int, int], Rule] = {}
    keys: Any = series.groupby(["estimand", "start"], sort=False)
    for (estimand, start), mine in keys:
        cells = mine.set_index("period")[["n", "total", "is_share"]]
        gone: dict[int, Rule] = {}
        for period, cell in cells.iterrows():
            rule = _rule(cell, thresholds)
            if rule is not None:
                gone[int(period)] = rule
        rest = sorted((int(one) for one in cells.index if int(one) not in gone), key=lambda one: (cells["n"][one], one))
        while gone and rest and (len(gone) < 2 or _rule(cells.loc[list(gone)].sum(), thresholds, together=True)):
            gone[rest.pop(0)] = "complement"
        hidden |= {(str(estimand), int(start), period): rule for period, rule in gone.items()}
    return hidden


def hide_rows(
    estimates: pd.DataFrame, hidden: Mapping[tuple[str, int, int], Rule],
    rests: Mapping[str, frozenset[tuple[int, int]]], main: Mapping[str, str], periods: int,
) -> pd.Series:  # fmt: skip
    """Tell of each average of staggered starts whether it must go with the hidden cells.

    An average that rests on a hidden cell goes, and so do the tests. The one over everything stays, by the main method
    alone, where it rests on none or on at least two after their start: those have a share above zero in it, so that one
    sum gives back neither. It goes too where every period of a start is hidden, since its number of people would give
    back that start's.
    """
    gone = []
    for row in estimates.to_dict("records"):
        mine = {(start, period) for estimand, start, period in hidden if estimand == row["estimand"]}
        if not mine:
            gone.append(False)
        elif hides_a_start(hidden, row["estimand"], periods):
            gone.append(True)
        elif row["subgroup"] == "all":
            is_main = row["contrast"] == "att" and row["method"] == main[row["estimand"]]
            gone.append(not is_main or not _is_blurred(mine & rests["all"]))
        else:
            gone.append(bool(mine & rests.get(str(row["subgroup"]), frozenset())) or row["subgroup"].startswith("mean"))
    return pd.Series(gone, index=estimates.index, dtype=bool)


def _is_blurred(cells: frozenset[tuple[int, int]] | set[tuple[int, int]]) -> bool:
    """Tell whether the average over everything, told beside hidden cells, gives back none of them."""
    return not cells or sum(period >= start >= 0 for start, period in cells) >= _UNKNOWN


def hides_a_start(hidden: Mapping[tuple[str, int, int], Rule], estimand: str, periods: int) -> bool:
    """Tell whether every period of one start is hidden."""
    starts = [start for name, start, _ in hidden if name == estimand]
    return any(starts.count(start) == periods for start in set(starts))


def is_solved(hidden: Mapping[tuple[str, int, int], Rule], estimand: str, methods: int, seasons: int) -> bool:
    """Tell whether the coefficients of an interrupted series would give back its hidden periods.

    Each coefficient told is one sum of every period, so that as many hidden periods as coefficients can be solved for.
    """
    periods = {period for name, _, period in hidden if name == estimand}
    return 0 < len(periods) <= methods * (_LINES + seasons)


def _rule(cell: pd.Series, thresholds: Thresholds, *, together: bool = False) -> Rule | None:
    n, total = float(cell["n"]), float(cell["total"])
    if not cell["is_share"]:
        return thresholds.rule(n)
    if thresholds.is_thin(n):
        return "small_denominator"
    if together and (total == 0 or total == n):
        return "small_cell"
    return thresholds.rule(total) or thresholds.rule(n - total)
