"""Other limits of one arm, censored ones and sites drawn together, against R (single_arm_methods.R)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from steget_eval.core.errors import MethodError
from steget_eval.methods.effects import binary
from steget_eval.methods.effects.single_arm import at_least, between
from steget_eval.methods.effects.single_arm_censored import at_least_under_censoring, between_under_censoring
from steget_eval.methods.effects.sites import pooled_sites
from steget_eval.methods.numerics.one_sided import Prior

HERE = Path(__file__).parent
WITNESS = pd.read_csv(HERE / "single_arm_methods.txt").set_index("key")["value"]
PEOPLE = pd.read_csv(HERE / "matching_people.csv")
CLOSED, ITERATED = 1e-8, 1e-6
CASES = [(27, 42, 0.5), (26, 42, 0.5), (3, 20, 0.1), (20, 20, 0.5), (23, 158, 0.1)]
X, N = [3, 9, 14, 2, 20, 7, 1, 11], [20, 24, 22, 15, 31, 30, 4, 25]


def people(count: int, n: int) -> np.ndarray:
    return (np.arange(n) < count).astype(int)


def followed() -> tuple[np.ndarray, np.ndarray]:
    days = np.ceil(-400 * np.log((rankdata(PEOPLE["x1"]) - 0.5) / 160)).astype(int)
    return days, (rankdata(PEOPLE["x2"]) > 50).astype(int)


@pytest.mark.parametrize(("count", "n", "target"), CASES)
@pytest.mark.parametrize("method", ["mid_p", "wilson"])
def test_score_and_mid_p_limits_and_their_tests_are_rs(method: str, count: int, n: int, target: float) -> None:
    verdict = at_least(people(count, n), target, method=method)
    (row,) = verdict.estimates
    key = f"{method}.{count}.{n}.{target}."
    assert row.conf_low == pytest.approx(WITNESS[key + "low"], abs=CLOSED)
    assert row.p_value == pytest.approx(WITNESS[key + "p"], abs=CLOSED)
    assert verdict.shown == (row.p_value < 0.05)
    smallest = verdict.smallest_count
    assert at_least(people(smallest, n), target, method=method).shown
    assert not at_least(people(smallest - 1, n), target, method=method).shown


@pytest.mark.parametrize(("count", "n", "target"), CASES)
def test_posterior_limits_are_quantiles_of_the_beta_whose_prior_is_printed(count: int, n: int, target: float) -> None:
    key = f"bayesian.{count}.{n}.{target}."
    verdict = at_least(people(count, n), target, method="bayesian")
    (row,) = verdict.estimates
    assert row.conf_low == pytest.approx(WITNESS[key + "low"], abs=CLOSED)
    assert verdict.probability == pytest.approx(WITNESS[key + "above"], abs=CLOSED)
    assert (row.interval_kind, row.note) == ("credible", "one-sided lower limit; prior Beta(0.5, 0.5)")
    (both,) = between(people(count, n), 0.05, 0.95, method="bayesian").estimates
    assert both.conf_high == pytest.approx(WITNESS[key + "high"], abs=CLOSED)


@pytest.mark.parametrize(("count", "n", "target"), CASES)
def test_two_sided_mid_p_and_posterior_are_rs(count: int, n: int, target: float) -> None:
    key = f"two_sided.{count}.{n}.{target}."
    (row,) = binary.risk(people(count, n), interval="mid_p")
    assert [row.conf_low, row.conf_high] == pytest.approx(
        [WITNESS[key + "mid_low"], WITNESS[key + "mid_high"]], abs=CLOSED
    )
    (row,) = binary.posterior_risk(people(count, n), prior_successes=2, prior_failures=3)
    wanted = [WITNESS[key + "posterior0.025"], WITNESS[key + "posterior0.975"]]
    assert [row.conf_low, row.conf_high] == pytest.approx(wanted, abs=CLOSED)
    assert row.note == "Prior Beta(2, 3)."


@pytest.mark.parametrize("horizon", [200, 400, 730])
def test_limits_under_censoring_rest_on_the_people_that_survfits_variance_is_worth(horizon: int) -> None:
    t, d = followed()
    key, prior = f"censored.{horizon}.", Prior(successes=1, failures=2)
    score = at_least_under_censoring(t, d, 0.3, horizon=horizon, method="wilson").estimates.rows[0]
    assert score.estimate == pytest.approx(WITNESS[key + "risk"], abs=CLOSED)
    assert score.conf_low == pytest.approx(WITNESS[key + "wilson_low"], abs=CLOSED)
    assert score.p_value == pytest.approx(WITNESS[key + "wilson_p"], abs=CLOSED)
    band = between_under_censoring(t, d, 0.2, 0.8, horizon=horizon, method="wilson").estimates.rows[0]
    assert band.conf_high == pytest.approx(WITNESS[key + "wilson_high"], abs=CLOSED)
    posterior = at_least_under_censoring(t, d, 0.3, horizon=horizon, method="bayesian", prior=prior)
    assert posterior.estimates.rows[0].conf_low == pytest.approx(WITNESS[key + "bayesian_low"], abs=CLOSED)
    assert posterior.probability == pytest.approx(WITNESS[key + "above"], abs=CLOSED)


def sites() -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate([people(x, n) for x, n in zip(X, N, strict=True)]), np.repeat(list("abcdefgh"), N)


def test_sites_are_drawn_together_as_the_likelihoods_maximum_says() -> None:
    found = pooled_sites(*sites())
    for name in ("worth", "spread"):
        assert getattr(found, name) == pytest.approx(WITNESS[f"sites.{name}"], rel=ITERATED)
    common = found.estimates.only(subgroup="all")
    wanted = [WITNESS[f"sites.{key}"] for key in ("mean", "all.-1", "all.1")]
    assert [common.estimate, common.conf_low, common.conf_high] == pytest.approx(wanted, abs=ITERATED)
    new = found.estimates.only(subgroup="new_site")
    assert [new.conf_low, new.conf_high] == pytest.approx(
        [WITNESS["sites.new.0.025"], WITNESS["sites.new.0.975"]], abs=ITERATED
    )
    for s, name in enumerate("abcdefgh", start=1):
        row = found.estimates.only(subgroup=name)
        wanted = [WITNESS[f"sites.{key}"] for key in (f"share.{s}", f"limit.{s}.0.025", f"limit.{s}.0.975")]
        assert [row.estimate, row.conf_low, row.conf_high] == pytest.approx(wanted, abs=ITERATED)


def test_sites_that_differ_no_more_than_by_chance_share_one_answer() -> None:
    y, site = np.tile([1, 0, 0], 20), np.repeat(np.arange(5), 12)
    found = pooled_sites(y, site)
    assert (found.spread, found.worth) == (0.0, np.inf)
    assert {row.estimate for row in found.estimates} == {20 / 60}


def test_three_sites_cannot_tell_how_sites_differ() -> None:
    with pytest.raises(MethodError, match="there are 3 sites; at least 4"):
        pooled_sites([1, 0, 1, 0, 0, 1], [0, 0, 1, 1, 2, 2])


def test_nobody_with_the_event_under_censoring_has_no_posterior() -> None:
    with pytest.raises(MethodError, match="nobody had the event"):
        at_least_under_censoring(np.array([10, 20, 30]), np.zeros(3, dtype=int), 0.3, horizon=20, method="bayesian")
