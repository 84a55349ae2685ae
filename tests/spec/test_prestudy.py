"""What a prestudy's map says of a function, and what it refuses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from steget_eval import disclose, evaluate, load_mapping, load_protocol, map_prestudy, read_records
from steget_eval.core.errors import CohortError, RecordsError, SpecError
from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol
from steget_eval.protocol.prestudy_mapping import Mapping

PLACE = shipped("data", "programmes", "gotland_2020_00682")
DECIDED: dict[str, Any] = yaml.safe_load((PLACE / "protocol.yaml").read_text(encoding="utf-8"))
FOUND: dict[str, Any] = load_mapping(PLACE / "mapping").model_dump(mode="json")
SAID = {"sv": "svar", "en": "answer"}


def protocol(**changes: object) -> Protocol:
    return Protocol.model_validate({**DECIDED, **changes})


def mapping(**changes: object) -> Mapping:
    return Mapping.model_validate({**FOUND, **changes})


def covered(*states: str) -> Mapping:
    """A mapping in which the first actors answer so of the first function, and nobody of anything else."""
    actors = [one["id"] for one in DECIDED["prestudy"]["actors"]]
    told = [{"actor": actor, "function": "find", "state": state, "source": SAID}
            for actor, state in zip(actors, states, strict=False) if state]  # fmt: skip
    return mapping(coverage=told)


@pytest.mark.parametrize(
    ("states", "overall"),
    [
        (("missing", "partly", "provided"), "provided"),
        (("missing", "partly", "missing"), "partly"),
        (("missing", "missing"), "missing"),
        (("", "missing"), "missing"),
    ],
)
def test_a_function_is_as_far_there_as_the_best_actor_takes_it(states, overall):
    found = map_prestudy(protocol(), covered(*states)).functions
    assert found[0].state == overall
    assert len(found[0].actors) == sum(bool(state) for state in states)
    assert {one.state for one in found[1:]} == {"not_asked"}


def test_a_function_that_nobody_was_asked_about_counts_in_no_share():
    shares = map_prestudy(protocol(), covered("provided")).estimates.where(contrast="coverage_share")
    assert {row.subgroup: row.estimate for row in shares if row.subgroup.startswith("functions")} == {
        "functions_provided": 1.0, "functions_partly": 0.0, "functions_missing": 0.0,
    }  # fmt: skip


def test_a_prestudy_may_name_the_comparison_that_it_plans_and_has_no_effect_of_it():
    decided = protocol()
    assert decided.arms.comparison is not None
    records = read_records(shipped("data", "programmes", "ips_sydnarke", "records"))
    with pytest.raises(CohortError, match="a prestudy has no participants, so there is no effect to estimate"):
        evaluate(decided, records)


def test_the_section_belongs_to_a_prestudy_alone():
    with pytest.raises(ValidationError, match="prestudy belongs to design prestudy"):
        protocol(design="randomised")
    with pytest.raises(CohortError, match="has no section prestudy"):
        map_prestudy(protocol(prestudy=None), mapping())
    with pytest.raises(CohortError, match="a mapping belongs to a prestudy, and this protocol has design single_arm"):
        map_prestudy(load_protocol(shipped("data", "programmes", "ips_sydnarke", "protocol.yaml")), mapping())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"coverage": [{"actor": "church", "function": "find", "state": "partly", "source": SAID}]},
         "coverage.actor is 'church'; allowed: af"),
        ({"coverage": [{"actor": "af", "function": "sing", "state": "partly", "source": SAID}]},
         "coverage.function is 'sing'"),
        ({"pathways": [{"sender": "af", "receiver": "church", "state": "partly", "source": SAID}]},
         "pathways.receiver is 'church'"),
        ({"steps": [{"step": "rest"}]}, "steps.step is 'rest'"),
        ({"target_group": []}, "recruited_from is 'could_be_asked'; allowed: none"),
        ({"budget": FOUND["budget"][:1]}, "the budget's lines come to 262000, prestudy.grant.budget_sek says 398710"),
    ],
)  # fmt: skip
def test_what_the_protocol_does_not_know_is_refused_by_name(changes, sentence):
    with pytest.raises(SpecError, match=sentence):
        map_prestudy(protocol(), mapping(**changes))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"origin": "real"}, "a line is invented, so origin must be synthetic"),
        ({"coverage": FOUND["coverage"][:1] * 2}, "coverage: a line stands more than once"),
        ({"pathways": [{"sender": "af", "receiver": "af", "state": "partly", "source": SAID}]}, "another actor"),
        ({"target_group": [{**FOUND["target_group"][0], "low": 70000}]}, "count must lie between low and high"),
    ],
)
def test_a_mapping_that_contradicts_itself_is_refused(changes, sentence):
    with pytest.raises(ValidationError, match=sentence):
        mapping(**changes)


def test_a_small_count_of_people_takes_its_limits_and_what_rests_on_it_along():
    few = [{**line, "count": 4, "low": 0, "high": 90} if line["id"] == "could_be_asked" else line
           for line in FOUND["target_group"]]  # fmt: skip
    release = disclose(map_prestudy(protocol(), mapping(target_group=few)))
    assert release.hidden == ("could_be_asked", "supported_now")
    gone = release.estimates[release.estimates["suppressed"]]
    assert set(gone["contrast"]) == {"people", "recruitment_years"}
    assert gone[["estimate", "conf_low", "conf_high"]].isna().to_numpy().all()
    hidden = {line.id: line for line in release.mapping.target_group if line.id in release.hidden}
    assert {(line.count, line.low, line.high) for line in hidden.values()} == {(0, 0, 0)}


def test_a_small_count_of_things_is_told_and_a_zero_of_people_only_on_request():
    clinics = {**FOUND["target_group"][-1], "people": False}
    nobody = {**FOUND["target_group"][-1], "id": "nobody", "count": 0, "low": 0, "high": 0}
    found = map_prestudy(protocol(), mapping(target_group=[FOUND["target_group"][5], clinics, nobody]))
    assert disclose(found).hidden == ("nobody",)
    assert disclose(found, found.protocol.disclosure.model_copy(update={"publish_zero": True})).hidden == ()
    assert disclose(found, internal=True).hidden == ()


def test_a_mapping_is_read_from_its_folder_or_its_file():
    assert load_mapping(PLACE / "mapping").fingerprint == load_mapping(PLACE / "mapping" / "mapping.yaml").fingerprint


TABLE = """function;psychiatry;af
find;Ja;delvis
health; nej ;
"""


def tabled(folder: Path, table: str = TABLE, **changes: object) -> Path:
    """A folder with a mapping that names a table of actors and functions."""
    told = {name: value for name, value in FOUND.items() if name != "coverage"}
    words = {"ja": "provided", "delvis": "partly", "nej": "missing"}
    told["coverage_table"] = {"file": "who.csv", "words": words, "source": SAID}
    (folder / "mapping.yaml").write_text(
        yaml.safe_dump(told | changes, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    (folder / "who.csv").write_text(table, encoding="utf-8")
    return folder


def test_a_table_of_actors_and_functions_is_read_cell_by_cell_and_an_empty_one_was_not_asked(tmp_path):
    found = load_mapping(tabled(tmp_path)).coverage
    assert [(one.actor, one.function, one.state) for one in found] == [
        ("psychiatry", "find", "provided"), ("af", "find", "partly"), ("psychiatry", "health", "missing"),
    ]  # fmt: skip
    assert {one.source.sv for one in found} == {"svar"}


@pytest.mark.parametrize(
    ("table", "changes", "sentence"),
    [
        (TABLE.replace("Ja", "kanske"), {}, "row 2, column psychiatry: a cell says none of ja, delvis, nej"),
        (TABLE.replace("find;Ja;delvis", "find;Ja"), {}, "row 2: 2 cells where the header has 3"),
        ("function;psychiatry\n", {}, "a header with actors and a row per function were expected"),
        (TABLE, {"coverage": []}, "coverage and coverage_table both tell who does what"),
        (TABLE, {"coverage_table": {"file": "none.csv", "words": {}, "source": SAID}}, "none.csv: there is no such"),
        (TABLE, {"coverage_table": {"file": "who.csv", "source": SAID}}, "coverage_table.words is missing"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_its_place_and_never_its_cell(tmp_path, table, changes, sentence):
    with pytest.raises(RecordsError, match=re.escape(sentence)) as refused:
        load_mapping(tabled(tmp_path, table, **changes))
    assert "kanske" not in str(refused.value)
