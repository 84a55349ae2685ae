"""Draws the spells that people had before day 0."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from steget_eval.core.dates import DAYS_PER_MONTH
from steget_eval.simulate.draws import Draws
from steget_eval.simulate.hazard import NEVER
from steget_eval.simulate.paths import Runs, draw_runs
from steget_eval.simulate.people import People
from steget_eval.simulate.truth import Truth


def draw_earlier(truth: Truth, people: People, draws: Draws) -> Mapping[str, Runs]:
    """Return the spells of each state of `truth.earlier`, in days from enrolment: all end on day 0 or before.

    Time runs from `earlier_months` before day 0; the arm does not matter, since nobody is in one yet.
    """
    begin = round(truth.earlier_months * DAYS_PER_MONTH)
    found = {}
    for state, process in truth.earlier.items():
        drawn = draw_runs(f"earlier {state}", process, people, draws, np.zeros(draws.people))
        start = np.where(drawn.start < begin, drawn.start - begin, NEVER)
        end = np.where(drawn.start < begin, np.minimum(drawn.end, begin) - begin, NEVER)
        found[state] = Runs(start=start, end=end)
    return found
