"""Numbers, phrases and sentences in both languages."""

from __future__ import annotations

import datetime
import json
import string
from dataclasses import replace

import pytest

from steget_eval.methods.catalogue import CATALOGUE
from steget_eval.protocol.programme import Design
from steget_eval.reporting.gate import disclose
from steget_eval.reporting.text import (
    LANGUAGES,
    Cell,
    Language,
    forbidden_words,
    numbers,
    phrase,
    phrases,
    render,
    render_cell,
    sentences,
)
from steget_eval.study.results import Results

NBSP = "\u00a0"
THIN = "\u202f"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (numbers.number(1234.5, "sv"), f"1{THIN}234,5"),
        (numbers.number(1234.5, "en"), "1,234.5"),
        (numbers.number(-0.25, "sv", 1), "−0,3"),
        (numbers.number(-0.04, "en", 1), "0.0"),
        (numbers.number(float("nan"), "sv"), "–"),
        (numbers.percent(0.185, "sv"), f"18,5{NBSP}%"),
        (numbers.percent(0.185, "en"), "18.5%"),
        (numbers.points(-0.031, "sv"), f"−3,1{NBSP}procentenheter"),
        (numbers.points(0.031, "en"), "3.1 percentage points"),
        (numbers.interval(13.2, 25.5, "sv"), f"95{NBSP}% KI 13,2–25,5"),
        (numbers.interval(13.2, 25.5, "en"), "95% CI 13.2–25.5"),
        (numbers.interval(-3.2, 8.1, "sv"), f"95{NBSP}% KI −3,2 till 8,1"),
        (numbers.interval(-20.0, 8.3, "en", kind="disjoint"), "95% CI −20.0 or lower, or 8.3 or higher"),
        (numbers.interval(2.0, float("inf"), "en", level=0.975), "97.5% CI 2.0–∞"),
        (numbers.p_value(0.03, "sv"), "p = 0,03"),
        (numbers.p_value(0.0041, "en"), "p = 0.004"),
        (numbers.p_value(0.0002, "sv"), "p < 0,001"),
        (numbers.p_value(0.999, "en"), "p > 0.99"),
        (numbers.date(datetime.date(2026, 11, 22), "sv"), "2026-11-22"),
        (numbers.date(datetime.date(2026, 11, 22), "en"), "22 November 2026"),
    ],
)
def test_numbers_are_written_the_way_each_language_writes_them(said: str, expected: str) -> None:
    assert said == expected


def test_a_count_stands_with_its_denominator_and_percentage() -> None:
    cell = Cell(format="count", value=12, of=40)
    assert render_cell(cell, "sv") == f"12 av 40 (30,0{NBSP}%)"
    assert render_cell(cell.to_json(), "en") == "12 of 40 (30.0%)"


def test_a_suppressed_cell_says_so_and_carries_nothing() -> None:
    cell = Cell(format="percent", state="suppressed")
    assert cell.to_json()["value"] is None
    assert render_cell(cell, "sv") == "– (dolt)"
    assert render_cell(cell, "en") == "– (hidden)"


def test_an_infinite_limit_travels_as_strict_json() -> None:
    cell = Cell(format="number", value=8.0, low=-20.0, high=float("inf"), level=0.95)
    told = json.loads(json.dumps(cell.to_json(), allow_nan=False))
    assert render_cell(told, "en") == "8.0 (95% CI −20.0 to ∞)"


def test_both_phrase_files_hold_the_same_keys_with_the_same_places() -> None:
    sv, en = phrases("sv"), phrases("en")
    assert set(sv) == set(en)
    for key in sv:
        places = [{part[1] for part in string.Formatter().parse(text) if part[1]} for text in (sv[key], en[key])]
        assert places[0] == places[1], key


def test_every_method_contrast_and_design_has_words() -> None:
    for line in CATALOGUE:
        assert f"method.{line.name}" in phrases("sv"), line.name
        assert all(f"contrast.{contrast}" in phrases("sv") for contrast in line.contrasts), line
    for design in Design.__args__:
        assert f"design.{design}" in phrases("sv")
        assert f"claim.{design}" in phrases("sv")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_a_design_keep_within_it(language: Language) -> None:
    for key, text in phrases(language).items():
        family, *rest = key.split(".")
        if family in {"headline", "claim"} and rest[-1] in Design.__args__:
            assert forbidden_words(text, rest[-1], language) == (), key


@pytest.mark.parametrize(
    ("text", "design", "language", "found"),
    [
        ("Effekten är 5 procentenheter.", "comparison", "sv", ("Effekten",)),
        ("Den skattade effekten är 5 procentenheter.", "comparison", "sv", ()),
        ("Den skattade effekten är 5 procentenheter.", "single_arm", "sv", ("effekten",)),
        ("Effekten är 5 procentenheter.", "randomised", "sv", ()),
        ("Det bevisar att programmet fungerar.", "randomised", "sv", ("bevisar",)),
        ("Effektmått och effektiv urvalsstorlek.", "single_arm", "sv", ()),
        ("Fler fick arbete tack vare stödet.", "before_after", "sv", ("tack vare",)),
        ("The programme led to more jobs.", "comparison", "en", ("led to",)),
        ("The estimated effect is 5 points.", "comparison", "en", ()),
        ("The estimated effect is 5 points.", "before_after", "en", ("effect",)),
        ("An effective sample size of 108.", "single_arm", "en", ()),
        ("This is better than usual support.", "single_arm", "en", ("better than",)),
    ],
)
def test_claims_beyond_the_design_are_found(text: str, design: Design, language: Language, found: tuple[str]) -> None:
    assert forbidden_words(text, design, language) == found


def test_a_name_may_hold_any_word_and_only_an_ips_programme_is_called_ips() -> None:
    assert forbidden_words("Projekt Effekt nådde målet.", "single_arm", "sv", names=("Projekt Effekt",)) == ()
    assert forbidden_words("IPS gav stöd.", "single_arm", "sv", is_ips=False) == ("IPS",)
    assert forbidden_words("Programmet är inte IPS.", "single_arm", "sv", is_ips=False) == ()


def test_the_headline_tells_people_of_a_hundred_before_the_difference(results_two_arms: Results) -> None:
    said = [render(one.to_json(), "sv") for one in sentences.headline(disclose(results_two_arms))]
    assert said[0].startswith("Arbete inom två år: 51 av 100 i armen IPS och 34 av 100 i armen sedvanligt stöd")
    assert said[1].startswith("Den skattade effekten under de angivna antagandena är 16,8")
    assert "62 av 120" in said[2]


def test_a_suppressed_headline_holds_no_number(results_two_arms: Results) -> None:
    protocol = results_two_arms.protocol.model_copy(update={"primary": "education"})
    release = disclose(replace(results_two_arms, protocol=protocol))
    for language in LANGUAGES:
        (said,) = [render(one, language) for one in sentences.headline(release)]
        assert not any(character.isdigit() for character in said)


def test_an_amount_is_told_as_means_in_its_unit(results_two_arms: Results) -> None:
    protocol = results_two_arms.protocol.model_copy(update={"primary": "days"})
    said = [render(one, "en") for one in sentences.headline(disclose(replace(results_two_arms, protocol=protocol)))]
    assert "260.4 days on average in the arm IPS and 175.2 days" in said[0]
    assert said[1] == "The estimated effect under the stated assumptions is 85.2 days (95% CI 44.0–126.4)."


def test_a_goal_is_told_as_reached_and_as_shown(results_single_arm: Results) -> None:
    release = disclose(results_single_arm)
    half, band, firm = (" ".join(render(s, "en") for s in sentences.verdict(release, one)) for one in release.verdicts)
    assert "is reached by the point estimate: 55.0% of 120 people against at least 50%" in half
    assert "66 of 120 people" in half
    assert "is not shown: the one-sided 95 per cent limit is 47.5%" in half
    assert "took 70 of 120 people" in half
    assert "within the band" in band
    assert "only with 158 people; here 120" in band
    assert "cannot be judged openly" in firm
    assert "2" not in firm


def test_the_benchmark_is_told_as_a_distance_without_a_verdict(results_two_arms: Results) -> None:
    (said,) = sentences.benchmark(disclose(results_two_arms))
    assert render(said, "en").endswith("The distance between them is 0.5 percentage points.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_s_sentences_keep_to_the_words_of_the_design(
    results_two_arms: Results, results_single_arm: Results, language: Language
) -> None:
    for results in (results_two_arms, results_single_arm):
        release = disclose(results)
        said = [*sentences.headline(release), *sentences.claims(release), *sentences.unknown(release),
                *sentences.benchmark(release), *sentences.censoring(release), *sentences.disclosure(release),
                *(one for verdict in release.verdicts for one in sentences.verdict(release, verdict))]  # fmt: skip
        text = " ".join(render(one.to_json(), language) for one in said)
        assert forbidden_words(text, release.protocol.design, language) == ()


def test_an_unknown_phrase_is_refused() -> None:
    with pytest.raises(KeyError):
        phrase("no.such.phrase", "sv")
