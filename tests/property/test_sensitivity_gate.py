"""Whatever a declared grid counts, no two told numbers of overlapping people give a few of them back."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.protocol import load_protocol
from steget_eval.reporting.suppress import Thresholds
from steget_eval.reporting.suppress_estimates import gate_estimates

PROTOCOL = load_protocol(
    Path(__file__).parents[2] / "data" / "programmes" / "ips_sydnarke_comparison" / "protocol.yaml"
)
SMALLEST = PROTOCOL.disclosure.minimum_cell
#: Definitions that share their spells, so that they count overlapping people.
DEFINITIONS = ("employed_ever", "employed_at_24")
COUNTS = st.tuples(st.integers(40, 52), st.integers(40, 52), st.integers(0, 40), st.integers(0, 40))
CELLS = st.lists(
    st.tuples(st.sampled_from(DEFINITIONS), st.sampled_from((12, 18, 24)), COUNTS), min_size=1, max_size=8,
    unique_by=lambda one: one[:2],
)  # fmt: skip


def _row(outcome: str, subgroup: str, counts: tuple[int, int, int, int]) -> Estimate:
    n_1, n_0, events_1, events_0 = counts
    return Estimate(
        contrast="risk_difference", method="aipw", estimate=0.1, conf_low=0.0, conf_high=0.2, conf_level=0.95,
        std_error=0.05, estimand=PROTOCOL.primary, outcome=outcome, kind="binary", population="ATE", subgroup=subgroup,
        arm_1="ips", arm_0="usual", n_1=n_1, n_0=n_0, events_1=events_1, events_0=events_0,
    )  # fmt: skip


@settings(max_examples=200)
@given(COUNTS, CELLS)
def test_told_cells_differ_by_nobody_or_by_enough(main, cells):
    rows = [_row("employed_ever", "all", main)]
    rows += [_row(name, f"sensitivity=cell own {name} {window}", counts) for name, window, counts in cells]
    told = gate_estimates(Estimates(tuple(rows)).to_frame(), PROTOCOL, Thresholds(PROTOCOL.disclosure)).frame
    shown = told[~told["suppressed"]]
    for arm in ("1", "0"):
        for what in (f"n_{arm}", f"events_{arm}"):
            numbers = [int(one) for one in shown[what]]
            gaps = {abs(one - other) for one, other in combinations(numbers, 2)}
            assert not gaps & set(range(1, SMALLEST))
            assert all(one >= SMALLEST for one in numbers)
    gone = told[told["suppressed"]]
    assert gone[["estimate", "conf_low", "conf_high", "p_value", "std_error"]].isna().all(axis=None)
    assert pd.isna(gone[["n_1", "n_0", "events_1", "events_0"]]).all(axis=None)


@given(COUNTS)
def test_what_rests_on_a_hidden_answer_is_hidden_with_it(main):
    rows = [_row("employed_ever", "all", main)]
    rows.append(
        Estimate(
            contrast="e_value", method="e_value", estimate=2.0, interval_kind="none", note="arithmetic",
            estimand=PROTOCOL.primary, outcome="employed_ever", kind="binary", subgroup="sensitivity=e_value",
        )
    )  # fmt: skip
    told = gate_estimates(Estimates(tuple(rows)).to_frame(), PROTOCOL, Thresholds(PROTOCOL.disclosure)).frame
    assert told["suppressed"].nunique() == 1
