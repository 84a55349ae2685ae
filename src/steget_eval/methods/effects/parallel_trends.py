"""What speaks for parallel trends, and how much they would have to fail: placebos before the start, and a breakdown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as fisher

from steget_eval.core.estimates import Estimate
from steget_eval.methods.effects.panel_averages import Averages
from steget_eval.methods.effects.panel_spread import MOVES, Spread

#: So many more units than placebos must stand on each side: of more placebos the nearest to the start are tested.
LEFT_OVER = 3


def pre_trend(
    whole: Averages, spread: Spread, told: list[int], anticipation: int, words: dict[str, Any],
    starts: NDArray[np.bool_],
) -> list[Estimate]:  # fmt: skip
    """Return the joint test of the placebos: Hotelling's, which knows how few the units are."""
    places = _before(whole, told, anticipation)
    if not places:
        return []
    moves = np.abs(spread.moved[:, places]).max(axis=1) > MOVES
    sides = (int((moves & starts).sum()), int((moves & ~starts).sum()))
    few = np.isfinite(spread.degrees[places]).all()
    if few:
        places = places[max(0, len(places) - max(0, min(one for one in sides if one) - LEFT_OVER)) :]
    tested = len(places)
    if not tested:
        note = "No test of the periods before: the units on a side are too few."
        return [Estimate(contrast="pre_trend", estimate=float("nan"), interval_kind="none", note=note, **words)]
    degrees = float(np.median(spread.degrees[places]))
    left = max(1.0, degrees - tested + 1)
    values = whole.estimate[places]
    wald = float(values @ np.linalg.solve(spread.moved[:, places].T @ spread.moved[:, places], values))
    statistic = wald / tested if np.isinf(degrees) else wald * left / (max(degrees, tested) * tested)
    p, note = (
        float(fisher.sf(statistic, tested, left)),
        f"The {tested} before the start: F with {left:.1f} degrees of freedom.",
    )
    return [Estimate(contrast="pre_trend", estimate=statistic, interval_kind="none", p_value=p, note=note, **words)]


def breakdown(whole: Averages, main: Estimate, anticipation: int, words: dict[str, Any]) -> list[Estimate]:
    """Return how many times the largest step between placebos a break would have to be for the interval to hold zero.

    After Rambachan and Roth (2023): a break after the start that grows by at most m times the largest step before it
    moves the average by at most m times that step times the mean number of periods since. The step is taken as seen,
    without its own uncertainty, so this is arithmetic and no interval.
    """
    events = {int(name.split("=")[1]): value for name, value in zip(whole.names, whole.estimate, strict=True)
              if name.startswith("event=")}  # fmt: skip
    base = -1 - anticipation
    before = [events[e] for e in sorted(events) if e < base] + [0.0]
    later = [e for e in events if e >= 0]
    if main.interval_kind != "confidence" or len(before) < 2 or not later:
        return []
    step = float(np.abs(np.diff(before)).max())
    nearest = max(0.0, abs(main.estimate) - (main.conf_high - main.conf_low) / 2)
    if step == 0:
        return []
    reach = step * float(np.mean([e - base for e in later]))
    return [Estimate(contrast="breakdown", estimate=nearest / reach, interval_kind="none", note=(
        "Arithmetic on the largest step between placebos, as seen; relative magnitudes after Rambachan and Roth (2023)."
    ), **words)]  # fmt: skip


def _before(whole: Averages, told: Iterable[int], anticipation: int) -> list[int]:
    """Return the placebos: times before the start that no anticipation reaches."""
    return [place for place in events_told(whole, told) if int(whole.names[place].split("=")[1]) < -1 - anticipation]


def events_told(whole: Averages, told: Iterable[int]) -> list[int]:
    return [place for place in told if whole.names[place].startswith("event=")]
