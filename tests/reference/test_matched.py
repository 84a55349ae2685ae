"""Matched comparisons against MatchIt with clubSandwich, and against Matching (matched.R)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from steget_eval.core.shipped import shipped
from steget_eval.methods.effects.matched import abadie_imbens, matched_pairs

HERE = Path(__file__).parent
WITNESS = pd.read_csv(HERE / "matched.txt")
PEOPLE = pd.read_csv(HERE / "matching_people.csv")
X = PEOPLE[["x1", "x2", "z"]].to_numpy(dtype=float)
OUTCOME = {"binary": PEOPLE["y"].to_numpy(dtype=float), "amount": PEOPLE["pay"].to_numpy(dtype=float)}
CLOSED, ITERATED = 1e-8, 1e-6
CASES = WITNESS["case"].unique()


def check(case: str, row, tolerance: float) -> None:
    wanted = WITNESS[WITNESS["case"] == case].set_index("key")["value"]
    assert len(wanted) >= 2
    for key, value in wanted.items():
        assert abs(getattr(row, key) - value) <= tolerance * max(abs(value), 1), key


@pytest.mark.parametrize("case", [case for case in CASES if case.startswith("pairs")])
def test_pairs_have_the_error_that_cr2_by_pair_gives(case: str) -> None:
    _, by, kind = case.split("/")
    rows = matched_pairs(OUTCOME[kind], PEOPLE["a"], X, kind=kind, exact=X[:, 2] if by == "exact" else None)
    check(case, rows.rows[2], ITERATED)


@pytest.mark.parametrize("case", [case for case in CASES if case.startswith(("ai/binary", "ai/amount"))])
def test_neighbours_with_replacement_have_abadie_and_imbens_variance(case: str) -> None:
    _, kind, population, neighbours, adjusted = case.split("/")
    (row,) = abadie_imbens(
        OUTCOME[kind], PEOPLE["a"], X, kind=kind, population=population, neighbours=int(neighbours),
        bias_adjusted=adjusted == "adjusted",
    )  # fmt: skip
    check(case, row, CLOSED)


@pytest.mark.parametrize("adjusted", ["plain", "adjusted"])
def test_ties_among_real_men_are_all_kept(adjusted: str) -> None:
    men = pd.read_csv(shipped("data", "open", "nsw", "nsw_dw445.csv"))
    covariates = men[["age", "educ", "black", "nodegree", "re75"]].to_numpy()
    (row,) = abadie_imbens((men["re78"] > 0) * 1.0, men["treat"], covariates, bias_adjusted=adjusted == "adjusted")
    check(f"ai/nsw/ATT/1/{adjusted}", row, CLOSED)
