"""Every column is held to the agreement that can be asked of it."""

import json
from typing import Any

import pytest

from steget_eval.runs.compare import agree, differing_rows, differing_values

HEAD = "method,estimate,std_error,n_1,note\n"


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("a,0.5,0.1,12,x\n", "a,0.5,0.1,12,x\n", True),
        ("a,0.5,0.1,12,x\n", "a,0.5000000004,0.1,12,x\n", True),  # 8e-10 of an estimate: within 1e-9
        ("a,0.5,0.1,12,x\n", "a,0.500000001,0.1,12,x\n", False),  # 2e-9: beyond it
        ("a,0.5,0.1,12,x\n", "a,0.5,0.1000000005,12,x\n", True),  # 5e-9 of a standard error: within 1e-8
        ("a,0.5,0.1,12,x\n", "a,0.5,0.100000002,12,x\n", False),
        ("a,0.5,0.1,12000000000,x\n", "a,0.5,0.1,12000000001,x\n", False),  # a count is exact however large
        ("a,0.5,0.1,12,x\n", "a,0.5,0.1,,x\n", False),
        ("a,0.5,0.1,12,x\n", "a,0.5,0.1,12,y\n", False),
    ],
)
def test_a_cell_agrees_within_its_columns_tolerance(old: str, new: str, same: bool) -> None:
    assert (list(differing_rows(HEAD + old, HEAD + new)) == []) is same


def test_a_difference_is_told_with_row_column_and_both_values() -> None:
    told = list(differing_rows(f"{HEAD}a,0.5,0.1,12,x\n", f"{HEAD}a,0.6,0.1,12,x\nb,1,1,1,\n"))
    assert told == ["1 rows in the report, 2 now", "row 1, estimate: '0.5' in the report, '0.6' now"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda v: v["frame"]["rows"][0].__setitem__(1, 0.25 + 1e-12), []),
        (lambda v: v["frame"]["rows"][0].__setitem__(1, 0.26),
         ["frame.rows[1].estimate: 0.25 in the report, 0.26 now"]),
        (lambda v: v["frame"]["rows"].pop(), ["frame.rows: 2 rows in the report, 1 now"]),
        (lambda v: v["frame"].__setitem__("columns", ["a"]), ["frame.columns: "]),
        (lambda v: v.__setitem__("caption", "other"), ["caption: 'said' in the report, 'other' now"]),
        (lambda v: v.__setitem__("more", None), []),
    ],
)  # fmt: skip
def test_the_data_of_a_figure_are_compared_cell_by_cell(change: Any, told: list[str]) -> None:
    then = {"frame": {"columns": ["day", "estimate"], "rows": [[1, 0.25], [2, None]]}, "caption": "said"}
    now = json.loads(json.dumps(then))
    change(now)
    found = list(differing_values(then, now))
    assert all(any(one.startswith(start) for one in found) for start in told)
    assert bool(found) is bool(told)


def test_a_truth_value_is_no_number_and_zero_is_no_tiny_count() -> None:
    assert not agree(True, 1.5)
    assert agree(0.0, 1e-13, "estimate")
    assert not agree(0.0, 1e-13, "n_1")
