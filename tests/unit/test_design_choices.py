"""A protocol's choices of design reach the answers, the counts and the page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from steget_eval import blocks, disclose
from steget_eval.cohort import Cohort, build_cohort
from steget_eval.core.shipped import shipped
from steget_eval.intake import read_records
from steget_eval.methods.catalogue_design import DESIGN_LINES
from steget_eval.methods.design.propensity import fit_propensity
from steget_eval.methods.effects.binary_adjusted import inverse_probability
from steget_eval.protocol import Protocol, load_protocol
from steget_eval.protocol.adjustment import Adjustment
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.reporting.blocks.design_choices import design_choices
from steget_eval.reporting.suppress import Published, Thresholds, size_key
from steget_eval.reporting.suppress_design import gate_design
from steget_eval.study.answers import answer, method_lines
from steget_eval.study.design import design_arguments
from steget_eval.study.design_account import DESIGN_COLUMNS, DesignAccount, account_for_design
from steget_eval.study.design_matrix import design_matrix
from steget_eval.study.weigh import weigh

NAMES = tuple(dict.fromkeys(line.name for line in DESIGN_LINES if line.adjusts))
POLICY = Published(Thresholds(Disclosure(minimum_cell=5, minimum_denominator=10)))


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_protocol(shipped("data", "programmes", "ips_sydnarke_comparison", "protocol.yaml"))


@pytest.fixture(scope="module")
def cohort(protocol: Protocol) -> Cohort:
    return build_cohort(protocol, read_records(shipped("data", "programmes", "ips_sydnarke_comparison", "records")))


def _asked(protocol: Protocol, adjustment: dict, *methods: str, population: str = "ATT") -> Protocol:
    primary = protocol.estimand(protocol.primary).model_copy(update={"methods": methods, "population": population})
    rest = tuple(one for one in protocol.estimands if one.id != primary.id)
    return protocol.model_copy(
        update={"adjustment": Adjustment.model_validate(adjustment), "estimands": (primary, *rest)}
    )


def _answer(cohort: Cohort, protocol: Protocol):
    estimand = protocol.estimand(protocol.primary)
    (line,) = method_lines(protocol, estimand)
    return answer(cohort, protocol, estimand, line).only(contrast="risk_difference")


@pytest.mark.parametrize("name", NAMES)
def test_a_protocol_that_names_a_design_gets_its_answer(name: str, protocol: Protocol, cohort: Cohort) -> None:
    row = _answer(cohort, _asked(protocol, {"subclasses": 3}, name))
    assert (row.method, row.population) == (name, "ATT")
    assert row.conf_low < row.estimate < row.conf_high


def test_a_spline_bends_the_score_and_nothing_else(protocol: Protocol, cohort: Cohort) -> None:
    asked = _asked(protocol, {"propensity": {"splines": ["age"], "knots": 4}}, "ipw")
    known = cohort.outcomes[protocol.primary].known
    X, (line,) = design_matrix(cohort, asked), method_lines(asked, asked.estimand(asked.primary))
    bent = design_arguments(cohort, asked, line, known)["X"]
    assert bent.shape[1] == X.shape[1] + 2
    y, a = cohort.outcomes[protocol.primary].y[known], cohort.a[known]
    wanted = inverse_probability(y, a, bent, population="ATT").only(contrast="risk_difference")
    assert _answer(cohort, asked).estimate == pytest.approx(wanted.estimate, abs=1e-12)


def test_whoever_is_trimmed_is_in_no_adjusted_answer(protocol: Protocol, cohort: Cohort) -> None:
    asked = _asked(protocol, {"trim": {"low": 0.3, "high": 0.7}}, "ipw")
    score = fit_propensity(cohort.a, design_matrix(cohort, protocol)).score
    kept = (score >= 0.3) & (score <= 0.7) & cohort.outcomes[protocol.primary].known
    row = _answer(cohort, asked)
    assert (row.n_1, row.n_0) == tuple(int((cohort.a[kept] == arm).sum()) for arm in (1, 0))
    assert (weigh(cohort, asked).w > 0).sum() == ((score >= 0.3) & (score <= 0.7)).sum()
    counts = account_for_design(cohort, asked).counts
    told = counts[counts["key"] == "trimmed"].set_index("arm")["n"]
    assert told.sum() == ((score < 0.3) | (score > 0.7)).sum()


def test_a_match_shares_what_must_be_exact(protocol: Protocol, cohort: Cohort) -> None:
    loose = _answer(cohort, _asked(protocol, {"matching": {"ratio": 2}}, "nearest_neighbours"))
    exact = _answer(cohort, _asked(protocol, {"matching": {"ratio": 2, "exact": ["sex"]}}, "nearest_neighbours"))
    assert loose.estimate != exact.estimate


def test_every_design_tells_its_gates_and_whom_it_took_away(protocol: Protocol, cohort: Cohort) -> None:
    asked = _asked(protocol, {"subclasses": 3}, *NAMES)
    found = account_for_design(cohort, asked)
    assert [one.method for one in found.gates] == list(NAMES)
    keys = found.counts.groupby("method")["key"].unique().map(list).to_dict()
    assert keys == {
        "ipw_truncated": ["truncated"],
        "nearest_neighbours": ["unmatched"],
        "matched_regression": ["unmatched"],
        "subclassification": ["subclass"],
        "subclass_regression": ["subclass"],
    }
    classes = found.counts[found.counts["method"] == "subclassification"]
    assert (classes.groupby("arm")["n"].sum() == classes.groupby("arm")["of"].first()).all()


def _counts(*rows: tuple) -> DesignAccount:
    return DesignAccount(counts=pd.DataFrame(rows, columns=list(DESIGN_COLUMNS)))


def test_one_arms_few_unmatched_hide_the_others() -> None:
    gated = gate_design(_counts(("m", "unmatched", 0, "ips", 3, 60), ("m", "unmatched", 0, "usual", 40, 97)), POLICY)
    assert gated.frame["suppressed"].all()
    assert gated.frame["n"].isna().all()


def test_that_nobody_was_left_out_is_told_beside_many_that_were() -> None:
    gated = gate_design(_counts(("m", "unmatched", 0, "ips", 0, 60), ("m", "unmatched", 0, "usual", 37, 97)), POLICY)
    assert gated.frame["n"].tolist() == [0, 37]


def test_what_is_left_of_an_arm_may_not_lie_beside_a_told_size() -> None:
    told = POLICY.with_numbers([(size_key("usual"), 58)])
    gated = gate_design(_counts(("m", "unmatched", 0, "ips", 0, 60), ("m", "unmatched", 0, "usual", 37, 97)), told)
    assert gated.frame["suppressed"].all()  # 60 are left, and 58 are told elsewhere


def test_a_small_subclass_is_hidden_in_both_arms_with_another() -> None:
    sizes = [(3, 30), (20, 25), (40, 22), (37, 23)]
    rows = [("s", "subclass", level, arm, n, 100) for level, pair in enumerate(sizes, 1)
            for arm, n in zip(("ips", "usual"), pair, strict=True)]  # fmt: skip
    frame = gate_design(_counts(*rows), POLICY).frame
    hidden = frame.groupby("level")["suppressed"].agg(["min", "max"])
    assert (hidden["min"] == hidden["max"]).all()
    assert list(hidden.index[hidden["min"]]) == [1, 2]


def test_the_block_says_what_was_chosen_and_counts_it(results_two_arms, protocol: Protocol, cohort: Cohort) -> None:
    asked = _asked(
        protocol, {"propensity": {"splines": ["age"]}, "trim": {"common_range": True},
                   "matching": {"exact": ["sex"], "caliper": None}, "subclasses": 3}, *NAMES,
    )  # fmt: skip
    keys = [one.key for one in design_choices(asked)]
    assert keys == ["sentence.design_splines", "sentence.design_trim_common", "sentence.design_truncate",
                    "sentence.design_matching_any", "sentence.design_exact", "sentence.design_subclasses"]  # fmt: skip
    release = disclose(replace(results_two_arms, design=account_for_design(cohort, asked)), internal=True)
    made = {child.id: child for child in blocks.balance(release).children}
    assert len(made["balance-gates"].body["columns"]) == 1 + len(NAMES)
    assert len(made["balance-design"].body["rows"]) >= 6


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"trim": {"low": 0.9, "high": 0.1}}, "low must lie below"),
        ({"trim": {"low": 0.1}}, "either low and high"),
        ({"trim": {"low": 0.1, "high": 0.9, "common_range": True}}, "either low and high"),
        ({"matching": {"ratio": 0}}, "greater than or equal to 1"),
        ({"truncate": 0.4}, "greater than 0.5"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(wrong: dict, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Adjustment.model_validate(wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"propensity": {"splines": ["sex"]}}, "propensity.splines: 'sex' cannot be"),
     ({"matching": {"exact": ["age"]}}, "matching.exact: 'age' cannot be")],
)  # fmt: skip
def test_a_covariate_of_the_wrong_kind_is_refused(wrong: dict, said: str, protocol: Protocol) -> None:
    with pytest.raises(ValueError, match=said):
        Adjustment.model_validate(wrong).refuse_misfits(protocol.covariates)


def test_a_comparison_too_small_to_choose_from_is_told_by_method(
    results_two_arms, protocol: Protocol, cohort: Cohort
) -> None:
    asked = _asked(protocol, {}, "ipw", "matched_pairs", "nearest_neighbours", "matched_regression")
    account = account_for_design(cohort, asked)  # 104 beside 87: fewer than twice as many
    held = {one.method: {gate.name: gate.passed for gate in one.gates}.get("reservoir") for one in account.gates}
    assert held == {"ipw": None, "matched_pairs": False, "nearest_neighbours": False, "matched_regression": None}
    release = disclose(replace(results_two_arms, design=account), internal=True)
    (told,) = (child for child in blocks.balance(release).children if child.id == "balance-reservoir")
    assert [item["key"] for item in told.body["text"]] == ["matching.small", "matching.small", "matching.reservoir"]
    quiet = disclose(
        replace(results_two_arms, design=account_for_design(cohort, _asked(protocol, {}, "ipw"))), internal=True
    )
    assert "balance-reservoir" not in {child.id for child in blocks.balance(quiet).children}


def test_arms_that_are_apart_have_no_account(protocol: Protocol, cohort: Cohort) -> None:
    apart = cohort.covariates.assign(age=np.where(cohort.a == 1, 60.0, 20.0) + np.arange(cohort.a.size) / 1000)
    assert account_for_design(replace(cohort, covariates=apart), _asked(protocol, {}, "ipw")).gates == ()
