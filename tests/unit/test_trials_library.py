"""The evidence library: typed rows, filters, and what a broken row is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from steget_eval.core.errors import InputError, RecordsError
from steget_eval.core.printed import as_printed
from steget_eval.intake.trials import read_trials
from steget_eval.methods.evidence.reconstruct import counts_of_share
from steget_eval.records.trials import PublishedTrial
from steget_eval.study.reproduce import library, reproduce

ROOT = Path(__file__).resolve().parents[2]
HEAD = (
    "study_id,line,citation,design,population,programme,outcome,measure,status,n_1,events_1,published_low,"
    "published_high"
)
GOOD = "made_up,1,Journal 2020;1:1,randomised,people,IPS,job,risk_ratio,none,30,5,1.1,2.2"


def _file(folder, *rows, head=HEAD):
    path = folder / "mine.csv"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def trials():
    return library()


def test_no_line_of_the_library_cites_a_page_address():
    for file in (ROOT / "data" / "trials").glob("*.csv"):
        assert not re.search(r"https?:|www\.|\.cn/|proxy", file.read_text(encoding="utf-8")), file.name


def test_every_line_of_the_library_has_a_journal_a_doi_or_a_registry(trials):
    assert len(trials) > 130
    for trial in trials:
        assert trial.doi or trial.pmid or re.search(r"\d{4}|Registry", trial.citation), trial.key


def test_a_doi_and_a_pubmed_number_belong_to_one_publication_each(trials):
    """Later lines of a trial may be from another paper, and then have that paper's numbers."""
    for name in ("doi", "pmid"):
        owners: dict[str, set[str]] = {}
        for trial in trials:
            if getattr(trial, name) is not None:
                owners.setdefault(getattr(trial, name), set()).add(trial.citation)
        assert {number: told for number, told in owners.items() if len(told) > 1} == {}


def test_a_study_is_named_for_an_author_a_journal_or_a_cohort(trials):
    assert not [trial.key for trial in trials if trial.name.startswith(("Trial ", "Meta-analysis "))]


def test_times_and_costs_are_carried_as_printed_and_none_is_pooled(trials):
    costs = trials.where(study_id="christensen2021", outcome="total_cost_eur")
    assert [str(trial.published_estimate) for trial in costs] == ["-9543", "-7288"]
    kept = [trial for trial in trials if trial.outcome.startswith(("total_cost", "still_in", "weeks_to", "qaly"))]
    assert len(kept) == 16
    assert not any(None not in (trial.events_1, trial.events_0) for trial in kept)


def test_the_status_of_counts_is_true_to_the_counts(trials):
    for trial in trials:
        counts = (trial.events_1, trial.events_0)
        if trial.status == "none":
            assert counts == (None, None), trial.key
        elif trial.measure == "share":
            assert trial.events_1 is not None, trial.key
        elif trial.status != "partial":
            assert None not in counts, trial.key


def test_counts_called_unique_are_the_only_ones_of_their_arm(trials):
    for trial in trials.where(status="reconstructed_unique"):
        for n, events, percent in (
            (trial.n_1, trial.events_1, trial.percent_1),
            (trial.n_0, trial.events_0, trial.percent_0),
        ):
            if n is not None and percent is not None and counts_of_share(percent, n).counts:
                assert counts_of_share(percent, n).counts == (events,), trial.key


def test_filters_keep_what_equals_and_counts_need_all_four(trials):
    ours = trials.where(study_id="bejerholm2017_ies", measure="risk_ratio")
    assert [(t.events_1, t.n_1, t.events_0, t.n_0) for t in ours] == [(14, 33, 1, 25)]
    assert {t.design for t in trials.where(design="quasi_experiment")} == {"quasi_experiment"}
    assert all(None not in (t.events_1, t.n_1, t.events_0, t.n_0) for t in trials.with_counts)
    assert list(trials.to_frame().columns) == list(PublishedTrial.model_fields)
    assert trials.to_frame().set_index(["study_id", "line"]).loc[("bejerholm2017_ies", 2), "published_high"] == "75.38"


def test_filters_take_any_of_several_values_and_a_least_fidelity(trials):
    nordic = trials.where(country=("Sweden", "Norway"))
    assert {trial.country for trial in nordic} == {"Sweden", "Norway"}
    faithful = trials.where(fidelity_at_least=0.8)
    assert {trial.fidelity for trial in faithful} == {"106-109/125", "69/75", "100-103/125"}
    assert {trial.fidelity_share for trial in faithful} == {106 / 125, 69 / 75, 0.8}


def test_an_arm_that_nobody_was_randomised_to_is_no_randomised_comparison(trials):
    """Ottomanelli's usual treatment at other sites was observed alone."""
    for trial in trials.where(study_id="ottomanelli2014_sci"):
        other = "other sites" in trial.comparator or "other sites" in trial.programme
        assert (trial.design == "randomised") != other, trial.key


def test_decimals_are_those_of_the_text_and_at_least_those_of_the_column(trials):
    (lones, _) = trials.where(study_id="lones2017")
    assert [lones.published_estimate.decimals, lones.published_low.decimals, lones.published_high.decimals] == [1, 2, 1]
    assert as_printed("5.9", decimals=2).decimals == 2
    assert str(as_printed("5.9", decimals=2)) == "5.90"


def test_a_printed_number_holds_what_rounds_to_it_and_a_bound_what_keeps_to_it():
    assert as_printed("0.38").holds(0.375)
    assert as_printed("0.38").holds(0.385)
    assert not as_printed("0.38").holds(0.3851)
    assert as_printed("<.001").holds(0.0009)
    assert not as_printed("<.001").holds(0.001)
    assert not as_printed(">.05").holds(0.05)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (GOOD.replace(",1.1,", ",one,"), "row 2, column published_low: not a number as printed"),
        (GOOD.replace("randomised", "random"), "row 2, column design: input should be"),
        (GOOD.replace(",30,5,", ",3,5,"), "row 2, column events_1: more events than n_1"),
        (GOOD.replace(",2.2", ","), "row 2, column published_low: both limits or neither"),
        (
            GOOD.replace("Journal 2020;1:1", "https://mirror.example/x"),
            "row 2, column citation: a page's address is no",
        ),
        (GOOD.replace("risk_ratio", "ratio"), "row 2, column measure: input should be"),
        (GOOD + ",9", "row 2: more cells than columns"),
        (GOOD + "\n" + GOOD, "row 3, column line: made_up.1 is already at"),
    ],
)
def test_a_broken_row_is_refused_with_file_row_and_column(tmp_path, row, said):
    with pytest.raises(RecordsError, match=re.escape(said)) as refused:
        read_trials(_file(tmp_path, row))
    assert "mine.csv" in str(refused.value)


def test_a_file_that_is_none_or_has_a_strange_column_is_refused(tmp_path):
    with pytest.raises(RecordsError, match="cannot be opened"):
        read_trials(tmp_path / "none.csv")
    with pytest.raises(RecordsError, match="no CSV file"):
        read_trials(tmp_path)
    with pytest.raises(RecordsError, match="no such column: colour"):
        read_trials(_file(tmp_path, GOOD + ",red", head=HEAD + ",colour"))


def test_reproduce_takes_a_file_in_the_layout_and_refuses_an_unknown_study(tmp_path):
    path = _file(tmp_path, GOOD)
    assert [row.trial.key for row in reproduce(path=path).rows] == ["made_up.1"]
    with pytest.raises(InputError, match="no published study is called 'other'; allowed: made_up"):
        reproduce("other", path=path)


def test_reproduce_gives_the_estimates_of_lines_with_counts():
    found = reproduce("bejerholm2017_ies")
    assert [row.contrast for row in found.estimates] == ["risk_difference", "risk_ratio"]
    assert found.estimates.only(contrast="risk_ratio").conf_high == pytest.approx(75.376, abs=5e-4)  # as printed
    assert list(found.to_frame()["verdict"]) == ["not_reproducible", "reproduced"]
