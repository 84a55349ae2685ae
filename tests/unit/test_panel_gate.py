"""What the gate hides of a panel, and that what it tells does not give it back."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from steget_eval import blocks, disclose, evaluate_panel
from steget_eval.methods.effects.group_time import checked_panel, group_time_effects
from steget_eval.methods.effects.panel_averages import average_effects
from steget_eval.protocol import Protocol
from steget_eval.records import Records
from steget_eval.records.card import Label, RecordsCard
from steget_eval.reporting.release_panel import PanelRelease
from steget_eval.reporting.write import estimates_csv

WORDS = {"sv": "ord", "en": "word"}
PERIODS = 8
CANARY = 3


def protocol(starts: list[int], design: str = "staggered", periods: int = PERIODS, **panel: Any) -> Protocol:
    """A protocol of units that start in the given quarters, -1 for never."""
    units = []
    for number, start in enumerate(starts):
        day = f"{2018 + start // 4}-{3 * (start % 4) + 1:02d}-01"
        units.append({"id": f"u{number}", "label": WORDS} | ({"started_on": day} if start >= 0 else {}))
    contrast, population = ("att", "ATT") if design == "staggered" else ("level_change", "arm")
    return Protocol.model_validate({
        "schema_version": 1, "id": "made_up", "title": WORDS, "decided_on": "2026-11-22", "design": design,
        "programme": {"id": "made_up", "name": WORDS, "is_ips": False, "description": WORDS},
        "arms": {"treated": {"id": "started", "label": WORDS}}, "clock": {"index": "none"},
        "panel": {"unit": WORDS, "period": "quarter", "first": "2018-01-01", "units": units,
                  "last": f"{2018 + periods // 4 - 1}-12-31", **panel},
        "outcomes": [{"id": "work", "kind": "binary", "label": WORDS, "definition": WORDS,
                      "counted": {"category": "{unit} work", "of": "{unit} people"}}],
        "estimands": [{"id": "work", "question": WORDS, "outcome": "work", "population": population,
                       "contrast": contrast}],
        "primary": "work",
    })  # fmt: skip


def records(asked: Protocol, n: np.ndarray, total: np.ndarray) -> Records:
    rows = [
        (label, f"u{row} {name}", int(numbers[row, column]))
        for name, numbers in (("people", n), ("work", total))
        for row in range(n.shape[0])
        for column, label in enumerate(asked.panel.labels)
    ]
    period, category, count = zip(*rows, strict=True)
    table = pa.table({"period": list(period), "category": list(category),
                      "sex": pa.array([None] * len(rows), pa.string()), "n": pa.array(count, pa.int64())})  # fmt: skip
    card = RecordsCard(schema_version=1, title=Label(**WORDS), origin="synthetic", source=Label(**WORDS), licence="MIT")
    return Records(tables={"counts": table}, card=card, name="made_up")


def drawn(starts: list[int], seed: int, periods: int = PERIODS) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = rng.integers(60, 120, size=(len(starts), periods))
    return n, rng.binomial(n, 0.4)


def released(starts: list[int], seed: int, small: list[tuple[int, int]]) -> tuple[PanelRelease, np.ndarray]:
    asked = protocol(starts)
    n, total = drawn(starts, seed)
    for unit, period in small:
        total[unit, period] = CANARY
    return disclose(evaluate_panel(asked, records(asked, n, total))), n


#: One unit starts alone in each of three quarters; four never do.
ALONE = [2, 3, 5, -1, -1, -1, -1]


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    release, _ = released(ALONE, 1, [])
    assert not release.hides_cells
    assert not release.estimates["suppressed"].any()
    assert release.suppressions == ()


def test_a_small_number_goes_with_another_and_with_every_average_that_rests_on_it() -> None:
    release, _ = released(ALONE, 1, [(0, 4)])
    gone = release.series[release.series["suppressed"]]
    assert set(gone["start"]) == {2}
    assert len(gone) >= 2
    assert 4 in set(gone["period"])
    told = set(release.estimates.loc[~release.estimates["suppressed"], "subgroup"])
    assert "event=2" not in told
    assert "band=2" not in told
    assert "calendar=2019-Q1" not in told
    assert "group=2018-Q3" not in told
    assert set(release.estimates.loc[~release.estimates["suppressed"], "contrast"]) == {"att"}
    assert release.estimates.loc[release.estimates["suppressed"], "estimate"].isna().all()


def _functionals(
    asked: Protocol, release: PanelRelease, n: np.ndarray
) -> tuple[np.ndarray, dict[tuple[int, int], Any]]:
    """Every number told, and every cell, as a sum over the units' shares, shape (what, units * periods)."""
    starts = np.array([asked.panel.start_of(unit) for unit in asked.panel.units])
    size = starts.size * n.shape[1]
    cells = {}
    for start in np.unique(starts):
        for period in range(n.shape[1]):
            weight = np.zeros(n.shape)
            weight[starts == start, period] = n[starts == start, period] / n[starts == start, period].sum()
            cells[int(start), period] = weight.ravel()
    names = None
    columns = []
    for place in range(size):
        y = np.zeros(size)
        y[place] = 1.0
        panel = checked_panel(y.reshape(n.shape), starts)
        found = average_effects(group_time_effects(panel, control=asked.panel.control), panel)
        names = found.names
        columns.append(found.estimate)
    sums = dict(zip(names, np.array(columns).T, strict=True))
    told = [cells[int(s), int(p)] for s, p, gone in
            release.series[["start", "period", "suppressed"]].itertuples(index=False) if not gone]  # fmt: skip
    for row in release.estimates[~release.estimates["suppressed"]].to_dict("records"):
        if row["contrast"] == "att" and not row["subgroup"].startswith("band"):
            kind, _, key = row["subgroup"].partition("=")
            label = f"{kind}={asked.panel.labels.index(key)}" if kind in {"group", "calendar"} else row["subgroup"]
            told.append(sums[label])
    return np.array(told), cells


@pytest.mark.parametrize("control", ["never_treated", "not_yet_treated"])
@pytest.mark.parametrize("seed", [0, 1, 2, 3, 7, 35, 47])
def test_no_hidden_number_is_a_sum_of_what_is_told(seed: int, control: str) -> None:
    rng, starts = np.random.default_rng(1000 + seed), np.array(ALONE)
    asked = protocol(ALONE, control=control)
    n, total = drawn(ALONE, seed)
    secrets = []
    for _ in range(int(rng.integers(1, 6))):
        start, period = int(rng.choice(np.unique(starts))), int(rng.integers(0, PERIODS))
        total[starts == start, period] = 0
        total[np.flatnonzero(starts == start)[0], period] = CANARY
        secrets.append((start, period))
    release = disclose(evaluate_panel(asked, records(asked, n, total)))
    told, cells = _functionals(asked, release, n)
    rank = np.linalg.matrix_rank(told, tol=1e-8)
    for secret in secrets:
        assert np.linalg.matrix_rank(np.vstack([told, cells[secret]]), tol=1e-8) == rank + 1, secret


def test_one_average_beside_two_hidden_numbers_is_told() -> None:
    asked = protocol(ALONE)
    n, total = drawn(ALONE, 1)
    total[0, 4], total[0, 5] = CANARY, CANARY
    release = disclose(evaluate_panel(asked, records(asked, n, total)))
    told = release.estimates[~release.estimates["suppressed"]]
    assert set(told.loc[told["subgroup"] == "all", "contrast"]) == {"att"}


def test_the_attack_succeeds_where_nothing_is_taken_away() -> None:
    asked = protocol(ALONE)
    n, total = drawn(ALONE, 1)
    release = disclose(evaluate_panel(asked, records(asked, n, total)), internal=True)
    told, cells = _functionals(asked, release, n)
    kept = told[np.abs(told - cells[2, 4]).max(axis=1) > 0]  # the cell itself is not told, every average is
    assert np.linalg.matrix_rank(np.vstack([kept, cells[2, 4]]), tol=1e-8) == np.linalg.matrix_rank(kept, tol=1e-8)


@pytest.mark.parametrize(("people", "events"), [(9, 5), (60, 0), (60, 60), (60, 57), (60, 4)])
def test_few_people_and_few_with_or_without_the_outcome_are_hidden(people: int, events: int) -> None:
    asked = protocol(ALONE)
    n, total = drawn(ALONE, 2)
    n[1, 5], total[1, 5] = people, events
    release = disclose(evaluate_panel(asked, records(asked, n, total)))
    row = release.series[(release.series["start"] == 3) & (release.series["period"] == 5)].iloc[0]
    assert row["suppressed"]
    assert np.isnan(row["value"])


def test_the_sum_of_the_hidden_periods_is_not_small_or_everything_goes() -> None:
    asked = protocol(ALONE)
    n, total = drawn(ALONE, 3)
    total[0, :] = [1, 0, 1, 0, 1, 0, 1, 0]
    release = disclose(evaluate_panel(asked, records(asked, n, total)))
    assert release.series.loc[release.series["start"] == 2, "suppressed"].all()
    assert release.estimates["suppressed"].all()  # the number of people in all would give back that start's


def test_an_interrupted_series_whose_lines_would_give_back_a_period_is_not_told() -> None:
    asked = protocol([10, 10, -1], "interrupted", periods=24)
    n, total = drawn([10, 10, -1], 4, periods=24)
    total[:2, 5] = 1
    release = disclose(evaluate_panel(asked, records(asked, n, total)))
    assert release.estimates["suppressed"].all()
    assert release.fits[["fitted", "carried_on"]].isna().all(axis=None)
    assert np.isnan(release.fits["value"].iloc[5])


def test_no_hidden_number_stands_anywhere_on_the_pages() -> None:
    from datetime import date

    from steget_eval.reporting.html import Page, page_html

    asked = protocol(ALONE)
    n, total = drawn(ALONE, 1)
    n[0, 4], total[0, 4] = 117, CANARY
    release = disclose(evaluate_panel(asked, records(asked, n, total)))
    made = tuple(getattr(blocks.panel, name)(release) for name in blocks.panel.__all__)
    share = CANARY / 117
    for language in ("sv", "en"):
        page = page_html(made, language, Page(made_on=date(2026, 11, 22)))
        assert not re.search(rf"{share:.10f}"[:10], page)
        assert (
            f"{100 * share:.1f}".replace(".", "," if language == "sv" else ".")
            + ("\u00a0%" if language == "sv" else "%")
            not in page
        )
    csv = estimates_csv(next(block for block in made if block.id == "estimates"))
    assert f"{share:.8f}"[:9] not in csv


def test_an_internal_view_takes_nothing_away() -> None:
    asked = protocol(ALONE)
    n, total = drawn(ALONE, 1)
    total[0, 4] = CANARY
    release = disclose(evaluate_panel(asked, records(asked, n, total)), internal=True)
    assert not release.hides_cells
    assert release.internal
    assert isinstance(release.to_frame(), pd.DataFrame)
