"""What was found wanting of a line over periods is told by every report that uses it, and the study's rule is kept."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from steget_eval import blocks, disclose, evaluate_panel, load_protocol, read_records
from steget_eval.core.shipped import shipped
from steget_eval.methods import rehearsed_series
from steget_eval.methods.catalogue import find_method
from steget_eval.methods.rehearsed_series import SeriesShortfall, find_series_shortfall
from steget_eval.reporting.blocks.rehearsals_series import series_rehearsals
from steget_eval.reporting.text.render import render

_SPEC = importlib.util.spec_from_file_location("series", Path(__file__).parents[2] / "benchmarks" / "series.py")
STUDY = importlib.util.module_from_spec(_SPEC)
sys.modules["series"] = STUDY
_SPEC.loader.exec_module(STUDY)


def shortfall(method: str, contrast: str, size: int, later: int | None) -> SeriesShortfall:
    return SeriesShortfall(method=method, contrast=contrast, size=size, coverage=0.871, scenario="even", rho=0.4,
                           conforms_from=later)  # fmt: skip


@pytest.fixture(scope="module", params=["interrupted_example", "staggered_example"])
def release(request: pytest.FixtureRequest):
    place = shipped("data", "programmes", request.param)
    return disclose(evaluate_panel(load_protocol(place / "protocol.yaml"), read_records(place / "records")))


@pytest.mark.parametrize(("later", "told"), [(None, True), (10_000, True), (8, False)])
def test_a_report_repeats_what_was_found_unless_its_size_conforms(release, monkeypatch, later, told: bool) -> None:
    method, contrast = release.estimates[["method", "contrast"]].iloc[0]
    one = shortfall(method, contrast, 7, later)
    monkeypatch.setattr(rehearsed_series, "_shortfalls", lambda: {(method, contrast): one})
    said = series_rehearsals(release)
    assert len(said) == told
    assert ("limits-rehearsed" in [block.id for block in blocks.panel.limits(release).children]) == told
    for sentence in said:
        assert "87" in render(sentence, "sv")
        assert "87" in render(sentence, "en")
        assert ("tried was enough" in render(sentence, "en") or "followed was enough" in render(sentence, "en")) == (
            later is None
        )


def test_what_is_shipped_names_lines_and_sizes_of_the_study() -> None:
    rows = rehearsed_series._shortfalls()
    for (method, contrast), one in rows.items():
        assert find_method("binary", contrast, method) is not None
        sizes = STUDY.PERIODS if method in STUDY.SIMPLE else STUDY.SIZES
        assert one.size in sizes
        assert one.conforms_from is None or one.conforms_from > one.size
        assert find_series_shortfall(method, contrast, one.size) == one
    # The usual line of a series conforms with four years of months; Newey-West nowhere that was tried.
    assert all(find_series_shortfall("segmented_ar1", contrast, 48) is None for contrast in STUDY.SEGMENTED)
    assert all(find_series_shortfall("segmented", contrast, 120) is not None for contrast in STUDY.SEGMENTED)


def test_a_cell_conforms_where_its_monte_carlo_interval_meets_the_band() -> None:
    def held(coverage: float, told: int) -> bool:
        return STUDY.Held(method="segmented", scenario="even", size=48, rho=0.0, contrast="level_change", told=told,
                          refused=0, coverage=coverage, bias=0.0, bias_mcse=0.1, width=1.0).conforms  # fmt: skip

    assert held(0.95, 100)
    assert held(0.93, 2000)  # 0.93 + 2.576 * 0.0057 = 0.9447
    assert not held(0.92, 2000)
    assert not held(0.975, 2000)


@pytest.mark.slow
def test_a_small_study_tells_every_contrast_and_the_size_from_which_a_line_conforms() -> None:
    cells = [STUDY.Cell(method=method, scenario="even", size=size, rho=0.4, replicates=60)
             for method in STUDY.SIMPLE for size in (24, 120)]  # fmt: skip
    cells.append(STUDY.Cell(method="group_time", scenario="halves", size=8, rho=0.5, replicates=12))
    held = [STUDY.Held(**row) for cell in cells for row in STUDY.ask(cell)]
    assert len(held) == 4 * 3 + 3
    assert STUDY.ask(cells[1]) == STUDY.ask(cells[1])
    short = {(row["method"], row["contrast"]): row for row in STUDY.shortfalls(held)}
    assert ("segmented", "slope_change") in short
    assert ("segmented_ar1", "slope_change") not in short
    page = STUDY.page(held, (60, 60, 12, 0))
    assert "## `segmented_ar1`" in page
    assert page.count("**") % 2 == 0
