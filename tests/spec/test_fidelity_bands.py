"""The bands of the fidelity scale, and what is done where items were not scored."""

from __future__ import annotations

import math

import pytest

from steget_eval.core.errors import MethodError
from steget_eval.methods.effects.fidelity import band_of, score_fidelity


@pytest.mark.parametrize(("total", "band"), [
    (125, "exemplary"), (115, "exemplary"), (114.9, "good"), (114, "good"), (100, "good"), (99.9, "fair"),
    (99, "fair"), (74, "fair"), (73.9, "disputed"), (73, "disputed"), (72.9, "not_supported_employment"),
    (72, "not_supported_employment"), (25, "not_supported_employment"), (math.nan, "not_scored"),
])  # fmt: skip
def test_a_total_is_never_lifted_into_a_band_it_has_not_reached(total: float, band: str) -> None:
    assert band_of(total) == band


def form(total: int) -> list[int | None]:
    """A form that adds up to the total."""
    least, more = divmod(total, 25)
    return [least + 1] * more + [least] * (25 - more)


def test_73_points_is_flagged_and_put_in_no_band() -> None:
    found = score_fidelity(form(73))
    assert (found.total, found.band) == (73, "disputed")
    assert {score_fidelity(form(total)).band for total in (72, 74)} == {"not_supported_employment", "fair"}


@pytest.mark.parametrize(("missing", "most", "has_total"), [
    (0, 2, True), (1, 2, True), (2, 2, True), (3, 2, False), (1, 0, False), (25, 2, False),
])  # fmt: skip
def test_a_review_with_too_many_items_missing_gets_no_total(missing: int, most: int, has_total: bool) -> None:
    items = [None] * missing + form(100)[missing:]
    found = score_fidelity(items, most_missing=most)
    assert math.isnan(found.total) is not has_total
    assert (found.band == "not_scored") is not has_total
    assert found.is_prorated is (has_total and missing > 0)


def test_missing_items_that_could_change_the_band_are_told() -> None:
    near, far = [None, *form(100)[1:]], [None, *form(110)[1:]]
    assert score_fidelity(near).depends_on_missing
    assert (score_fidelity(near).band_low, score_fidelity(near).band_high) == ("fair", "good")
    assert not score_fidelity(far).depends_on_missing
    assert not score_fidelity(form(100)).depends_on_missing


@pytest.mark.parametrize("items", [form(100)[:24], [*form(100), 3], [0, *form(100)[1:]], [6, *form(100)[1:]]])
def test_a_form_that_is_no_form_is_refused(items: list[int | None]) -> None:
    with pytest.raises(MethodError):
        score_fidelity(items)


def test_the_parts_of_the_scale_are_all_of_it() -> None:
    sections = score_fidelity(form(80)).sections
    assert [(one.section, one.items) for one in sections] == [("staffing", 3), ("organisation", 8), ("services", 14)]
    assert sum(one.items * one.mean for one in sections) == pytest.approx(80, rel=1e-12)  # a sum of 25 numbers
