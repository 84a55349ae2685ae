"""Writes again the synthetic source files that the programmes' recipes are run on.

    .venv/bin/python data/programmes/build_sources.py

Each file is made of the programme's committed records, put back into the columns and words in which such a programme
would have it, with a few rows added that have to be left out. A test holds that the recipe gives the records again.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook

PROGRAMMES = Path(__file__).resolve().parent
Row = dict[str, str]

SEX = {"woman": "Kvinna", "man": "Man", "unknown": "Okänt", "": ""}
EDUCATION = {"compulsory": "Grundskola", "upper_secondary": "Gymnasium", "tertiary": "Eftergymnasial", "": ""}
YES = {"true": "Ja", "false": "Nej", "": ""}
ENDED = {"study_end": "", "lost": "Ej anträffbar", "withdrawn": "Vill inte vara med", "death": "Avliden",
         "emigration": "Utflyttad"}  # fmt: skip
WORK = {
    "competitive_employment": "Anställning utan stöd", "subsidised_employment": "Anställning med stöd",
    "education": "Studier", "work_practice": "Arbetsträning",
}  # fmt: skip
BENEFIT = {
    "sickness_benefit": "Sjukpenning", "activity_support": "Aktivitetsstöd", "social_assistance": "Försörjningsstöd",
    "job_seeking": "Inskriven hos Arbetsförmedlingen", "inpatient_care": "Sluten vård",
}  # fmt: skip
OCCUPATION = {"employed": "Arbetar", "studying": "Studerar", "employed_and_studying": "Arbetar|Studerar",
              "job_seeking": "Aktivt arbetssökande", "other": "Övriga", "unknown": ""}  # fmt: skip
INCOME = {"no_public_support": "Ingen offentlig försörjning", "social_assistance": "Försörjningsstöd",
          "sickness_benefit": "Sjukpenning", "activity_support": "Aktivitetsstöd", "": ""}  # fmt: skip
CONTACT = {"phone": "Telefon", "letter": "Brev", "": ""}
SCALES = {"eq_vas": "EQ VAS", "mansa": "MANSA", "was": "WAS", "motivation_vas": "Motivation", "rses": "Självkänsla",
          "madrs_s": "MADRS-S"}  # fmt: skip
SITES = {"dino": "Dino", "utokat_aktiv": "Utökat AKTIV", "tredje": "Delprojekt 3", "fjarde": "Delprojekt 4",
         "femte": "Delprojekt 5", "sjatte": "Delprojekt 6", "sjunde": "Delprojekt 7"}  # fmt: skip
TOWNS = {"linkoping": "Linköping", "kinda": "Kinda", "atvidaberg": "Åtvidaberg", "laxa": "Laxå"}
KINDS = {"participants": "Aktiva", "moved_on": "Gått vidare", "work": "Till arbete", "studies": "Till studier",
         "other_support": "Till annat stöd"}  # fmt: skip


def build(programme: str, folder: Path) -> None:
    """Write the source files of one programme into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    BUILDERS[programme](programme, folder)


def coach_log(programme: str, folder: Path) -> None:
    """What the employment specialist writes down, what the authorities paid, and the workbook of questionnaires."""
    people, spells = _read(programme, "participants"), _read(programme, "spells")
    log = [{"Händelse": "Inskriven", "Från": one["enrolled_on"], **_background(one), **_end(one)} for one in people]
    log += [_spell(one, WORK) for one in spells if one["state"] in WORK]
    log.append({"Löpnummer": people[0]["participant_id"], "Händelse": "Struken", "Från": people[0]["enrolled_on"]})
    log.sort(key=lambda one: (one["Löpnummer"], one["Från"], one["Händelse"]))
    names = ("Löpnummer", "Händelse", "Från", "Till", "Timmar per vecka", "Månadslön", *_BACKGROUND, "Kommun", *_END)
    _csv(folder / "coachlogg.csv", names, log)
    _benefits(folder, people, spells)
    names = ("Löpnummer", "Tillfälle", "EQ VAS", "MANSA", "MADRS-S")
    _workbook(folder / "enkater.xlsx", "Enkäter", names, _questionnaires(_read(programme, "assessments")))


def swedish_counts_2016(programme: str, folder: Path) -> None:
    """The project's own table after half a year, as published."""
    words = {"participants": "Aktiva", "moved_on": "Gått vidare", "system_errors": "Systemfel (Lex Heller)"}
    rows = _by_sex(_read(programme, "counts"), "Uppgift", words)
    _csv(folder / "halvarsrapport.csv", ("Period", "Uppgift", "Kvinnor", "Män", "Totalt"), rows)


def sub_projects(programme: str, folder: Path) -> None:
    """The sub-projects' lines, with a line of sums that must not be counted again."""
    words = dict(KINDS)
    for site, name in SITES.items():
        words |= {f"{kind}: {site}": f"{KINDS[kind]}: {name}" for kind in ("participants", "moved_on")}
    rows = _by_sex(_read(programme, "counts"), "Uppgift", words)
    for row in rows:
        row["Uppgift"], _, row["Delprojekt"] = row["Uppgift"].partition(": ")
    rows.append({"Period": rows[0]["Period"], "Uppgift": "Aktiva", "Delprojekt": "Summa delprojekt", "Totalt": "151"})
    _csv(folder / "delprojekt.csv", ("Period", "Delprojekt", "Uppgift", "Kvinnor", "Män", "Totalt"), rows)


def monthly_lists(programme: str, folder: Path) -> None:
    """The project's list of participants month by month, and the register extract on what happened."""
    people, spells = _read(programme, "participants"), _read(programme, "spells")
    rows = [row for one in people for row in _months(one)]
    rows.sort(key=lambda one: (one["Månad"], one["Löpnummer"]))
    rows.append({"Månad": rows[-1]["Månad"]})
    names = ("Månad", "Löpnummer", "Startdatum", "Slutdatum", "Timmar", "Delprojekt", *_BACKGROUND)
    _csv(folder / "deltagarlistor.csv", names, rows)
    _benefits(folder, people, spells, name="registerutdrag.csv", words={**WORK, **BENEFIT})


def sus_extract(programme: str, folder: Path) -> None:
    """An extract like that of SUS, the list of follow-up by phone and letter, and the workbook of questionnaires."""
    people = _read(programme, "participants")
    told = {(one["participant_id"], one["occasion"]): one for one in _read(programme, "statuses")}
    extract = [_effort(one, told) for one in people]
    mistake = dict(extract[0], deltagar_id="syn-901", avslutsanledning="Felregistrering")
    withdrawn = dict(extract[1], deltagar_id="syn-902", avslutsanledning="Återkallat samtycke", slutdatum="")
    earlier = dict(extract[2], insats="Förberedande samtal", startdatum="2021-04-01", slutdatum="2021-04-20")
    _csv(folder / "sus_utdrag.csv", tuple(extract[0]), [*extract, mistake, withdrawn, earlier])
    _csv(folder / "uppfoljning.csv", ("deltagar_id", "kontaktsatt", "sysselsattning", "forsorjning"),
         [*_follow_up(people, told), {"deltagar_id": "syn-902", "kontaktsatt": "Brev"}])  # fmt: skip
    _workbook(folder / "enkater.xlsx", "Enkäter", ("Löpnummer", "Tillfälle", *list(SCALES.values())[:5]),
              _questionnaires(_read(programme, "assessments")))  # fmt: skip


def annual_account(programme: str, folder: Path) -> None:
    """The lines of the service's account of 2010 that hold a number."""
    words = {"assessed": "Bedömda personer", "able_to_go_on": "Kunnat gå vidare i arbetslivsinriktad rehabilitering"}
    rows = [{"År": one["period"], "Mått": words[one["category"]], "Antal": one["n"], "Enhet": "personer"}
            for one in _read(programme, "counts")]  # fmt: skip
    rows.append({"År": "2010", "Mått": "Årsbudget", "Antal": "2923526", "Enhet": "kronor"})
    _csv(folder / "verksamhetsredovisning.csv", ("År", "Mått", "Antal", "Enhet"), rows)


def assessment_list(programme: str, folder: Path) -> None:
    """The service's workbook of assessments, and what the people came to afterwards."""
    people, spells = _read(programme, "participants"), _read(programme, "spells")
    weeks = {"weeks_8": "8 veckor", "weeks_12": "12 veckor"}
    rows = [
        {"Löpnummer": one["participant_id"], "Remiss": "Bedömd", "Start": one["enrolled_on"],
         **_background(one), **_end(one), "Längd": weeks[one["weeks"]],
         "Förslag": "Kan gå vidare" if one["found_able"] == "true" else "Kan inte gå vidare nu",
         "Bedömd chans (procent)": one["assessed_chance"]}
        for one in people
    ]  # fmt: skip
    rows += [{"Löpnummer": f"syn-9{place:02}", "Remiss": "Kom aldrig"} for place in (1, 2)]
    names = (
        "Löpnummer",
        "Remiss",
        "Start",
        "Kommun",
        *_BACKGROUND,
        "Längd",
        "Förslag",
        "Bedömd chans (procent)",
        *_END,
    )
    _workbook(folder / "bedomningar.xlsx", "Bedömningar", names, rows)
    _benefits(folder, people, spells, name="fortsattning.csv", words={**WORK, **BENEFIT})


BUILDERS = {
    "ips_sydnarke": coach_log,
    "steget_2021": sus_extract,
    "inkluderande_rehabilitering": swedish_counts_2016,
    "inkluderande_rehabilitering_sub_projects": sub_projects,
    "inkluderande_rehabilitering_esf": monthly_lists,
    "steget_linkoping": annual_account,
    "steget_linkoping_assessments": assessment_list,
}
_BACKGROUND = ("Kön", "Födelseår", "Utbildning", "Arbete senaste året", "Månader med försörjning", "Motivation")
_END = ("Följd till", "Varför inte längre")


def _background(one: Row) -> Row:
    values = (SEX[one["sex"]], one["birth_year"], EDUCATION[one["education_level"]], YES[one["worked_last_year"]],
              one["months_on_support"], one["motivation"])  # fmt: skip
    return {"Löpnummer": one["participant_id"], "Kommun": TOWNS.get(one["site"], one["site"].capitalize()),
            **dict(zip(_BACKGROUND, values, strict=True))}  # fmt: skip


def _end(one: Row) -> Row:
    """When follow-up ended for those for whom it ended early; the others are followed as far as the file goes."""
    if one["follow_up_ended_by"] == "study_end":
        return {}
    return {"Följd till": one["followed_until"], "Varför inte längre": ENDED[one["follow_up_ended_by"]]}


def _spell(one: Row, words: dict[str, str]) -> Row:
    return {
        "Löpnummer": one["participant_id"], "Händelse": words[one["state"]], "Från": one["started_on"],
        "Till": one["ended_on"], "Procent": _comma(one["extent_percent"]),
        "Timmar per vecka": _comma(one["hours_per_week"]), "Månadslön": one["monthly_pay_sek"],
    }  # fmt: skip


def _benefits(
    folder: Path, people: list[Row], spells: list[Row], *, name: str = "ersattningar.csv",
    words: dict[str, str] = BENEFIT,
) -> None:  # fmt: skip
    rows = [_spell(one, words) for one in spells if one["state"] in words]
    rows.append({"Löpnummer": "syn-999", "Händelse": words["sickness_benefit"], "Från": people[0]["enrolled_on"]})
    names = ("Löpnummer", "Händelse", "Från", "Till", "Procent")
    _csv(folder / name, names if words is BENEFIT else (*names, "Timmar per vecka", "Månadslön"), rows)


def _months(one: Row) -> Iterator[Row]:
    """A row for each month of the first half-year in which a person took part, and one for the month of the exit."""
    first, last = one["enrolled_on"][:7], one["discharged_on"][:7]
    months = [f"2016-{month:02}" for month in range(1, 7) if first <= f"2016-{month:02}" <= last]
    for month in [*months, *([last] if last not in months else [])]:
        yield {"Månad": month, "Startdatum": one["enrolled_on"], "Timmar": "40", "Delprojekt": SITES[one["site"]],
               "Slutdatum": one["discharged_on"] if month == last else "", **_background(one)}  # fmt: skip


def _effort(one: Row, told: dict[tuple[str, str], Row]) -> Row:
    before, after = (told.get((one["participant_id"], when), {}) for when in ("start", "exit"))
    row = {
        "deltagar_id": one["participant_id"], "insats": "Steget", "kon": SEX[one["sex"]],
        "fodelsear": one["birth_year"],
        "startdatum": one["enrolled_on"], "slutdatum": one["discharged_on"],
        "utbildningsniva": EDUCATION[one["education_level"]],
    }  # fmt: skip
    for when, status in (("fore", before), ("efter", after)):
        row |= {
            f"sysselsattning_{when}": OCCUPATION[status["occupation"]] if status else "",
            f"forsorjning_{when}": INCOME[status.get("income_sources", "")],
            f"arbete_omf_{when}": _comma(status.get("work_extent_percent", "")),
            f"studier_omf_{when}": _comma(status.get("study_extent_percent", "")),
        }
    row |= {"avslutsanledning": "Avslutad enligt plan" if one["discharged_on"] else "",
            "k1_arbete_senaste_aret": YES[one["worked_last_year"]],
            "k2_manader_med_forsorjning": one["months_on_support"],
            "k3_motivation": one["motivation"], "k4_alder": one["age"]}  # fmt: skip
    ended = _end(one)
    return row | {"k5_foljd_till": ended.get("Följd till", ""), "k6_varfor": ended.get("Varför inte längre", "")}


def _follow_up(people: list[Row], told: dict[tuple[str, str], Row]) -> Iterator[Row]:
    for one in people:
        status = told.get((one["participant_id"], "follow_up_6m"))
        if status is not None:
            yield {"deltagar_id": one["participant_id"], "kontaktsatt": CONTACT[status.get("contact", "")],
                   "sysselsattning": OCCUPATION[status["occupation"]],
                   "forsorjning": INCOME[status["income_sources"]]}  # fmt: skip


def _questionnaires(scores: list[Row]) -> list[Row]:
    words = {"start": "Start", "exit": "Avslut", "month_24": "Månad 24"}
    rows: dict[tuple[str, str], Row] = {}
    for one in scores:
        row = rows.setdefault((one["participant_id"], one["occasion"]), {})
        row |= {"Löpnummer": one["participant_id"], "Tillfälle": words[one["occasion"]],
                SCALES[one["instrument"]]: one["score"].removesuffix(".0")}  # fmt: skip
    return [rows[key] for key in sorted(rows)]


def _by_sex(counts: list[Row], name: str, words: dict[str, str]) -> list[Row]:
    column = {"woman": "Kvinnor", "man": "Män", "": "Totalt"}
    rows: dict[tuple[str, str], Row] = {}
    for one in counts:
        row = rows.setdefault((one["period"], one["category"]), {"Period": one["period"], name: words[one["category"]]})
        row[column[one["sex"]]] = one["n"]
    for row in rows.values():
        if "Totalt" not in row:
            row["Totalt"] = str(int(row["Kvinnor"]) + int(row["Män"]))
    return list(rows.values())


def _comma(text: str) -> str:
    return text.removesuffix(".0").replace(".", ",")


def _read(programme: str, table: str) -> list[Row]:
    with (PROGRAMMES / programme / "records" / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _csv(file: Path, names: tuple[str, ...], rows: Iterable[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, restval="", extrasaction="ignore", delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _workbook(file: Path, sheet: str, names: tuple[str, ...], rows: Iterable[Row]) -> None:
    book = Workbook()
    page: Any = book.active
    page.title = sheet
    page.append(names)
    for row in rows:
        page.append([int(text) if (text := row.get(name, "")).isdigit() else text or None for name in names])
    book.save(file)


if __name__ == "__main__":
    for name in BUILDERS:
        build(name, PROGRAMMES / name / "source")
        print(f"data/programmes/{name}/source")
