"""The promises of simulated records that do not need a large number of people."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
import yaml

from steget_eval.core.errors import CohortError, MethodError, SpecError
from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol, load_protocol
from steget_eval.simulate import Truth, load_truth, simulate_records, true_values

PROGRAMMES = ("ips_sydnarke", "ips_sydnarke_comparison")


def protocol_of(programme: str) -> Protocol:
    return load_protocol(shipped("data", "programmes", programme, "protocol.yaml"))


def truth_of(programme: str) -> Truth:
    return load_truth(shipped("data", "programmes", programme, "truth.yaml"))


@pytest.fixture(params=PROGRAMMES)
def programme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_same_seed_gives_the_same_records(programme: str):
    protocol, truth = protocol_of(programme), truth_of(programme)
    first, second = (simulate_records(protocol, truth, seed=7) for _ in range(2))
    assert first.fingerprint == second.fingerprint
    assert all(first.tables[name].equals(second.tables[name]) for name in first.tables)


def test_another_seed_gives_other_records(programme: str):
    protocol, truth = protocol_of(programme), truth_of(programme)
    one, other = (simulate_records(protocol, truth, seed=seed) for seed in (7, 8))
    assert one.fingerprint != other.fingerprint


def test_more_people_do_not_move_those_there(programme: str):
    protocol, truth = protocol_of(programme), truth_of(programme)
    few = simulate_records(protocol, truth, seed=7)
    many = simulate_records(protocol, truth.model_copy(update={"people": truth.people + 57}), seed=7)
    for name in ("participants", "spells"):
        there = many.frame(name)
        there = there[there["participant_id"].isin(few.frame("participants")["participant_id"])]
        pd.testing.assert_frame_equal(
            few.frame(name).drop(columns="source_row"),
            there.drop(columns="source_row").reset_index(drop=True),
        )


def test_another_process_does_not_move_the_first_jobs():
    protocol, truth = protocol_of("ips_sydnarke"), truth_of("ips_sydnarke")
    fewer = {state: process for state, process in truth.processes.items() if state != "education"}
    with_it, without = (
        simulate_records(protocol, one, seed=7).frame("spells").query("state == 'competitive_employment'")
        for one in (truth, truth.model_copy(update={"processes": fewer}))
    )
    drop = ["source_row"]
    pd.testing.assert_frame_equal(
        with_it.drop(columns=drop).reset_index(drop=True), without.drop(columns=drop).reset_index(drop=True)
    )


def test_records_say_in_both_languages_that_they_are_synthetic(programme: str):
    card = simulate_records(protocol_of(programme), truth_of(programme), seed=7).card
    assert card.origin == "synthetic"
    assert all("syntetisk" in text.sv.lower() for text in (card.title, card.source))
    assert all("synthetic" in text.en.lower() for text in (card.title, card.source))


def test_only_the_protocols_arms_occur(programme: str):
    protocol = protocol_of(programme)
    arms = simulate_records(protocol, truth_of(programme), seed=7).frame("participants")["arm"]
    assert set(arms) == {arm.id for arm in protocol.arms.compared()}


def test_without_a_truth_the_records_fit_the_protocol(programme: str):
    protocol = protocol_of(programme)
    people = simulate_records(protocol, seed=7).frame("participants")
    assert set(people["arm"]) == {arm.id for arm in protocol.arms.compared()}
    assert people["enrolled_on"].between(date(2015, 9, 1), date(2017, 6, 30)).all()


def test_those_enrolled_in_the_last_four_months_are_followed_for_less_than_two_years():
    people = simulate_records(protocol_of("ips_sydnarke"), truth_of("ips_sydnarke"), seed=7).frame("participants")
    late = people[people["enrolled_on"] > date(2017, 2, 28)]
    assert len(late) > 0
    assert (pd.to_datetime(late["followed_until"]) < pd.to_datetime(late["enrolled_on"]) + pd.DateOffset(years=2)).all()


def test_a_prestudy_has_nobody_to_simulate():
    protocol = protocol_of("ips_sydnarke").model_copy(update={"design": "prestudy"})
    with pytest.raises(CohortError, match="a prestudy has no participants"):
        simulate_records(protocol, seed=7)


def test_a_covariate_that_a_stated_truth_does_not_have_is_refused_in_a_sentence():
    protocol = protocol_of("ips_sydnarke")
    other = protocol.covariates[0].model_copy(update={"id": "wage", "column": "wage"})
    with pytest.raises(CohortError, match=r"covariates\.wage needs a column .* allowed: age, "):
        simulate_records(protocol.model_copy(update={"covariates": (other,)}), truth_of("ips_sydnarke"), seed=7)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("baseline", "site"), {"north": 0.5, "south": 0.4}, "sum to 1"),
        (("baseline", "women"), 1.2, "women"),
        (("data_cut",), date(2017, 1, 1), "before data_cut"),
        (("title", "en"), "Records of IPS Sydnärke", "must say synthetic"),
        (("death", "pieces"), [{"from_month": 3, "per_month": 0.1}], "from_month 0"),
        (("deaths",), 1, "not a known key"),
    ],
)
def test_a_wrong_truth_is_refused_with_its_place(tmp_path, path: tuple[str, ...], value: object, sentence: str):
    content = yaml.safe_load(shipped("data", "programmes", "ips_sydnarke", "truth.yaml").read_text(encoding="utf-8"))
    part = content
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    file = tmp_path / "truth.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(SpecError, match=sentence) as refused:
        load_truth(file)
    assert str(refused.value).startswith(f"{file}: ")


def test_true_values_of_one_arm_have_no_difference():
    value = true_values(protocol_of("ips_sydnarke"), truth_of("ips_sydnarke"), "employment", people=2_000, seed=1)
    assert 0 < value.risk_1 < 1
    assert value.to_frame()["quantity"].tolist() == ["arm_1", "risk"]
    with pytest.raises(MethodError, match="one arm"):
        _ = value.risk_difference


def test_a_mean_is_not_told_as_a_risk():
    protocol, truth = protocol_of("ips_sydnarke_comparison"), truth_of("ips_sydnarke_comparison")
    value = true_values(protocol, truth, "days_employed", people=2_000, seed=1)
    assert value.contrast.value > 0
    with pytest.raises(MethodError, match="not made of risks"):
        _ = value.risk_1


def test_a_hazard_ratio_has_no_true_value():
    protocol, truth = protocol_of("ips_sydnarke_comparison"), truth_of("ips_sydnarke_comparison")
    estimands = tuple(
        one.model_copy(update={"contrast": "hazard_ratio"}) if one.id == "first_job" else one
        for one in protocol.estimands
    )
    asked = protocol.model_copy(update={"estimands": estimands})
    with pytest.raises(MethodError, match="hazard ratio"):
        true_values(asked, truth, "first_job", people=2_000, seed=1)
