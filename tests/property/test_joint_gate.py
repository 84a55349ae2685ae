"""An attacker with every number of the report, in whole people, learns of no few people from a joint table."""

from __future__ import annotations

import itertools
from collections import Counter
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.shipped import shipped
from steget_eval.methods.effects.joint import CELLS
from steget_eval.protocol import Protocol, load_protocol
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.reporting.suppress import Published, Thresholds
from steget_eval.reporting.suppress_estimates import GatedEstimates
from steget_eval.reporting.suppress_joint import hide_joint

#: Small enough that every table can be gone through.
SMALL = Thresholds(Disclosure(minimum_cell=3, minimum_denominator=4))
LARGE = Thresholds(Disclosure(minimum_cell=5, minimum_denominator=10))
SCOPES = {"goodman": (0,), "state_occupation": (0, 1)}
#: The margins that the goals' own estimands tell: who has the first outcome, who has the second.
MARGINS = {
    "employment_followed": ((1, 3), (0,)), "education_followed": ((2, 3), (0,)), "employment": ((1, 3), (0, 1)),
    "education": ((2, 3), (0, 1)),
}  # fmt: skip


@pytest.fixture(scope="module")
def sydnarke() -> Protocol:
    return load_protocol(shipped("data", "programmes", "ips_sydnarke", "protocol.yaml"))


def gated(N: np.ndarray, sydnarke: Protocol, thresholds: Thresholds, untold: frozenset[str] = frozenset()):
    """The table of estimates after the joint gate, of people followed (row 0) and not (row 1) by cell."""
    asked = sydnarke.joint[0]
    common = {"conf_low": 0.1, "conf_high": 0.9, "conf_level": 0.95, "population": "arm", "estimate": 0.5}
    rows = [
        Estimate(contrast="risk_1", method="wilson", estimand=name, n_1=9, events_1=3, **common) for name in MARGINS
    ]
    for method, scope in SCOPES.items():
        of = N[list(scope)].sum(axis=0)
        rows += [
            Estimate(contrast=name, method=method, estimand="employment", subgroup=f"joint={asked.id}",
                     n_1=int(of.sum()), events_1=int(of[cell]), **common)
            for cell, name in enumerate(CELLS)
        ]  # fmt: skip
    frame = Estimates(tuple(rows)).to_frame()
    frame["suppressed"] = frame["estimand"].isin(untold) & (frame["subgroup"] == "all")
    counts = pd.DataFrame(
        [(asked.id, followed == 0, name, int(N[followed, cell])) for followed in (0, 1)
         for cell, name in enumerate(CELLS)], columns=["joint", "followed", "cell", "n"],
    )  # fmt: skip
    estimates = GatedEstimates(frame=frame, hidden=frozenset(), published=Published(thresholds), taken=Counter())
    return hide_joint(estimates, counts, sydnarke, thresholds)


def told_methods(frame: pd.DataFrame) -> list[str]:
    mine = frame[frame["subgroup"].str.startswith("joint=")]
    told = [method for method in SCOPES if not mine.loc[mine["method"] == method, "suppressed"].any()]
    # A table goes whole or not at all.
    assert all(mine.loc[mine["method"] == method, "suppressed"].all() for method in SCOPES if method not in told)
    return told


def union(cells, scope) -> np.ndarray:
    chosen = np.zeros((2, 4), dtype=int)
    chosen[np.ix_(list(scope), list(cells))] = 1
    return chosen.ravel()


@cache
def every_table(total: int) -> np.ndarray:
    cuts = np.array(list(itertools.combinations(range(total + 7), 7)))
    ends = np.hstack([np.full((len(cuts), 1), -1), cuts, np.full((len(cuts), 1), total + 7)])
    return np.diff(ends, axis=1) - 1


def left_open(N: np.ndarray, frame: pd.DataFrame, untold: frozenset[str] = frozenset()) -> np.ndarray:
    """Every table that an attacker must think possible."""
    known = [union(range(4), (0,)), union(range(4), (0, 1))]
    known += [union(*MARGINS[name]) for name in MARGINS if name not in untold]
    known += [union((cell,), SCOPES[method]) for method in told_methods(frame) for cell in range(4)]
    A = np.array(known)
    tables = every_table(int(N.sum()))
    return tables[(tables @ A.T == A @ N.ravel()).all(axis=1)]


tables = st.lists(st.integers(0, 5), min_size=8, max_size=8).map(lambda cells: np.array(cells).reshape(2, 4)).filter(
    lambda N: N.sum() <= 14
)  # fmt: skip
laws = settings(max_examples=150, deadline=None)


@laws
@given(N=tables, untold=st.frozensets(st.sampled_from(sorted(MARGINS)), max_size=2))
@example(N=np.array([[3, 3, 3, 3], [0, 0, 0, 0]]), untold=frozenset())
@example(N=np.array([[3, 3, 3, 3], [1, 0, 0, 1]]), untold=frozenset())
@example(N=np.array([[3, 3, 1, 3], [0, 0, 3, 0]]), untold=frozenset())
def test_no_sum_of_few_people_is_worked_out_where_a_joint_table_is_told(sydnarke, N, untold):
    frame = gated(N, sydnarke, SMALL, untold).frame
    if not told_methods(frame):
        return
    possible = left_open(N, frame, untold)
    smallest = SMALL.policy.minimum_cell
    for scope in ((0,), (0, 1), (1,)):
        for size in (1, 2, 3):
            for cells in itertools.combinations(range(4), size):
                counted = union(cells, scope)
                number = int(counted @ N.ravel())
                few = 0 < number < smallest or (number == 0 and scope != (1,))
                if not few:
                    continue
                values = possible @ counted
                assert values.max() >= smallest
                assert values.max() - values.min() >= smallest


def test_a_table_without_small_cells_is_told_of_those_followed_and_of_everybody(sydnarke):
    N = np.array([[20, 15, 6, 7], [10, 8, 0, 0]])
    assert told_methods(gated(N, sydnarke, LARGE).frame) == ["goodman", "state_occupation"]


@pytest.mark.parametrize("N", [
    [[20, 15, 6, 4], [10, 8, 5, 5]],  # four had both
    [[20, 15, 6, 7], [10, 8, 2, 0]],  # two of those not followed: the difference of the two goals' own figures
    [[4, 2, 1, 1], [10, 8, 5, 5]],  # too few were followed for a share
    [[20, 15, 6, 7], [1, 1, 1, 0]],  # three were not followed: both sizes are told
])  # fmt: skip
def test_a_small_cell_hides_what_would_give_it_back(sydnarke, N):
    assert "goodman" not in told_methods(gated(np.array(N), sydnarke, LARGE).frame)


def test_with_both_margins_told_one_cell_gives_the_others_so_all_four_go(sydnarke):
    """What the rule is for: 22 in work and 18 in work alone leave four with both."""
    N = np.array([[20, 18, 7, 4], [10, 8, 5, 5]])
    frame = gated(N, sydnarke, LARGE).frame
    hidden = frame[frame["subgroup"].str.startswith("joint=") & (frame["method"] == "goodman")]
    assert hidden["suppressed"].all()
    assert hidden[["estimate", "conf_low", "conf_high", "n_1", "events_1"]].isna().all(axis=None)
