"""Synthetic records that fit a protocol, drawn from a stated truth."""

from __future__ import annotations

import numpy as np

from steget_eval.core.errors import CohortError
from steget_eval.protocol.protocol import Protocol
from steget_eval.records.records import Records
from steget_eval.records.tables import PARTICIPANTS
from steget_eval.simulate.card import synthetic_card
from steget_eval.simulate.default_truth import default_truth
from steget_eval.simulate.draws import Draws
from steget_eval.simulate.paths import draw_paths
from steget_eval.simulate.people import draw_people
from steget_eval.simulate.support import draw_support
from steget_eval.simulate.tables import BASELINE, last_days, participants_table, spells_table
from steget_eval.simulate.truth import Truth


def simulate_records(protocol: Protocol, truth: Truth | None = None, *, seed: int) -> Records:
    """Return synthetic participants and spells for the arms of a protocol.

    The same protocol, truth and seed give the same records; a larger `truth.people` adds people and leaves those
    already there as they were.

    Parameters
    ----------
    truth
        None takes the generic truth of `default_truth`.

    Raises
    ------
    CohortError
        The protocol asks for what the simulator does not make: statuses, amounts, an exit clock, another column.
    """
    check_can_simulate(protocol)
    truth = truth or default_truth(protocol)
    draws = Draws(seed=seed, scope="simulate", people=truth.people)
    people = draw_people(truth, draws, two_arms=protocol.arms.comparison is not None)
    paths = draw_paths(truth, people, draws, people.a)
    support = draw_support(truth, people, paths, draws)
    last = last_days(truth, people, paths)
    treated, other = protocol.arms.treated, protocol.arms.comparison or protocol.arms.treated
    arms = np.where(people.a == 1, treated.id, other.id).astype(object)
    tables = {
        "participants": participants_table(people, arms, last),
        "spells": spells_table(people, paths, support, last, draws),
    }
    return Records(tables=tables, card=synthetic_card(truth, seed), name=protocol.id)


def check_can_simulate(protocol: Protocol) -> None:
    """Raise `CohortError` where the protocol asks for something that the simulator does not make."""
    if protocol.clock.index != "enrolled_on":
        raise CohortError(
            f"{protocol.id}: clock.index is {protocol.clock.index}; the simulator makes days from enrolled_on only"
        )
    for outcome in protocol.outcomes:
        sources = (*outcome.events, *(source for event in outcome.intercurrent_events for source in event.sources))
        if not all(source.dated for source in sources):
            raise CohortError(
                f"{protocol.id}: outcomes.{outcome.id} is read from statuses or amounts; simulated are spells only"
            )
    made = {column.name for column in PARTICIPANTS.columns} | set(BASELINE) | {"age"}
    for covariate in protocol.covariates:
        if covariate.column not in made:
            raise CohortError(
                f"{protocol.id}: covariates.{covariate.id} needs a column that the simulator does not make; "
                f"allowed: {', '.join(sorted(made))}"
            )
