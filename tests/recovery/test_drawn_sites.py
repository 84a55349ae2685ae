"""What sites share leaves ratios that are known, and the months in states are those of drawn paths."""

from __future__ import annotations

import numpy as np
import pytest

from steget_eval.core.streams import stream
from steget_eval.simulate.drawn_answers import true_answers
from steget_eval.simulate.drawn_paths import MONTHS, draw_paths, true_months
from steget_eval.simulate.drawn_people import SCENARIOS, WithinSites, draw_people
from steget_eval.simulate.drawn_sites import BRIDGE, STABLE, bridge, draw_at_sites, positive_stable

MANY = 150_000


@pytest.mark.parametrize("s", [0.1, 0.5, 1.0, 3.0])
def test_a_frailty_multiplies_every_log_hazard_by_its_index(s: float) -> None:
    found = np.exp(-s * positive_stable(stream(1, "frailty"), STABLE, MANY))
    # Four Monte Carlo standard errors of a mean.
    assert found.mean() == pytest.approx(np.exp(-(s**STABLE)), abs=4 * found.std() / np.sqrt(MANY))


@pytest.mark.parametrize("eta", [-2.0, -0.3, 0.0, 1.5])
def test_what_sites_share_of_log_odds_averages_to_log_odds_times_the_index(eta: float) -> None:
    found = 1 / (1 + np.exp(-(eta + bridge(stream(2, "odds"), BRIDGE, MANY))))
    told = 1 / (1 + np.exp(-BRIDGE * eta))
    assert found.mean() == pytest.approx(told, abs=4 * found.std() / np.sqrt(MANY))


def test_across_very_many_sites_the_ratios_are_those_called_true() -> None:
    """One person a site, so that sites are as many as people; arm 1 against arm 0 of people who are alike."""
    one, told = np.ones(MANY), true_answers("sites")
    arms = {}
    for arm in (0, 1):
        ratio = np.exp(np.log(1.5) * arm)
        within = WithinSites(
            site=np.arange(MANY), risk=0.25 * ratio * one, counted=3 * ratio * one, job=0.001 * np.exp(0.6 * arm) * one,
            leave=0.0003 * one, power=np.exp(0.5 * arm) * one, odds=0.7 * arm * one,
            end=np.full(MANY, 5000), seen=one,
        )  # fmt: skip
        arms[arm] = draw_at_sites(stream(3, "sites", arm), within, np.array([-1.0, 0.0, 1.0, 2.2]))
    for name, key in (("happened_by_ratio", "ratio:risk_ratio"), ("counts", "counts:rate_ratio")):
        shares = [getattr(arms[arm], name) for arm in (1, 0)]
        error = np.sqrt(sum((x.std() / x.mean()) ** 2 for x in shares) / MANY)
        assert np.log(shares[0].mean() / shares[1].mean()) == pytest.approx(np.log(told[key]), abs=4 * error)
    for time, cause, key in (("t_alone", "d_alone", "alone:hazard_ratio"),
                             ("t_sub", "d_sub", "sub:subdistribution_hazard_ratio")):  # fmt: skip
        for day in (200, 500, 700):
            risk = [np.mean((getattr(arms[arm], time) <= day) & (getattr(arms[arm], cause) == 1)) for arm in (1, 0)]
            # Minus the logarithm of one minus the risk is the cumulative hazard; its error by the delta method.
            hazard = [-np.log1p(-p) for p in risk]
            error = np.sqrt(sum(p / (1 - p) / h**2 for p, h in zip(risk, hazard, strict=True)) / MANY)
            assert np.log(hazard[0] / hazard[1]) == pytest.approx(np.log(told[key]), abs=4 * error)
    for step in (1, 2, 3, 4):
        p = [np.mean(arms[arm].grade >= step) for arm in (1, 0)]
        error = np.sqrt(sum(1 / (q * (1 - q)) for q in p) / MANY)
        odds = np.log(p[0] / (1 - p[0]) * (1 - p[1]) / p[1])
        assert odds == pytest.approx(np.log(told["grade:common_odds_ratio"]), abs=4 * error)


def test_people_of_a_site_share_what_is_drawn_for_it() -> None:
    people = draw_people("sites", 4000, seed=4, replicate=0)
    assert people.at_sites is not None
    risk = np.bincount(people.site, people.at_sites.happened_by_ratio) / np.bincount(people.site)
    alone = np.bincount(people.site, people.happened_by_ratio) / np.bincount(people.site)
    within = [np.ptp(one[np.unique(people.site[people.a == 1])]) for one in (risk, alone)]
    assert within[0] > within[1]
    assert all(draw_people(one, 8, seed=4, replicate=0).at_sites is None for one in SCENARIOS if one != "sites")


def test_months_in_states_are_those_of_a_very_large_draw() -> None:
    draws = stream(5, "paths")
    X = np.tile([0.7, 1.0], (MANY, 1))
    gain, shared = np.ones(MANY), np.full(MANY, -0.2)
    path = draw_paths(draws, X, gain, shared, np.full(MANY, MONTHS))
    for state, told in enumerate(true_months(X[:1], gain[:1], shared[:1])[0]):
        months = (path[:, :-1] == state).sum(axis=1)
        assert months.mean() == pytest.approx(told, abs=4 * months.std() / np.sqrt(MANY))
    assert ((path[:, :-1] == 2) <= (path[:, 1:] == 2)).all()
