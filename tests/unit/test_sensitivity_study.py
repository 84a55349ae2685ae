"""Sensitivity analyses from the protocol to the page: what is asked, what is told, and what is hidden."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from steget_eval import analyse, build_cohort, disclose, evaluate, load_protocol, read_records
from steget_eval.cohort.programme_start import days_to_start
from steget_eval.core.errors import CohortError, MethodError
from steget_eval.core.estimates import Estimates
from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol
from steget_eval.protocol.sensitivity import ProgrammeStart
from steget_eval.reporting import tables
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import sensitivity
from steget_eval.reporting.figures.picture import Picture, behind, from_body, to_body
from steget_eval.reporting.figures.tipping_map import behind as tipping_frame
from steget_eval.reporting.figures.tipping_map import mapped
from steget_eval.reporting.html import block_html
from steget_eval.reporting.text import LANGUAGES, forbidden_words
from steget_eval.study.design_matrix import design_matrix
from steget_eval.study.sensitivity_controls import calibrated_rows
from steget_eval.study.sensitivity_rows import Asked

FOLDER = ("data", "programmes", "ips_sydnarke_comparison")
ASKED: dict[str, Any] = {
    "benchmark": "worked_last_year", "hidden_bias": True, "times": [1, 2], "gamma": [1, 2],
    "negative_controls": [{"outcome": "employed_at_24", "without": ["motivation"]}, {"outcome": "days_employed"}],
    "programme_start": {"services": ["ips_start"]},
    "curve": {
        "methods": ["aipw", "ipw", "miettinen_nurminen"],
        "covariates": [{"id": "few", "label": {"sv": "två", "en": "two"}, "covariates": ["age", "sex"]}],
        "outcomes": ["employed_at_24"], "horizons": [12],
    },
}  # fmt: skip


def _protocol(**more: Any) -> Protocol:
    told = load_protocol(shipped(*FOLDER, "protocol.yaml")).model_dump(mode="json")
    told |= {"choices": [], "joint": [], "subgroups": {}}  # they name estimands that some of these do without
    return Protocol.model_validate(told | {"missing": {"tipping": [-20, 0, 20]}, "sensitivity": ASKED} | more)


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return _protocol()


@pytest.fixture(scope="module")
def records(tmp_path_factory, protocol):
    """The bundled records, with a first service of every treated person: thirty days late for each fourth of them."""
    place = tmp_path_factory.mktemp("late") / "records"
    shutil.copytree(shipped(*FOLDER, "records"), place)
    people = pd.read_csv(place / "participants.csv")
    treated = people[people["arm"] == "ips"].reset_index(drop=True)
    late = np.where(treated.index % 4 == 0, 30, np.where(treated.index % 4 == 1, -15, 0))
    day = pd.to_datetime(treated["enrolled_on"]) + pd.to_timedelta(late, unit="D")
    first = pd.DataFrame({"participant_id": treated["participant_id"], "delivered_on": day.dt.date})
    early = first.assign(delivered_on=(day - pd.Timedelta(days=400)).dt.date, service="something_else")
    pd.concat([first.assign(service="ips_start"), early]).to_csv(place / "services.csv", index=False)
    return read_records(place)


@pytest.fixture(scope="module")
def results(protocol, records):
    return evaluate(protocol, records)


@pytest.fixture(scope="module")
def release(results):
    return disclose(results, internal=True)


def _rows(results, *what: str):
    return [row for row in results.estimates if row.subgroup.startswith(tuple(f"sensitivity={one}" for one in what))]


def test_every_main_answer_has_an_e_value_or_a_reason(results, protocol):
    told = {row.estimand for row in _rows(results, "e_value")}
    refused = {one.estimand for one in results.refusals if one.method == "e_value"}
    assert told | refused == {one.id for one in protocol.estimands}
    assert refused == {"time_after_first_job"}  # nobody has published how months lost become a ratio of risks
    assert not told & refused


def test_the_e_value_of_a_ratio_is_that_of_the_main_method(results):
    main = results.estimates.only(estimand="employment_ratio", method="aipw", contrast="risk_ratio", subgroup="all")
    rows = {row.contrast: row for row in _rows(results, "e_value") if row.estimand == "employment_ratio"}
    assert rows["e_value"].estimate == pytest.approx(main.estimate + math.sqrt(main.estimate * (main.estimate - 1)))
    low = max(main.conf_low, 1.0)
    assert rows["e_value_limit"].estimate == pytest.approx(low + math.sqrt(low * (low - 1)))
    assert rows["e_value"].note == "conversion: as_it_is"


def test_a_difference_goes_by_the_risks_of_its_own_method(results):
    of = {"estimand": "employment", "method": "aipw", "subgroup": "all"}
    one, zero = (results.estimates.only(contrast=f"risk_{arm}", **of).estimate for arm in (1, 0))
    ratio = one / zero
    row = results.estimates.only(estimand="employment", contrast="e_value")
    assert row.estimate == pytest.approx(ratio + math.sqrt(ratio * (ratio - 1)))


def test_the_omitted_variable_starts_from_a_regression_on_arm_and_background(results, protocol, records):
    cohort = build_cohort(protocol, records)
    values = cohort.outcomes["employment"]
    D = np.column_stack([cohort.a, np.ones(cohort.a.size), design_matrix(cohort, protocol)])[values.known]
    slope = np.linalg.lstsq(D, values.y[values.known], rcond=None)[0][0]
    mine = [row for row in _rows(results, "omitted ") if row.estimand == "employment"]
    rows = {row.subgroup: row for row in mine if row.contrast == "risk_difference"}
    assert rows["sensitivity=omitted 0"].estimate == pytest.approx(slope)
    assert abs(rows["sensitivity=omitted 2"].estimate) < abs(rows["sensitivity=omitted 1"].estimate) < abs(slope)
    explained = [row.estimate for row in _rows(results, "omitted ") if row.contrast == "confounder_arm"]
    assert all(0 <= one < 1 for one in explained)


def test_pairs_are_counted_and_asked_once_per_outcome(results):
    turns = {row.estimand: row for row in _rows(results, "hidden_bias") if row.contrast == "gamma"}
    assert set(turns) == {"employment", "employed_at_24", "days_employed"}  # the overlap asks of the same outcome
    row = turns["employment"]
    assert row.n_1 == row.n_0 >= row.events_1 + row.events_0
    steps = [one for one in _rows(results, "hidden_bias") if one.estimand == "employment" and "_" in one.contrast]
    assert [one.estimate for one in steps] == [1, 2]
    assert steps[0].p_value < steps[1].p_value


def test_a_control_is_the_primary_question_without_what_is_left_out(results, protocol, records):
    row = results.estimates.only(subgroup="sensitivity=control employed_at_24")
    bare = [{**one.model_dump(mode="json"), "adjust": one.id != "motivation"} for one in protocol.covariates]
    asked = protocol.estimand("employed_at_24").model_dump(mode="json") | {"methods": ["aipw"]}
    alone = _protocol(covariates=bare, estimands=[asked], primary="employed_at_24", sensitivity={})
    same = analyse(build_cohort(alone, records), alone).estimates.only(contrast="risk_difference", subgroup="all")
    assert row.estimate == pytest.approx(same.estimate, rel=1e-12)
    assert row.conf_low == pytest.approx(same.conf_low, rel=1e-12)
    assert results.estimates.only(subgroup="sensitivity=control days_employed").contrast == "mean_difference"
    assert [one.method for one in results.refusals if "negative controls" in one.reason] == ["calibration"]


def test_every_cell_of_the_grid_is_there_once_and_the_own_one_is_the_main_answer(results):
    rows = _rows(results, "cell ")
    # Two adjusted methods with two sets, and one that takes none; two definitions and two windows of each.
    assert len(rows) == (2 * 2 + 1) * 2 * 2
    assert len({(row.method, row.subgroup) for row in rows}) == len(rows)
    own = results.estimates.only(subgroup="sensitivity=cell own employed_ever 24", method="aipw")
    main = results.estimates.only(estimand="employment", contrast="risk_difference", method="aipw", subgroup="all")
    assert (own.estimate, own.std_error, own.n_1) == (main.estimate, main.std_error, main.n_1)


def test_a_cell_is_what_a_protocol_that_had_chosen_so_would_answer(results, records):
    row = results.estimates.only(subgroup="sensitivity=cell few employed_at_24 12", method="ipw")
    own = _protocol(sensitivity={})
    told = own.model_dump(mode="json")
    few = [one | {"adjust": one["id"] in {"age", "sex"}} for one in told["covariates"]]
    asked = own.estimand("employed_at_24").model_dump(mode="json") | {"methods": ["ipw"]}
    other = _protocol(
        covariates=few, clock=told["clock"] | {"horizon": 12}, estimands=[asked], primary="employed_at_24",
        sensitivity={},
    )  # fmt: skip
    same = analyse(build_cohort(other, records), other).estimates.only(contrast="risk_difference", subgroup="all")
    assert (row.estimate, row.conf_high, row.horizon) == (same.estimate, same.conf_high, 12.0)


def test_days_before_the_programme_are_those_that_were_planted(results, protocol, records):
    cohort = build_cohort(protocol, records)
    treated = cohort.persons[cohort.a == 1]
    services = records.frame("services")
    first = services[services["service"] == "ips_start"].set_index("participant_id")["delivered_on"]
    days = (pd.to_datetime(treated["participant_id"].map(first)) - treated["index_on"]).dt.days
    assert set(days) == {-15, 0, 30}
    late = results.estimates.only(subgroup="sensitivity=immortal_time", contrast="months_affected")
    early = results.estimates.only(subgroup="sensitivity=prevalent_users", contrast="share_affected")
    assert (late.n_1, late.events_1) == (len(treated), int((days > 0).sum()))
    waited = np.minimum(30, treated["observed_days"].to_numpy(dtype=float)) * (days > 0)
    assert late.estimate == pytest.approx(waited.mean() / (365.25 / 12))
    assert (early.events_1, early.estimate) == (int((days < 0).sum()), (days < 0).mean())


def test_services_that_nobody_had_are_refused(protocol, records):
    cohort = build_cohort(protocol, records)
    with pytest.raises(CohortError, match="none of those named"):
        days_to_start(cohort, records, ProgrammeStart(services=("nothing",)))


@pytest.mark.slow
def test_a_randomised_study_is_asked_none_of_it():
    protocol = load_protocol(shipped("data", "programmes", "nsw_experiment", "protocol.yaml"))
    found = evaluate(protocol, read_records(shipped("data", "open", "nsw", "records")))
    assert not _rows(found, "")
    assert sensitivity(disclose(found)).kind == "absent"


@pytest.mark.parametrize(("told", "words"), [
    ({"benchmark": "height"}, "benchmark"),
    ({"times": [2, 1]}, "rising"),
    ({"gamma": [0.5, 1]}, "rising"),
    ({"placebos": [{"outcome": "employed_ever"}]}, "primary outcome itself"),
    ({"placebos": [{"outcome": "nothing"}]}, "is no outcome"),
    ({"placebos": [{"outcome": "education"}]}, "of kind competing"),
    ({"placebos": [{"outcome": "employed_at_24"}], "negative_controls": [{"outcome": "employed_at_24"}]}, "once"),
    ({"placebos": [{"outcome": "employed_at_24", "without": ["height"]}]}, "without is"),
    ({"placebos": [{"outcome": "employed_at_24", "without": [
        "age", "sex", "education_level", "worked_last_year", "months_on_support", "motivation"]}]}, "leaves nothing"),
    ({"curve": {"covariates": [{"id": "own", "label": {"sv": "a", "en": "b"}, "covariates": ["age"]}]}}, "already"),
    ({"curve": {"covariates": [{"id": "x", "label": {"sv": "a", "en": "b"}, "covariates": ["height"]}]}}, "height"),
    ({"curve": {"methods": ["ipw", "ipw"]}}, "more than once"),
    ({"curve": {"outcomes": ["days_employed"]}}, "primary's kind"),
    ({"curve": {"horizons": [24]}}, "other windows"),
    ({"curve": {"horizons": list(range(1, 24)), "methods": ["aipw", "ipw", "g_computation", "newcombe", "wald",
                                                             "miettinen_nurminen"]}}, "at most 120"),
    ({"benchmark": "age", "nothing": 1}, "nothing"),
])  # fmt: skip
def test_a_section_that_does_not_hold_together_is_refused(told, words):
    with pytest.raises(ValidationError, match=words):
        _protocol(sensitivity=told)


def test_what_questions_a_comparison_is_refused_in_another_design():
    told = load_protocol(shipped("data", "programmes", "nsw_experiment", "protocol.yaml")).model_dump(mode="json")
    for asked in ({"benchmark": "age"}, {"hidden_bias": True}):
        with pytest.raises(ValidationError, match="questions a comparison"):
            Protocol.model_validate(told | {"sensitivity": asked})
    with pytest.raises(ValidationError, match="counted in a window"):
        Protocol.model_validate(told | {"sensitivity": {"curve": {"horizons": [12]}}})
    single = load_protocol(shipped("data", "programmes", "ips_sydnarke", "protocol.yaml")).model_dump(mode="json")
    with pytest.raises(ValidationError, match="two arms"):
        Protocol.model_validate(single | {"sensitivity": {"curve": {}}})
    without_dates = load_protocol(shipped("data", "programmes", "nsw_comparison", "protocol.yaml"))
    with pytest.raises(ValidationError, match="the clock has none"):
        Protocol.model_validate(without_dates.model_dump(mode="json") | {"sensitivity": {"programme_start": {}}})


def _kinds(block: Block) -> dict[str, str]:
    return {block.id: block.kind} | {key: value for child in block.children for key, value in _kinds(child).items()}


def test_the_section_tells_every_analysis_in_words_tables_and_pictures(release):
    kinds = _kinds(sensitivity(release))
    shown = {
        "sensitivity-e-values-table": "table", "sensitivity-omitted-employment": "table",
        "sensitivity-robustness": "table", "sensitivity-hidden-bias-employment": "table",
        "sensitivity-controls-table": "table", "sensitivity-clock-table": "table",
        "sensitivity-curve-figure": "figure", "sensitivity-curve-table": "table",
        "sensitivity-tipping-employment": "figure",
    }  # fmt: skip
    assert shown.items() <= kinds.items()


def test_every_row_stands_in_a_cell_of_the_section(release):
    html = block_html(sensitivity(release), language="en")
    rows = release.estimates[release.estimates["subgroup"].str.startswith("sensitivity=")]
    missing = [
        ref for ref in (
            "/".join(row[name] for name in ("estimand", "subgroup", "contrast", "method", "population"))
            for row in rows.to_dict("records")
        )
        if f'"{ref}"' not in html
    ]  # fmt: skip
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_section_claims_no_more_than_the_design_carries(release, language):
    html = block_html(sensitivity(release), language=language)
    assert forbidden_words(html, "comparison", language) == ()


def test_the_curve_marks_one_cell_and_sums_up_what_it_shows(release):
    cells = tables.specifications(release)
    assert sum(one.own for one in cells) == 1
    found = tables.summary(cells)
    assert found is not None
    assert found.cells == len(cells) == 20
    frame = behind("spec_curve", release)
    assert list(frame["estimate"]) == sorted(frame["estimate"])
    assert frame["own"].sum() == 1
    assert frame["varies"].iloc[0].split() == ["method", "covariates", "definition", "window"]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", ["spec_curve", "tipping_map"])
def test_pictures_are_drawn_alike_from_what_travels(release, name, narrow):
    frame = behind(name, release)
    picture, again = Picture(name=name, frame=frame), Picture(name=name, frame=from_body(to_body(frame)))
    assert picture.svg("sv", "a", narrow=narrow) == again.svg("sv", "a", narrow=narrow)
    assert picture.alternative("en") == again.alternative("en") != ""


def test_the_map_has_a_tile_for_every_pair(release):
    frame = tipping_frame(release, "employment")
    assert len(frame) == 9
    assert set(zip(frame["unseen_treated"], frame["unseen_comparison"], strict=True)) == {
        (one, zero) for one in (-20.0, 0.0, 20.0) for zero in (-20.0, 0.0, 20.0)
    }


def test_questions_with_the_same_map_have_one_picture(release):
    assert mapped(release) == ("employment", "employed_at_24")  # the overlap asks of the same people as they are


def test_nothing_is_told_of_an_answer_that_is_hidden(results):
    strict = disclose(results, results.protocol.disclosure.model_copy(update={"minimum_cell": 60}))
    frame = strict.estimates
    gone = frame.loc[(frame["subgroup"] == "all") & frame["suppressed"], ["estimand", "outcome"]]
    hidden = set(gone.itertuples(index=False, name=None))
    assert hidden
    mine = frame[frame["subgroup"].str.startswith("sensitivity=")]
    for row in mine.to_dict("records"):
        if (row["estimand"], row["outcome"]) in hidden:
            assert row["suppressed"], row["subgroup"]
            assert pd.isna(row["estimate"])
            assert row["note"] == ""
    assert sensitivity(strict).kind == "section"  # what is hidden is told as hidden


def test_a_definition_that_few_people_tell_apart_is_hidden(results):
    """Twelve months and two years count overlapping people; a gap of 1 to 4 would tell of those few."""
    frame = results.estimates.to_frame()
    cell = frame["subgroup"] == "sensitivity=cell own employed_ever 12"
    main = frame[(frame["estimand"] == "employment") & (frame["subgroup"] == "all") & frame["events_1"].notna()].iloc[0]
    near = frame.assign(
        n_1=frame["n_1"].mask(cell, main["n_1"]), n_0=frame["n_0"].mask(cell, main["n_0"]),
        events_1=frame["events_1"].mask(cell, main["events_1"] - 2),
        events_0=frame["events_0"].mask(cell, main["events_0"]),
    )  # fmt: skip
    from steget_eval.reporting.suppress import Thresholds
    from steget_eval.reporting.suppress_estimates import gate_estimates

    told = gate_estimates(near, results.protocol, Thresholds(results.protocol.disclosure)).frame
    assert told.loc[cell, "suppressed"].all()
    assert not told.loc[frame["subgroup"] == "sensitivity=e_value", "suppressed"].all()


def test_a_gate_lets_no_small_number_of_late_starters_by(results):
    few = results.estimates.to_frame()
    late = few["subgroup"] == "sensitivity=immortal_time"
    few.loc[late, "events_1"] = 3
    from steget_eval.reporting.suppress import Thresholds
    from steget_eval.reporting.suppress_estimates import gate_estimates

    told = gate_estimates(few, results.protocol, Thresholds(results.protocol.disclosure)).frame
    assert told.loc[late, "suppressed"].all()


def test_ten_controls_calibrate_the_answer_and_the_page_tells_both(results, protocol, records):
    cohort = build_cohort(protocol, records)
    main = results.estimates.only(estimand="employment", contrast="risk_difference", method="aipw", subgroup="all")
    asked = Asked(cohort=cohort, protocol=protocol, estimand=protocol.estimand("employment"), main=main,
                  found=results.estimates)  # fmt: skip
    errors = 0.05 + 0.004 * np.arange(-6, 6)
    controls = Estimates(tuple(
        replace(main, estimate=float(one), std_error=0.03, outcome="employed_at_24",
                subgroup=f"sensitivity=control employed_at_24 {place}") for place, one in enumerate(errors)
    ))  # fmt: skip
    rows = calibrated_rows(asked, controls)
    told = rows.only(contrast="risk_difference")
    assert told.estimate == pytest.approx(main.estimate - errors.mean(), abs=1e-9)
    assert told.std_error == pytest.approx(main.std_error, abs=1e-9)  # they spread less than chance alone would
    assert rows.only(contrast="systematic_mean").estimate == pytest.approx(errors.mean())
    with pytest.raises(MethodError, match="ten negative controls"):
        calibrated_rows(asked, Estimates(controls.rows[:9]))
    release = disclose(replace(results, estimates=results.estimates + rows), internal=True)
    assert _kinds(sensitivity(release))["sensitivity-calibrated"] == "table"
    first, second, *_ = tables.calibrated(release).cells.rows
    assert (first[1].value, second[1].value) == (main.estimate, told.estimate)


def test_a_ratio_is_calibrated_on_the_scale_of_its_logarithm(results, protocol, records):
    cohort = build_cohort(protocol, records)
    main = results.estimates.only(estimand="employment_ratio", method="aipw", contrast="risk_ratio", subgroup="all")
    asked = Asked(cohort=cohort, protocol=protocol, estimand=protocol.estimand("employment_ratio"), main=main,
                  found=results.estimates)  # fmt: skip
    controls = Estimates(tuple(replace(main, estimate=2.0, std_error=0.2) for _ in range(12)))
    told = calibrated_rows(asked, controls).only(contrast="risk_ratio")
    assert told.estimate == pytest.approx(main.estimate / 2)
    assert told.conf_low * told.conf_high == pytest.approx(told.estimate**2)
