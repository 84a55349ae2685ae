"""Contrasts from published counts against metafor."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from steget_eval.methods.evidence.two_by_two import (
    odds_ratio_from_counts,
    risk_difference_from_counts,
    risk_ratio_from_counts,
)

REFERENCE = pd.read_csv(Path(__file__).parent / "evidence.txt").set_index("key")["value"]
FUNCTIONS = {"RR": risk_ratio_from_counts, "OR": odds_ratio_from_counts, "RD": risk_difference_from_counts}


@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
@pytest.mark.parametrize("counts", [(19, 41, 5, 46), (60, 103, 35, 104), (3, 200, 9, 190)])
def test_contrasts_and_wald_limits_are_metafors(measure, counts):
    (row,) = FUNCTIONS[measure](*counts)
    key = ".".join((measure, *map(str, counts))) + "."
    on_scale = (lambda value: value) if measure == "RD" else math.log
    got = {
        "value": on_scale(row.estimate),
        "std_error": row.std_error,
        "low": on_scale(row.conf_low),
        "high": on_scale(row.conf_high),
        "p": row.p_value,
    }
    for name, value in got.items():
        assert value == pytest.approx(REFERENCE[key + name], abs=1e-8)  # closed form
    assert (row.events_1, row.n_1, row.events_0, row.n_0) == counts
