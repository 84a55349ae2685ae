"""State occupation and months in each state against survfit for several states."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from steget_eval.core.errors import HorizonError, MethodError
from steget_eval.methods.effects.occupation import months_in_states, occupation

REFERENCE = pd.read_csv(Path(__file__).parent / "occupation.txt").set_index("key")["value"]
CLOSED = 1e-8  # closed form
N, M, STATES = 60, 12, ("none", "work", "study")
ID = np.arange(1, N + 1)
A, SITE = (ID % 5 < 2) * 1, ID % 9


def paths() -> np.ndarray:
    found = np.full((N, M + 1), -1)
    for i in range(1, N + 1):
        found[i - 1, 0] = i % 3
        for m in range(1, M + 1):
            here = found[i - 1, m - 1]
            found[i - 1, m] = (here + 1 + (i + m) % 2) % 3 if (i * 7 + m * 5 + i * m) % 11 < 3 else here
        last = 4 + (i * 3) % 9 if i % 4 == 0 else M
        found[i - 1, last + 1 :] = -1
    return found


def agrees(got: float, key: str) -> None:
    want = REFERENCE[key]
    assert abs(got - want) <= CLOSED * max(abs(want), 1), (key, got, want)


@pytest.mark.parametrize("arm", [1, 0])
def test_shares_and_their_errors_are_survfits(arm):
    found = occupation(paths()[arm == A], STATES)
    for month in (1, 6, 11):
        for state in range(3):
            agrees(found.share[month, state], f"share.{arm}.{month}.{state}")
            agrees(found.std_error[month, state], f"share_se.{arm}.{month}.{state}")


@pytest.mark.parametrize(("cluster", "key"), [(None, "months_se"), (SITE, "cluster_se")])
def test_months_and_their_errors_are_survfits(cluster, key):
    rows = months_in_states(paths(), A, STATES, cluster=cluster, variance="sandwich")
    for code, state in enumerate(STATES):
        for arm in (1, 0):
            row = rows.only(contrast=f"months_{arm}", subgroup=f"state={state}")
            agrees(row.estimate, f"months.{arm}.{code}")
            agrees(row.std_error, f"{key}.{arm}.{code}")


def test_with_clusters_the_shares_are_found_anew_without_each_in_turn():
    whole = np.where(paths() < 0, 0, paths())
    row = months_in_states(whole, A, STATES, cluster=SITE).rows[2]

    def difference(who: np.ndarray) -> float:
        worked = (whole[:, :-1] == 0).sum(axis=1)
        return worked[who & (A == 1)].mean() - worked[who & (A == 0)].mean()

    moved = np.array([difference(site != SITE) for site in range(9)]) - row.estimate
    error = np.sqrt(8 / 9 * (moved**2).sum())
    assert row.std_error == pytest.approx(error, abs=CLOSED)
    assert row.conf_high - row.estimate == pytest.approx(student.isf(0.025, 8) * error, abs=CLOSED)


def test_months_over_the_states_are_all_the_months():
    rows = [row for row in months_in_states(paths(), A, STATES) if row.contrast == "months_1"]
    assert sum(row.estimate for row in rows) == pytest.approx(M, abs=1e-12)


def test_without_censoring_it_is_the_mean_of_each_persons_months():
    whole = np.where(paths() < 0, 0, paths())
    (row, *_) = months_in_states(whole, A, STATES)
    months = (whole[A == 1][:, :-1] == 0).sum(axis=1)
    assert row.estimate == pytest.approx(months.mean(), abs=CLOSED)
    assert row.std_error == pytest.approx(months.std() / np.sqrt(months.size), abs=CLOSED)


def test_refusals():
    with pytest.raises(HorizonError, match="from month 1 to 2"):
        occupation(np.array([[0, 1, -1], [0, 0, -1]]), STATES)
    with pytest.raises(MethodError, match="cannot come back"):
        occupation(np.array([[0, -1, 0]]), STATES)
    with pytest.raises(MethodError, match="fewer than four clusters"):
        months_in_states(paths(), A, STATES, cluster=ID % 3)
