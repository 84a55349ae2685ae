"""An attacker with every number of the report, in whole people, learns of no few people from a table of moves."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol, load_protocol
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.reporting.suppress import Thresholds
from steget_eval.reporting.suppress_moves import JOINS, TOTAL, few_moved, gate_moves, open_moves, told_beside
from steget_eval.study.moves import Moves

LEVELS = ("a", "b", "c", "d")
#: Small enough that every table can be gone through.
SMALL = Thresholds(Disclosure(minimum_cell=3, minimum_denominator=4))
LARGE = Thresholds(Disclosure(minimum_cell=5, minimum_denominator=10))


@pytest.fixture(scope="module")
def steget() -> Protocol:
    return load_protocol(shipped("data", "programmes", "steget_2021", "protocol.yaml"))


def moves(N: np.ndarray) -> Moves:
    names = LEVELS[: len(N)]
    rows = [("q", one, other, int(N[i, j])) for i, one in enumerate(names) for j, other in enumerate(names)]
    return Moves(matrix=pd.DataFrame(rows, columns=["estimand", "before", "after", "n"]))


def told(N: np.ndarray, thresholds: Thresholds, beside: list[list[int]] | None = None) -> pd.DataFrame:
    return gate_moves(moves(N), frozenset(), thresholds, {"q": beside or []}).frame


def places(ids: str, size: int) -> list[int]:
    return list(range(size)) if ids == TOTAL else [LEVELS.index(one) for one in ids.split(JOINS)]


def fits(N: np.ndarray, other: np.ndarray, frame: pd.DataFrame) -> bool:
    """Whether another table gives every number that was told, and the same who moved up, down and nowhere."""
    size = len(N)
    up = np.triu(np.ones((size, size)), 1)
    if any((other * mask).sum() != (N * mask).sum() for mask in (up, up.T, np.eye(size))):
        return False
    return all(
        other[np.ix_(places(row.before, size), places(row.after, size))].sum() == row.n
        for row in frame.itertuples() if not pd.isna(row.n)
    )  # fmt: skip


def every_table(total: int) -> list[np.ndarray]:
    """Every table of two steps by two with so many people."""
    found = []
    for cut in itertools.combinations(range(total + 3), 3):
        edges = (-1, *cut, total + 3)
        found.append(np.array([edges[k + 1] - edges[k] - 1 for k in range(4)]).reshape(2, 2))
    return found


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 7), min_size=4, max_size=4))
def test_an_attacker_who_goes_through_every_table_cannot_tell_that_a_hidden_cell_is_small(cells: list[int]):
    N = np.array(cells).reshape(2, 2)
    frame = told(N, SMALL)
    hidden = frame[frame["suppressed"] & (frame["before"] != TOTAL)]
    if hidden.empty:
        return
    possible = [other for other in every_table(int(N.sum())) if fits(N, other, frame)]
    for row in hidden.itertuples():
        cell = np.ix_(places(row.before, 2), places(row.after, 2))
        if SMALL.is_small(int(N[cell].sum())):
            assert max(int(other[cell].sum()) for other in possible) >= 3


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 25), min_size=9, max_size=9))
def test_no_number_of_few_people_is_told_and_totals_add_up(cells: list[int]):
    N = np.array(cells).reshape(3, 3)
    frame = told(N, LARGE)
    numbers = frame["n"].dropna()
    assert (numbers >= 5).all()
    for row in frame[frame["n"].notna()].itertuples():
        assert N[np.ix_(places(row.before, 3), places(row.after, 3))].sum() == row.n


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=9, max_size=9))
def test_a_hidden_cell_never_stands_alone_in_its_row_or_column(cells: list[int]):
    frame = told(np.array(cells).reshape(3, 3), LARGE)
    inside = frame[(frame["before"] != TOTAL) & (frame["after"] != TOTAL) & frame["suppressed"]]
    assert not (inside.groupby("before").size() == 1).any()
    assert not (inside.groupby("after").size() == 1).any()


def test_a_step_of_few_is_told_with_its_neighbour_and_nothing_need_be_hidden():
    N = np.array([[22, 9, 5, 8], [6, 8, 3, 7], [1, 5, 3, 1], [0, 0, 1, 3]])
    frame = told(N, LARGE)
    assert set(frame["before"]) == {"a", "b+c+d", TOTAL}
    assert not frame["suppressed"].any()


def few_left(N: np.ndarray, frame: pd.DataFrame) -> bool:
    """Whether the told cells leave few of those who went up, went down or stayed."""
    size = len(N)
    up = np.triu(np.ones((size, size)), 1)
    for way in (up, up.T, np.eye(size)):
        cells = [
            np.ix_(places(row.before, size), places(row.after, size)) for row in frame.itertuples()
            if TOTAL not in (row.before, row.after) and not pd.isna(row.n)
        ]  # fmt: skip
        left = way.copy()
        for cell in cells:
            left[cell] *= not way[cell].all()
        if left.any() and (left < way).any() and LARGE.is_small(int((N * left).sum())):
            return True
    return False


def test_those_who_went_down_less_those_told_at_the_bottom_are_not_few():
    # Thirteen went down and nine of them to the bottom: four would be left.
    N = np.array([[26, 13, 7, 11], [5, 16, 6, 7], [1, 1, 4, 0], [3, 3, 0, 6]])
    frame = told(N, LARGE)
    assert not few_left(N, frame)
    assert frame["n"].notna().sum() == 12


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=9, max_size=9))
def test_no_way_of_moving_is_left_with_few_when_told_cells_are_taken_from_it(cells: list[int]):
    N = np.array(cells).reshape(3, 3)
    assert not few_left(N, told(N, LARGE))


def test_a_share_that_the_report_tells_beside_counts_among_what_the_attacker_knows(steget: Protocol):
    same, other = {"work_at_exit": 90, "steps": 90}, {"work_at_exit": 90, "steps": 84}
    assert told_beside(steget, {"work_at_exit"}, same) == {"steps": [[3]]}
    assert told_beside(steget, {"work_at_exit"}, other) == {"steps": []}  # other people
    assert told_beside(steget, {"no_support_at_exit"}, same) == {"steps": []}  # no steps of the ladder


@pytest.mark.parametrize("N", [np.full((3, 3), 1), np.zeros((3, 3), dtype=int), np.diag([40, 0, 0])])
def test_too_few_people_or_one_step_alone_give_no_table(N: np.ndarray):
    frame = told(N, LARGE)
    assert frame["n"].isna().all()


def test_a_question_that_may_not_be_told_takes_its_table_with_it():
    gated = gate_moves(moves(np.full((3, 3), 20)), frozenset({"q"}), LARGE)
    assert gated.frame["n"].isna().all()
    assert gated.taken["dependent", "moves"] == 9


def test_the_internal_view_shows_every_cell_and_total():
    frame = open_moves(moves(np.array([[3, 1], [0, 2]])))
    assert frame["n"].tolist() == [3, 1, 4, 0, 2, 2, 3, 3, 6]


def test_a_second_ladder_over_the_same_occasions_may_not_be_told(steget: Protocol):
    protocol = steget
    steps = protocol.estimand("steps")
    other = protocol.outcome("steps").model_copy(update={"id": "again"})
    both = protocol.model_copy(update={
        "outcomes": (*protocol.outcomes, other),
        "estimands": (*protocol.estimands, steps.model_copy(update={"id": "again", "outcome": "again"})),
    })  # fmt: skip
    assert few_moved(Moves(), protocol, LARGE) == frozenset()
    assert few_moved(Moves(), both, LARGE) == {"again"}


@pytest.mark.parametrize(
    ("four", "hidden"), [((20, 12, 6, 30), False), ((20, 12, 2, 30), True), ((20, 12, 0, 30), True)]
)
def test_a_paired_difference_needs_people_in_all_four_groups(steget: Protocol, four: tuple[int, ...], hidden: bool):
    protocol = steget
    pairs = pd.DataFrame([("steps", *four)], columns=["estimand", "both", "gained", "lost", "neither"])
    assert ("steps" in few_moved(Moves(pairs=pairs), protocol, LARGE)) is hidden
