"""Totals of fidelity reviews, and sites against their scores, against R (fidelity.R)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.methods.effects.binary import risk, risk_difference
from steget_eval.methods.effects.fidelity import score_fidelity
from steget_eval.methods.evidence.meta_regression import meta_regression
from steget_eval.methods.evidence.synthesis import Effects

CLOSED = 1e-12  # sums and means of 25 small whole numbers
ITERATED = 1e-6  # REML, converged on both sides
WITNESS = pd.read_csv(Path(__file__).with_name("fidelity.txt"))
NUMBER = np.arange(1, 26)
FORMS = {"all_five": np.full(25, 5), "all_one": np.full(25, 1), "mixed": 1 + (NUMBER * 3) % 5, "high": 3 + NUMBER % 3}
HOLES = {"one_missing": {7}, "two_missing": {2, 24}, "three_missing": {1, 12, 13}}


def wanted(case: str) -> dict[str, float]:
    mine = WITNESS[WITNESS["case"] == case]
    assert len(mine) > 0
    return dict(zip(mine["key"], mine["value"], strict=True))


@pytest.mark.parametrize("case", FORMS)
def test_a_whole_form_is_summed(case: str) -> None:
    found, told = score_fidelity([int(one) for one in FORMS[case]]), wanted(case)
    assert found.total == told["total"] == found.low == found.high
    for one in found.sections:
        assert one.mean == pytest.approx(told[one.section], rel=CLOSED)


@pytest.mark.parametrize("case", HOLES)
def test_missing_items_take_the_mean_of_the_others(case: str) -> None:
    items = [None if place in HOLES[case] else int(one) for place, one in enumerate(FORMS["mixed"], 1)]
    found, told = score_fidelity(items, most_missing=3), wanted(case)
    assert found.total == pytest.approx(told["total"], rel=CLOSED)
    assert (found.low, found.high) == (told["low"], told["high"])
    means = {one.section: one.mean for one in found.sections}
    assert means["staffing"] == pytest.approx(told["staffing"], rel=CLOSED)
    assert means["services"] == pytest.approx(told["services"], rel=CLOSED)


EVENTS = (9, 12, 7, 15, 20, 11, 18, 14, 22, 10, 16, 25)
PEOPLE = (30, 34, 28, 36, 40, 31, 38, 33, 42, 30, 35, 44)
EVENTS_0 = (6, 8, 6, 9, 8, 7, 9, 8, 9, 6, 8, 10)
PEOPLE_0 = (29, 33, 30, 35, 38, 30, 36, 34, 40, 31, 33, 42)
SCORE = np.array([74, 81, 73, 92, 104, 79, 101, 88, 110, 77, 97, 117], dtype=float)


def counted(events: int, people: int) -> np.ndarray:
    return np.repeat([1.0, 0.0], [events, people - events])


@pytest.mark.parametrize("case", ["share", "difference"])
def test_sites_against_their_scores_are_those_of_metafor(case: str) -> None:
    rows = []
    for x, n, x_0, n_0 in zip(EVENTS, PEOPLE, EVENTS_0, PEOPLE_0, strict=True):
        if case == "share":
            rows.append(risk(counted(x, n)).rows[0])
        else:
            y = np.concatenate([counted(x, n), counted(x_0, n_0)])
            rows.append(risk_difference(y, np.repeat([1.0, 0.0], [n, n_0]), interval="wald").rows[0])
    effects = Effects(
        labels=tuple("abcdefghijkl"), measure="risk_difference", y=np.array([row.estimate for row in rows]),
        v=np.array([row.std_error**2 for row in rows]),
    )  # fmt: skip
    points = (SCORE - SCORE.mean()) / 10
    found = meta_regression(effects, points[:, None], ["fidelity"]).estimates.only(
        contrast="coefficient", subgroup="fidelity"
    )
    for key, value in wanted(case).items():
        assert getattr(found, key) == pytest.approx(value, rel=ITERATED, abs=ITERATED), key
