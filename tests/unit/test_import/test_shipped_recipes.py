"""Every recipe that ships makes records of an invented file of its kind, which can be read again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from steget_eval import read_records
from steget_eval.core.errors import RecordsError
from steget_eval.intake.importing import Imported, import_files, write_import
from steget_eval.intake.pseudonyms import Pseudonymiser, write_key
from steget_eval.intake.recipes import load_recipe, shipped_recipes
from steget_eval.records import Records

FILES = Path(__file__).parent / "files"
#: Numbers that the Swedish Tax Agency prints in its leaflets, and a protected form of one.
PERSON, COORDINATION, PROTECTED = "19640823-3234", "197010632391", "19640823Tf29"
ESF = f"""Personnummer;Startdatum;Slutdatum;Månad;Timmar;Mall
{PERSON};2018-02-01;;2018-02;24;PO2
{PERSON};2018-02-01;2018-03-15;2018-03;12,5;PO2
{COORDINATION};20180301;;2018-03;40;PO2
{PROTECTED};2018-03-05;;2018-03;;PO1
;;;;;PO2
"""


@pytest.fixture(scope="module")
def people() -> Records:
    return import_files([FILES / "sus_person.csv"], load_recipe("sus_person"), origin="synthetic").records


@pytest.fixture
def run(people: Records) -> Callable[[str], Imported]:
    def imported(name: str) -> Imported:
        return import_files([FILES / f"{name}.csv"], load_recipe(name), people=people, until=date(2023, 1, 1))

    return imported


def dropped(imported: Imported) -> list[int]:
    return [line.rows for line in imported.conservation.lines if line.fate == "dropped"]


@pytest.mark.parametrize("name", [path.stem for path in sorted(FILES.glob("*.csv"))])
def test_what_was_imported_can_be_written_and_read(name: str, people: Records, tmp_path: Path) -> None:
    recipe = load_recipe(name)
    needs = all(landing.table not in {"participants", "counts"} for landing in recipe.tables)
    got = import_files([FILES / f"{name}.csv"], recipe, people=people if needs else None, origin="synthetic")
    write_import(got, tmp_path / "records")
    back = read_records(tmp_path / "records")
    assert back.fingerprint == got.records.fingerprint
    assert back.card == got.records.card
    assert sum(line.rows for line in got.conservation.lines if line.fate != "derived") == got.conservation.read


def test_every_shipped_recipe_has_a_file_here() -> None:
    assert set(shipped_recipes()) == {path.stem for path in FILES.glob("*.csv")} | {"esf_monthly"}


@pytest.mark.parametrize("name", shipped_recipes())
def test_what_no_source_says_is_told_as_an_assumption(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.assumed()
    assert all(label.sv.endswith(".") and label.en.endswith(".") for label in recipe.assumed())


def test_report_counts_of_women_and_men_are_kept_and_totals_dropped() -> None:
    got = import_files([FILES / "sus_report_counts.csv"], load_recipe("sus_report_counts"))
    counts = got.records.frame("counts")
    after = counts[counts["category"].str.contains("Förvärvsarbete") & counts["category"].str.endswith("(efter)")]
    assert dict(zip(after["sex"], after["n"], strict=True)) == {"woman": 4, "man": 2}
    assert got.conservation.total("dropped", reason="a total of the rows of women and men") == 4


def test_a_sex_without_a_count_gives_no_row_and_is_no_zero() -> None:
    got = import_files([FILES / "finsam_counts_by_sex.csv"], load_recipe("finsam_counts_by_sex"))
    counts = got.records.frame("counts").set_index(["period", "category", "sex"])["n"]
    assert counts["2023", "Steg A: deltagare", "woman"] == 14
    assert ("2023", "Steg B: deltagare", "man") not in counts.index
    assert dropped(got) == [1]


def test_months_of_one_participant_become_one_person_with_the_end_once_it_is_known(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(ESF, encoding="utf-8")
    (tmp_path / "project").mkdir()
    key = write_key(tmp_path / "outside" / "key", project=tmp_path / "project")
    pseudonymise = Pseudonymiser(key, project=tmp_path / "project").pseudonym
    got = import_files([file], load_recipe("esf_monthly"), pseudonymise=pseudonymise, this_year=2018)
    people = got.records.frame("participants").set_index("participant_id")
    assert len(people) == 3
    assert str(people.loc[pseudonymise(PERSON), "discharged_on"]) == "2018-03-15"
    assert people["sex"].tolist() == ["man", "man", "woman"]
    assert people["birth_year"].tolist() == [1964, 1970, 1964]
    assert got.records.frame("services")["quantity"].tolist() == [24.0, 12.5, 40.0]
    assert (got.identity_numbers.personal, got.identity_numbers.coordination, got.identity_numbers.protected) == (
        2,
        1,
        1,
    )
    assert (got.conservation.total("kept"), got.conservation.total("merged"), dropped(got)) == (3, 1, [1])


def test_identity_numbers_without_a_key_are_refused_and_never_quoted(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(ESF, encoding="utf-8")
    with pytest.raises(RecordsError, match="--key") as refused:
        import_files([file], load_recipe("esf_monthly"))
    assert PERSON not in str(refused.value)
    as_is = load_recipe("esf_monthly").model_dump(mode="json", exclude_defaults=True)
    as_is["key"]["pseudonym"] = "as_is"
    with pytest.raises(RecordsError, match="identity numbers in the column of persons") as refused:
        import_files([file], type(load_recipe("esf_monthly")).model_validate(as_is))
    assert PERSON not in str(refused.value)


def test_status_codes_become_states_and_administrative_ones_are_dropped(run: Callable[[str], Imported]) -> None:
    got = run("af_skat")
    spells = got.records.frame("spells").sort_values("source_row")
    assert spells["state"].tolist() == [
        "job_seeking", "competitive_employment", "work_practice", "labour_market_training", "employment",
        "subsidised_employment", "job_seeking", "subsidised_employment",
    ]  # fmt: skip
    assert str(spells["ended_on"].iloc[0]) == "2022-02-01"  # the day after the last
    assert {line.reason.en: line.rows for line in got.conservation.lines if line.reason} == {
        "an administrative code (95–98)": 1,
        "leaving for the EU or EEA, which is no state": 1,
        "the person is not among the participants": 1,
        "after the follow-up of the person ended": 1,
    }


def test_sickness_periods_within_five_days_are_one_case(run: Callable[[str], Imported]) -> None:
    spells = run("fk_benefit_periods").records.frame("spells").set_index("source_row")
    case = spells.loc[2]
    assert (str(case["started_on"]), str(case["ended_on"])) == ("2021-04-01", "2021-08-01")
    assert case["extent_percent"] is None or case["extent_percent"] != case["extent_percent"]  # several extents: none


def test_days_of_the_chain_go_on_below_ninety_days_and_begin_anew_at_ninety(run: Callable[[str], Imported]) -> None:
    spells = run("fk_benefit_periods").records.frame("spells").set_index("source_row")
    assert spells.loc[[2, 6, 7], "chain_day"].tolist() == [1, 123, 1]  # 122 days before; gaps of 89 and 90 days


def test_yearly_amounts_are_hundreds_of_kronor_and_the_breaks_are_told(run: Callable[[str], Imported]) -> None:
    got = run("lisa_annual")
    amounts = got.records.frame("amounts").set_index(["participant_id", "occasion", "item"])["value"]
    assert amounts["D001", "year_2021", "annual_pay"] == 81_200 * 100  # öre
    statuses = got.records.frame("statuses").set_index(["participant_id", "occasion"])["occupation"]
    assert (statuses["D001", "year_2018"], statuses["D001", "year_2021"]) == ("other", "employed")
    told = " ".join(label.en for label in got.notices)
    assert "Break in 2019" in told
    assert "Break in 2022" in told
    assert set(got.notices) <= set(got.records.card.assumptions)


def test_no_break_is_told_where_all_years_lie_on_one_side(people: Records, tmp_path: Path) -> None:
    lines = (FILES / "lisa_annual.csv").read_text(encoding="utf-8").splitlines()
    file = tmp_path / "LISA_2021.csv"
    file.write_text("\n".join([lines[0].upper(), lines[2]]), encoding="utf-8")  # letter case differs by delivery
    got = import_files([file], load_recipe("lisa_annual"), people=people)
    assert not any("Break" in label.en for label in got.notices)
    assert any("temporarily absent" in label.en for label in got.notices)


def test_a_month_with_pay_is_a_month_of_employment(run: Callable[[str], Imported]) -> None:
    got = run("lisa_monthly")
    spells = got.records.frame("spells").query("participant_id == 'D001'").sort_values("started_on")
    assert spells["started_on"].astype(str).tolist() == ["2021-11-01", "2021-12-01"]
    assert spells["ended_on"].astype(str).tolist() == ["2021-12-01", "2022-01-01"]
    assert spells["monthly_pay_sek"].tolist() == [14_500, 15_200]
    assert got.conservation.total("dropped", reason="no pay in any month of the year") == 1


def test_months_of_aid_in_a_row_are_one_spell_and_the_household_is_told(run: Callable[[str], Imported]) -> None:
    got = run("municipal_assistance")
    spells = got.records.frame("spells").sort_values("source_row")
    assert spells["started_on"].astype(str).tolist() == ["2021-04-01", "2021-07-01", "2021-05-01"]
    assert spells["ended_on"].astype(str).tolist() == ["2021-06-01", "2021-08-01", "2021-07-01"]
    assert any("households" in label.en for label in got.records.card.assumptions)
    assert (got.conservation.total("merged"), dropped(got)) == (2, [1])
