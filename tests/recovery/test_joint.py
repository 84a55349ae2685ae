"""The joint shares of two outcomes are found again, and the four intervals cover together."""

from __future__ import annotations

import numpy as np
import pytest

from steget_eval.core.errors import MethodError
from steget_eval.core.streams import stream
from steget_eval.methods.effects.joint import joint_occupation, joint_shares

HORIZON, PEOPLE, TIMES = 730, 150, 400
WORK, STUDIES, DEATH, LOST = 0.0009, 0.0005, 0.0001, 0.0007  # a day


def _reached(rate):
    """The mean of exp(-rate T), T the earlier of death and the horizon."""
    return DEATH / (DEATH + rate) + rate / (DEATH + rate) * np.exp(-(DEATH + rate) * HORIZON)


NOT_WORK, NOT_STUDIES, NEITHER = _reached(WORK), _reached(STUDIES), _reached(WORK + STUDIES)
TRUTH = np.array([NEITHER, NOT_STUDIES - NEITHER, NOT_WORK - NEITHER, 1 - NOT_WORK - NOT_STUDIES + NEITHER])


def _people(replicate, *, lost):
    draws = stream(20261122, f"joint-{replicate}")
    work, studies, death, gone = (
        np.ceil(draws.exponential(1 / rate, PEOPLE)).astype(int) for rate in (WORK, STUDIES, DEATH, LOST)
    )
    end = np.minimum(np.minimum(death, gone) if lost else death, HORIZON)
    dies = death <= end

    def of(day):
        has = day <= end
        return np.where(has, day, end), np.where(has, 1, np.where(dies, 2, 0))

    return *of(work), *of(studies)


def _held(found):
    rows = list(found)
    inside = [row.conf_low <= truth <= row.conf_high for row, truth in zip(rows, TRUTH, strict=True)]
    return [row.estimate for row in rows], all(inside)


def _run(answer):
    shares, together = [], []
    for replicate in range(TIMES):
        try:
            estimate, held = _held(answer(replicate))
        except MethodError:  # a cell that nobody stands in has no limits
            continue
        shares.append(estimate)
        together.append(held)
    return np.array(shares), np.mean(together)


def _seen(replicate):
    _, d_1, _, d_2 = _people(replicate, lost=False)
    return joint_shares(d_1 == 1, d_2 == 1)


def _followed(replicate):
    return joint_occupation(*_people(replicate, lost=True), horizon=HORIZON)


@pytest.mark.recovers("binary/share_neither/goodman", "competing/share_neither/state_occupation")
@pytest.mark.parametrize("answer", [_seen, _followed], ids=["goodman", "state_occupation"])
def test_joint_shares_are_found_again_and_cover_together(answer):
    shares, together = _run(answer)
    assert len(shares) >= 0.99 * TIMES
    error = shares.std(axis=0, ddof=1) / np.sqrt(len(shares))
    assert (np.abs(shares.mean(axis=0) - TRUTH) < 4 * error).all()  # 4 Monte Carlo standard errors
    assert together > 0.95 - 3.3 * np.sqrt(0.95 * 0.05 / len(shares))  # the level holds at least, by Bonferroni
