"""Intervals with few clusters hold a stated truth as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from steget_eval.core.streams import stream
from steget_eval.methods.effects.amount_adjusted import inverse_probability
from steget_eval.methods.effects.clustered import cr2, wild_bootstrap
from steget_eval.methods.effects.site_permutation import site_permutation

REPLICATES, SITES, EACH, EFFECT = 200, 10, 20, 1.0
NONE = np.empty((SITES * EACH, 0))


def draw(replicate: int, *, whole_sites: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sites differ by an amount that all their people share; the arm is drawn for whole sites or within them."""
    draws = stream(20240103, "clusters", replicate)
    site = np.repeat(np.arange(SITES), EACH)
    if whole_sites:
        a = draws.permutation(np.arange(SITES) < SITES // 2)[site] * 1.0
    else:
        a = (draws.random(site.size) < 0.5) * 1.0
    level, slope = draws.normal(scale=0.7, size=SITES), draws.normal(scale=0.5, size=SITES)
    y = level[site] + (EFFECT + slope[site]) * a + draws.normal(size=site.size)
    return y, a, site


ANSWERS = {
    "cr2": lambda y, a, site: cr2(y, a, NONE, cluster=site, kind="amount").rows[0],
    "wild_bootstrap": lambda y, a, site: wild_bootstrap(y, a, NONE, cluster=site, kind="amount").rows[0],
    "site_permutation": lambda y, a, site: site_permutation(y, a, cluster=site, kind="amount").rows[0],
    "jackknife": lambda y, a, site: inverse_probability(y, a, NONE, cluster=site).only(contrast="mean_difference"),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "whole_sites"),
    [("cr2", True), ("cr2", False), ("wild_bootstrap", True), ("wild_bootstrap", False), ("site_permutation", True),
     ("jackknife", True), ("jackknife", False)],
)  # fmt: skip
def test_ten_sites_are_enough_for_the_coverage_stated(name: str, whole_sites: bool) -> None:
    rows = [ANSWERS[name](*draw(replicate, whole_sites=whole_sites)) for replicate in range(REPLICATES)]
    coverage = np.mean([row.conf_low <= EFFECT <= row.conf_high for row in rows])
    # Four binomial standard errors below 0.95 with 200 replicates. Exact, and jackknife with t, may hold more often.
    assert coverage > 0.95 - 4 * np.sqrt(0.95 * 0.05 / REPLICATES)
    estimates = np.array([row.estimate for row in rows])
    assert abs(estimates.mean() - EFFECT) < 4 * estimates.std(ddof=1) / np.sqrt(REPLICATES)


@pytest.mark.slow
def test_forgetting_the_sites_holds_too_seldom() -> None:
    found = [draw(replicate, whole_sites=True) for replicate in range(REPLICATES)]
    rows = [inverse_probability(y, a, NONE).only(contrast="mean_difference") for y, a, _ in found]
    assert np.mean([row.conf_low <= EFFECT <= row.conf_high for row in rows]) < 0.8
