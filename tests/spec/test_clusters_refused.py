"""Every line that takes clusters refuses an interval that too few, or too uneven, clusters would make untrue."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from steget_eval.core.errors import ClusterError
from steget_eval.methods.catalogue import CATALOGUE
from steget_eval.methods.catalogue_panel import PANEL_LINES
from steget_eval.methods.effects.crude_clustered import (
    ALIKE,
    FEW,
    means_by_cluster,
    own_by_cluster,
    rates_by_cluster,
    risks_by_cluster,
)
from steget_eval.methods.effects.staggered import FEW as FEW_UNITS
from steget_eval.methods.effects.staggered import staggered_effects
from steget_eval.methods.numerics.clusters import FEWEST_DEGREES, contrast_degrees
from steget_eval.simulate.drawn_people import DrawnPeople, draw_people
from steget_eval.study.operating_lines import Case, ask, cases

#: One case of every line and kind; lines of panels follow the clusters themselves, and refuse by their own rules.
CLUSTERED = {(case.line.name, case.line.contrasts, case.kind): case for case in cases() if case.line.clusters}
NAMES = [f"{kind}-{name}-{contrasts[0]}" for name, contrasts, kind in CLUSTERED]
PEOPLE = draw_people("sites", 240, seed=7, replicate=0)


def asked(case: Case, site: np.ndarray, people: DrawnPeople = PEOPLE) -> dict:
    """Return the arguments of a line for people who belong to these clusters."""
    return ask(case, replace(people, site=site), "sites")


def test_every_line_that_takes_clusters_is_asked_here_or_follows_them_itself() -> None:
    told = {(name, contrasts) for name, contrasts, _ in CLUSTERED}
    assert {(one.name, one.contrasts) for one in CATALOGUE if one.clusters and one not in PANEL_LINES} <= told


@pytest.mark.parametrize("case", CLUSTERED.values(), ids=NAMES)
@pytest.mark.parametrize("arm", [1, 0], ids=["treated", "comparison"])
def test_three_clusters_in_an_arm_are_refused_with_the_reason(case: Case, arm: int) -> None:
    own = np.cumsum(PEOPLE.a == arm)
    site = np.where(PEOPLE.a == arm, 100 + own % 3, PEOPLE.site)
    arguments = asked(case, site)
    which = "treated" if arm == 1 else "comparison"
    with pytest.raises(ClusterError, match=f"the {which} arm has people in fewer than four clusters: with so few"):
        case.line.resolve()(**arguments)


@pytest.mark.parametrize("case", CLUSTERED.values(), ids=NAMES)
def test_uneven_clusters_are_refused_by_their_degrees_of_freedom(case: Case) -> None:
    """Four in each arm, of which one holds three quarters of the people."""
    own = np.where(PEOPLE.a == 1, np.cumsum(PEOPLE.a == 1), np.cumsum(PEOPLE.a == 0))
    site = 100 * PEOPLE.a + np.where(own % 12 < 9, 0, own % 12 % 3 + 1)
    assert contrast_degrees(np.unique(site, return_inverse=True)[1], PEOPLE.a) < FEWEST_DEGREES
    arguments = asked(case, site)
    if case.line.name == "site_permutation":  # exact however the people lie: every site counts alike
        assert all(row.interval_kind == "confidence" for row in case.line.resolve()(**arguments))
        return
    with pytest.raises(ClusterError, match="Satterthwaite's degrees of freedom are under five"):
        case.line.resolve()(**arguments)


@pytest.mark.parametrize("starting", [3, 9], ids=["three start", "three never do"])
def test_three_units_of_a_panel_on_a_side_have_a_number_without_an_interval(starting: int) -> None:
    y = np.random.default_rng(5).normal(size=(12, 6))
    start = np.where(np.arange(12) < starting, 3, -1)
    row = staggered_effects(y, start).rows[0]
    assert (row.interval_kind, row.note) == ("none", FEW_UNITS)


def of_four(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return outcome, arm and cluster of 60 people, four clusters in arm 0 and so many in arm 1."""
    draws = np.random.default_rng(11)
    a = np.arange(60) % 2
    own = np.arange(60) // 2
    return (draws.random(60) < 0.5) * 1.0, a, np.where(a == 1, 100 + own % count, own % 4)


CRUDE = {
    "risk": lambda y, a, site: risks_by_cluster(y, a, cluster=site),
    "mean": lambda y, a, site: means_by_cluster(y + own_amount(y), a, cluster=site),
    "rate": lambda y, a, site: rates_by_cluster(y, a, exposure=1 + own_amount(y), cluster=site),
}


def own_amount(y: np.ndarray) -> np.ndarray:
    return np.arange(y.size) / 10


@pytest.mark.parametrize("name", CRUDE)
def test_a_crude_number_of_an_arm_with_three_clusters_is_told_without_an_interval_and_says_why(name: str) -> None:
    rows = CRUDE[name](*of_four(3))
    assert [(row.contrast, row.interval_kind) for row in rows] == [(f"{name}_1", "none"), (f"{name}_0", "confidence")]
    assert rows.rows[0].note == FEW
    assert np.isnan([rows.rows[0].conf_low, rows.rows[0].std_error]).all()


def test_a_share_of_clusters_that_are_all_alike_has_no_interval_and_says_why() -> None:
    row = own_by_cluster(np.tile([0.0, 1.0], 16), cluster=np.repeat(np.arange(8), 4), binary=True)
    assert (row.estimate, row.interval_kind, row.note) == (0.5, "none", ALIKE)


def test_limits_of_a_share_stay_between_nought_and_one() -> None:
    y = np.zeros(80)
    y[[0, 1, 2, 25]] = 1
    row = own_by_cluster(y, cluster=np.repeat(np.arange(4), 20), binary=True)
    assert 0 < row.conf_low < row.estimate == 0.05 < row.conf_high < 1
