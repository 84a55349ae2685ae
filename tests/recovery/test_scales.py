"""Differences in a score between arms are held as often as they say, and by the mixed model where people drop out."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from functools import cache

import numpy as np
import pytest

from steget_eval.core.errors import MethodError
from steget_eval.core.estimates import Estimates
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
from steget_eval.methods.numerics.recovery import Recovery, summarise_recovery

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
    """Return estimate, lower and upper limit and standard error of each replicate."""
    rng, ask = stream(7, "scales", name, dropout), METHODS[name]
    rows = [ask(*draw(rng, dropout)).rows[0] for _ in range(replicates)]
    return np.array([(row.estimate, row.conf_low, row.conf_high, row.std_error) for row in rows])


def recovered(found: np.ndarray, truth: float) -> Recovery:
    """Return what replicates, of estimate, limits and standard error, say of the truth."""
    estimate, low, high, std_error = found.T
    return summarise_recovery(estimate, std_error, low, high, truth=truth, truth_mcse=0.0)


def check(found: Recovery, more: float = 0.0) -> None:
    """Hold bias, standard error and coverage to four Monte Carlo errors each, the last two to `more` beside."""
    assert abs(found.bias) <= 4 * found.bias_mcse, found
    # The standard deviation of so many estimates is itself this uncertain.
    assert found.model_se == pytest.approx(found.empirical_se, rel=4 / math.sqrt(2 * found.replicates) + more), found
    assert found.coverage == pytest.approx(0.95, abs=allowed(found.replicates) + more), found


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
REPLICATES = dict.fromkeys(METHODS, 1_000) | {"mmrm": 600}
WORKING = ("independence", "exchangeable", "unstructured")


def allowed(replicates: int) -> float:
    """Return four Monte Carlo standard errors of a coverage of 0.95."""
    return 4 * math.sqrt(0.95 * 0.05 / replicates)


@pytest.mark.slow
@pytest.mark.parametrize("name", METHODS)
def test_a_difference_in_change_is_held(name: str):
    check(recovered(told(name, "by_chance", REPLICATES[name]), EFFECT[2]))


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
@pytest.mark.parametrize("name", ["newcombe", "miettinen_nurminen"])
def test_a_difference_in_responders_is_held(name: str):
    rng, replicates = stream(7, "scales", "responders", name), 1_000
    wanted, rows = share_better(EFFECT[2]) - share_better(0), []
    for _ in range(replicates):
        before, later, a, _ = draw(rng)
        rows.append(responders_difference(before, later, a, important=IMPORTANT, interval=name).rows[0])
    estimates = np.array([row.estimate for row in rows])
    assert estimates.mean() == pytest.approx(wanted, abs=4 * estimates.std() / math.sqrt(replicates))
    held = np.mean([row.conf_low <= wanted <= row.conf_high for row in rows])
    assert held == pytest.approx(0.95, abs=allowed(replicates) + 0.02)  # counts are whole


def repeated(ask: Callable[[np.random.Generator], Estimates], *names: str, replicates: int = 500) -> np.ndarray:
    """Return estimate, limits and standard error of each replicate's first row; one in a hundred may be refused."""
    rng, rows = stream(7, "scales", *names), []
    for _ in range(replicates):
        with suppress(MethodError):
            rows.append(ask(rng).rows[0])
    assert len(rows) >= 0.99 * replicates
    return np.array([(row.estimate, row.conf_low, row.conf_high, row.std_error) for row in rows])


@pytest.mark.slow
@pytest.mark.parametrize("working", WORKING)
def test_a_difference_in_responders_from_all_occasions_is_held(working: str):
    found = repeated(
        lambda rng: gee_responders(*draw(rng, "by_chance"), important=IMPORTANT, working=working),
        "responders", working,
    )  # fmt: skip
    # Standardising over the people at hand leaves their spread out, and counts are whole.
    check(recovered(found, share_better(EFFECT[2]) - share_better(0)), more=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("working", WORKING)
def test_a_difference_in_yes_at_an_occasion_is_held_where_nobody_had_it_at_first(working: str):
    """Work at three occasions of people without any at first: the first answer has no column."""

    def ask(rng: np.random.Generator) -> Estimates:
        a = rng.permutation(np.arange(PEOPLE) % 2).astype(float)
        own = rng.standard_normal((PEOPLE, 1))
        yes = (0.7 * own + 0.7 * rng.standard_normal((PEOPLE, 3)) > 0.5 - 0.6 * a[:, None]).astype(float)
        yes[rng.random((PEOPLE, 3)) < 1 / 8] = np.nan
        return gee_shares(np.zeros(PEOPLE), yes, a, working=working)

    spread = math.sqrt(0.98)
    wanted = 0.5 * (math.erfc(-0.1 / spread / math.sqrt(2)) - math.erfc(0.5 / spread / math.sqrt(2)))
    check(recovered(repeated(ask, "shares", working), wanted), more=0.01)  # whole counts


@pytest.mark.slow
def test_equations_under_independence_are_wrong_where_people_are_lost_by_what_was_seen():
    found = recovered(told("gee_independence", "at_random", 500), EFFECT[2])
    assert found.bias > 10 * found.bias_mcse
    assert found.coverage < 0.95 - allowed(500)


@pytest.mark.slow
def test_with_few_people_the_plain_sandwich_is_too_narrow_and_the_corrected_one_is_not():
    def ask(correction: str) -> Recovery:
        def one(rng: np.random.Generator) -> Estimates:
            before, later, a, _ = (part[:24] for part in draw(rng))
            return gee_scores(before, later, a, correction=correction)

        return recovered(repeated(one, "few", replicates=1_000), EFFECT[2])  # the same people for all three

    plain, half, whole = (ask(one) for one in ("none", "kauermann_carroll", "mancl_derouen"))
    assert plain.coverage < 0.95 - allowed(1_000)
    assert plain.coverage < half.coverage < whole.coverage
    assert whole.coverage == pytest.approx(0.95, abs=allowed(1_000))


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
