"""What is drawn of people who are looked at more than once is what is said of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from steget_eval.simulate.drawn_answers import true_answers
from steget_eval.simulate.drawn_looks import TOGETHER, later_chance
from steget_eval.simulate.drawn_people import DrawnPeople, draw_people

MANY = 40_000


@pytest.fixture(scope="module")
def missing() -> DrawnPeople:
    return draw_people("missing", MANY, seed=3, replicate=0)


@pytest.mark.parametrize("population", ["ATE", "ATT"])
def test_the_true_difference_in_yes_is_that_of_the_people_drawn(population: str) -> None:
    people = draw_people("confounding", MANY, seed=3, replicate=0)
    mine = people.a == 1 if population == "ATT" else np.ones(MANY, dtype=bool)
    X, first = people.X[mine], people.answers[mine, 0]
    own = later_chance(X, first, np.ones(len(X))) - later_chance(X, first, np.zeros(len(X)))
    truth = true_answers("confounding", population)["answers:share_difference"]
    assert own.mean() == pytest.approx(truth, abs=4 * own.std() / math.sqrt(len(own)))
    assert true_answers("null", population)["answers:share_difference"] == 0


def test_each_later_answer_has_its_chance_and_a_person_s_two_go_together() -> None:
    people = draw_people("base", MANY, seed=3, replicate=0)
    chance = later_chance(people.X, people.answers[:, 0], people.a * 1.0)
    left = (people.answers[:, 1:] - chance[:, None]) / np.sqrt(chance * (1 - chance))[:, None]
    assert np.abs(left.mean(axis=0)).max() < 4 / math.sqrt(MANY)
    together = float(np.mean(left[:, 0] * left[:, 1]))
    assert 0.2 < together < TOGETHER  # of yes and no, less than of what decides them


def test_a_later_score_is_lost_by_what_was_seen_and_by_nothing_else(missing: DrawnPeople) -> None:
    unseen = np.isnan(missing.scores_seen)
    assert not unseen[:, 0].any()
    assert np.array_equal(missing.scores_seen[~unseen], missing.scores[~unseen])
    for arm, sign in ((1, -1), (0, 1)):
        both = (missing.a == arm) & ~unseen[:, 1]
        lost, last = unseen[both, 2] * 1.0, missing.scores[both, 1]
        assert sign * np.corrcoef(lost, last)[0, 1] > 0.15  # opposite ways in the arms
        seen = np.column_stack([np.ones(both.sum()), missing.X[both], missing.scores[both, :2]])
        beside = missing.scores[both, 2] - seen @ np.linalg.lstsq(seen, missing.scores[both, 2], rcond=None)[0]
        assert abs(np.corrcoef(lost, beside)[0, 1]) < 4 / math.sqrt(both.sum())


def test_elsewhere_every_score_is_seen() -> None:
    people = draw_people("base", 50, seed=3, replicate=0)
    assert np.array_equal(people.scores_seen, people.scores)
