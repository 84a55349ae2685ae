"""The planted cases of an invented SUS-like extract come out as they were planted."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from steget_eval.intake.importing import Imported, import_files
from steget_eval.intake.recipes import load_recipe

FILE = Path(__file__).parent / "files" / "sus_person.csv"


@pytest.fixture(scope="module")
def imported() -> Imported:
    return import_files([FILE], load_recipe("sus_person"), origin="synthetic")


@pytest.fixture(scope="module")
def exits(imported: Imported) -> pd.DataFrame:
    statuses = imported.records.frame("statuses")
    return statuses[statuses["occasion"] == "exit"].set_index("participant_id")


def efforts(imported: Imported, category: str) -> dict[str, int]:
    counts = imported.records.frame("counts")
    mine = counts[counts["category"] == category]
    return {str(sex): int(n) for sex, n in zip(mine["sex"], mine["n"], strict=True)}


def test_twenty_rows_end_as_seventeen_kept_one_merged_and_two_dropped(imported: Imported) -> None:
    conservation = imported.conservation
    assert (conservation.read, conservation.total("kept"), conservation.total("merged")) == (20, 17, 1)
    assert conservation.total("dropped", reason="registered by mistake") == 1
    assert conservation.total("dropped", reason="withdrawn consent") == 1
    assert conservation.total("dropped") == 2


def test_two_efforts_of_one_person_are_two_efforts_and_one_person(imported: Imported) -> None:
    assert imported.records.counts()["participants"] == 15  # 14 who ended, and one who has not
    people = imported.records.frame("participants").set_index("participant_id")
    assert str(people.loc["D007", "enrolled_on"]) == "2021-12-01"  # the effort begun last
    merged = imported.conservation.rows.query("fate == 'merged'")
    assert merged[["source_row", "into_row"]].to_numpy().tolist() == [[8, 9]]
    assert sum(efforts(imported, "efforts").values()) == 16


def test_fifteen_efforts_ended_seven_of_women_and_eight_of_men(imported: Imported) -> None:
    assert efforts(imported, "ended efforts") == {"woman": 7, "man": 8}


def test_outcomes_of_efforts_are_those_of_the_planted_table(imported: Imported) -> None:
    assert sum(efforts(imported, "working after").values()) == 6
    assert sum(efforts(imported, "studying after").values()) == 3
    assert sum(efforts(imported, "working or studying after").values()) == 8
    assert sum(efforts(imported, "begun or increased work or studies").values()) == 8
    assert sum(efforts(imported, "pay after").values()) == 6


def test_of_fourteen_persons_who_ended_eight_work_or_study(exits: pd.DataFrame) -> None:
    assert len(exits) == 14
    assert exits["occupation"].isin(["employed", "studying", "employed_and_studying"]).sum() == 8


def test_an_effort_that_has_not_ended_is_in_no_denominator_after(imported: Imported, exits: pd.DataFrame) -> None:
    people = imported.records.frame("participants").set_index("participant_id")
    assert people.loc["D010", ["discharged_on", "followed_until"]].isna().all()
    assert "D010" not in exits.index


@pytest.mark.parametrize("person", ["D011", "D017"])
def test_a_mistake_and_a_withdrawn_consent_appear_in_no_table(imported: Imported, person: str) -> None:
    for name in ("participants", "statuses"):
        assert person not in set(imported.records.frame(name)["participant_id"])


def test_no_public_support_beside_another_source_is_told_and_not_repaired(imported: Imported) -> None:
    found = [finding for finding in imported.findings if finding.column == "income_sources"]
    assert [(finding.rows, finding.severity) for finding in found] == [((18,), "warning")]
    statuses = imported.records.frame("statuses").set_index(["participant_id", "occasion"])
    assert statuses.loc[("D016", "start"), "income_sources"] == "social_assistance|no_public_support"


def test_more_hours_than_before_is_increased_and_not_begun(imported: Imported) -> None:
    statuses = imported.records.frame("statuses").set_index(["participant_id", "occasion"])
    before, after = statuses.loc[("D008", "start")], statuses.loc[("D008", "exit")]
    assert (before["occupation"], after["occupation"]) == ("employed", "employed")
    assert (before["work_extent_percent"], after["work_extent_percent"]) == (50.0, 75.0)


def test_who_works_and_studies_counts_once_in_either_and_once_in_each(exits: pd.DataFrame, imported: Imported) -> None:
    assert exits.loc["D015", "occupation"] == "employed_and_studying"
    works, studies = efforts(imported, "working after"), efforts(imported, "studying after")
    either = efforts(imported, "working or studying after")
    assert either["woman"] == works["woman"] + studies["woman"] - 1


@pytest.mark.parametrize("person", ["D003", "D015"])
def test_pay_beside_a_benefit_is_work_but_not_life_without_support(exits: pd.DataFrame, person: str) -> None:
    assert exits.loc[person, "occupation"].startswith("employed")
    assert {"pay", "sickness_benefit"} == set(exits.loc[person, "income_sources"].split("|"))


def test_who_had_no_public_support_before_cannot_have_left_it(imported: Imported) -> None:
    statuses = imported.records.frame("statuses").set_index(["participant_id", "occasion"])
    assert statuses.loc[("D009", "start"), "income_sources"] == "no_public_support"
    assert statuses.loc[("D009", "exit"), "income_sources"] == "pay"


def test_anonymous_rows_stand_only_among_counts_and_widen_the_bounds(imported: Imported) -> None:
    anonymous = efforts(imported, "anonymous participants")
    assert anonymous == {"woman": 1, "man": 1}
    reached = sum(efforts(imported, "working or studying after").values())
    unknown = sum(anonymous.values()) + sum(efforts(imported, "efforts").values()) - 15
    everyone = 15 + unknown
    assert (reached, reached + unknown, everyone) == (8, 11, 18)


def test_every_kept_row_points_back_at_the_file(imported: Imported) -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    for row in imported.records.frame("participants").itertuples():
        assert row.source_file == FILE.name
        assert lines[row.source_row - 1].startswith(f"{row.participant_id};")


def test_what_the_layout_assumes_stands_on_the_card(imported: Imported) -> None:
    card = imported.records.card
    assert card.origin == "synthetic"
    assert any("four classes of education are assumed" in label.en for label in card.assumptions)
    assert card.accounting == imported.conservation.lines
