"""What is no identity number is counted as one as seldom as its digits say, and never within a hash or a decimal."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from steget_eval.core.identity import count_identity_numbers, read_identity_number

N = 40_000


def _rate(texts: list[str]) -> float:
    return sum(count_identity_numbers(text) > 0 for text in texts) / len(texts)


def _whole(low: int, high: int) -> np.ndarray:
    return np.random.default_rng(7).integers(low, high, N)


def test_no_hash_no_decimal_and_no_uuid_is_counted() -> None:
    hashes = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(N)]
    decimals = [repr(value) for value in np.random.default_rng(7).uniform(-1e4, 1e4, N).tolist()]
    ids = [str(uuid.UUID(hex=text[:32])) for text in hashes]
    assert (_rate(hashes), _rate(decimals), _rate(ids)) == (0, 0, 0)
    assert _rate([text[:12] for text in hashes]) < 1e-4


def test_random_digits_are_counted_as_often_as_date_and_check_digit_allow() -> None:
    # Twelve months of 61 days (30.4, and again + 60) in ten thousand, a check digit in ten; four standard errors.
    expected = 12 * 60.9 / 10_000 / 10
    assert abs(_rate([f"{number:010d}" for number in _whole(0, 10**10)]) - expected) < 4 * (expected / N) ** 0.5
    assert _rate([f"{number:012d}" for number in _whole(0, 10**12)]) < 1.2e-3


def test_time_stamps_in_seconds_of_these_years_are_never_counted_and_of_forty_years_one_in_a_hundred_at_most() -> None:
    def stamp(year: int) -> int:
        return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())

    assert _rate([str(number) for number in _whole(stamp(2025), stamp(2027))]) == 0
    assert _rate([str(number) for number in _whole(10**9, stamp(2040))]) < 0.01
    assert _rate([str(number * 1000) for number in _whole(stamp(2025), stamp(2027))]) == 0


@given(st.text(max_size=80))
def test_any_text_can_be_asked(text: str) -> None:
    assert count_identity_numbers(text) >= 0
    number = read_identity_number(text)
    assert number is None or number.canonical(2026)
