"""A cohort built from very many simulated people shows the true value of every estimand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from steget_eval.cohort import Cohort, build_cohort
from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol, load_protocol
from steget_eval.protocol.base import Text
from steget_eval.protocol.outcome import EventSource, IntercurrentEvent
from steget_eval.simulate import Truth, load_truth, simulate_records, true_values
from steget_eval.simulate.hazard import Piece, Rate
from steget_eval.simulate.truth import Assignment

PROGRAMMES = shipped("data", "programmes")
NOBODY = Rate(pieces=(Piece(from_month=0, per_month=0),))

pytestmark = pytest.mark.slow


def protocol_of(programme: str) -> Protocol:
    return load_protocol(PROGRAMMES / programme / "protocol.yaml")


def uncensored(programme: str) -> Truth:
    """Return the programme's truth with 30,000 people, the arm by chance and everyone followed throughout."""
    truth = load_truth(PROGRAMMES / programme / "truth.yaml")
    return truth.model_copy(
        update={
            "people": 30_000, "assignment": Assignment(), "data_cut": date(2030, 1, 1), "withdrawn": NOBODY,
            "lost": NOBODY,
        }
    )  # fmt: skip


def shown(cohort: Cohort, estimand: str, contrast: str) -> np.ndarray:
    """Return each person's part of the estimand, as the cohort has it."""
    values = cohort.outcomes[estimand]
    if values.y.size:
        assert values.known.all()
        return values.y
    if contrast == "rmtl_difference":
        return np.where(values.d == 1, values.horizon_days - values.t, 0)
    return (values.d == 1).astype(float)


def hold_against_truth(protocol: Protocol, truth: Truth) -> None:
    cohort = build_cohort(protocol, simulate_records(protocol, truth, seed=21))
    assert len(cohort.persons) == truth.people  # nobody is simulated whom the protocol does not want
    for estimand in protocol.estimands:
        if "hypothetical" in estimand.strategies.values():
            continue  # a world without death is not what the cohort shows; its closed form is held elsewhere
        if protocol.outcome(estimand.outcome).measure == "pay_in_state":
            continue  # its true value is refused in a sentence
        if protocol.outcome(estimand.outcome).kind == "longitudinal":
            continue  # a change has no value per arm; what lies before the index date is told by true_change
        value = true_values(protocol, truth, estimand.id, seed=22)
        for arm, quantity in ((1, value.arm_1), (0, value.arm_0)):
            if quantity is None:
                continue
            y = shown(cohort, estimand.id, estimand.contrast)[cohort.a == arm]
            error = np.hypot(y.std() / np.sqrt(y.size), quantity.mc_error)
            assert abs(y.mean() - quantity.value) < 4 * error, estimand.id  # once in 16,000 by chance


@pytest.mark.parametrize("programme", ["ips_sydnarke", "ips_sydnarke_comparison"])
def test_the_cohort_shows_the_true_value_of_every_estimand(programme: str):
    hold_against_truth(protocol_of(programme), uncensored(programme))


@pytest.mark.parametrize("strategy", ["while_alive", "composite", "treatment_policy"])
def test_a_spell_that_competes_is_met_in_the_cohort_as_in_the_truth(strategy: str):
    protocol = protocol_of("ips_sydnarke")
    practice = IntercurrentEvent(
        id="work_practice",
        label=Text(sv="praktik", en="work placement"),
        sources=(EventSource(spells=("work_practice",)),),
    )
    outcome = protocol.outcome("employed_at_24" if strategy != "while_alive" else "employment")
    outcome = outcome.model_copy(update={"intercurrent_events": (*outcome.intercurrent_events, practice)})
    estimand = protocol.estimand(outcome.id)
    estimand = estimand.model_copy(update={"strategies": {**estimand.strategies, "work_practice": strategy}})
    asked = protocol.model_copy(
        update={"outcomes": (outcome,), "estimands": (estimand,), "primary": estimand.id, "targets": ()}
    )
    hold_against_truth(asked, uncensored("ips_sydnarke"))
