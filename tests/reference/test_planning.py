"""Planning, unit costs, event counts and recommendations against R (planning.R) and the figures of the programmes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.errors import EmptyArmError, MethodError
from steget_eval.methods.economics.unit_cost import cost_per_person, cost_per_success, share_of
from steget_eval.methods.effects.rate import event_count
from steget_eval.methods.effects.recommendation import accuracy, agreement, calibration
from steget_eval.methods.planning.one_proportion import power_against_target, precision_of, size_against_target
from steget_eval.methods.planning.two_proportions import detectable_difference, people_needed, power_of

CLOSED = 1e-8  # closed forms on either side
SEARCHED = 1e-6  # R's uniroot, or a regression iterated on either side
WITNESS = pd.read_csv(Path(__file__).with_name("planning.txt"))


def of(case: str) -> dict[str, float]:
    rows = WITNESS[WITNESS["case"] == case]
    return dict(zip(rows["key"], rows["value"], strict=True))


def cases(prefix: str) -> list[str]:
    return [case for case in WITNESS["case"].unique() if case.startswith(prefix)]


def near(got: float, want: float, tolerance: float) -> bool:
    return abs(got - want) <= tolerance * max(abs(want), 1)


@pytest.mark.parametrize("case", [case for case in cases("size_") if "target" not in case])
def test_people_needed_are_those_of_power_prop_test(case: str) -> None:
    p_1, p_0, power = (float(part) for part in case.split("_")[1:])
    n = of(case)["n"]
    plan = people_needed(p_1, p_0, power=power)
    assert plan.n_1 == plan.n_0 == int(np.ceil(n))
    assert near(power_of(p_1, p_0, n, n), power, SEARCHED)


def test_people_needed_of_the_domain_notes() -> None:
    assert [people_needed(*p).n_1 for p in ((0.46, 0.11), (0.4, 0.2), (0.3, 0.2))] == [25, 82, 294]


def test_loss_ratio_and_clusters_enlarge_a_plan_as_they_must() -> None:
    plain = people_needed(0.4, 0.2)
    assert people_needed(0.4, 0.2, loss=0.2).n_1 == int(np.ceil(81.2242406954554 / 0.8))
    clustered = people_needed(0.4, 0.2, cluster_size=11, icc=0.05)
    assert clustered.design_effect == 1.5
    assert clustered.n_1_known == int(np.ceil(1.5 * 81.2242406954554))
    double = people_needed(0.4, 0.2, ratio=2)
    assert double.n_1 < plain.n_1 < double.n_0
    assert near(power_of(0.4, 0.2, double.n_1, double.n_0), 0.8, 0.01)  # whole people move it in the third decimal


@pytest.mark.parametrize("case", cases("power_"))
def test_power_is_that_of_power_prop_test(case: str) -> None:
    p_1, p_0, n = (float(part) for part in case.split("_")[1:])
    assert near(power_of(p_1, p_0, n, n), of(case)["power"], CLOSED)


@pytest.mark.parametrize("case", cases("detect_"))
def test_detectable_difference_is_that_of_power_prop_test(case: str) -> None:
    p_0, n = (float(part) for part in case.split("_")[1:])
    assert near(detectable_difference(p_0, n, n), of(case)["difference"], SEARCHED)


def test_a_difference_that_no_proportion_could_make_is_not_detectable() -> None:
    assert np.isnan(detectable_difference(0.95, 10, 10))


@pytest.mark.parametrize("case", cases("target_"))
def test_power_against_a_target_is_that_of_the_exact_test(case: str) -> None:
    n, target = (float(part) for part in case.split("_")[1:])
    row = power_against_target(target, target + 0.15, [int(n)]).rows[0]
    assert row.smallest_count == of(case)["count"]
    assert near(row.power, of(case)["power"], CLOSED)


def test_size_against_a_target_is_past_the_last_tooth_of_the_saw() -> None:
    assert size_against_target(0.5, 0.6) == of("size_target_0.5_0.6")["n"]


def test_a_size_that_cannot_show_the_target_has_no_power() -> None:
    row = power_against_target(0.5, 0.9, [4]).rows[0]
    assert row.smallest_count is None
    assert row.power == 0


def test_precision_is_the_interval_of_the_nearest_count() -> None:
    row = precision_of(0.5, [42]).rows[0]
    assert (row.count, round(100 * row.conf_low, 1), round(100 * row.conf_high, 1)) == (21, 35.5, 64.5)


@pytest.mark.parametrize("case", cases("count_"))
def test_event_count_has_the_limits_of_poisson_test(case: str) -> None:
    row = event_count(int(case.split("_")[1])).rows[0]
    assert near(row.conf_low, of(case)["low"], CLOSED)
    assert near(row.conf_high, of(case)["high"], CLOSED)
    assert (row.contrast, row.n_1) == ("event_count", None)


def test_event_rate_has_the_limits_of_poisson_test() -> None:
    row = event_count(15, exposure=302.5).rows[0]
    want = of("rate_15_302.5")
    assert all(near(getattr(row, ours), want[r], CLOSED) for ours, r in
               (("estimate", "estimate"), ("conf_low", "low"), ("conf_high", "high")))  # fmt: skip


def test_costs_are_the_arithmetic_of_the_programme() -> None:
    want = of("cost_2923526_21_42")
    person = cost_per_person(292352600, 42).rows[0]
    assert near(person.estimate, want["person"], CLOSED)
    assert person.interval_kind == "none"
    success = cost_per_success(292352600, 21, 42).rows[0]
    assert near(success.estimate, want["success"], CLOSED)
    assert near(success.conf_low, want["low"], CLOSED)
    assert near(success.conf_high, want["high"], CLOSED)
    assert near(share_of(18739400, 39871000).rows[0].estimate, of("budget")["share"], CLOSED)


def advice() -> tuple[np.ndarray, np.ndarray]:
    said = np.repeat([1, 1, 0, 0], [14, 7, 4, 17]).astype(float)
    return said, np.repeat([1, 0, 1, 0], [14, 7, 4, 17]).astype(float)


def test_accuracy_and_kappa_are_those_of_r() -> None:
    want = of("advice")
    found = accuracy(*advice()) + agreement(*advice())
    ends = {"": "estimate", "low": "conf_low", "high": "conf_high", "std_error": "std_error"}
    for key, value in want.items():
        contrast, _, end = key.partition(".")
        assert near(getattr(found.only(contrast=contrast), ends[end]), value, CLOSED), key


def test_calibration_is_that_of_glm() -> None:
    number = np.arange(1, 61)
    said = (number * 37) % 61 / 61
    found = calibration(said, ((number * 17) % 59 / 59 < said * 0.7 + 0.2).astype(float))
    for key, value in of("calibration").items():
        contrast, _, end = key.partition(".")
        row = found.only(contrast=f"calibration_{contrast}")
        assert near(row.std_error if end else row.estimate, value, SEARCHED), key


def test_refusals_are_sentences() -> None:
    with pytest.raises(MethodError, match="equal proportions"):
        people_needed(0.2, 0.2)
    with pytest.raises(MethodError, match="whole number"):
        event_count(-1)
    with pytest.raises(MethodError, match="at least one who did"):
        cost_per_success(100, 0, 42)
    with pytest.raises(EmptyArmError, match="specificity has nobody"):
        accuracy([1.0, 0.0], [1.0, 1.0])
    with pytest.raises(MethodError, match="kappa is undefined"):
        agreement([1.0, 1.0], [1.0, 1.0])
    with pytest.raises(MethodError, match="lies above it"):
        size_against_target(0.5, 0.4)
