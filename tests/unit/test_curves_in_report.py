"""The curves of a report: weighted where the answer is, and otherwise said to be as they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from steget_eval import blocks, disclose
from steget_eval.cohort import Cohort, build_cohort
from steget_eval.core.shipped import shipped
from steget_eval.intake import read_records
from steget_eval.protocol import Protocol, load_protocol
from steget_eval.reporting.text.phrases import label_text
from steget_eval.study import analyse
from steget_eval.study.curves import curve_table, drawn_population

FOLDER = ("data", "programmes", "ips_sydnarke_comparison")


@pytest.fixture(scope="module")
def compared() -> tuple[Protocol, Cohort]:
    protocol = load_protocol(shipped(*FOLDER, "protocol.yaml"))
    return protocol, build_cohort(protocol, read_records(shipped(*FOLDER, "records")))


def _with_methods(protocol: Protocol, *methods: str, **changes: object) -> Protocol:
    asked = protocol.estimand("first_job").model_copy(update={"methods": methods})
    kept = {"estimands": (asked,), "primary": "first_job", "choices": (), "occupation": None, **changes}
    return protocol.model_copy(update=kept)


def test_the_curve_ends_in_the_weighted_answer_and_the_plain_one_where_that_is_asked(compared) -> None:
    protocol, cohort = compared
    for methods in (("ipw", "aalen_johansen"), ("aalen_johansen", "ipw")):
        told = _with_methods(protocol, *methods)
        answers = analyse(cohort, told).estimates.where(estimand="first_job", subgroup="all")
        curve = curve_table(cohort, told)
        for arm, contrast in (("ips", "risk_1"), ("usual", "risk_0")):
            mine = curve[(curve["arm"] == arm) & (curve["cause"] == "event")]
            want = answers.only(contrast=contrast, method=methods[0])
            assert mine["estimate"].iloc[-1] == pytest.approx(want.estimate, abs=1e-12)  # the same sums
            assert mine["conf_low"].iloc[-1] == pytest.approx(want.conf_low, abs=1e-10)


def test_a_regression_of_hazards_stands_for_no_population(compared) -> None:
    protocol, _ = compared
    asked = protocol.estimand("first_job").model_copy(update={"contrast": "hazard_ratio", "methods": ("cox",)})
    assert drawn_population(protocol, asked) is None
    assert drawn_population(protocol, protocol.estimand("first_job")) == "ATE"


@pytest.mark.parametrize(("language", "weighted", "plain"), [
    ("en", "weighted so that both arms stand for everyone in the study", "nothing is adjusted for"),
    ("sv", "viktade så att båda armarna står för alla i studien", "utan justering"),
])  # fmt: skip
def test_the_caption_says_which_it_is(compared, language, weighted, plain) -> None:
    protocol, cohort = compared
    for methods, said in ((("aipw",), weighted), (("aalen_johansen",), plain)):
        made = blocks.curves(disclose(analyse(cohort, _with_methods(protocol, *methods)))).children[0]
        assert said in label_text(made.body["caption"], language)


def test_with_too_few_clusters_the_curve_has_no_band(compared) -> None:
    protocol, cohort = compared
    told = _with_methods(protocol, "aalen_johansen")
    number = np.arange(len(cohort.persons))
    for count, known in ((12, True), (3, False)):
        clustered = cohort.persons.assign(cluster=(number % count).astype(str))
        found = curve_table(replace(cohort, persons=clustered), told.model_copy(update={"cluster": "site"}))
        assert found["conf_low"].notna().any() == known
        assert found["estimate"].notna().all()
