"""Staggered starts and interrupted series against R twins, lm with clustered errors, NeweyWest and gls (panels.R)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.methods.effects.group_time import NEVER, checked_panel, group_time_effects
from steget_eval.methods.effects.interrupted import fit_segmented, interrupted_series
from steget_eval.methods.effects.staggered import staggered_effects

HERE = Path(__file__).parent
WITNESS = pd.read_csv(HERE / "panels.txt")
LONG = pd.read_csv(HERE / "panels.csv")
SERIES = pd.read_csv(HERE / "panels_series.csv")
UNITS = LONG[LONG["period"] == 0]
Y = LONG["y"].to_numpy().reshape(len(UNITS), -1)
START, X, W = UNITS["start"].to_numpy(), UNITS[["x"]].to_numpy(), UNITS["w"].to_numpy()
CLOSED = 1e-8
ITERATED = 1e-6  # the share that errors carry over is sought by an iteration on both sides
DEGREES = 1e-5  # degrees of freedom turn on the same iteration, and more sharply
ESTIMATORS = ("unadjusted", "regression", "ipw", "doubly_robust")
CONTROLS = ("never_treated", "not_yet_treated")


def wanted(case: str) -> dict[str, float]:
    mine = WITNESS[WITNESS["case"] == case]
    assert len(mine) >= 2, case
    return dict(zip(mine["key"], mine["value"], strict=True))


def close(got: float, want: float, tolerance: float = CLOSED) -> bool:
    return abs(got - want) <= tolerance * max(abs(want), 1)


def row_of(found, key: str):
    name, _, of = key.partition(":")
    if of in {"pre_trend", "breakdown"}:
        return getattr(found.only(contrast=of), name)
    return getattr(found.only(contrast="att", subgroup=of), name)


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_effects_by_group_and_time_and_their_influence_are_the_papers(estimator: str, control: str) -> None:
    found = group_time_effects(checked_panel(Y, START, X, W), estimator=estimator, control=control)
    cells = {(int(g), int(t)): place for place, (g, t) in enumerate(zip(found.group, found.period, strict=True))}
    for key, value in wanted(f"group_time/{estimator}/{control}").items():
        name, group, period = key.split(":")
        got = {"att": found.att, "se": found.std_error}[name][cells[int(group), int(period)]]
        assert close(got, value), (estimator, control, key)


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_averages_carry_the_error_of_their_estimated_shares(estimator: str, control: str) -> None:
    found = staggered_effects(Y, START, X=X, w=W, estimator=estimator, control=control, variance="influence")
    for key, value in wanted(f"influence/{estimator}/{control}").items():
        assert close(row_of(found, key), value), (estimator, control, key)


def test_anticipation_moves_the_period_that_change_is_counted_from() -> None:
    found = staggered_effects(
        Y, START, X=X, estimator="doubly_robust", control="not_yet_treated", anticipation=1, variance="influence"
    )
    for key, value in wanted("anticipation").items():
        assert close(row_of(found, key), value), key


@pytest.mark.parametrize("estimator", ["unadjusted", "regression"])
def test_leaving_each_unit_out_welch_and_the_joint_test_are_the_refits(estimator: str) -> None:
    found = staggered_effects(Y, START, X=X, estimator=estimator)
    for key, value in wanted(f"leave_one_out/{estimator}").items():
        assert close(row_of(found, key), value), (estimator, key)


def test_one_group_and_two_periods_are_the_plain_difference_in_differences() -> None:
    kept = (START == 4) | (START == NEVER)
    panel = checked_panel(Y[kept][:, 3:5], np.where(START[kept] == 4, 1, NEVER))
    found = group_time_effects(panel)
    want = wanted("two_by_two")
    assert close(found.att[0], want["estimate"])
    assert close(found.std_error[0], want["std_error"])


@pytest.mark.parametrize("errors", ["newey_west", "autoregressive"])
@pytest.mark.parametrize("model", ["none", "months", "harmonic", "controlled"])
def test_an_interrupted_series_is_rs(errors: str, model: str) -> None:
    found = interrupted_series(
        SERIES["y"], 48, y_0=SERIES["y_0"] if model == "controlled" else None,
        season="none" if model == "controlled" else model, errors=errors, lag=3,
    )  # fmt: skip
    for key, value in wanted(f"{errors}/{model}").items():
        name, contrast = key.split(":")
        row = found.only(contrast=contrast)
        if name == "degrees":
            told = float(row.note.split(" degrees of freedom")[0].split()[-1])
            assert abs(told - value) <= 0.05 + DEGREES * value, (model, key)
        else:
            assert close(getattr(row, name), value, CLOSED if errors == "newey_west" else ITERATED), (
                errors,
                model,
                key,
            )


@pytest.mark.parametrize("model", ["none", "controlled"])
def test_the_degrees_of_freedom_are_the_twins(model: str) -> None:
    fit = fit_segmented(SERIES["y"], 48, y_0=SERIES["y_0"] if model == "controlled" else None)
    want = wanted(f"autoregressive/{model}")
    for place, contrast in ((1, "trend_before"), (2, "level_change"), (3, "slope_change")):
        assert fit.series.degrees_of(np.eye(4))[place] == pytest.approx(want[f"degrees:{contrast}"], rel=DEGREES)


def test_the_usual_lag_is_printed() -> None:
    note = interrupted_series(SERIES["y"], 48, errors="newey_west").rows[0].note
    assert note.startswith("Newey-West with lag 3;")
