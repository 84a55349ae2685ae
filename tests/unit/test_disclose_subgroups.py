"""What an attacker can compute from answers by group that were told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.effects import binary
from steget_eval.methods.effects.interaction import interaction
from steget_eval.protocol import Protocol
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.reporting.gate import disclose
from steget_eval.study.results import Results, Subgroup

LEVELS = ("man", "woman", "unknown")
CELLS = st.integers(0, 40)
#: Arm and level to people with the outcome and without it.
Counts = dict[tuple[int, str], tuple[int, int]]
TABLES = st.lists(st.tuples(CELLS, CELLS), min_size=6, max_size=6).map(
    lambda cells: dict(zip(((arm, level) for arm in (1, 0) for level in LEVELS), cells, strict=True))
)


def results_of(whole: Results, counts: Counts, baseline: pd.DataFrame | None = None) -> Results:
    """Results of one binary question by sex; the people of ``unknown`` are of no level that is told."""
    protocol: Protocol = whole.protocol
    named: dict[str, Any] = {
        "estimand": protocol.primary, "outcome": protocol.estimand(protocol.primary).outcome, "kind": "binary",
        "arm_1": "ips", "arm_0": "usual",
    }  # fmt: skip
    rows: list[Estimate] = []
    answers = []
    for level in (None, "man", "woman"):
        mine = [counts[arm, one] for arm in (1, 0) for one in (LEVELS if level is None else (level,))]
        half = len(mine) // 2
        (e_1, o_1), (e_0, o_0) = np.sum(mine[:half], axis=0), np.sum(mine[half:], axis=0)
        y, a = np.repeat([1.0, 0, 1, 0], [e_1, o_1, e_0, o_0]), np.repeat([1.0, 0], [e_1 + o_1, e_0 + o_0])
        found = binary.risk_difference(y, a, interval="miettinen_nurminen") + binary.risks(y, a)
        rows += found.label(subgroup="all" if level is None else f"sex={level}").rows
        if level is not None:
            answers.append(found.rows[0])
    between = interaction([row.estimate for row in answers], [max(row.std_error, 0.01) ** 2 for row in answers])
    rows += between.label(subgroup="sex=*").rows
    return replace(
        whole, estimates=Estimates(tuple(rows)).label(**named), verdicts=(), curves=whole.curves.iloc[:0],
        baseline=whole.baseline.iloc[:0] if baseline is None else baseline, states=whole.states.iloc[:0],
        overlap=whole.overlap.iloc[:0], unknown=whole.unknown.iloc[:0],
        subgroups=(Subgroup(estimand=protocol.primary, group="sex", standing="told"),),
    )  # fmt: skip


def told(frame: pd.DataFrame, subgroup: str) -> dict[int, tuple[int, int]] | None:
    """Return people and events by arm as they are told; None where they are not."""
    mine = frame[(frame["subgroup"] == subgroup) & ~frame["suppressed"] & (frame["contrast"] == "risk_difference")]
    if mine.empty:
        return None
    row = mine.iloc[0]
    return {arm: (int(row[f"n_{arm}"]), int(row[f"events_{arm}"])) for arm in (1, 0)}


@settings(max_examples=150, deadline=None)
@given(counts=TABLES, minimum=st.sampled_from([3, 5, 10]))
def test_no_told_number_and_no_difference_of_told_numbers_is_small(
    results_two_arms: Results, counts: Counts, minimum: int
) -> None:
    if any(sum(counts[arm, level]) == 0 for arm in (1, 0) for level in ("man", "woman")):
        return  # the study tells no group with an empty arm
    frame = disclose(results_of(results_two_arms, counts), Disclosure(minimum_cell=minimum)).estimates
    whole, levels = told(frame, "all"), [told(frame, f"sex={level}") for level in ("man", "woman")]
    assert (levels[0] is None) == (levels[1] is None)
    for arm in (1, 0):
        known = [one[arm] for one in (whole, *levels) if one is not None]
        if whole is not None and levels[0] is not None and levels[1] is not None:
            left = np.subtract(whole[arm], np.add(levels[0][arm], levels[1][arm]))
            known += [tuple(left)] if left.any() else []
        for people, events in known:
            assert all(number >= minimum for number in (people, events, people - events))


@settings(max_examples=60, deadline=None)
@given(counts=TABLES)
def test_where_a_level_is_hidden_nothing_says_how_the_levels_differ(results_two_arms: Results, counts: Counts) -> None:
    if any(sum(counts[arm, level]) == 0 for arm in (1, 0) for level in ("man", "woman")):
        return
    release = disclose(results_of(results_two_arms, counts))
    frame = release.estimates
    hidden = frame["subgroup"].str.startswith("sex=") & frame["suppressed"]
    assert hidden.sum() in {0, frame["subgroup"].str.startswith("sex=").sum()}
    assert [one.standing for one in release.subgroups] == ["hidden" if hidden.any() else "told"]
    numbers = frame.loc[hidden, ["estimate", "std_error", "conf_low", "conf_high", "p_value", "n_1", "events_0"]]
    assert numbers.isna().all().all()


PLENTY: Counts = {(1, "man"): (30, 31), (1, "woman"): (22, 33), (1, "unknown"): (0, 0),
                  (0, "man"): (17, 40), (0, "woman"): (19, 35), (0, "unknown"): (0, 0)}  # fmt: skip


def table_one(women: int) -> pd.DataFrame:
    rows = [("sex", level, arm, n, count, count / n, np.nan, np.nan, np.nan)
            for arm, n, levels in (("ips", 61 + women, {"man": 61, "woman": women}),
                                   ("usual", 111, {"man": 57, "woman": 54}))
            for level, count in levels.items()]  # fmt: skip
    columns = ["covariate", "level", "arm", "n", "count", "mean", "sd", "smd", "smd_weighted"]
    return pd.DataFrame(rows, columns=columns).astype({"n": "Int64", "count": "Int64"})


@pytest.mark.parametrize(("women", "standing"), [(55, "told"), (58, "hidden"), (60, "told")])
def test_a_level_with_a_few_fewer_than_table_one_is_hidden(
    results_two_arms: Results, women: int, standing: str
) -> None:
    release = disclose(results_of(results_two_arms, PLENTY, table_one(women)))
    assert release.subgroups[0].standing == standing


def test_the_internal_view_hides_nothing(results_two_arms: Results) -> None:
    release = disclose(results_of(results_two_arms, {**PLENTY, (1, "woman"): (1, 33)}), internal=True)
    assert not release.estimates["suppressed"].any()
    assert release.subgroups[0].standing == "told"


def test_one_arms_times_are_hidden_whole_where_a_level_is_small(results_single_arm: Results) -> None:
    own = results_single_arm.protocol
    named: dict[str, Any] = {
        "estimand": own.primary, "outcome": own.estimand(own.primary).outcome, "kind": "competing",
        "population": "arm", "arm_1": "ips", "std_error": 0.05, "conf_low": 0.2, "conf_high": 0.6, "conf_level": 0.95,
        "method": "aalen_johansen", "contrast": "risk_1", "estimate": 0.4,
    }  # fmt: skip
    counted = {"all": (100, 40), "sex=man": (70, 33), "sex=woman": (30, 7)}
    rows = [Estimate(**named, subgroup=one, n_1=n, events_1=events) for one, (n, events) in counted.items()]
    between = interaction([0.3, 0.4], [0.01, 0.01]).label(
        **{key: named[key] for key in ("estimand", "outcome", "kind")}
    )
    made = replace(
        results_single_arm, estimates=Estimates((*rows, *between.label(subgroup="sex=*"))), verdicts=(),
        curves=results_single_arm.curves.iloc[:0], baseline=results_single_arm.baseline.iloc[:0],
        subgroups=(Subgroup(estimand=own.primary, group="sex", standing="told"),),
    )  # fmt: skip
    hidden = [disclose(made, Disclosure(minimum_cell=size)).estimates["suppressed"].sum() for size in (5, 10)]
    assert hidden == [0, 4]  # both levels, and the two rows of how they differ
