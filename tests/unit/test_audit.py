"""The auditor of published tables: what it finds, what it lets pass, what it reconstructs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from steget_eval.core.errors import RecordsError
from steget_eval.methods.evidence.audit_findings import Rule
from steget_eval.study.audit import audit_table

HEAD = (
    "row,part_of,n_1,events_1,percent_1,n_0,events_0,percent_0,n_all,events_all,percent_all,measure,estimate,low,high,"
    "p,decimals"
)


@pytest.fixture
def audited(tmp_path):
    def of(*rows: dict[str, str]):
        names = HEAD.split(",")
        path = tmp_path / "table.csv"
        lines = [",".join(row.get(name, "") for name in names) for row in rows]
        path.write_text("\n".join((HEAD, *lines)) + "\n", encoding="utf-8")
        return audit_table(path)

    return of


def _row(text: str, **more: str) -> dict[str, str]:
    """``14/33 42.4 v 1/25 4`` as cells; a question mark is not printed."""
    found = re.fullmatch(r"(\S+)/(\S+) (\S+) v (\S+)/(\S+) (\S+)", text)
    assert found is not None
    names = ("events_1", "n_1", "percent_1", "events_0", "n_0", "percent_0")
    cells = {name: value for name, value in zip(names, found.groups(), strict=True) if value != "?"}
    return {"row": "employed", **cells, **more}


def _only(audit):
    (finding,) = audit.findings
    return finding


def test_a_sound_table_has_no_finding(audited):
    effect = {"measure": "risk_ratio", "estimate": "10.61", "low": "1.49", "high": "75.38", "p": "<.01"}
    got = audited(
        _row("14/33 42.4 v 1/25 4", n_all="58", events_all="15", **effect),
        _row("9/20 45.0 v 1/15 6.7", row="women", part_of="employed"),
        _row("5/13 38.5 v 0/10 0.0", row="men", part_of="employed"),
    )
    assert got.findings == ()
    assert got.rows == 3
    assert list(got.to_frame().columns) == ["row", "rule", "weight", "sentence"]


@pytest.mark.parametrize(
    ("row", "rule", "weight", "said"),
    [
        (_row("?/75 47 v ?/75 18"), "percent", "impossible", "no count of 75 is printed as 18 %: 13/75 is 17.33"),
        (_row("25/81 30.8 v 8/76 10.5"), "percent", "impossible", "no count of 81 is printed as 30.8 %"),
        (_row("14/33 42.4 v 2/25 4"), "percent", "impossible", "2 of 25 is 8.00 %, not 4 % (arm 0)"),
        (_row("40/33 ? v 1/25 4"), "events", "impossible", "40 events among 33 people (arm 1)"),
        (_row("14/33 42.4 v 1/25 4", n_all="60"), "arms", "impossible", "33 and 25 people are 58, not 60"),
        (_row("14/33 42.4 v 1/25 4", n_all="58", events_all="14"), "arms", "impossible", "1 events are 15, not 14"),
        (_row("8/18 44.4 v 2/19 10.5", p=".001"), "p", "unreproduced", "p = 0.001 is given by no test"),
        (_row("?/18 44.4 v ?/19 10.5", p=".001"), "p", "unreproduced", "p = 0.001 is given by no test"),
        (
            _row("?/? 27 v ?/? 7", measure="odds_ratio", estimate="5.58"), "effect", "impossible",
            "allow an odds ratio from 4.45 to 5.46",
        ),
        (
            _row("14/33 42.4 v 1/25 4", measure="risk_difference", estimate="0.38", low="0.12", high="0.55"), "effect",
            "impossible", "no table of 33 v 25 people could",
        ),
        (
            _row("?/81 ? v ?/76 ?", measure="risk_ratio", estimate="2.81", low="1.98", high="7.37"), "effect",
            "impossible", "no table of 81 v 76 gives it by any formula",
        ),
        (
            _row("?/? ? v ?/? ?", measure="odds_ratio_adjusted", estimate="2.81", low="1.98", high="7.37"), "limits",
            "unreproduced", "1.98 to 7.37 is off centre about 2.81 on the log scale",
        ),
        (
            _row("?/? ? v ?/? ?", measure="odds_ratio_adjusted", estimate="1.28", low="0.70", high="2.35", p=".01"),
            "p", "unreproduced", "the limits 0.70 to 2.35 include 1, but p = 0.01",
        ),
        (
            _row("?/? ? v ?/? ?", measure="mean_difference", estimate="70.63", low="43.22", high="94.04"), "effect",
            "impossible", "the mirror of the lower limit is 98.04",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_once_by_its_rule(audited, row, rule, weight, said):
    finding = _only(audited(row))
    assert (finding.row, finding.rule, finding.weight) == ("employed", rule, weight)
    assert said in finding.sentence


@pytest.mark.parametrize(
    ("cells", "rule", "said"),
    [
        ({"percent_1": "103"}, "percent", "a percentage is from 0 to 100, which 103 is not (arm 1)"),
        ({"measure": "risk_ratio", "estimate": "1.5", "low": "-0.2", "high": "3.0"}, "effect",
         "a ratio is never below 0, as -0.2 is"),
        ({"measure": "risk_difference", "estimate": "26.9", "low": "16.4", "high": "37.4"}, "effect",
         "a difference of shares is from -1 to 1, which 26.9 is not"),
        ({"p": "1.4"}, "p", "p is from 0 to 1, which 1.4 is not"),
    ],
)  # fmt: skip
def test_a_figure_beyond_its_own_scale_is_impossible(audited, cells, rule, said):
    (finding,) = audited({"row": "a", **cells}).findings
    assert (finding.rule, finding.weight, finding.sentence) == (rule, "impossible", said)


@pytest.mark.parametrize(
    ("parts", "weight", "said"),
    [
        (
            ("9/20 45.0 v 1/15 6.7", "6/13 46.2 v 0/10 0.0"),
            "impossible",
            "the parts have 15 events, the whole 14 (arm 1)",
        ),
        (
            ("9/20 45.0 v 1/15 6.7", "5/12 41.7 v 0/10 0.0"),
            "unexplained",
            "the parts have 32 people of 33: 1 are left over",
        ),
    ],
)
def test_parts_that_do_not_make_the_whole_are_told(audited, parts, weight, said):
    whole = _row("14/33 42.4 v 1/25 4")
    rows = (_row(part, row=f"part {i}", part_of="employed") for i, part in enumerate(parts))
    finding = _only(audited(whole, *rows))
    assert (finding.row, finding.rule, finding.weight) == ("employed", "parts", weight)
    assert said in finding.sentence


def test_percentages_of_kinds_among_the_same_people_add_up_within_their_rounding(audited):
    def table(second: str):
        return audited(
            _row("?/200 50 v ?/200 40", row="any job"),
            _row("?/200 30 v ?/200 25", row="full time", part_of="any job"),
            _row(f"?/200 {second} v ?/200 15", row="part time", part_of="any job"),
        )

    assert table("21").findings == ()
    assert "the parts have at least 51 %, the whole 50 % (arm 1)" in _only(table("22")).sentence


def test_counts_are_reconstructed_with_all_candidates_and_fewer_with_the_effect(audited):
    got = audited(_row("?/33 42.4 v ?/25 4"), _row("?/156 13 v ?/156 45", row="left"))
    assert [(r.row, r.arm, r.candidates, r.is_unique) for r in got.reconstructed] == [
        ("employed", "arm 1", (14,), True),
        ("employed", "arm 0", (1,), True),
        ("left", "arm 1", (20, 21), False),
        ("left", "arm 0", (70,), True),
    ]
    assert list(got.counts_frame()["status"]) == [
        "reconstructed_unique", "reconstructed_unique", "reconstructed_plausible", "reconstructed_unique",
    ]  # fmt: skip
    narrowed = audited(_row("?/156 13 v ?/156 45", measure="risk_ratio", estimate="0.29", low="0.18", high="0.45"))
    assert [r.with_effect for r in narrowed.reconstructed] == [(20,), (70,)]


def test_a_score_interval_is_not_called_off_centre(audited):
    # 9/56 v 4/46 by Koopman; off the middle of the log scale, and right.
    effect = {"measure": "risk_ratio", "estimate": "1.85", "low": "0.65", "high": "5.41"}
    assert audited(_row("9/56 16.1 v 4/46 8.7", **effect)).findings == ()


def test_a_broken_table_is_refused_with_row_and_column(audited):
    with pytest.raises(RecordsError, match=re.escape("row 2, column percent_1: not a number as printed")):
        audited(_row("14/33 many v 1/25 4"))
    with pytest.raises(RecordsError, match=re.escape("row 3, column row: the label is already at row 2")):
        audited(_row("14/33 42.4 v 1/25 4"), _row("14/33 42.4 v 1/25 4"))
    with pytest.raises(RecordsError, match=re.escape("row 2, column part_of: no other row has that label")):
        audited(_row("14/33 42.4 v 1/25 4", part_of="nothing"))


def test_the_how_tos_table_gives_what_the_how_to_says(tmp_path):
    page = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "check-a-table.md").read_text(encoding="utf-8")
    path = tmp_path / "table.csv"
    path.write_text(page.split("```")[1].lstrip("\n"), encoding="utf-8")
    said = [(f.row, f.rule, f.sentence) for f in audit_table(path).findings]
    assert [(row, rule) for row, rule, _ in said] == [
        ("employed", "percent"),
        ("hours", "effect"),
        ("employed", "parts"),
    ]
    assert "no count of 75 is printed as 18 %" in said[0][2]
    assert "its middle at 68.63, not 70.63" in said[1][2]
    assert "the parts have 36 events, the whole 35" in said[2][2]
    for rule in get_args(Rule):
        assert f"| `{rule}` |" in page
