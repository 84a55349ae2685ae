"""The recogniser of identity numbers, held to numbers that are printed as examples or published for tests.

640823-3234 and 701063-2391 are the examples of the tax agency's leaflets SKV 704 and SKV 707; 201701012393 and
189001019802 are of its published list of test numbers; 191212121212 is nobody's and everybody's.
"""

from __future__ import annotations

import pytest

from steget_eval.core.identity import (
    count_identity_numbers,
    is_identity_number,
    is_nearly_identity_number,
    lacks_leading_zeros,
    read_identity_number,
    tally_identity_numbers,
)

LEAFLET, COORDINATION, CHILD, OLD = "640823-3234", "701063-2391", "201701012393", "189001019802"
PROTECTED = "19640823Tf29"


@pytest.mark.parametrize(
    ("text", "kind", "canonical", "sex"),
    [
        (LEAFLET, "personal", "196408233234", "man"),
        (LEAFLET.replace("-", ""), "personal", "196408233234", "man"),
        (f"19{LEAFLET}", "personal", "196408233234", "man"),
        (f"19{LEAFLET.replace('-', '')}", "personal", "196408233234", "man"),
        (f" {LEAFLET.replace('-', chr(0x2013))} ", "personal", "196408233234", "man"),
        (LEAFLET.replace("-", " "), "personal", "196408233234", "man"),
        (f"19{LEAFLET.replace('-', ' - ')}", "personal", "196408233234", "man"),
        (LEAFLET.replace("-", chr(0xA0)), "personal", "196408233234", "man"),
        (LEAFLET.replace("-", "+"), "personal", "186408233234", "man"),
        (CHILD, "personal", CHILD, "man"),
        (CHILD[2:], "personal", CHILD, "man"),
        (OLD, "personal", OLD, "woman"),
        (f"{OLD[2:8]}+{OLD[8:]}", "personal", OLD, "woman"),
        (COORDINATION, "coordination", "197010632391", "man"),
        (f"19{COORDINATION}", "coordination", "197010632391", "man"),
        (PROTECTED, "protected", "19640823TF29", "woman"),
        (PROTECTED.lower(), "protected", "19640823TF29", "woman"),
        ("19640823tF19", "protected", "19640823TF19", "man"),
        ("19640823TF77", "protected", "19640823TF77", "unknown"),
        ("19640823-AB12", "reserve", "19640823AB12", "unknown"),
        ("19640823ABC1", "reserve", "19640823ABC1", "unknown"),
        ("19640823K123", "reserve", "19640823K123", "unknown"),
        ("991964123456", "reserve", "991964123456", "unknown"),
        ("640823-3235", "wrong_check", "196408233235", "man"),
        ("640823-0005", "wrong_check", "196408230005", "woman"),
    ],
)  # fmt: skip
def test_every_form_is_told_apart(text: str, kind: str, canonical: str, sex: str) -> None:
    number = read_identity_number(text)
    assert number is not None
    assert (number.kind, number.canonical(2026), number.sex) == (kind, canonical, sex)
    assert is_identity_number(text) == (kind != "wrong_check")


@pytest.mark.parametrize(
    "text",
    ["", "A17", "640023-3234", "641323-3234", "640832-3234", "640893-3234", "19640823", "64082-33234", "6408233",
     "196408233234" + "1", "640823--3234", "640823   3234", "19640823AI12", "640823AB12", "212121212121"],
)  # fmt: skip
def test_what_has_not_the_form_or_no_day_of_the_calendar_is_none(text: str) -> None:
    assert read_identity_number(text) is None


@pytest.mark.parametrize(("text", "n"), [("640823 3234", 1), ("19640823 3234", 1), ("640823 3235", 0),
                                         ("640823 3234 640823", 0), ("between 640823 3234", 0)])  # fmt: skip
def test_a_cell_that_is_nothing_but_a_number_may_have_a_space_in_it(text: str, n: int) -> None:
    assert count_identity_numbers(text) == n


# The check digit of 000101239 is 2 (Luhn, computed by hand); of its ten digits a spreadsheet keeps seven.
@pytest.mark.parametrize(
    ("text", "lacks"),
    [("101010005", False), ("1012392", True), ("1012395", False), ("196408233234", False), ("6408233234", False),
     ("", False), ("101239x", False)],
)  # fmt: skip
def test_a_number_whose_zeros_a_spreadsheet_took_is_known(text: str, lacks: bool) -> None:
    assert lacks_leading_zeros(text) is lacks


@pytest.mark.parametrize("before", ["", " ", "(", '"', "id=", "a,", "pnr_", "pnr-", "fil.", "/", ">", "å "])
@pytest.mark.parametrize("after", ["", " ", ")", '"', ".", ", ", ";", "_x", ".csv", "</td>", ":"])
@pytest.mark.parametrize("number", [LEAFLET, LEAFLET.replace("-", ""), OLD, PROTECTED])
def test_a_number_is_a_whole_token_whatever_stands_around_it(before: str, number: str, after: str) -> None:
    assert count_identity_numbers(f"{before}{number}{after}") == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [("0.", ""), ("0,", ""), ("-", ""), ("", ".5"), ("", ",5"), ("1", ""), ("", "1"), ("a", ""), ("", "a"),
     ("data:image/png;base64,AA/", "/AA=="), ("12-", ""), ("", "-12"), (".", "")],
)  # fmt: skip
def test_a_part_of_a_decimal_a_word_a_picture_or_a_longer_number_is_none(before: str, after: str) -> None:
    assert count_identity_numbers(f"{before}{LEAFLET.replace('-', '')}{after}") == 0


def test_a_slip_in_a_number_with_a_hyphen_is_near_and_without_one_it_is_not() -> None:
    assert is_nearly_identity_number("see 640823-3235")
    assert not is_nearly_identity_number("see 6408233235 and 640823-3234")


def test_the_tally_counts_every_kind_and_its_words_hold_no_number() -> None:
    texts = [LEAFLET, OLD, COORDINATION, PROTECTED, "19640823AB12", "640823-3235", "A17", ""]
    tally = tally_identity_numbers(texts)
    assert dict(tally.to_frame().to_numpy()) == {
        "personal": 2, "coordination": 1, "protected": 1, "reserve": 1, "wrong_check": 1, "other": 1,
    }  # fmt: skip
    assert "3234" not in repr(read_identity_number(LEAFLET))


def test_the_year_of_birth_follows_the_year_the_list_was_written() -> None:
    number = read_identity_number(OLD[2:])
    assert number is not None
    assert [number.year_of_birth(year) for year in (1989, 1990, 2026, 2090)] == [1890, 1990, 1990, 2090]
