"""Laws of groups: one group of everyone is the whole, order and names change nothing, adjustments never help."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steget_eval import build_cohort, evaluate, load_protocol, read_records
from steget_eval.cohort import Cohort
from steget_eval.core.errors import MethodError
from steget_eval.core.shipped import shipped
from steget_eval.methods.effects.interaction import interaction
from steget_eval.methods.numerics.multiplicity import benjamini_hochberg, holm
from steget_eval.protocol import Protocol
from steget_eval.study.answers import answer, method_lines
from steget_eval.study.within import Road, answer_within, roads_of

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)
#: Two answers and more, with variances that arithmetic can tell apart.
ANSWERS = st.lists(st.tuples(st.floats(-5, 5), st.floats(1e-3, 10)), min_size=2, max_size=6)
PROGRAMMES = ("ips_sydnarke_comparison", "steget_2021")


@cache
def opened(programme: str) -> tuple[Cohort, Protocol]:
    folder = shipped("data", "programmes", programme)
    protocol = load_protocol(folder / "protocol.yaml")
    return build_cohort(protocol, read_records(folder / "records")), protocol


def roads() -> list[tuple[str, str, Road]]:
    return [
        (programme, estimand.id, road)
        for programme in PROGRAMMES
        for estimand in opened(programme)[1].estimands
        for road in roads_of(opened(programme)[1], estimand, method_lines(opened(programme)[1], estimand)[0])
    ]


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_a_group_of_everyone_is_the_whole(programme: str) -> None:
    cohort, protocol = opened(programme)
    asked = [road for name, _, road in roads() if name == programme]
    assert asked
    for road in asked:
        everyone = np.ones(len(cohort.persons), dtype=bool)
        assert answer_within(cohort, protocol, road, everyone) == answer(cohort, protocol, road.estimand, road.line)


@pytest.mark.slow
@pytest.mark.parametrize("programme", PROGRAMMES)
def test_all_is_the_same_whole_whatever_groups_are_asked_for(programme: str) -> None:
    _, protocol = opened(programme)
    records = read_records(shipped("data", "programmes", programme) / "records")
    told = protocol.model_dump(mode="json")
    groups = {"by": [one.id for one in protocol.covariates if one.kind in {"category", "binary"}],
              "estimands": [one.id for one in protocol.estimands[:3]]}  # fmt: skip
    more = Protocol.model_validate(told | {"subgroups": groups if protocol.arms.comparison else told["subgroups"]})
    none = Protocol.model_validate(told | {"estimands": [one | {"by": []} for one in told["estimands"]]})
    found = [evaluate(one, records).estimates for one in (more, none)]
    assert len(found[0]) > len(found[1])
    assert len({row.contrast for row in found[1].where(subgroup="all")}) > 3
    assert found[0].where(subgroup="all") == found[1].where(subgroup="all")


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_who_is_left_out_of_a_level_does_not_matter_to_it(seed: int) -> None:
    cohort, protocol = opened("ips_sydnarke_comparison")
    road = next(
        road for name, estimand, road in roads() if (name, estimand) == ("ips_sydnarke_comparison", "employment")
    )
    mine = np.random.default_rng(seed).random(len(cohort.persons)) < 0.7
    ordered = answer_within(cohort, protocol, road, mine)
    assert ordered == answer_within(cohort, protocol, road, mine.copy())
    for row in ordered:
        assert row.n_1 == int((mine & (cohort.a == 1) & cohort.outcomes["employment"].known).sum())


@settings(deadline=None)
@given(ANSWERS)
def test_the_order_of_the_groups_turns_the_sign_and_leaves_the_test(answers: list[tuple[float, float]]) -> None:
    effects, variances = np.array(answers).T
    told, turned = interaction(effects, variances), interaction(effects[::-1], variances[::-1])
    # Q by inverting a covariance whose condition number is at most 1e4.
    assert told.rows[-1].estimate == pytest.approx(turned.rows[-1].estimate, rel=1e-8, abs=1e-9)
    if len(answers) == 2:
        first, second = told.rows[0], turned.rows[0]
        assert first.estimate == -second.estimate
        assert (first.conf_low, first.conf_high) == (-second.conf_high, -second.conf_low)


@settings(deadline=None)
@given(ANSWERS, st.floats(-3, 3))
def test_the_same_for_every_group_is_no_difference(answers: list[tuple[float, float]], shift: float) -> None:
    effects, variances = np.array(answers).T
    told = interaction(effects, variances).rows[-1].estimate
    assert interaction(effects + shift, variances).rows[-1].estimate == pytest.approx(told, rel=1e-6, abs=1e-6)
    alike = interaction(np.full(len(effects), shift), variances).rows[-1]
    assert alike.estimate == pytest.approx(0, abs=1e-12)
    assert alike.p_value == pytest.approx(1, abs=1e-6)


@settings(deadline=None)
@given(ANSWERS)
def test_q_is_the_weighted_sum_of_squares_about_the_weighted_mean(answers: list[tuple[float, float]]) -> None:
    effects, variances = np.array(answers).T
    weights = 1 / variances
    mean = (weights * effects).sum() / weights.sum()
    wanted = (weights * (effects - mean) ** 2).sum()
    assert interaction(effects, variances).rows[-1].estimate == pytest.approx(wanted, rel=1e-8, abs=1e-9)


@settings(deadline=None)
@given(ANSWERS)
def test_ratios_are_differences_of_logarithms(answers: list[tuple[float, float]]) -> None:
    effects, variances = np.array(answers[:2]).T
    difference, ratio = interaction(effects, variances).rows[0], interaction(effects, variances, scale="ratio").rows[0]
    assert ratio.estimate == pytest.approx(math.exp(difference.estimate), rel=1e-12)
    assert ratio.p_value == difference.p_value


@settings(deadline=None)
@given(P_VALUES)
def test_adjusting_never_makes_a_p_value_smaller_and_holm_is_the_stricter(p_values: list[float]) -> None:
    p, strict, mild = np.array(p_values), holm(p_values), benjamini_hochberg(p_values)
    assert (p <= mild).all()
    assert (mild <= strict + 1e-15).all()  # the same products in another order
    assert (strict <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(strict[order]) >= 0).all()
    assert (np.diff(mild[order]) >= 0).all()


@settings(deadline=None)
@given(P_VALUES, st.randoms())
def test_the_order_of_the_tests_changes_nothing(p_values: list[float], random) -> None:
    places = list(range(len(p_values)))
    random.shuffle(places)
    for adjust in (holm, benjamini_hochberg):
        assert (adjust([p_values[place] for place in places]) == adjust(p_values)[places]).all()


@pytest.mark.parametrize(("effects", "covariance"), [
    ([0.1], [0.2]), ([0.1, 0.2], [0.2, 0.0]), ([0.1, math.nan], [0.2, 0.1]), ([0.1, 0.2], [0.2]),
    ([0.1, 0.2], [[0.1, 0.1], [0.1, 0.1]]),
])  # fmt: skip
def test_what_cannot_be_compared_is_refused(effects, covariance) -> None:
    with pytest.raises(MethodError):
        interaction(effects, covariance)
