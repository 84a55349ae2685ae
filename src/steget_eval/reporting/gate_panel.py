"""The gate for a panel: a unit is no person, but its people in one period may be few."""

from __future__ import annotations

import math
from collections import Counter

import pandas as pd

from steget_eval.core.columns import ANSWER_NAMES, COUNT_NAMES, NUMBER_NAMES
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.reporting.release import Rule
from steget_eval.reporting.release_panel import PanelRelease
from steget_eval.reporting.suppress import Published, Thresholds, count_suppressions
from steget_eval.reporting.suppress_account import gate_account
from steget_eval.reporting.suppress_panel import hide_cells, hide_rows, hides_a_start, is_solved
from steget_eval.study.panel import PanelResults
from steget_eval.study.panel_lines import panel_lines

_SERIES = ["estimand", "start", "period", "units", "n", "value", "suppressed"]


def disclose_panel(found: PanelResults, policy: Disclosure | None = None, *, internal: bool = False) -> PanelRelease:
    """Return what of a panel may be shown.

    No unit has a row of its own: units that start in one period are told together, and a unit that alone starts in its
    period only where its numbers are not small. The number of a start in a period is hidden where it rests on too few
    people, or where few or nearly all of them had the outcome; with it go the averages that would give it back.

    What the gate does not attempt: standard errors and limits, in which units are squared; a number of people told for
    several outcomes of the same people; and what stands in other reports on the same units.
    """
    thresholds = Thresholds(policy or found.protocol.disclosure)
    shares = {one.id: found.protocol.outcome(one.outcome).kind == "binary" for one in found.protocol.estimands}
    series = found.series.assign(is_share=[shares[name] for name in found.series["estimand"]])
    hidden = {} if internal else hide_cells(series, thresholds)
    estimates, fits = _estimates(found, hidden), _fits(found, hidden)
    taken: Counter[tuple[Rule, str]] = Counter((rule, "panel_series") for rule in hidden.values())
    taken[("dependent", "estimates")] = int(estimates["suppressed"].sum())
    taken[("dependent", "panel_fits")] = int(fits["suppressed"].sum())
    account = gate_account(found.account, None if internal else Published(thresholds))
    return PanelRelease(
        protocol=found.protocol, panel=found.panel, records_fingerprint=found.records_fingerprint, origin=found.origin,
        source=found.source, estimates=estimates, series=_series(series, hidden), fits=fits, refusals=found.refusals,
        suppressions=count_suppressions(+taken), policy=thresholds.policy, account=account.account, internal=internal,
    )  # fmt: skip


def _estimates(found: PanelResults, hidden: dict[tuple[str, int, int], Rule]) -> pd.DataFrame:
    frame, periods = found.estimates.to_frame(), len(found.panel.labels)
    if found.protocol.design == "staggered":
        main = {one.id: panel_lines(found.protocol, one)[0].name for one in found.protocol.estimands}
        gone = hide_rows(frame, hidden, found.rests, main, periods)
    else:
        gone = frame["estimand"].map(lambda name: _is_given_back(found, hidden, name)).astype(bool)
    frame.loc[gone, list(NUMBER_NAMES)] = math.nan
    frame.loc[gone, list(COUNT_NAMES)] = pd.NA
    frame.loc[gone, "note"] = ""
    return pd.DataFrame(frame.assign(suppressed=gone)[[*ANSWER_NAMES, "suppressed"]])


def _is_given_back(found: PanelResults, hidden: dict[tuple[str, int, int], Rule], estimand: str) -> bool:
    methods = len(panel_lines(found.protocol, found.protocol.estimand(estimand)))
    whole = hides_a_start(hidden, estimand, len(found.panel.labels))
    return whole or is_solved(hidden, estimand, methods, _seasons(found))


def _seasons(found: PanelResults) -> int:
    panel = found.panel
    return {"none": 0, "months": panel.cycle - 1, "harmonic": 2 * panel.harmonics}[panel.season]


def _series(series: pd.DataFrame, hidden: dict[tuple[str, int, int], Rule]) -> pd.DataFrame:
    keys = zip(series["estimand"], series["start"], series["period"], strict=True)
    frame = series.assign(suppressed=[key in hidden for key in keys])
    frame[["n", "value"]] = frame[["n", "value"]].astype(float)
    frame.loc[frame["suppressed"], ["n", "value"]] = math.nan
    return frame[_SERIES]


def _fits(found: PanelResults, hidden: dict[tuple[str, int, int], Rule]) -> pd.DataFrame:
    """Hide a period's own value where a cell of it is hidden, and every line where the coefficients give cells back."""
    fits = found.fits.copy()
    gone = [
        any((estimand, start, period) in hidden for start in found.series["start"].unique())
        for estimand, period in zip(fits["estimand"], fits["period"], strict=True)
    ]
    fits["suppressed"] = pd.Series(gone, index=fits.index, dtype=bool)
    fits.loc[fits["suppressed"], "value"] = math.nan
    solved = [_is_given_back(found, hidden, name) for name in fits["estimand"]]
    fits.loc[pd.Series(solved, index=fits.index, dtype=bool), ["fitted", "carried_on", "low", "high"]] = math.nan
    return fits
