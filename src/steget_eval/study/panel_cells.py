"""Lays an outcome out by unit and period, from rows of persons or from counts that others made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steget_eval.cohort import Cohort
from steget_eval.core.errors import CohortError
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.panel import Panel
from steget_eval.records import Records


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PanelCells:
    """One outcome by unit and period, in the protocol's order of units.

    Attributes
    ----------
    n : shape (units, T)
        People; of a bare count the count itself.
    total : shape (units, T)
        People with the outcome, or the sum of the amounts.
    value : shape (units, T)
        The share, the mean, or the count.
    unit
        The outcome's unit: ``proportion`` for a share.
    """

    n: np.ndarray
    total: np.ndarray
    value: np.ndarray
    unit: str


def count_cells(protocol: Protocol, panel: Panel, estimand: Estimand, records: Records) -> PanelCells:
    """Return an outcome that others counted.

    Raises
    ------
    CohortError
        Where the records lack a number that the panel needs, or a part is larger than its whole.
    """
    outcome = protocol.outcome(estimand.outcome)
    at, asked = f"outcomes.{outcome.id}.counted", outcome.counted
    if asked is None:
        raise CohortError(f"{at}: the outcome has no counted")
    told = _read(records, at)
    total = _numbers(told, asked.category, panel, at)
    if asked.of is None:
        return PanelCells(n=total, total=total, value=total, unit="number")
    n = _numbers(told, asked.of, panel, at)
    if (total > n).any():
        raise CohortError(f"{at}: the numerator is larger than the denominator, so it is no part of it")
    return PanelCells(n=n, total=total, value=_shares(n, total, at), unit="proportion")


def person_cells(protocol: Protocol, panel: Panel, estimand: Estimand, cohort: Cohort) -> PanelCells:
    """Return an outcome of persons, each in the period of enrolment; those whose outcome is unknown are left out.

    Raises
    ------
    CohortError
        Where a person belongs to a unit that the panel does not name, or a unit has nobody in a period.
    """
    at, values = f"estimands.{estimand.id}", cohort.outcomes[estimand.id]
    codes = {unit.id: number for number, unit in enumerate(panel.units)}
    of = cohort.persons["cluster"].astype(str).map(codes)
    if of.isna().any():
        raise CohortError(f"{at}: {int(of.isna().sum())} people belong to a unit that panel.units does not name")
    first = cohort.persons["index_on"]
    period = np.array([panel.period_of(day.date()) for day in first])
    inside = (period >= 0) & (period < len(panel.labels)) & values.known
    shape = (len(panel.units), len(panel.labels))
    place = (of.to_numpy(dtype=np.int64)[inside], period[inside])
    n, total = np.zeros(shape), np.zeros(shape)
    np.add.at(n, place, 1)
    np.add.at(total, place, values.y[inside])
    return PanelCells(n=n, total=total, value=_shares(n, total, at), unit=values.unit)


def _read(records: Records, at: str) -> dict[tuple[str, str], float]:
    """Return period and category to number, of both sexes together."""
    table = records.tables.get("counts")
    if table is None:
        raise CohortError(f"{at}: the records have no table counts")
    told: dict[tuple[str, str], float] = {}
    for row in table.to_pylist():
        key = (row["period"], row["category"])
        told[key] = told.get(key, 0.0) + int(row["n"])
    return told


def _numbers(told: dict[tuple[str, str], float], category: str, panel: Panel, at: str) -> np.ndarray:
    found = np.empty((len(panel.units), len(panel.labels)))
    for row, unit in enumerate(panel.units):
        name = category.replace("{unit}", unit.id)
        for column, label in enumerate(panel.labels):
            if (label, name) not in told:
                raise CohortError(f"{at}: counts has no category {name!r} in period {label!r}")
            found[row, column] = told[label, name]
    return found


def _shares(n: np.ndarray, total: np.ndarray, at: str) -> np.ndarray:
    if (n == 0).any():
        empty = int((n == 0).sum())
        raise CohortError(
            f"{at}: {empty} of {n.size} units by periods have nobody, so nothing can be told of them; choose longer "
            "periods, or leave out the units"
        )
    return np.asarray(total / n)
