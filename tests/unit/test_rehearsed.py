"""What a rehearsal found wanting of a method is told by every report that uses it, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from steget_eval.methods import rehearsed
from steget_eval.methods.catalogue import find_method
from steget_eval.methods.rehearsed import Shortfall, find_shortfall
from steget_eval.reporting.blocks.rehearsals import rehearsals
from steget_eval.reporting.text.phrases import phrase
from steget_eval.reporting.text.render import render
from steget_eval.simulate.drawn_people import SCENARIOS

ROW = {"kind": "binary", "contrast": "risk_difference", "method": "wald", "subgroup": "all", "n_1": 60, "n_0": 60}
SHORT = Shortfall(
    kind="binary", contrast="risk_difference", method="wald", people=200, coverage=0.912, scenario="base",
    conforms_from=400,
)  # fmt: skip


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsed, "_shortfalls", lambda: {("binary", "risk_difference", "wald"): SHORT})


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize(("people", "told"), [(120, 1), (399, 1), (400, 0), (None, 1)])
def test_a_method_that_conforms_with_so_many_people_is_left_alone(people: int | None, told: int) -> None:
    row = ROW | ({"n_1": people - 60} if people else {"n_1": None, "n_0": None})
    assert len(rehearsals(pd.DataFrame([row]))) == told


@pytest.mark.usefixtures("found")
def test_the_sentence_names_method_contrast_coverage_and_people_in_both_languages() -> None:
    (sentence,) = rehearsals(pd.DataFrame([ROW, ROW]))
    swedish, english = (render(sentence, language) for language in ("sv", "en"))
    assert "91,2\xa0%" in swedish
    assert "200 personer" in swedish
    assert "från 400 personer" in swedish
    assert "91.2%" in english
    assert "from 400 people" in english


@pytest.mark.parametrize(("coverage", "swedish", "english"), [
    (0.86, "mer sällan än de lovar", "less often than they say"),
    (0.99, "oftare än de lovar", "more often than they say"),
])  # fmt: skip
def test_a_line_that_no_size_was_enough_for_says_so_and_which_way_it_errs(
    monkeypatch: pytest.MonkeyPatch, coverage: float, swedish: str, english: str
) -> None:
    never = replace(SHORT, conforms_from=None, coverage=coverage)
    monkeypatch.setattr(rehearsed, "_shortfalls", lambda: {("binary", "risk_difference", "wald"): never})
    (sentence,) = rehearsals(pd.DataFrame([ROW]))
    told = {language: render(sentence, language) for language in ("sv", "en")}
    assert "inget av de prövade antalen" in told["sv"]
    assert "no number of people tried was enough" in told["en"]
    assert all("200" in words for words in told.values())
    assert told["sv"].endswith(f"{swedish}.")
    assert told["en"].endswith(f"{english}.")


@pytest.mark.usefixtures("found")
def test_other_methods_and_subgroups_are_not_spoken_of() -> None:
    assert rehearsals(pd.DataFrame([ROW | {"method": "newcombe"}, ROW | {"subgroup": "sex=woman"}])) == []


def test_what_is_shipped_names_lines_of_the_catalogue() -> None:
    rehearsed._shortfalls.cache_clear()
    for kind, contrast, method in rehearsed._shortfalls():
        asked = {"risk_1": "risk", "mean_1": "mean", "share_up": "moved", "share_same": "moved", "share_down": "moved"}
        assert find_method(kind, asked.get(contrast, contrast), method) is not None, (kind, contrast, method)
    assert find_shortfall("binary", "risk_difference", "no_such_method", 10) is None


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_can_be_told_in_the_report(scenario, language):
    assert phrase(f"rehearsed.where.{scenario}", language)
