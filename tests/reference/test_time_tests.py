"""Gray's test, the check of proportional hazards and delayed entry against cmprsk and survival."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.errors import EmptyArmError, MethodError
from steget_eval.methods.effects.competing import cumulative_incidence, gray
from steget_eval.methods.effects.proportional import proportional_hazards
from steget_eval.methods.effects.time_to_event import log_rank, risk_at

HERE = Path(__file__).parent
REFERENCE = pd.read_csv(HERE / "time_tests.txt").set_index("key")["value"]
CLOSED, ITERATED = 1e-8, 1e-6  # closed form; Cox iterated on both sides


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    frame = pd.read_csv(HERE / "survival_days.csv")
    frame["entry"] = np.where(frame["id"] % 2 == 1, (7 * frame["id"]) % 23, 0)
    return frame


@pytest.fixture(scope="module")
def late(people) -> pd.DataFrame:
    return people[people["t"] > people["entry"]]


def agrees(got: float, key: str, tolerance: float = CLOSED) -> None:
    want = REFERENCE[key]
    assert abs(got - want) <= tolerance * max(abs(want), 1), (key, got, want)


def columns(frame: pd.DataFrame) -> tuple[np.ndarray, ...]:
    return tuple(frame[name].to_numpy() for name in ("t", "d", "a"))


@pytest.mark.parametrize("cause", [1, 2])
def test_gray_is_cmprsks_test(people, cause):
    (row,) = gray(*columns(people), cause=cause)
    agrees(row.estimate, f"gray.{cause}.estimate")
    agrees(row.p_value, f"gray.{cause}.p")


def test_gray_is_cmprsks_test_without_ties_and_among_few(people):
    place = (people["t"] + people["id"] / 1e4).rank().astype(int)
    agrees(gray(*columns(people.assign(t=place))).rows[0].estimate, "gray.untied.estimate")
    agrees(gray(*columns(people[people["stratum"] == 1])).rows[0].estimate, "gray.few.estimate")


def test_gray_scores_as_log_rank_where_nothing_competes(people):
    # The same score with another variance: not equal, and close.
    t, d, a = columns(people)
    one, other = gray(t, d > 0, a).rows[0], log_rank(t, d > 0, a).rows[0]
    assert one.estimate == pytest.approx(other.estimate, rel=0.05)  # a law, not a witness


def test_gray_refuses_where_nobody_had_the_event(people):
    t, d, a = columns(people)
    with pytest.raises(MethodError, match="nobody had the event"):
        gray(t, np.where(d == 1, 2, d), a)


@pytest.mark.parametrize("case", ["any", "cause", "adjusted"])
def test_proportional_hazards_are_checked_as_by_cox_zph(people, case):
    t, d, a = columns(people)
    X = people[["x", "stratum"]].to_numpy(dtype=float) if case == "adjusted" else None
    (row,) = proportional_hazards(t, d > 0 if case == "any" else d, a, X)
    agrees(row.estimate, f"zph.{case}.estimate", ITERATED)
    agrees(row.p_value, f"zph.{case}.p", ITERATED)


@pytest.mark.parametrize("day", [30, 61, 90])
@pytest.mark.parametrize("arm", [0, 1])
def test_kaplan_meier_with_delayed_entry_is_survfits(late, arm, day):
    mine = late[late["a"] == arm]
    t, d, _ = columns(mine)
    row = risk_at(t, d > 0, horizon=day, entry=mine["entry"].to_numpy()).rows[0]
    agrees(row.estimate, f"entry_km.{arm}.{day}.risk")
    agrees(row.std_error, f"entry_km.{arm}.{day}.std_error")


@pytest.mark.parametrize("day", [30, 61, 90])
@pytest.mark.parametrize("cause", [1, 2])
def test_aalen_johansen_with_delayed_entry_is_survfits(late, cause, day):
    rows = cumulative_incidence(*columns(late), horizon=day, cause=cause, entry=late["entry"].to_numpy())
    for arm in (0, 1):
        row = rows.only(contrast=f"risk_{arm}")
        agrees(row.estimate, f"entry_aj.{arm}.{cause}.{day}.risk")
        agrees(row.std_error, f"entry_aj.{arm}.{cause}.{day}.std_error")


def test_everybody_from_the_beginning_is_no_delayed_entry(people):
    t, d, a = columns(people)
    late, plain = (cumulative_incidence(t, d, a, horizon=90, entry=e).to_frame() for e in (np.zeros(t.size), None))
    pd.testing.assert_frame_equal(late, plain)


def test_delayed_entry_refuses_a_day_without_anybody_at_risk():
    t, d = np.array([3, 5, 9, 12]), np.array([0, 0, 1, 0])
    with pytest.raises(EmptyArmError, match="nobody at risk goes on"):
        risk_at(t, d, horizon=10, entry=np.array([0, 0, 6, 6]))
    with pytest.raises(MethodError, match="enter on the day"):
        risk_at(t, d, horizon=10, entry=np.array([0, 5, 6, 6]))
