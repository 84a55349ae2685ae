"""Every formula of the ledger against metafor and R's own tests."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from steget_eval.methods.evidence.formulas import FORMULAS, every_effect
from steget_eval.methods.evidence.formulas_means import t_test_p, welch_p
from steget_eval.methods.evidence.formulas_share import SHARE_FORMULAS
from steget_eval.methods.numerics.proportions import Table

REFERENCE = pd.read_csv(Path(__file__).parent / "evidence_formulas.txt").set_index("key")["value"]
COUNTS = [(19, 41, 5, 46), (14, 33, 1, 25), (85, 156, 43, 156), (8, 18, 2, 19)]


def _key(counts, formula, what):
    return ".".join((*map(str, counts), formula.measure, formula.name, what))


@pytest.mark.parametrize("counts", COUNTS)
@pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: f"{formula.measure}-{formula.name}")
def test_formula_is_rs(formula, counts):
    table = Table(x_1=counts[0], n_1=counts[1], x_0=counts[2], n_0=counts[3])
    got = {"estimate": formula.estimate(table)}
    if formula.limits is not None:
        limits = formula.limits(table, 0.95)
        got |= {"low": limits.low, "high": limits.high}
    for what, value in got.items():
        if _key(counts, formula, what) in REFERENCE.index:
            assert value == pytest.approx(
                REFERENCE[_key(counts, formula, what)], rel=1e-8
            )  # closed forms, roots to 1e-13


def test_all_but_the_formulas_witnessed_elsewhere_have_a_number_of_rs():
    # binary.R witnesses the score intervals and Newcombe's; a number needed to treat is a difference turned over.
    elsewhere = {"newcombe", "miettinen_nurminen", "mee", "koopman"}
    missing = {
        (formula.measure, formula.name)
        for formula in FORMULAS
        if formula.measure != "nnt"
        and formula.name not in elsewhere
        and not any(_key(COUNTS[0], formula, what) in REFERENCE.index for what in ("estimate", "low"))
    }
    assert missing == {("p_value", "likelihood_ratio"), ("p_value", "wald")}


@pytest.mark.parametrize("counts", [(25, 81), (1, 44), (8, 76), (50, 60)])
@pytest.mark.parametrize(("name", "limits"), SHARE_FORMULAS, ids=[name for name, _ in SHARE_FORMULAS])
def test_interval_of_one_share_is_rs(name, limits, counts):
    got = limits(*counts, 0.95)
    for what, value in (("low", got.low), ("high", got.high)):
        expected = REFERENCE[f"share.{counts[0]}.{counts[1]}.{name}.{what}"]
        assert value == pytest.approx(expected, rel=1e-8, abs=1e-12)  # closed forms and beta quantiles


def test_newcombes_own_example_has_his_limits():
    # Newcombe 1998, table II, 56/70 v 48/80: methods 10, 11, and Mee's score without the factor.
    frame = every_effect(56, 70, 48, 80).to_frame().set_index(["measure", "formula"])
    printed = {
        "newcombe": (0.0524, 0.3339), "newcombe_corrected": (0.0428, 0.3422), "mee": (0.0533, 0.3377),
        "miettinen_nurminen": (0.0528, 0.3382),
    }  # fmt: skip
    for name, (low, high) in printed.items():
        row = frame.loc[("risk_difference", name)]
        assert (round(row["low"], 4), round(row["high"], 4)) == (low, high)


def test_means_with_spread_give_rs_tests():
    values = (9264, 13294, 42, 2601, 6009, 43)
    assert welch_p(*values) == pytest.approx(REFERENCE["means.welch"], rel=1e-8)
    assert t_test_p(*values) == pytest.approx(REFERENCE["means.student"], rel=1e-8)


def test_every_formula_has_a_place_in_the_documentation():
    page = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "evidence.md").read_text(encoding="utf-8")
    names = {formula.name for formula in FORMULAS} | {name for name, _ in SHARE_FORMULAS}
    assert {name for name in names if f"`{name}`" not in page} == set()
