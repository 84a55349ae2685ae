"""True values are what the cohort finds in very many people whom nobody lost, whatever the protocol asks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from steget_eval.cohort import build_cohort
from steget_eval.protocol import Protocol
from steget_eval.simulate import Knobs, default_truth, simulate_records, true_values, turn_knobs

WORDS = {"sv": "ord", "en": "words"}
TWO_ARMS = {"treated": {"id": "ips", "label": WORDS}, "comparison": {"id": "usual", "label": WORDS}}
DEATH = {"id": "death", "label": WORDS, "sources": [{"follow_up_ended_by": ["death", "emigration"]}]}
ARREST = {"id": "practice", "label": WORDS, "sources": [{"spells": ["work_practice"]}]}
WORK = {"spells": ["competitive_employment"]}
PEOPLE = 40_000
#: People in the records of each case; one case has as many as its truth. The tolerance is in standard errors, so that
#: fewer people make it wider, not the test more lenient by hand: a risk difference wrong by 0.04 fails at 10 000.
FEWER = 10_000

CASES: dict[str, dict[str, Any]] = {
    "dose": {"outcome": {"minimum_dose": {"days": 60, "hours_per_week": 20}}},
    "bridged": {"outcome": {"minimum_dose": {"days": 90, "unbroken": True}, "bridge_days": 14}},
    "subsidised": {"outcome": {"events": [{"spells": ["subsidised_employment"], "subsidised": True}]}},
    "no_support": {"outcome": {"events": [{"spells": ["sickness_benefit", "social_assistance", "activity_support"]}],
                               "measure": "at_horizon", "none": True}},
    "exit_clock": {"clock": {"index": "discharged_on", "horizon": 6, "unit": "months"}},
    "competing": {"outcome": {"kind": "competing", "intercurrent_events": [ARREST]},
                  "strategies": {"practice": "while_alive"}},
    "lost_time": {"outcome": {"kind": "competing", "intercurrent_events": [DEATH]}, "contrast": "rmtl_difference",
                  "strategies": {"death": "while_alive"}},
    "days": {"outcome": {"kind": "amount", "measure": "days_in_state"}, "contrast": "mean_difference"},
    "status": {"outcome": {"events": [{"status": {"occasion": "exit", "occupations": ["employed"]}}]}},
    "amount": {"outcome": {"kind": "amount", "measure": "as_recorded",
                           "events": [{"amount": {"item": "income", "occasion": "year_2"}}]},
               "contrast": "mean_difference"},
    "clustered": {"cluster": "clinic"},
    "eligible": {"eligibility": [{"id": "age", "exclude": WORDS, "age_between": [20, 40]}]},
}  # fmt: skip


def protocol_of(case: dict[str, Any]) -> Protocol:
    """Return a randomised study of one question with a case's changes."""
    told = dict(case)
    outcome = {"id": "outcome", "kind": "binary", "label": WORDS, "definition": WORDS, "events": [WORK],
               "intercurrent_events": [DEATH], **told.pop("outcome", {})}  # fmt: skip
    if outcome["intercurrent_events"] == [DEATH]:
        strategies = told.pop("strategies", {"death": "composite"})
    else:
        strategies, outcome["censoring"] = told.pop("strategies"), ["study_end", "withdrawn", "lost", "emigration"]
    undated = not any("spells" in event for event in outcome["events"])
    if undated:
        strategies, outcome["intercurrent_events"] = {}, []
    estimand = {"id": "question", "question": WORDS, "outcome": "outcome", "population": "ATE",
                "contrast": told.pop("contrast", "risk_difference"), "strategies": strategies}  # fmt: skip
    return Protocol.model_validate({
        "schema_version": 1, "id": "made", "title": WORDS, "decided_on": "2026-01-01",
        "programme": {"id": "made", "name": WORDS, "is_ips": False, "description": WORDS},
        "design": "randomised", "arms": TWO_ARMS, "clock": {"index": "enrolled_on", "horizon": 18, "unit": "months"},
        "outcomes": [outcome], "estimands": [estimand], "primary": "question", **told,
    })  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_true_value_is_what_tens_of_thousands_show(case: dict[str, Any]):
    protocol = protocol_of(case)
    competing = 0.0 if protocol.estimand("question").strategies.get("practice") else 1.0
    people = PEOPLE if case is CASES["dose"] else FEWER
    truth = turn_knobs(default_truth(protocol), Knobs(people=people, censoring=0, competing=competing))
    stated = true_values(protocol, truth, "question", people=PEOPLE, seed=1)
    cohort = build_cohort(protocol, simulate_records(protocol, truth, seed=2))
    values = cohort.outcomes["question"]
    y = _value(protocol, values)
    known = ~np.isnan(y)
    assert known.mean() > 0.99
    means, errors = [], []
    for arm in (1, 0):
        mine = y[known & (cohort.a == arm)]
        means.append(mine.mean())
        errors.append(_error(cohort, mine, known & (cohort.a == arm)))
    error = float(np.sqrt(errors[0] ** 2 + errors[1] ** 2 + stated.contrast.mc_error**2))
    # 4 standard errors: once in 16 000 by chance
    assert abs(means[0] - means[1] - stated.contrast.value) < 4 * error
    assert abs(means[0] - stated.arm_1.value) < 4 * np.sqrt(errors[0] ** 2 + stated.arm_1.mc_error**2)


def _value(protocol: Protocol, values: Any) -> np.ndarray:
    """Return the outcome of each person as one number: a risk, or the time lost to the event."""
    if values.y.size:
        return values.y
    if protocol.estimand("question").contrast == "rmtl_difference":
        return np.where(values.d == 1, values.horizon_days - values.t, 0).astype(float)
    return (values.d == 1).astype(float)


def _error(cohort: Any, y: np.ndarray, mine: np.ndarray) -> float:
    """Return the standard error of a mean; people of one cluster are counted as one."""
    if "cluster" not in cohort.persons:
        return float(y.std() / np.sqrt(y.size))
    sums = cohort.persons[mine].assign(residual=y - y.mean()).groupby("cluster")["residual"].sum().to_numpy()
    return float(np.sqrt((sums**2).sum()) / y.size)
