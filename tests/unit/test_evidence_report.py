"""The report on published evidence: what it says, what it shows of a programme, and what it withholds."""

from __future__ import annotations

import json
import math
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import yaml

from steget_eval import disclose, load_evidence, read_trials, review
from steget_eval.core.errors import SpecError
from steget_eval.core.shipped import shipped
from steget_eval.face import HOOKS
from steget_eval.methods.evidence.formulas import CountMeasure, formulas_for
from steget_eval.methods.evidence.formulas_share import SHARE_FORMULAS
from steget_eval.protocol.evidence import EvidenceProtocol, files_beside
from steget_eval.records.trials import Trials
from steget_eval.reporting import blocks, figures
from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.picture import Picture, behind_evidence
from steget_eval.reporting.html import Page, page_html
from steget_eval.reporting.release_evidence import EvidenceRelease
from steget_eval.reporting.tables.evidence_rows import word_label
from steget_eval.reporting.text import LANGUAGES, phrases
from steget_eval.reporting.text.ledger_words import is_known_reason, ledger_reason
from steget_eval.reporting.write import estimates_csv
from steget_eval.runs.batch import notebook_path
from steget_eval.runs.fingerprint import fingerprint_files
from steget_eval.runs.job import Job
from steget_eval.study.inputs import fingerprint_inputs
from steget_eval.study.reproduce import reproduce
from steget_eval.study.review import Review
from steget_eval.study.review_explore import explore
from steget_eval.study.synthesise import synthesise

QUESTION = shipped("data", "programmes", "evidence", "ips_employment.yaml")
SINGLE = shipped("data", "programmes", "evidence", "ips_single_arm.yaml")
OUTCOME = "competitive_employment"


@pytest.fixture(scope="module")
def library() -> Trials:
    """The lines that can answer the question: the other outcomes' searches are the ledger's own test."""
    return Trials(tuple(line for line in read_trials(shipped("data", "trials")) if line.outcome == OUTCOME))


@pytest.fixture(scope="module")
def found(library: Trials) -> Review:
    return review(load_evidence(QUESTION), library)


@pytest.fixture(scope="module")
def release(found: Review) -> EvidenceRelease:
    return disclose(found)


@pytest.fixture(scope="module")
def told(release: EvidenceRelease) -> dict[str, str]:
    """The words of the page in each language."""
    return {language: words(page) for language, page in pages(release).items()}


@pytest.fixture(scope="module")
def single(library: Trials) -> Review:
    return review(load_evidence(SINGLE), library)


def asked(tmp_path: Path, **changes: object) -> EvidenceProtocol:
    said = yaml.safe_load(QUESTION.read_text(encoding="utf-8"))
    for name in ("protocol", "records"):
        said["beside"][name] = str((QUESTION.parent / said["beside"][name]).resolve())
    beside = {**said["beside"], **changes.pop("beside", {})}  # type: ignore[dict-item]
    path = tmp_path / "question.yaml"
    path.write_text(yaml.safe_dump({**said, "beside": beside, **changes}), encoding="utf-8")
    return load_evidence(path)


def pages(release: EvidenceRelease) -> dict[str, str]:
    made = tuple(getattr(blocks.evidence, name)(release) for name in blocks.evidence.__all__)
    made = tuple(sorted(made, key=lambda block: block.id != "title"))
    return {language: page_html(made, language, Page(made_on=date(2026, 11, 22))) for language in LANGUAGES}


def words(html: str) -> str:
    told = re.sub(r"<[^>]+>", " ", re.sub(r"<(style|svg)[\s\S]*?</\1>", " ", html))
    return re.sub(r"\s+", " ", told)


def test_windows_are_pooled_apart_unless_the_question_mixes_them_and_then_it_says_so(release, told):
    studies = release.studies.groupby("pool")["months"].nunique()
    assert (studies[studies.index != "every_window"] == 1).all()
    assert studies["every_window"] > 1
    mixed = release.estimates[release.estimates["estimand"] == "every_window"]
    assert mixed["note"].str.contains("mixed follow-up").all()
    assert "the figure therefore answers no single question" in told["en"]


def test_a_pool_without_a_window_is_refused_unless_it_is_mixed(tmp_path):
    with pytest.raises(SpecError, match="months is needed, or mixed: true"):
        asked(tmp_path, pools=[{"id": "months_12", "label": {"sv": "a", "en": "a"}}])


def test_a_programme_of_another_dose_is_refused_without_a_reason(tmp_path, library):
    with pytest.raises(SpecError, match=r"minimum dose .* say in beside\.because"):
        review(asked(tmp_path, beside={"because": None}), library)


def test_an_estimand_that_asks_something_else_cannot_stand_beside(tmp_path, library):
    with pytest.raises(SpecError, match="days_employed is a mean_difference"):
        review(asked(tmp_path, beside={"estimand": "days_employed"}), library)


def test_a_pool_of_some_countries_takes_those_and_tells_why_the_others_are_out(tmp_path, library):
    nordic = {"id": "nordic", "label": {"sv": "Norden", "en": "Nordic"}, "mixed": True,
              "only": {"country": ["Norway", "Sweden"]}}  # fmt: skip
    pools = [*yaml.safe_load(QUESTION.read_text(encoding="utf-8"))["pools"], nordic]
    told = disclose(review(asked(tmp_path, pools=pools, primary="nordic", subgroup="country"), library))
    mine = told.studies[told.studies["pool"] == "nordic"]
    assert set(mine["study"]) == {"bejerholm2017_ies", "reme2019", "sveinsdottir2020_seed", "rognli2025_ipssud"}
    page = {language: words(html) for language, html in pages(told).items()}
    assert "Another country, population" in page["en"]
    parts = set(told.estimates.loc[told.estimates["contrast"] == "risk_ratio", "subgroup"])
    assert {"country: United States", "country: Norway", "the_rest"} <= parts
    assert "USA" in page["sv"]
    assert "Övriga, en studie var" in page["sv"]
    nordic["only"]["country"] = ["Narnia"]
    with pytest.raises(SpecError, match="has the country Narnia; allowed: Australia"):
        review(asked(tmp_path, pools=pools, primary="nordic"), library)


@pytest.mark.parametrize("by", ["population", "programme", "comparator", "fidelity", "window"])
def test_the_studies_are_divided_by_what_they_compared(tmp_path, library, by):
    made = explore(asked(tmp_path, subgroup=by), synthesise(library, OUTCOME, allow_mixed=True), library)
    refused = [one.reason for one in made.refusals if one.method == "subgroups"]
    told = {row.subgroup for row in made.subgroups} - {"all"}
    assert len(told) >= 2 or "single study" in refused[0]


def test_every_country_programme_and_comparator_of_a_pool_has_words_in_swedish(library):
    found = synthesise(library, OUTCOME, allow_mixed=True)
    gone = {one.line for one in found.left_out}
    for line in library:
        for kind in ("country", "programme", "comparator"):
            if line.key not in gone:
                assert "key" in word_label(f"evidence_{kind}", getattr(line, kind)), getattr(line, kind)


def test_an_outcome_that_no_line_has_is_refused_with_those_that_do(tmp_path, library):
    with pytest.raises(SpecError, match="allowed: competitive_employment"):
        review(asked(tmp_path, outcome="haircuts"), library)


def test_the_programme_is_placed_by_its_released_estimate(found, release):
    beside = release.beside
    assert beside is not None
    assert not beside.withheld
    own = release.estimates[release.estimates["subgroup"] == "programme"].iloc[0]
    assert own["estimate"] == found.beside.row.estimate
    pooled = found.pools["months_24"].pooled
    reach = math.sqrt(pooled.tau2 + pooled.std_error**2 + own["std_error"] ** 2)
    from scipy.stats import t

    expected = t.cdf((math.log(own["estimate"]) - pooled.value) / reach, len(pooled.labels) - 2)
    assert beside.percentile == pytest.approx(expected, abs=1e-12)  # the same formula, written again


def test_where_the_gate_hides_the_programme_everything_that_rests_on_it_is_withheld(found):
    policy = found.beside.results.protocol.disclosure.model_copy(update={"minimum_cell": 200})
    hidden = disclose(found, policy)
    assert hidden.beside is not None
    assert hidden.beside.withheld
    assert hidden.beside.percentile is None
    assert hidden.beside.own is None
    assert hidden.beside.borrowed[["weight", "ess_borrowed", "conflict_p", "probability_higher"]].isna().all(axis=None)
    mine = hidden.estimates[hidden.estimates["subgroup"] == "programme"]
    assert mine["suppressed"].all()
    assert mine[["estimate", "std_error", "conf_low", "conf_high", "p_value", "n_1", "events_1"]].isna().all(axis=None)
    assert "nor is anything that rests on it" in words(pages(hidden)["en"])
    assert blocks.evidence.borrow(hidden).kind == "absent"
    # The number of one's own people is nowhere on the page.
    told = json.dumps([getattr(blocks.evidence, name)(hidden).to_json() for name in blocks.evidence.__all__])
    for value in (found.beside.row.estimate, found.beside.place.percentile):
        assert repr(value) not in told


def test_published_figures_pass_the_gate_as_they_are(found, release):
    rows = release.estimates[release.estimates["programme"] == found.protocol.id]
    assert not rows["suppressed"].any()
    assert len(rows) == len(found.estimates) + len(found.beside.check.estimates)


def test_every_row_of_the_answers_has_a_name_of_its_own(release):
    keys = ["estimand", "subgroup", "contrast", "method", "population"]
    assert not release.estimates.duplicated(keys).any()


def test_each_borrowing_says_what_it_assumes(release, told):
    for language in LANGUAGES:
        text = told[language]
        for one in release.beside.assumes.values():
            assert getattr(one, language) in text.replace("&#39;", "'")


def test_a_single_arm_borrows_a_comparison_and_has_no_place(single):
    told = disclose(single)
    assert told.beside.percentile is None
    assert told.beside.own[2:] == (0, 0)
    assert told.beside.effective
    share = told.beside.own[0] / told.beside.own[1]
    assert share == pytest.approx(single.beside.row.estimate, abs=0.5 / told.beside.own[1])  # whole people
    assert set(told.beside.borrowed["method"]) == {"power_prior", "robust_map"}
    assert told.beside.borrowed["conflict_p"].isna().all()
    page = words(pages(told)["en"])
    assert "no conflict can be seen" in page
    assert f"makes the share count as {told.beside.own[0]} of {told.beside.own[1]} people" in page


@pytest.mark.slow
def test_given_published_means_the_programme_is_weighted_to_them(tmp_path, library):
    said = yaml.safe_load(SINGLE.read_text(encoding="utf-8"))
    for name in ("protocol", "records"):
        said["beside"][name] = str((SINGLE.parent / said["beside"][name]).resolve())
    said["beside"] |= {"estimand": "employed_at_24", "published": {"study": "mueser2004", "means": {"age": 38.0}}}
    path = tmp_path / "q.yaml"
    path.write_text(yaml.safe_dump(said), encoding="utf-8")
    made = review(load_evidence(path), library)
    told = disclose(made)
    rows = told.estimates[told.estimates["method"] == "matching_adjusted"]
    assert set(rows["contrast"]) >= {"risk_1", "risk_difference"}
    assert 10 <= told.beside.adjusted_ess <= made.beside.adjusted.estimates.rows[0].n_1
    assert "Weighted to the published means of Mueser 2004" in words(pages(told)["en"])
    said["beside"]["published"]["means"] = {"shoe_size": 42}
    path.write_text(yaml.safe_dump(said), encoding="utf-8")
    with pytest.raises(SpecError, match="shoe_size; allowed: age"):
        review(load_evidence(path), library)


@pytest.mark.slow
def test_without_a_programme_nothing_of_one_is_told(tmp_path, library, release):
    said = yaml.safe_load(QUESTION.read_text(encoding="utf-8"))
    del said["beside"]
    path = tmp_path / "alone.yaml"
    path.write_text(yaml.safe_dump(said), encoding="utf-8")
    told = disclose(review(load_evidence(path), library))
    assert told.origin == "published"
    assert blocks.evidence.beside(told).kind == blocks.evidence.borrow(told).kind == "absent"
    same = told.estimates.columns
    theirs = release.estimates[release.estimates["programme"] == "ips_employment"]
    theirs = theirs[theirs["method"] != "predicted_by_others"]
    assert told.estimates[same].equals(theirs[same].reset_index(drop=True))
    assert blocks.evidence.title(told).body["origin"] == "published"


def test_the_status_of_every_count_stands_beside_it(release, told):
    text = told["en"].lower()
    counts = release.studies.loc[release.studies["pool"] == "months_12"]
    assert text.count("reconstructed, unique") >= len(counts)
    body = blocks.evidence.library(release).to_json()
    table = next(child for child in body["children"] if child["id"] == "library-studies")["body"]
    place = [column["key"] for column in table["columns"]].index("counts")
    assert all(row[place]["note"] for row in table["rows"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_of_the_page_is_filled(told, language):
    text = told[language]
    assert re.findall(r"\{\w+\}", text) == []
    assert "nan" not in re.findall(r"[a-z]+", text.lower())
    assert "evidence." not in text


def test_the_swedish_page_has_no_english_sentences(told):
    text = told["sv"]
    found = set(re.findall(r"[a-zåäö]+", text.lower())) & {"the", "of", "and", "trials", "counts", "which", "was"}
    assert found == set()


@pytest.mark.slow
def test_every_reason_of_the_ledger_has_swedish_words():
    unknown = [row.trial.key for row in reproduce().rows if not is_known_reason(row.judgement.reason)]
    assert unknown == []


def test_a_reason_keeps_its_numbers_and_writes_them_the_swedish_way():
    told = ledger_reason(
        "27 % against 7 % allow an odds ratio from 4.45 to 5.46, whatever the counts: 5.58 is not among them"
    )
    assert told["sv"] == "27 % mot 7 % medger en oddskvot från 4,45 till 5,46, vilka antalen än är: 5,58 ingår inte"
    assert ledger_reason("a difference of shares is from -1 to 1, which 26.9 is not")["sv"] == (
        "26,9 är utanför skalan, som går från -1 till 1"
    )
    for reason in (
        "a ratio is never below 0, as -0.2 is", "the lower limit 3.1 is above the upper 2.0",
        "the estimate 4.10 lies outside its own limits 1.00 to 2.00",
    ):  # fmt: skip
        assert is_known_reason(reason)
    assert ledger_reason("something quite new")["sv"] == phrases("sv")["ledger_reason.other"]


def test_a_formula_has_a_name_in_both_languages_and_no_code():
    told = ledger_reason("14/33 v 1/25 gives p = 0.16 by fisher_one_sided (pearson 0.2141, likelihood_ratio 0.2120)")
    assert told["sv"] == (
        "14/33 mot 1/25 ger p = 0,16 med Fishers ensidiga test (Pearsons χ² 0,2141, likelihoodkvottest 0,2120)"
    )
    assert told["en"] == (
        "14/33 v 1/25 gives p = 0.16 by Fisher's one-sided test (Pearson's χ² 0.2141, likelihood-ratio test 0.2120)"
    )


def test_every_formula_of_the_ledger_has_a_name_in_the_report():
    names = {formula.name for measure in get_args(CountMeasure) for formula in formulas_for(measure)}
    names |= {name for name, _ in SHARE_FORMULAS} | {"share", "welch", "student", "t"}
    for language in LANGUAGES:
        assert {f"evidence_formula.{name}" for name in names} <= set(phrases(language))


def test_the_page_names_formulas_in_words(told):
    for language in LANGUAGES:
        codes = re.findall(r"\b(?:agresti_c\w+|n_minus_1|fisher_one_sided|katz_half|woolf_half)\b", told[language])
        assert codes == []


def test_what_is_reproduced_from_counts_rebuilt_out_of_figures_is_counted_apart(release, told):
    mine = release.ledger[release.ledger["verdict"] == "reproduced"]
    rebuilt = int(mine["status"].str.startswith("reconstructed").sum())
    assert 0 < rebuilt < len(mine)
    assert (
        f"{len(mine)} could be reproduced exactly, {len(mine) - rebuilt} from printed counts and {rebuilt} from counts "
        "that were themselves reconstructed"
    ) in told["en"]
    assert f"{len(mine)} återges exakt, {len(mine) - rebuilt} ur tryckta antal och {rebuilt} ur antal" in told["sv"]


def test_a_verdict_beside_a_trial_says_which_printed_measure_it_is_on(release):
    """Bejerholm 2017: the difference could not be reproduced, the ratio that is pooled could."""
    body = blocks.evidence.library(release).to_json()
    table = next(child for child in body["children"] if child["id"] == "library-studies")["body"]
    place = [column["key"] for column in table["columns"]].index("verdict")
    (mine,) = [row for row in table["rows"] if "Bejerholm 2017" in json.dumps(row)]
    assert "not_reproducible" in json.dumps(mine[place]["label"])
    assert "risk_difference" in json.dumps(mine[place]["note"])


def test_features_that_leave_no_variance_get_no_share_of_a_hundred_per_cent(release):
    everything = {language: words(page) for language, page in pages(replace(release, r_squared=1.0)).items()}
    assert "no share is printed" in everything["en"]
    assert "ingen andel skrivs ut" in everything["sv"]
    assert not re.search(r"account for\s+100", everything["en"])
    some = words(pages(replace(release, r_squared=0.42))["en"])
    assert re.search(r"account for\s+42\s?%", some)


def test_a_forest_plot_tells_every_study_and_the_sums_in_words(release):
    frame = behind_evidence("studies_forest", release, "months_12")
    picture = Picture(name="studies_forest", frame=frame)
    for language in LANGUAGES:
        told = picture.alternative(language)
        assert all(name in told for name in frame[f"study_{language}"])
    assert list(frame["part"][-3:]) == ["common", "pooled", "prediction"]
    assert frame["weight"].sum() == pytest.approx(1)
    assert "<svg" in picture.svg("sv", "x", narrow=True)


def test_a_forest_plot_hollows_the_studies_whose_counts_were_never_printed(release):
    frame = behind_evidence("studies_forest", release, "every_window")
    studies = release.studies[release.studies["pool"] == "every_window"].set_index("name")["printed"]
    told = frame[frame["part"] == "study"].set_index("study_en")["hollow"]
    assert (told == ~studies[told.index].astype(bool)).all()


def test_the_figures_of_the_evidence_take_an_axis_and_return_it(release):
    for name in ("studies_forest", "funnel"):
        ax = style.new_axes(7.2, 5)
        assert getattr(figures, name)(release, language="sv", ax=ax) is ax


def test_a_funnel_counts_the_studies_outside_its_lines(release):
    frame = behind_evidence("funnel", release, "every_window")
    outside = np.abs(frame["effect"] - frame["centre"]) > 1.959964 * frame["std_error"]
    text = Picture(name="funnel", frame=frame).alternative("en")
    assert f"{len(frame) - outside.sum()} lie inside the lines" in text


def test_the_estimates_travel_as_the_one_table(release):
    lines = estimates_csv(blocks.evidence.estimates(release)).splitlines()
    assert len(lines) == len(release.estimates) + 1
    assert all(not re.search(r"(^|,)(nan|None|<NA>)(,|$)", line) for line in lines)


def test_what_the_question_names_beside_it_is_an_input():
    protocol, records = files_beside(QUESTION)
    assert protocol.is_file()
    assert records.is_dir()
    assert files_beside(protocol) == ()


def test_two_studies_of_one_name_and_year_are_told_apart(release):
    from steget_eval.reporting.tables.evidence_rows import studies_of

    mine = release.studies[release.studies["pool"] == "months_6"]
    twice = replace(release, studies=mine.assign(name="Killackey 2019"))
    assert studies_of(twice, "months_6")["name"].is_unique


def test_a_report_is_made_again_when_the_programme_beside_it_has_changed(tmp_path):
    shutil.copytree(QUESTION.parents[1] / "ips_sydnarke_comparison", tmp_path / "ips_sydnarke_comparison")
    (tmp_path / "evidence").mkdir()
    shutil.copy(QUESTION, tmp_path / "evidence")
    job = Job(
        id="a", notebook=notebook_path("evidence", tmp_path), base=tmp_path, hooks=HOOKS,
        protocol="evidence/ips_employment.yaml", records=str(shipped("data", "trials")),
    )  # fmt: skip
    files = fingerprint_files(job)
    before = fingerprint_inputs(job.protocol_path, job.records_path)
    assert before["origin"] == "beside_synthetic"
    spells = next((tmp_path / "ips_sydnarke_comparison" / "records").glob("spells.*"))
    lines = spells.read_text(encoding="utf-8").splitlines(keepends=True)
    spells.write_text("".join(lines[:-1]), encoding="utf-8")
    after = fingerprint_inputs(job.protocol_path, job.records_path)
    assert fingerprint_files(job) != files
    assert (after["records"] != before["records"], after["protocol"] == before["protocol"]) == (True, True)
