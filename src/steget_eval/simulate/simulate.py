"""Synthetic records that fit a protocol, drawn from a stated truth."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from steget_eval.core.errors import CohortError
from steget_eval.protocol.protocol import Protocol
from steget_eval.records.records import Records
from steget_eval.simulate.aggregate import counts_table
from steget_eval.simulate.card import synthetic_card
from steget_eval.simulate.default_truth import default_truth
from steget_eval.simulate.draws import Draws
from steget_eval.simulate.earlier import draw_earlier
from steget_eval.simulate.needed import MADE
from steget_eval.simulate.occasions import draw_measured
from steget_eval.simulate.paths import draw_paths
from steget_eval.simulate.people import People, draw_people
from steget_eval.simulate.support import draw_support
from steget_eval.simulate.tables import (
    amounts_table,
    assessments_table,
    last_days,
    participants_table,
    spells_table,
    statuses_table,
)
from steget_eval.simulate.truth import Truth


def simulate_records(protocol: Protocol, truth: Truth | None = None, *, seed: int) -> Records:
    """Return synthetic records for the arms of a protocol; for an aggregate design its counts alone.

    The same protocol, truth and seed give the same records; a larger `truth.people` adds people and leaves those
    already there as they were, and so does another column, occasion, process or gap in the truth.

    Parameters
    ----------
    truth
        None takes the generic truth of `default_truth`.

    Raises
    ------
    CohortError
        A prestudy has no participants; or the truth lacks what the protocol asks for.
    """
    truth = truth or default_truth(protocol)
    check_can_simulate(protocol, truth)
    tables = _tables(protocol, truth, Draws(seed=seed, scope="simulate", people=truth.people))
    if protocol.design == "aggregate":
        return Records(tables=tables, card=synthetic_card(truth, seed, protocol), name=protocol.id)
    if protocol.benchmark is not None and truth.benchmark_people:
        beside = Draws(seed=seed, scope="simulate benchmark", people=truth.benchmark_people)
        tables = _joined(tables, _tables(protocol, truth, beside, benchmark=True))
    return Records(tables=tables, card=synthetic_card(truth, seed, protocol), name=protocol.id)


def check_can_simulate(protocol: Protocol, truth: Truth) -> None:
    """Raise `CohortError` where there is nobody to simulate, or the truth lacks what the protocol asks for."""
    if protocol.design == "prestudy":
        raise CohortError(f"{protocol.id}: a prestudy has no participants, so there are no records to simulate")
    if any(outcome.counts is not None or outcome.counted is not None for outcome in protocol.outcomes):
        raise CohortError(f"{protocol.id}: its outcomes are counts made by others, so there are no people to simulate")
    if protocol.clock.index == "discharged_on" and truth.discharge is None:
        raise CohortError(f"{protocol.id}: clock.index is discharged_on, and the truth has no discharge")
    if protocol.design == "staggered" and not truth.starts:
        raise CohortError(f"{protocol.id}: the design is staggered, and the truth has no starts")
    made = MADE | set(truth.columns)
    for covariate in protocol.covariates:
        if covariate.column is not None and covariate.column not in made:
            raise CohortError(
                f"{protocol.id}: covariates.{covariate.id} needs a column that the truth does not have; "
                f"allowed: {', '.join(sorted(made))}"
            )


def _tables(protocol: Protocol, truth: Truth, draws: Draws, *, benchmark: bool = False) -> dict[str, pa.Table]:
    people = draw_people(truth, draws, two_arms=protocol.arms.comparison is not None)
    a = np.zeros_like(people.a) if benchmark else people.a
    paths = draw_paths(truth, people, draws, a)
    if protocol.design == "aggregate":
        return {"counts": counts_table(protocol, truth, people, paths, draws)}
    measured = draw_measured(truth, people, draws, a)
    last = last_days(truth, people, paths)
    declares_age = protocol.clock.index == "none" and any(one.column == "age" for one in protocol.covariates)
    tables = {
        "participants": participants_table(
            truth, people, paths, _arms(protocol, people, benchmark), last, draws, declares_age=declares_age
        )
    }
    if truth.processes:
        support = draw_support(truth, people, paths, draws)
        earlier = draw_earlier(truth, people, draws)
        tables["spells"] = spells_table(people, paths, support, last, draws, earlier)
    if truth.statuses:
        tables["statuses"] = statuses_table(truth, measured, draws)
    if truth.scales:
        tables["assessments"] = assessments_table(truth, measured, last, draws)
    if truth.amounts:
        tables["amounts"] = amounts_table(truth, measured)
    return _kept(tables, people, protocol, benchmark=benchmark)


def _arms(protocol: Protocol, people: People, benchmark: bool) -> np.ndarray:
    if benchmark and protocol.benchmark is not None:
        return np.full(people.a.size, protocol.benchmark.comparison, dtype=object)
    treated, other = protocol.arms.treated, protocol.arms.comparison
    if other is None and protocol.arms.outside:
        other = protocol.arms.outside[0]
    codes: np.ndarray = np.where(people.a == 1, treated.id, (other or treated).id).astype(object)
    return codes


def _kept(tables: dict[str, pa.Table], people: People, protocol: Protocol, *, benchmark: bool) -> dict[str, pa.Table]:
    """Return the tables without people whom no arm has: untreated in one arm, or not as the treated in a benchmark."""
    has_place = protocol.arms.comparison is not None or bool(protocol.arms.outside) or protocol.panel is not None
    if not benchmark and (has_place or people.a.all()):
        return tables
    ids = tables["participants"]["participant_id"].to_numpy(zero_copy_only=False)
    mine = pa.array(ids[people.a == 1])
    return {name: table.filter(pc.is_in(table["participant_id"], mine)) for name, table in tables.items()}


def _joined(tables: dict[str, pa.Table], beside: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Return both, those beside under ids of their own: ``syn-b001``."""
    joined = {}
    for name, table in tables.items():
        other = beside[name]
        ids = pc.replace_substring(other["participant_id"], "syn-", "syn-b")
        renamed = other.set_column(other.column_names.index("participant_id"), "participant_id", ids)
        both = pa.concat_tables([table, renamed])
        rows = pa.array(np.arange(1, both.num_rows + 1), pa.int64())
        joined[name] = both.set_column(both.column_names.index("source_row"), "source_row", rows)
    return joined
