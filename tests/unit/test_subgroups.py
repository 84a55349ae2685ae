"""Groups in a study: sex always, the test before the levels, a family adjusted, nothing where cells are small."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from steget_eval import build_cohort, load_protocol, read_records
from steget_eval.cohort import Cohort, Flow, OutcomeValues
from steget_eval.core.shipped import shipped
from steget_eval.core.streams import stream
from steget_eval.methods.effects import amount, binary, competing
from steget_eval.methods.effects.interaction import interaction
from steget_eval.protocol import Protocol
from steget_eval.study.subgroups import subgroup_answers

WORDS = {"sv": "a", "en": "a"}
DEATH = [{"id": "death", "label": WORDS, "sources": [{"follow_up_ended_by": ["death"]}]}]


def test_sex_comes_along_from_the_records_where_no_covariate_asks_for_it() -> None:
    folder = shipped("data", "programmes", "steget_2021")
    told = load_protocol(folder / "protocol.yaml").model_dump(mode="json")
    bare = Protocol.model_validate(
        told
        | {"covariates": [one for one in told["covariates"] if one["id"] != "sex"]}
        | {"estimands": [one | {"by": []} for one in told["estimands"]]}
    )
    cohort = build_cohort(bare, read_records(folder / "records"))
    assert list(cohort.recorded) == ["sex"]
    assert len(cohort.recorded) == len(cohort.persons)
    named = subgroup_answers(build_cohort(Protocol.model_validate(told), read_records(folder / "records")), bare)
    found = subgroup_answers(cohort, bare)
    assert [one.group for one in found.groups] == ["sex"]
    assert found.estimates == named.estimates


def protocol_of(*, arms: int = 2, **more: Any) -> Protocol:
    """A question of each kind, without anything to adjust for unless more is asked."""

    def outcome(name: str, kind: str, **also: Any) -> dict[str, Any]:
        events = [{"spells": ["competitive_employment"]}]
        words = {"label": WORDS, "definition": WORDS}
        return {"id": name, "kind": kind, "events": events, "intercurrent_events": DEATH, **words, **also}

    def estimand(name: str, contrast: str, strategy: str) -> dict[str, Any]:
        whom = {"population": "ATE" if arms == 2 else "arm", "strategies": {"death": strategy}}
        return {"id": name, "question": WORDS, "outcome": name, "contrast": contrast, **whom}

    two = arms == 2
    named: dict[str, Any] = {"treated": {"id": "ips", "label": WORDS}}
    if two:
        named["comparison"] = {"id": "usual", "label": WORDS}
    return Protocol.model_validate(
        {
            "schema_version": 1, "id": "made_up", "title": WORDS, "decided_on": "2026-01-01",
            "design": "randomised" if two else "single_arm", "arms": named,
            "programme": {"id": "made_up", "name": WORDS, "is_ips": False, "description": WORDS},
            "clock": {"index": "enrolled_on", "horizon": 24, "unit": "months"},
            "covariates": [
                {"id": "school", "label": WORDS, "kind": "category", "column": "school", "adjust": False},
                {"id": "worked", "label": WORDS, "kind": "binary", "column": "worked", "adjust": False},
            ],
            "outcomes": [
                outcome("job", "binary"), outcome("first_job", "competing"),
                outcome("days", "amount", measure="days_in_state"),
            ],
            "estimands": [
                estimand("job", "risk_difference" if two else "risk", "composite"),
                estimand("first_job", "risk_difference" if two else "risk", "while_alive"),
                estimand("days", "mean_difference" if two else "mean", "composite"),
            ],
            "primary": "job", **more,
        }
    )  # fmt: skip


def cohort_of(seed: int, n: int = 400, *, arms: int = 2, **changed: Any) -> Cohort:
    """People drawn by a seed, with sex recorded and no covariate for it."""
    rng = stream(seed, "subgroups made up")
    a = rng.integers(0, 2, n) if arms == 2 else np.ones(n, dtype=np.int64)
    job = (rng.random(n) < 0.3 + 0.2 * a).astype(float)
    d = rng.choice([0, 1, 2], n, p=[0.4, 0.5, 0.1])
    nothing = np.empty(0, dtype=np.int64)

    def values(
        kind: Any, y: np.ndarray = nothing, t: np.ndarray = nothing, ended: np.ndarray = nothing
    ) -> OutcomeValues:
        return OutcomeValues(kind=kind, y=y, t=t, d=ended, horizon_days=730, causes=("death",), unit="days")

    made = Cohort(
        arms=("ips", "usual")[:arms],
        persons=pd.DataFrame({
            "participant_id": [f"p{place:04}" for place in range(n)], "arm": np.where(a == 1, "ips", "usual"), "a": a,
            "cluster": rng.integers(0, 12, n).astype(str),
        }),
        covariates=pd.DataFrame({
            "school": rng.choice(["short", "middle", "long"], n), "worked": rng.integers(0, 2, n).astype(float),
        }),
        outcomes={
            "job": values("binary", job),
            "first_job": values("competing", t=np.where(d == 0, 730, rng.integers(1, 730, n)), ended=d),
            "days": values("amount", np.where(job == 1, rng.integers(1, 700, n), 0).astype(float)),
        },
        states=pd.DataFrame(), months_in_state=pd.DataFrame(), flow=Flow(()), benchmark={}, records_fingerprint="f",
        origin="synthetic", source={}, recorded=pd.DataFrame({"sex": rng.choice(["man", "woman"], n)}),
    )  # fmt: skip
    return replace(made, **changed)


def test_sex_is_told_though_nobody_asked_for_it() -> None:
    found = subgroup_answers(cohort_of(1), protocol_of())
    assert [(one.estimand, one.group, one.standing) for one in found.groups] == [("job", "sex", "told")]
    assert {row.subgroup for row in found.estimates} == {"sex=*", "sex=man", "sex=woman"}


def test_records_without_sex_are_asked_by_what_the_protocol_names_alone() -> None:
    bare = cohort_of(1, recorded=pd.DataFrame())
    assert subgroup_answers(bare, protocol_of()).groups == ()
    named = subgroup_answers(bare, protocol_of(subgroups={"by": ["school"]}))
    assert [one.group for one in named.groups] == ["school"]


@pytest.mark.parametrize("arms", [1, 2])
def test_how_the_groups_differ_stands_before_what_is_in_each(arms: int) -> None:
    protocol = protocol_of(arms=arms, subgroups={"by": ["school"], "estimands": ["job", "first_job", "days"]})
    rows = list(subgroup_answers(cohort_of(2, arms=arms), protocol).estimates)
    for estimand in ("job", "first_job", "days"):
        for group in ("sex", "school"):
            mine = [row for row in rows if row.estimand == estimand and row.subgroup.startswith(f"{group}=")]
            between = [row.subgroup == f"{group}=*" for row in mine]
            assert between == sorted(between, reverse=True)
            assert {True, False} == set(between)


def test_a_level_is_the_method_on_its_own_people_and_the_test_is_of_the_levels() -> None:
    cohort, protocol = cohort_of(3), protocol_of(subgroups={"estimands": ["job", "days"]})
    found = subgroup_answers(cohort, protocol).estimates
    differences, ratios, means = [], [], []
    for level in ("man", "woman"):
        mine = (cohort.recorded["sex"] == level).to_numpy()
        y, a = cohort.outcomes["job"].y[mine], cohort.a[mine]
        differences.append(binary.risk_difference(y, a, interval="miettinen_nurminen").rows[0])
        ratios.append(binary.risk_ratio(y, a).rows[0])
        means.append(amount.mean_difference(cohort.outcomes["days"].y[mine], a).rows[0])
        told = found.only(estimand="job", subgroup=f"sex={level}", contrast="risk_difference")
        assert (told.estimate, told.conf_low, told.n_1, told.events_0) == (
            differences[-1].estimate, differences[-1].conf_low, differences[-1].n_1, differences[-1].events_0
        )  # fmt: skip
    for estimand, rows, scale in (
        ("job", differences, "difference"),
        ("job", ratios, "ratio"),
        ("days", means, "difference"),
    ):
        effects = [np.log(row.estimate) if scale == "ratio" else row.estimate for row in rows]
        wanted = interaction(effects, [row.std_error**2 for row in rows], scale=scale)  # type: ignore[arg-type]
        told = found.only(estimand=estimand, subgroup="sex=*", contrast=f"interaction_{scale}")
        assert (told.estimate, told.p_value) == (wanted.rows[0].estimate, wanted.rows[0].p_value)
        assert told.note == f"woman {'over' if scale == 'ratio' else 'minus'} man"


def test_times_with_a_competing_event_are_compared_at_the_horizon() -> None:
    cohort, protocol = cohort_of(4), protocol_of(primary="first_job")
    found = subgroup_answers(cohort, protocol).estimates
    rows = []
    for level in ("man", "woman"):
        mine, values = (cohort.recorded["sex"] == level).to_numpy(), cohort.outcomes["first_job"]
        told = competing.cumulative_incidence(values.t[mine], values.d[mine], cohort.a[mine], horizon=730)
        rows.append(told.only(contrast="risk_difference"))
    wanted = interaction([row.estimate for row in rows], [row.std_error**2 for row in rows]).rows[0]
    assert found.only(contrast="interaction_difference").estimate == wanted.estimate
    assert found.only(contrast="interaction_ratio").scale == "log"


def test_one_arm_tells_the_difference_between_groups() -> None:
    found = subgroup_answers(cohort_of(5, arms=1), protocol_of(arms=1)).estimates
    one, other = (found.only(subgroup=f"sex={level}", contrast="risk_1") for level in ("man", "woman"))
    apart = found.only(contrast="group_difference")
    assert apart.estimate == other.estimate - one.estimate
    assert found.only(contrast="group_ratio").estimate == pytest.approx(other.estimate / one.estimate, rel=1e-12)


@pytest.mark.parametrize(("seed", "small"), [(6, "people"), (7, "events")])
def test_a_group_with_a_small_level_is_not_told_at_all(seed: int, small: str) -> None:
    cohort, n = cohort_of(seed), 400
    sex = np.full(n, "man", dtype=object)
    if small == "people":
        sex[np.flatnonzero(cohort.a == 1)[:19]] = sex[np.flatnonzero(cohort.a == 0)[:150]] = "woman"
    else:
        job = cohort.outcomes["job"].y
        sex[np.flatnonzero((cohort.a == 1) & (job == 0))[:60]] = "woman"
        sex[np.flatnonzero((cohort.a == 1) & (job == 1))[:4]] = "woman"
        sex[np.flatnonzero(cohort.a == 0)[:100]] = "woman"
    found = subgroup_answers(replace(cohort, recorded=pd.DataFrame({"sex": sex})), protocol_of())
    assert [one.standing for one in found.groups] == ["few"]
    assert len(found.estimates) == 0


def test_a_single_level_is_no_group() -> None:
    alone = cohort_of(8, recorded=pd.DataFrame({"sex": ["woman"] * 400}))
    assert [one.standing for one in subgroup_answers(alone, protocol_of()).groups] == ["few"]


def test_the_family_is_every_group_of_every_question_asked() -> None:
    protocol = protocol_of(subgroups={"by": ["school", "worked"], "estimands": ["job", "days"]})
    found = subgroup_answers(cohort_of(9), protocol).estimates
    tests = found.where(contrast="heterogeneity_difference").rows
    assert len(tests) == 6
    for method in ("holm", "benjamini_hochberg"):
        adjusted = found.where(contrast="adjusted_p_difference", method=method).rows
        assert [(row.estimand, row.subgroup) for row in adjusted] == [(row.estimand, row.subgroup) for row in tests]
        assert all(own.p_value <= row.p_value for own, row in zip(tests, adjusted, strict=True))
        assert {row.note for row in adjusted} == {"family of 6 tests"}


def test_a_single_test_is_adjusted_for_nothing() -> None:
    found = subgroup_answers(cohort_of(10), protocol_of()).estimates
    assert not [row for row in found if row.contrast.startswith("adjusted_p")]


def test_clusters_that_hold_both_sexes_widen_the_comparison_by_leaving_each_out() -> None:
    cohort = cohort_of(11)
    asked = protocol_of(cluster="site", estimands=[
        {"id": "job", "question": WORDS, "outcome": "job", "population": "ATE", "contrast": "risk_difference",
         "strategies": {"death": "composite"}, "methods": ["cr2"]},
    ])  # fmt: skip
    row = subgroup_answers(cohort, asked).estimates.only(contrast="heterogeneity_difference")
    assert row.note == "Hotelling's F, degrees of freedom 1 and 11"


def test_the_parts_left_out_are_drawn_by_the_protocols_seed() -> None:
    more = {"covariates": [{"id": "worked", "label": WORDS, "kind": "binary", "column": "worked"}]}
    estimand = {"id": "job", "question": WORDS, "outcome": "job", "population": "ATE", "contrast": "risk_difference",
                "strategies": {"death": "composite"}, "methods": ["aipw"]}  # fmt: skip
    cohort = cohort_of(12)
    told = [
        subgroup_answers(cohort, protocol_of(estimands=[estimand], seed=seed, **more)).estimates
        for seed in (1, 1, 2)
    ]  # fmt: skip
    apart = [one.only(contrast="interaction_difference") for one in told]
    assert apart[0] == apart[1]
    assert apart[0].estimate == apart[2].estimate
    assert apart[0].std_error != apart[2].std_error
    assert apart[0].std_error == pytest.approx(apart[2].std_error, rel=0.4)  # forty parts tell a variance that well


@pytest.mark.parametrize("asked", [
    {"by": ["nothing"]}, {"by": ["school", "school"]}, {"estimands": ["nothing"]}, {"minimum": 4}, {"more": 1},
])  # fmt: skip
def test_a_protocol_that_asks_by_what_it_has_not_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        protocol_of(subgroups=asked)


@pytest.mark.parametrize(("contrast", "own"), [("risk_ratio", "risk_ratio"), ("odds_ratio", "odds_ratio")])
def test_a_question_of_a_ratio_is_told_as_that_and_as_a_difference(contrast: str, own: str) -> None:
    asked = {"id": "job", "question": WORDS, "outcome": "job", "population": "ATE", "contrast": contrast,
             "strategies": {"death": "composite"}}  # fmt: skip
    found = subgroup_answers(cohort_of(13), protocol_of(estimands=[asked])).estimates
    assert {row.contrast for row in found.where(subgroup="sex=man")} >= {own, "risk_difference"}
    assert len(found.where(subgroup="sex=*")) == 4


def test_the_main_question_is_asked_by_sex_whatever_else_is_asked_by_group() -> None:
    protocol = protocol_of(subgroups={"by": ["school"], "estimands": ["days"]})
    found = subgroup_answers(cohort_of(14), protocol).groups
    assert [(one.estimand, one.group) for one in found] == [("job", "sex"), ("days", "sex"), ("days", "school")]
