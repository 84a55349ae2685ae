"""Risks and hazard ratios of people who enter late recover the truth, where counting them from the start does not."""

from __future__ import annotations

import numpy as np
import pytest

from steget_eval.core.streams import stream
from steget_eval.methods.effects.cox import hazard_ratio
from steget_eval.methods.effects.proportional import proportional_hazards
from steget_eval.methods.effects.time_to_event import log_rank, risk_at

REPLICATES, PEOPLE, SEED, HORIZON = 200, 500, 20_261_122, 200
RATE = {1: 0.008, 0: 0.004}


def draw(replicate: int, rate: dict[int, float] = RATE) -> tuple[np.ndarray, ...]:
    """Geometric times; most of arm 1 enter at a day from 1 to 60, and are there only if nothing had happened by then.

    Few of arm 0 do: what is taken for time at risk without being seen then does not cancel between the arms.
    """
    draws = stream(SEED, "delayed_entry", replicate)
    a = draws.integers(0, 2, PEOPLE)
    t = draws.geometric(np.where(a == 1, rate[1], rate[0])) - 1
    entry = np.where(draws.random(PEOPLE) < np.where(a == 1, 0.9, 0.1), draws.integers(1, 61, PEOPLE), 0)
    d = (t <= 400).astype(int)
    t = np.minimum(t, 400)
    seen = (entry == 0) | (t > entry)
    return t[seen], d[seen], a[seen], entry[seen]


@pytest.mark.slow
def test_the_risk_difference_of_late_entries_is_covered() -> None:
    risk = {arm: 1 - (1 - rate) ** (HORIZON + 1) for arm, rate in RATE.items()}
    truth, rows, naive = risk[1] - risk[0], [], []
    for replicate in range(REPLICATES):
        t, d, a, entry = draw(replicate)
        rows.append(risk_at(t, d, a, horizon=HORIZON, entry=entry).only(contrast="risk_difference"))
        naive.append(risk_at(t, d, a, horizon=HORIZON).only(contrast="risk_difference").estimate)
    estimate = np.array([row.estimate for row in rows])
    spread = estimate.std(ddof=1)
    assert abs(estimate.mean() - truth) < 4 * spread / np.sqrt(REPLICATES)
    covered = np.mean([row.conf_low <= truth <= row.conf_high for row in rows])
    assert covered == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / REPLICATES))
    # Counted from the start, those who had to last until they were seen pull the risk of arm 1 down.
    assert np.mean(naive) < truth - 8 * spread / np.sqrt(REPLICATES)


@pytest.mark.slow
def test_the_hazard_ratio_of_late_entries_is_covered() -> None:
    truth = np.log(np.log1p(-RATE[1]) / np.log1p(-RATE[0]))  # of geometric times, whose cumulative hazards are lines
    rows, naive = [], []
    for replicate in range(60):
        t, d, a, entry = draw(replicate)
        rows.append(hazard_ratio(t, d, a, entry=entry).rows[0])
        naive.append(np.log(hazard_ratio(t, d, a).rows[0].estimate))
    estimate = np.log([row.estimate for row in rows])
    assert abs(estimate.mean() - truth) < 4 * estimate.std(ddof=1) / np.sqrt(len(rows))
    assert np.mean(naive) < truth - 8 * estimate.std(ddof=1) / np.sqrt(len(rows))
    covered = np.mean([row.conf_low <= np.exp(truth) <= row.conf_high for row in rows])
    assert covered > 0.95 - 4 * np.sqrt(0.95 * 0.05 / len(rows))


@pytest.mark.slow
@pytest.mark.parametrize("test", [log_rank, proportional_hazards])
def test_tests_of_late_entries_find_a_difference_that_is_not_there_as_seldom_as_they_say(test) -> None:
    # Alike in both arms, so both hypotheses hold; counted from the start, arm 1 lasts until it is seen.
    found, naive = [], []
    for replicate in range(REPLICATES):
        t, d, a, entry = draw(replicate, {1: RATE[1], 0: RATE[1]})
        found.append(test(t, d, a, entry=entry).rows[0].p_value < 0.05)
        naive.append(test(t, d, a).rows[0].p_value < 0.05)
    assert np.mean(found) == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / REPLICATES))
    assert np.mean(naive) > 0.05 + 4 * np.sqrt(0.05 * 0.95 / REPLICATES)
