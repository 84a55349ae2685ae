"""Answers the questions of a panel: staggered starts between units, and a series that was interrupted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from steget_eval.cohort import build_cohort
from steget_eval.cohort.build import card_words
from steget_eval.core.catalogue import Method
from steget_eval.core.errors import CohortError, MethodError
from steget_eval.core.estimates import Estimate, Estimates, gather
from steget_eval.core.frames import Tidy
from steget_eval.methods.effects.group_time import NEVER
from steget_eval.methods.effects.interrupted import fit_segmented
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.panel import PANEL_CONTRASTS, Panel
from steget_eval.records import Records
from steget_eval.records.account import DataAccount
from steget_eval.study.panel_cells import PanelCells, count_cells, person_cells
from steget_eval.study.panel_lines import panel_lines
from steget_eval.study.panel_rests import rests_on
from steget_eval.study.results import Refusal

if TYPE_CHECKING:
    from steget_eval.cohort import Cohort

_CELLS = ("estimand", "start", "period", "units", "n", "total", "value")
_FITS = ("estimand", "method", "period", "value", "fitted", "carried_on", "low", "high")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PanelResults(Tidy):
    """Everything found of a panel, before the gate.

    Attributes
    ----------
    estimates
        As in `Results`; `subgroup` names an average: ``group=2021-Q2``, ``calendar=2021-Q3``, ``event=-2``, ``band=2``.
    series
        What a reader sees of the records: `estimand`, `start` (the period in which units start, -1 for never),
        `period`, `units`, `n` (people), `total` (people with the outcome, or the sum), `value`. Never a unit by itself
        unless it alone starts in its period.
    fits
        Of an interrupted series: `estimand`, `method`, `period`, `value` (less the comparison's, where there is one),
        `fitted`, `carried_on` (the old trend), and limits `low`, `high` for how far the fitted line lies from it.
    rests
        By estimand and subgroup, which (start, period) an average rests on.
    """

    protocol: Protocol
    panel: Panel
    records_fingerprint: str
    origin: Literal["real", "synthetic"]
    estimates: Estimates
    series: pd.DataFrame
    fits: pd.DataFrame
    rests: Mapping[str, frozenset[tuple[int, int]]]
    refusals: tuple[Refusal, ...]
    source: Mapping[str, str]
    account: DataAccount = field(default_factory=DataAccount)

    def to_frame(self) -> pd.DataFrame:
        """Return the table of estimates."""
        return self.estimates.to_frame()


def evaluate_panel(protocol: Protocol, records: Records) -> PanelResults:
    """Ask every estimand of a panel; a method that refuses is told of, and the others go on.

    The main method tells every average; the others beside it tell the one over everything.

    Raises
    ------
    CohortError
        Where the protocol has no panel, or the records lack something that the panel needs.
    """
    panel = protocol.panel
    if panel is None or protocol.design not in PANEL_CONTRASTS:
        raise CohortError(
            f"{protocol.id}: evaluate_panel answers the designs {', '.join(PANEL_CONTRASTS)} with a section panel; "
            f"this protocol has design {protocol.design}" + (" and no panel" if panel is None else "")
        )
    counted = all(outcome.counted is not None for outcome in protocol.outcomes)
    cohort = None if counted else build_cohort(protocol, records)
    parts: list[Estimates] = []
    refusals: list[Refusal] = []
    series, fits = [], []
    for estimand in sorted(protocol.estimands, key=lambda one: one.id != protocol.primary):
        cells = _cells(protocol, panel, estimand, records, cohort)
        series.append(_series(panel, estimand, cells))
        for number, line in enumerate(panel_lines(protocol, estimand)):
            try:
                found, fit = _answer(protocol, panel, estimand, line, cells)
            except MethodError as error:
                refusals.append(Refusal(estimand=estimand.id, method=line.name, reason=str(error), code=error.code))
                continue
            parts.append(found.where(subgroup="all") if number else found)
            fits += [fit] if len(fit) else []
    return PanelResults(
        protocol=protocol, panel=panel, records_fingerprint=records.fingerprint, origin=records.card.origin,
        estimates=gather(parts), series=pd.concat(series, ignore_index=True),
        fits=pd.concat(fits, ignore_index=True) if fits else pd.DataFrame(columns=list(_FITS)),
        rests=rests_on(panel) if protocol.design == "staggered" else {}, refusals=tuple(refusals),
        source=card_words(records), account=records.account,
    )  # fmt: skip


def starts_of(panel: Panel) -> np.ndarray:
    """Return the period in which each unit starts, shape (units,); -1 for never."""
    return np.array([panel.start_of(unit) for unit in panel.units])


def _cells(protocol: Protocol, panel: Panel, estimand: Estimand, records: Records, cohort: Cohort | None) -> PanelCells:
    if cohort is None:
        return count_cells(protocol, panel, estimand, records)
    return person_cells(protocol, panel, estimand, cohort)


def _series(panel: Panel, estimand: Estimand, cells: PanelCells) -> pd.DataFrame:
    starts, rows = starts_of(panel), []
    for start in np.unique(starts):
        mine = starts == start
        n, total = cells.n[mine].sum(axis=0), cells.total[mine].sum(axis=0)
        value = total if cells.unit == "number" else total / n
        rows += [(estimand.id, int(start), t, int(mine.sum()), n[t], total[t], value[t]) for t in range(n.size)]
    return pd.DataFrame(rows, columns=list(_CELLS))


def _answer(
    protocol: Protocol, panel: Panel, estimand: Estimand, line: Method, cells: PanelCells
) -> tuple[Estimates, pd.DataFrame]:
    kind = protocol.outcome(estimand.outcome).kind
    arguments: dict[str, Any] = {**dict(line.options), "kind": kind, "unit": cells.unit,
                                 "level": protocol.confidence_level}  # fmt: skip
    fit = pd.DataFrame(columns=list(_FITS))
    if estimand.contrast == "att":
        found = line.resolve()(**arguments, **_staggered(protocol, panel, cells))
    else:
        asked = _interrupted(panel, cells)
        found = line.resolve()(**arguments, **asked)
        found = _asked_first(found, estimand.contrast)
        fit = _fit(estimand, line, {**asked, **dict(line.options)}, protocol.confidence_level)
    labelled = found.label(
        programme=protocol.programme.id, estimand=estimand.id, outcome=estimand.outcome,
        arm_1=protocol.arms.treated.id,
    )  # fmt: skip
    return Estimates(tuple(_named(row, panel, cells, kind) for row in labelled)), fit


def _staggered(protocol: Protocol, panel: Panel, cells: PanelCells) -> dict[str, Any]:
    X = np.array([[unit.covariates[name] for name in panel.adjust] for unit in panel.units])
    return {
        "y": cells.value, "start": starts_of(panel), "X": X if panel.adjust else None,
        "w": cells.n.mean(axis=1) if panel.weights == "people" else None, "control": panel.control,
        "anticipation": panel.anticipation, "seed": protocol.seed,
    }  # fmt: skip


def _interrupted(panel: Panel, cells: PanelCells) -> dict[str, Any]:
    starts = starts_of(panel)
    begun = starts != NEVER

    def together(mine: np.ndarray) -> np.ndarray:
        total = cells.total[mine].sum(axis=0)
        return np.asarray(total if cells.unit == "number" else total / cells.n[mine].sum(axis=0))

    return {
        "y": together(begun), "since": int(starts[begun][0]), "y_0": together(~begun) if (~begun).any() else None,
        "season": panel.season, "cycle": panel.cycle, "harmonics": panel.harmonics, "lag": panel.lag,
        "first": (panel.first.month - 1) * panel.cycle // 12,
    }  # fmt: skip


def _asked_first(found: Estimates, contrast: str) -> Estimates:
    return Estimates(tuple(sorted(found, key=lambda row: row.contrast != contrast)))


def _fit(estimand: Estimand, line: Method, asked: dict[str, Any], level: float) -> pd.DataFrame:
    from scipy.stats import t as student

    found = fit_segmented(**asked)
    half = student.isf((1 - level) / 2, found.carried_degrees) * found.carried_error
    return pd.DataFrame({
        "estimand": estimand.id, "method": line.name, "period": np.arange(found.y.size), "value": found.y,
        "fitted": found.fitted, "carried_on": found.carried_on, "low": found.fitted - half,
        "high": found.fitted + half,
    })[list(_FITS)]  # fmt: skip


def _named(row: Estimate, panel: Panel, cells: PanelCells, kind: str) -> Estimate:
    """Name a period by its label, and tell the people behind a row that speaks of everyone."""
    what, _, key = row.subgroup.partition("=")
    subgroup = f"{what}={panel.labels[int(key)]}" if what in {"group", "calendar"} else row.subgroup
    if row.subgroup != "all" or row.contrast in {"pre_trend", "breakdown"}:
        return replace(row, subgroup=subgroup)
    begun = starts_of(panel) != NEVER
    people: dict[str, Any] = {"n_1": int(cells.n[begun].sum()), "n_0": int(cells.n[~begun].sum())}
    if kind == "binary":
        people |= {"events_1": int(cells.total[begun].sum()), "events_0": int(cells.total[~begun].sum())}
    if not (~begun).any():
        people = {name: value for name, value in people.items() if name.endswith("_1")}
    return replace(row, **people)
