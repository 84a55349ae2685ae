"""Differences in a score between arms are held as often as they say, and by the mixed model where people drop out."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from steget_eval.core.streams import stream
from steget_eval.methods.effects.mmrm import mmrm
from steget_eval.methods.effects.regression_to_the_mean import expected_drift
from steget_eval.methods.effects.scale_ancova import (
    adjusted_change,
    clustered_change,
    interacted_change,
    responders_difference,
)
from steget_eval.methods.effects.scale_gee import gee_responders, gee_scores, gee_shares

PEOPLE, SD, ALIKE = 80, 10.0, 0.6
EFFECT = np.array([2.0, 4.0, 6.0])
IMPORTANT = 5.0
Drawn = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def draw(rng: np.random.Generator, dropout: str = "none") -> Drawn:
    """Return first score, three later ones, arm and one covariate; the arm adds `EFFECT`.

    ``at_random``: who scored low at the second occasion is more often lost before the third, in the treated arm only.
    ``by_chance``: one in six is lost at each later occasion.
    """
    a = rng.permutation(np.arange(PEOPLE) % 2).astype(float)
    own = rng.standard_normal((PEOPLE, 1))
    Z = 50 + SD * (math.sqrt(ALIKE) * own + math.sqrt(1 - ALIKE) * rng.standard_normal((PEOPLE, 4)))
    x = 0.5 * own[:, 0] + rng.standard_normal(PEOPLE)
    later = Z[:, 1:] + a[:, None] * EFFECT
    if dropout == "at_random":
        later[(a == 1) & (rng.random(PEOPLE) < 1 / (1 + np.exp((later[:, 1] - 52) / 3))), 2] = np.nan
    if dropout == "by_chance":
        later[rng.random((PEOPLE, 3)) < 1 / 6] = np.nan
    return Z[:, 0], later, a, x[:, None]


@cache
def told(name: str, dropout: str, replicates: int) -> np.ndarray:
    """Return estimate, lower and upper limit of each replicate."""
    rng, ask = stream(7, "scales", name, dropout), METHODS[name]
    rows = [ask(*draw(rng, dropout)).rows[0] for _ in range(replicates)]
    return np.array([(row.estimate, row.conf_low, row.conf_high) for row in rows])


METHODS: dict[str, Callable] = {
    "ancova": adjusted_change,
    "ancova_hc3": lambda *d: adjusted_change(*d, variance="HC3"),
    "ancova_classical": lambda *d: adjusted_change(*d, variance="classical"),
    "ancova_interaction": interacted_change,
    "mmrm": mmrm,
    "gee_independence": lambda *d: gee_scores(*d, working="independence"),
    "gee_exchangeable": lambda *d: gee_scores(*d, working="exchangeable"),
    "gee_unstructured": lambda *d: gee_scores(*d, working="unstructured"),
}
#: Fits that take longer are repeated fewer times.
REPLICATES = dict.fromkeys(METHODS, 1_000) | {"mmrm": 600} | {name: 120 for name in METHODS if name.startswith("gee")}


def allowed(replicates: int) -> float:
    """Return four Monte Carlo standard errors of a coverage of 0.95."""
    return 4 * math.sqrt(0.95 * 0.05 / replicates)


@pytest.mark.slow
@pytest.mark.parametrize("name", METHODS)
def test_a_difference_in_change_is_held(name: str):
    found = told(name, "by_chance", REPLICATES[name])
    error = found[:, 0].std() / math.sqrt(len(found))
    assert found[:, 0].mean() == pytest.approx(EFFECT[2], abs=4 * error)
    held = np.mean((found[:, 1] <= EFFECT[2]) & (EFFECT[2] <= found[:, 2]))
    assert held == pytest.approx(0.95, abs=allowed(len(found)))


@pytest.mark.slow
def test_the_mixed_model_is_unbiased_where_people_are_lost_at_random_and_those_seen_at_the_end_are_not():
    model, seen = (told(name, "at_random", 500) for name in ("mmrm", "ancova"))
    error = model[:, 0].std() / math.sqrt(len(model))
    assert model[:, 0].mean() == pytest.approx(EFFECT[2], abs=4 * error)
    held = np.mean((model[:, 1] <= EFFECT[2]) & (EFFECT[2] <= model[:, 2]))
    assert held == pytest.approx(0.95, abs=allowed(len(model)) + 0.01)  # the covariance is taken as known
    # The same check tells the biased one apart: it must be able to fail.
    off = seen[:, 0].mean() - EFFECT[2]
    assert off > 10 * seen[:, 0].std() / math.sqrt(len(seen))


def test_clusters_widen_the_interval_as_much_as_they_must():
    rng, replicates = stream(7, "scales", "clusters"), 500
    site = np.arange(PEOPLE) // 5
    rows = []
    for _ in range(replicates):
        before, later, _, X = draw(rng)
        a = (rng.permutation(16) % 2).astype(float)[site]  # sites, not people, have an arm
        after = later[:, 2] + 5 * rng.standard_normal(16)[site]
        rows.append((clustered_change(before, after, a, X, cluster=site).rows[0],
                     adjusted_change(before, after, a, X).rows[0]))  # fmt: skip
    # `draw` gave some the effect, by an arm that has nothing to do with theirs: the truth is nought.
    held = [np.mean([row.conf_low <= 0 <= row.conf_high for row in one]) for one in zip(*rows, strict=True)]
    assert held[0] == pytest.approx(0.95, abs=allowed(replicates))
    assert held[1] < 0.9


def share_better(effect: float) -> float:
    spread = SD * math.sqrt(2 * (1 - ALIKE))
    return 0.5 * math.erfc((IMPORTANT - effect) / spread / math.sqrt(2))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "replicates"), [
    ("newcombe", 1_000), ("miettinen_nurminen", 1_000), ("gee_independence", 100), ("gee_exchangeable", 100),
    ("gee_unstructured", 100),
])  # fmt: skip
def test_a_difference_in_responders_is_held(name: str, replicates: int):
    rng, wanted = stream(7, "scales", "responders", name), share_better(EFFECT[2]) - share_better(0)
    rows = []
    for _ in range(replicates):
        before, later, a, X = draw(rng)
        if name.startswith("gee"):
            found = gee_responders(before, later, a, X, important=IMPORTANT, working=name.removeprefix("gee_"))
        else:
            found = responders_difference(before, later, a, important=IMPORTANT, interval=name)
        rows.append(found.rows[0])
    estimates = np.array([row.estimate for row in rows])
    assert estimates.mean() == pytest.approx(wanted, abs=4 * estimates.std() / math.sqrt(replicates))
    held = np.mean([row.conf_low <= wanted <= row.conf_high for row in rows])
    # Counts are whole, and standardising over the people at hand leaves their spread out.
    assert held == pytest.approx(0.95, abs=allowed(replicates) + 0.02)


@pytest.mark.slow
def test_a_difference_in_yes_at_an_occasion_is_held_where_nobody_had_it_at_first():
    """Work at three occasions of people without any at first: the first answer has no column."""
    rng, replicates, rows = stream(7, "scales", "shares"), 150, []
    for _ in range(replicates):
        a = rng.permutation(np.arange(PEOPLE) % 2).astype(float)
        own = rng.standard_normal((PEOPLE, 1))
        yes = (0.7 * own + 0.7 * rng.standard_normal((PEOPLE, 3)) > 0.5 - 0.6 * a[:, None]).astype(float)
        yes[rng.random((PEOPLE, 3)) < 1 / 8] = np.nan
        rows.append(gee_shares(np.zeros(PEOPLE), yes, a).rows[0])
    spread = math.sqrt(0.98)
    wanted = 0.5 * (math.erfc(-0.1 / spread / math.sqrt(2)) - math.erfc(0.5 / spread / math.sqrt(2)))
    estimates = np.array([row.estimate for row in rows])
    assert estimates.mean() == pytest.approx(wanted, abs=4 * estimates.std() / math.sqrt(replicates))
    held = np.mean([row.conf_low <= wanted <= row.conf_high for row in rows])
    assert held == pytest.approx(0.95, abs=allowed(replicates) + 0.01)  # whole counts


def test_nothing_is_beyond_the_drift_of_people_chosen_for_being_low():
    rng, replicates, beyond, change = stream(7, "scales", "drift"), 1_000, [], []
    for _ in range(replicates):
        own = rng.standard_normal(400)
        one, two = (50 + SD * (math.sqrt(ALIKE) * own + math.sqrt(1 - ALIKE) * rng.standard_normal(400)) for _ in "12")
        low = one < 45
        found = expected_drift(one[low], two[low], reliability=ALIKE, usual_mean=50)
        beyond.append(found.only(contrast="change_beyond_drift"))
        change.append(float(np.mean(two[low] - one[low])))
    held = np.mean([row.conf_low <= 0 <= row.conf_high for row in beyond])
    assert held == pytest.approx(0.95, abs=allowed(replicates))
    assert min(change) > 0  # and yet every such programme saw its people improve
