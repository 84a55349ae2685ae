"""Cox regression knows no units: kronor or millions of kronor give the same answer, and the same refusal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steget_eval.core.errors import DependentError
from steget_eval.core.streams import stream
from steget_eval.methods.effects.cox import fit_cox, hazard_ratio
from steget_eval.methods.numerics.efron import efron_maximum


def _people(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draws = stream(seed, "cox units")
    X = np.column_stack([np.arange(120) % 2, draws.normal(size=120)])
    return draws.integers(1, 60, 120), draws.integers(0, 2, 120), X


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), power=st.integers(-8, 8))
def test_another_unit_of_a_covariate_changes_its_own_coefficient_alone(seed: int, power: int) -> None:
    t, d, X = _people(seed)
    units = np.array([1.0, 10.0**power])
    plain, other = fit_cox(t, d, X), fit_cox(t, d, X * units)
    again = efron_maximum(t, d == 1, X * units, np.zeros(2))
    assert again is not None
    # Two ways to one maximum, each within 1e-8 of a standard error.
    assert other.beta * units == pytest.approx(plain.beta, abs=1e-8)
    assert again * units == pytest.approx(plain.beta, abs=1e-8)
    assert other.robust * np.outer(units, units) == pytest.approx(plain.robust, rel=1e-6, abs=1e-10)  # inverted twice


@pytest.mark.parametrize("value", [0.1, 1e-9, 1e9])
def test_a_column_that_never_varies_is_said_to_be_that_in_any_unit(value: float) -> None:
    t, d, X = _people(1)
    with pytest.raises(DependentError):
        hazard_ratio(t, d, (X[:, 0]).astype(np.int64), np.full((120, 1), value))
