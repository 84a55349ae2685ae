"""Difference in differences where units start at different times, with the honesty that few units ask for."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm
from scipy.stats import t as student

from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.streams import stream
from steget_eval.methods.effects.group_time import NEVER, Control, checked_panel
from steget_eval.methods.effects.panel_averages import Averages
from steget_eval.methods.effects.panel_spread import Spread, averages_of, spread_by_influence, spread_left_out
from steget_eval.methods.effects.parallel_trends import breakdown, events_told, pre_trend
from steget_eval.methods.numerics.arms import checked_choice, checked_level
from steget_eval.methods.numerics.clusters import FEWEST
from steget_eval.methods.numerics.group_difference import Estimator

Variance = Literal["leave_one_out", "influence"]

FEW = "No interval: fewer than four units that start, or fewer than four that do not, stand behind this number."
ALONE = "No interval: without one of the units this number does not exist."


def staggered_effects(
    y: ArrayLike, start: ArrayLike, *, X: ArrayLike | None = None, w: ArrayLike | None = None,
    estimator: Estimator = "unadjusted", control: Control = "never_treated", anticipation: int = 0,
    variance: Variance = "leave_one_out", kind: str = "amount", unit: str = "", level: float = 0.95,
    replicates: int = 999, seed: int = 0,
) -> Estimates:  # fmt: skip
    """Average effect on the units that started, over everything and by group, calendar period and time since the start.

    Callaway and Sant'Anna (2021). Rows of contrast ``att`` have the average's name as `subgroup`; ``band=e`` repeats
    ``event=e`` with a simultaneous band; ``pre_trend`` tests the placebos before the start together; ``breakdown``
    tells how large a break of parallel trends would have to be.

    Parameters
    ----------
    y : shape (n, T)
        The outcome of each unit in each period.
    start : shape (n,)
        The first period with the programme, counted from 0; -1 where it never starts.
    variance
        ``leave_one_out`` leaves each unit out in turn and takes Student's t with Welch's degrees of freedom between
        units that start and units that never do; ``influence`` is the paper's, for many units. Fewer than four units
        on a side: a number without an interval.
    replicates, seed
        Of the multiplier bootstrap behind the band.
    """
    checked_choice(variance, ("leave_one_out", "influence"), "variance")
    checked_level(level)
    panel = checked_panel(y, start, X, w)
    whole = averages_of(panel, estimator, control, anticipation)
    if variance == "influence":
        spread = spread_by_influence(whole)
    else:
        spread = spread_left_out(panel, whole, estimator, control, anticipation)
    words: dict[str, Any] = {"method": "group_time" if estimator == "unadjusted" else f"group_time_{estimator}",
                             "kind": kind, "unit": unit, "population": "ATT"}  # fmt: skip
    rows = [_row(whole, spread, place, level, words) for place in range(len(whole.names))]
    told = [place for place, row in enumerate(rows) if row.interval_kind == "confidence"]
    rows += _band(whole, spread, told, level, replicates, seed, words)
    rows += pre_trend(whole, spread, told, anticipation, words, panel.start != NEVER)
    rows += breakdown(whole, rows[0], anticipation, words)
    return Estimates(tuple(rows))


def _row(whole: Averages, spread: Spread, place: int, level: float, words: dict[str, Any]) -> Estimate:
    value, error = float(whole.estimate[place]), float(spread.std_error[place])
    own = {"contrast": "att", "subgroup": whole.names[place], "estimate": value, **words}
    if min(whole.treated[place], whole.controls[place]) < FEWEST:
        return Estimate(**own, interval_kind="none", note=FEW)
    if not np.isfinite(error) or error <= 0:
        return Estimate(**own, interval_kind="none", note=ALONE)
    degrees = float(spread.degrees[place])
    half = _quantile(level, degrees) * error
    return Estimate(
        **own, conf_low=value - half, conf_high=value + half, conf_level=level, std_error=error,
        p_value=float(2 * student.sf(abs(value) / error, degrees)),
        note="" if np.isinf(degrees) else f"{degrees:.1f} degrees of freedom (Welch).",
    )  # fmt: skip


def _quantile(level: float, degrees: float) -> float:
    return float(student.isf((1 - level) / 2, degrees))


def _band(
    whole: Averages, spread: Spread, told: list[int], level: float, replicates: int, seed: int, words: dict[str, Any]
) -> list[Estimate]:
    """Return the event study with a band that holds all of it at once.

    A multiplier bootstrap of the units' parts with normal multipliers. With few units each critical value is
    the one of Student's t with the same tail as the bootstrap's has in the normal; never below that of one interval.
    """
    places = events_told(whole, told)
    if not places:
        return []
    scaled = spread.moved[:, places] / spread.std_error[places]
    draws = stream(seed, "staggered", "band").normal(size=(replicates, scaled.shape[0]))
    furthest = np.quantile(np.abs(draws @ scaled).max(axis=1), level)
    tail = min(float(norm.sf(furthest)), (1 - level) / 2)
    rows = []
    for place in places:
        half = float(student.isf(tail, spread.degrees[place])) * float(spread.std_error[place])
        value = float(whole.estimate[place])
        rows.append(Estimate(
            contrast="att", subgroup=whole.names[place].replace("event", "band"), estimate=value, conf_low=value - half,
            conf_high=value + half, conf_level=level, std_error=float(spread.std_error[place]),
            note=f"Simultaneous over {len(places)} times since the start.", **words,
        ))  # fmt: skip
    return rows
