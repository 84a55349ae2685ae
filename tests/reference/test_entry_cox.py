"""Cox regression and the tests beside it, with delayed entry, against survival (entry_cox.R)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.errors import MethodError
from steget_eval.methods.effects.cox import hazard_ratio
from steget_eval.methods.effects.proportional import proportional_hazards
from steget_eval.methods.effects.time_to_event import log_rank

HERE = Path(__file__).parent
REFERENCE = pd.read_csv(HERE / "entry_cox.txt").set_index("key")["value"]
ITERATED = 1e-6  # both sides converged below it


@pytest.fixture(scope="module")
def late() -> pd.DataFrame:
    frame = pd.read_csv(HERE / "survival_days.csv")
    frame["entry"] = np.where(frame["id"] % 2 == 1, (7 * frame["id"]) % 23, 0)
    return frame[frame["t"] > frame["entry"]]


@pytest.mark.parametrize("case", ["plain", "adjusted"])
@pytest.mark.parametrize("error", ["naive", "robust", "clustered"])
def test_the_ratio_and_its_errors_are_coxphs(late, case, error):
    X = None if case == "plain" else late[["x", "stratum"]].to_numpy(dtype=float)
    cluster = (late["id"] % 12).to_numpy() if error == "clustered" else None
    row = hazard_ratio(
        late["t"].to_numpy(), late["d"].to_numpy(), late["a"].to_numpy(), X, entry=late["entry"].to_numpy(),
        robust=error != "naive", cluster=cluster, variance="sandwich",
    ).rows[0]  # fmt: skip
    for got, key in ((np.log(row.estimate), "log_ratio"), (row.std_error, error)):
        want = REFERENCE[f"{case}.{key}"]
        assert abs(got - want) <= ITERATED * max(abs(want), 1), (key, got, want)


@pytest.mark.parametrize("case", ["plain", "adjusted"])
def test_the_check_of_proportional_hazards_is_that_of_zph(late, case):
    X = None if case == "plain" else late[["x", "stratum"]].to_numpy(dtype=float)
    arrays = [late[name].to_numpy() for name in ("t", "d", "a")]
    row = proportional_hazards(*arrays, X, entry=late["entry"].to_numpy()).rows[0]
    assert abs(row.estimate - REFERENCE[f"zph.{case}.estimate"]) <= ITERATED
    assert abs(row.p_value - REFERENCE[f"zph.{case}.p"]) <= ITERATED


def test_the_log_rank_compares_nobody_with_those_who_have_not_entered(late):
    arrays = late["t"].to_numpy(), (late["d"] > 0).to_numpy() * 1, late["a"].to_numpy()
    row = log_rank(*arrays, entry=late["entry"].to_numpy()).rows[0]
    assert abs(row.estimate - REFERENCE["log_rank.estimate"]) <= 1e-8  # a closed form
    assert abs(row.estimate - log_rank(*arrays).rows[0].estimate) > 1e-3
    everybody = log_rank(*arrays, entry=np.zeros(len(late), dtype=int)).rows[0]
    assert everybody.estimate == log_rank(*arrays).rows[0].estimate


def test_whoever_enters_at_the_end_is_refused(late):
    with pytest.raises(MethodError, match="enter on the day that their follow-up ends"):
        hazard_ratio(late["t"].to_numpy(), late["d"].to_numpy(), late["a"].to_numpy(), entry=late["t"].to_numpy())
