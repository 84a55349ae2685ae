"""A panel from counts and from persons: what is refused, what few municipalities may say, and that both ways agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml
from pydantic import ValidationError

from steget_eval import evaluate, evaluate_panel, load_protocol, read_records
from steget_eval.core.errors import CohortError, EmptyArmError, MethodError, SpecError
from steget_eval.core.shipped import shipped
from steget_eval.intake import write_records
from steget_eval.methods.effects.group_time import NEVER, checked_panel, group_time_effects
from steget_eval.methods.effects.interrupted import interrupted_series
from steget_eval.methods.effects.staggered import staggered_effects
from steget_eval.protocol import Protocol
from steget_eval.protocol.panel import Panel
from steget_eval.records import Records
from steget_eval.records.codes import FOLLOW_UP_ENDS
from steget_eval.simulate import default_truth, simulate_records
from steget_eval.study.panel_lines import panel_lines
from steget_eval.study.panel_rests import rests_on

STAGGERED = shipped("data", "programmes", "staggered_example")
INTERRUPTED = shipped("data", "programmes", "interrupted_example")


def raw(place: Path = STAGGERED) -> dict[str, Any]:
    return yaml.safe_load((place / "protocol.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found():
    return evaluate_panel(load_protocol(STAGGERED / "protocol.yaml"), read_records(STAGGERED / "records"))


def test_the_true_difference_lies_in_the_intervals_of_the_example(found) -> None:
    rows = [row for row in found.estimates if row.subgroup.startswith("event=") and row.method == "group_time"]
    assert len(rows) > 10
    # The truth that build_panels.py states: three points at once, one more each half-year, at most nine.
    inside = [
        row.conf_low <= (min(0.03 + 0.01 * e, 0.09) if (e := int(row.subgroup[6:])) >= 0 else 0) <= row.conf_high
        for row in rows
    ]
    assert np.mean(inside) > 0.8


def test_periods_are_named_and_people_are_counted(found) -> None:
    names = {row.subgroup for row in found.estimates}
    assert {"group=2019-H1", "calendar=2021-H2", "event=-3", "band=2", "mean=event", "all"} <= names
    main = found.estimates.only(contrast="att", subgroup="all", method="group_time")
    told = found.series[found.series["start"] >= 0]
    assert (main.n_1, main.events_1) == (int(told["n"].sum()), int(told["total"].sum()))


def test_a_second_method_tells_the_average_over_everything_alone(found) -> None:
    beside = {row.subgroup for row in found.estimates if row.method == "group_time_regression"}
    assert beside == {"all"}


def test_a_panel_is_refused_by_what_answers_person_by_person() -> None:
    with pytest.raises(CohortError, match="answered by evaluate_panel"):
        evaluate(load_protocol(STAGGERED / "protocol.yaml"), read_records(STAGGERED / "records"))
    single = shipped("data", "programmes", "ips_sydnarke", "protocol.yaml")
    with pytest.raises(CohortError, match="evaluate_panel answers the designs staggered, interrupted"):
        evaluate_panel(load_protocol(single), read_records(STAGGERED / "records"))


def test_a_period_that_the_counts_lack_is_named() -> None:
    told = raw()
    told["panel"]["last"] = "2024-06-30"
    with pytest.raises(CohortError, match=r"no category 'a in_work' in period '2024-H1'"):
        evaluate_panel(Protocol.model_validate(told), read_records(STAGGERED / "records"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"design": "comparison"}, "needs arms.comparison"),
        ({"design": "single_arm"}, "panel belongs to the designs"),
        ({"design": "interrupted"}, "an interrupted series has one start"),
        ({"cluster": "site"}, "neither eligibility, covariates nor cluster"),
        ({"panel.first": "2017-02-01"}, "no first day of a half_year"),
        ({"panel.last": "2023-11-30"}, "no last day of a later half_year"),
        ({"panel.adjust": ["age"]}, "lacks age, which adjust names"),
        ({"panel.units.1.started_on": "2017-03-01"}, "nothing is known of it before"),
        ({"estimands.0.population": "arm"}, "population must be ATT"),
        ({"estimands.0.contrast": "level_change"}, "contrast must be att"),
        ({"outcomes.0.counted.of": "people"}, "must hold {unit}"),
        ({"outcomes.0.kind": "amount"}, "counts belong to kind binary"),
        ({"targets": [{"id": "a", "label": {"sv": "a", "en": "a"}, "estimand": "in_work", "at_least": 0.5}]},
         "targets cannot be asked of a panel"),
        ({"covariates": [
            {"id": "age", "label": {"sv": "a", "en": "a"}, "kind": "number", "column": "age"}]},
         "covariates cannot be asked of a panel"),
        ({"panel": None}, "population must be arm"),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_panel_is_refused_in_a_sentence(change: dict[str, Any], said: str) -> None:
    told = raw()
    for path, value in change.items():
        *places, last = path.split(".")
        part: Any = told
        for place in places:
            part = part[int(place)] if place.isdigit() else part[place]
        part[last] = value
    with pytest.raises(ValidationError, match=said.replace("{", r"\{")):
        Protocol.model_validate(told)


def test_a_contrast_of_panels_is_refused_without_one() -> None:
    told = raw(shipped("data", "programmes", "ips_sydnarke_comparison"))
    told["estimands"][0]["contrast"] = "att"
    with pytest.raises(ValidationError, match="att needs panel"):
        Protocol.model_validate(told)


def test_a_method_that_adjusts_needs_covariates_of_the_units() -> None:
    told = raw()
    told["panel"]["adjust"] = []
    protocol = Protocol.model_validate(told)
    with pytest.raises(SpecError, match=r"panel\.adjust names none"):
        panel_lines(protocol, protocol.estimands[0])
    told["estimands"][0]["methods"] = ["newcombe"]
    protocol = Protocol.model_validate(told)
    with pytest.raises(SpecError, match="allowed: group_time, group_time_regression"):
        panel_lines(protocol, protocol.estimands[0])


def test_months_quarters_and_years_are_written_as_the_counts_write_them() -> None:
    words = {"sv": "a", "en": "a"}
    units = [{"id": "a", "label": words, "started_on": "2021-02-15"}]
    for period, label, start in (("month", "2020-12", 13), ("quarter", "2020-Q4", 4), ("half_year", "2020-H2", 2),
                                 ("year", "2020", 1)):  # fmt: skip
        panel = Panel.model_validate({"unit": words, "period": period, "first": "2020-01-01", "last": "2021-12-31",
                                      "units": units})  # fmt: skip
        assert label in panel.labels
        assert panel.start_of(panel.units[0]) == start


def few(treated: int, controls: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    starts = np.array([3] * treated + [NEVER] * controls)
    return rng.normal(size=(starts.size, 6)), starts


@pytest.mark.parametrize(("treated", "controls"), [(3, 9), (9, 3), (1, 9)])
def test_fewer_than_four_on_a_side_have_no_interval_and_the_reason(treated: int, controls: int) -> None:
    found = staggered_effects(*few(treated, controls))
    assert {row.interval_kind for row in found} == {"none"}
    assert all("fewer than four" in row.note for row in found.where(contrast="att"))


def test_four_on_each_side_have_one() -> None:
    assert staggered_effects(*few(4, 4)).rows[0].interval_kind == "confidence"


def test_a_time_that_two_have_reached_has_a_point_and_nothing_more() -> None:
    y, _ = few(6, 6)
    found = staggered_effects(y, np.array([2] * 2 + [4] * 4 + [NEVER] * 6))
    assert found.only(contrast="att", subgroup="event=3").interval_kind == "none"
    assert found.only(contrast="att", subgroup="event=1").interval_kind == "confidence"
    assert not found.where(subgroup="band=3").rows


def test_what_cannot_be_compared_is_refused() -> None:
    y, starts = few(4, 4)
    with pytest.raises(MethodError, match="every unit must be known in every period; 1 of 48"):
        checked_panel(np.where(np.arange(48).reshape(8, 6) == 7, np.nan, y), starts)
    with pytest.raises(MethodError, match="units that start in the first period"):
        checked_panel(y, np.where(starts == 3, 0, NEVER))
    with pytest.raises(EmptyArmError, match="nobody starts"):
        checked_panel(y, np.full(8, NEVER))
    with pytest.raises(EmptyArmError, match="allowed: control not_yet_treated"):
        group_time_effects(checked_panel(y, np.full(8, 3)))
    with pytest.raises(MethodError, match="adjusts for covariates, and there are none"):
        group_time_effects(checked_panel(y, starts), estimator="ipw")
    with pytest.raises(MethodError, match="7 periods before and 13 after"):
        interrupted_series(np.arange(20.0), 7)
    with pytest.raises(MethodError, match="a season of 12 periods needs a series of at least 24"):
        interrupted_series(np.arange(20.0), 10, season="months")
    with pytest.raises(MethodError, match="no width"):
        interrupted_series(np.arange(20.0), 10)


def test_scaling_and_shifting_the_outcome_scales_and_does_not_shift_the_answer() -> None:
    y, starts = few(5, 6)
    one, other = staggered_effects(y, starts), staggered_effects(10 * y + 3, starts)
    for a, b in zip(one, other, strict=True):
        if a.contrast == "att":
            assert b.estimate == pytest.approx(10 * a.estimate)
            assert b.std_error == pytest.approx(10 * a.std_error, nan_ok=True)
        elif a.contrast == "pre_trend":
            assert b.p_value == pytest.approx(a.p_value)


def test_the_order_of_units_changes_nothing() -> None:
    y, starts = few(5, 6)
    order = np.random.default_rng(1).permutation(starts.size)
    one, other = (staggered_effects(a, b, replicates=1) for a, b in ((y, starts), (y[order], starts[order])))
    for a, b in zip(one, other, strict=True):
        if not a.subgroup.startswith("band"):
            assert b.estimate == pytest.approx(a.estimate)
            assert b.std_error == pytest.approx(a.std_error, nan_ok=True)


def test_the_same_seed_gives_the_same_band_and_another_seed_another() -> None:
    y, starts = few(5, 6)
    band = [staggered_effects(y, starts, seed=seed).only(subgroup="band=0").conf_high for seed in (1, 1, 2)]
    assert band[0] == band[1] != band[2]


def test_an_average_rests_on_its_starts_their_controls_and_the_period_counted_from() -> None:
    told = raw()
    told["panel"] |= {"control": "never_treated"}
    panel = Protocol.model_validate(told).panel
    rests = rests_on(panel)
    assert rests["group=2019-H1"] >= {(4, 3), (4, 4), (-1, 3), (-1, 4)}
    assert not {start for start, _ in rests["group=2019-H1"]} & {6, 9}
    assert rests["event=9"] == {(4, 13), (4, 3), (-1, 13), (-1, 3)}


def test_persons_are_placed_in_the_period_of_enrolment_and_counted_as_counts_would_be(tmp_path: Path) -> None:
    told = raw(shipped("data", "programmes", "ips_sydnarke"))
    for name in (
        "targets",
        "choices",
        "joint",
        "missing",
        "subgroups",
        "sensitivity",
        "economics",
        "reach",
        "events",
        "recommendations",
        "benchmark",
    ):
        told.pop(name, None)
    employment = next(one for one in told["outcomes"] if one["kind"] == "binary" and "spells" in one["events"][0])
    employment |= {"measure": "ever", "intercurrent_events": [], "censoring": list(FOLLOW_UP_ENDS)}
    for name in ("minimum_dose", "bridge_days", "none"):
        employment.pop(name, None)
    names = ("north", "east", "west", "south")
    units = [{"id": name, "label": {"sv": name, "en": name}} for name in names]
    for unit, start in zip(units, ("2020-07-01", "2021-02-01"), strict=False):
        unit["started_on"] = start
    told |= {
        "design": "staggered", "outcomes": [employment], "cluster": "site", "eligibility": [], "covariates": [],
        "primary": "att", "estimands": [{"id": "att", "question": {"sv": "a", "en": "a"}, "population": "ATT",
                                         "outcome": employment["id"], "contrast": "att"}],
        "clock": {"index": "enrolled_on", "horizon": 12, "unit": "months"},
        "panel": {"unit": {"sv": "ort", "en": "site"}, "period": "half_year", "first": "2020-01-01",
                  "last": "2021-12-31", "units": units, "control": "not_yet_treated"},
    }  # fmt: skip
    protocol = Protocol.model_validate(told)
    truth = default_truth(protocol).model_copy(update={"people": 1200})
    write_records(simulate_records(protocol, truth, seed=3), tmp_path)
    records = read_records(tmp_path)
    found = evaluate_panel(protocol, records)
    people = records.frame("participants")
    inside = people["enrolled_on"].astype("datetime64[ns]").between("2020-01-01", "2021-12-31")
    assert found.series["n"].sum() <= inside.sum()
    assert found.series["n"].sum() > 0.8 * inside.sum()  # those whose outcome is unknown are left out
    counts = pa.table({"period": ["2020-Q1"], "category": ["a"], "sex": pa.array([None], pa.string()), "n": [1]})
    with pytest.raises(CohortError):
        evaluate_panel(protocol, Records(tables={"counts": counts}, card=records.card, name="a"))


def test_an_interrupted_example_finds_what_it_was_drawn_from() -> None:
    found = evaluate_panel(load_protocol(INTERRUPTED / "protocol.yaml"), read_records(INTERRUPTED / "records"))
    assert [row.contrast for row in found.estimates][:1] == ["level_change"]
    for contrast, truth in (("level_change", 0.012), ("slope_change", 0.0006)):
        row = found.estimates.only(contrast=contrast, method="segmented_ar1")
        assert row.conf_low - 0.0003 <= truth <= row.conf_high + 0.0003
    fit = found.fits[found.fits["method"] == "segmented_ar1"]
    assert fit["carried_on"].isna().sum() == 48
    end = found.estimates.only(contrast="trend_difference", method="segmented_ar1")
    assert (fit["fitted"] - fit["carried_on"]).iloc[-1] == pytest.approx(end.estimate)


@pytest.mark.parametrize(("y", "beside"), [
    (np.zeros(40), None), (np.full(40, 1e6), None), (np.arange(40) * 0.1, None), (np.linspace(1, 9, 40) ** 2, 0.1),
])  # fmt: skip
def test_a_series_without_any_spread_is_refused(y: np.ndarray, beside: float | None) -> None:
    with pytest.raises(MethodError, match="no width"):
        interrupted_series(y, 20, y_0=None if beside is None else y + beside)
