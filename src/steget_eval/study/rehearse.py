"""Rehearses a protocol on synthetic records whose truth is known."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from steget_eval.cohort import build_cohort
from steget_eval.core.errors import MethodError, SpecError
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.recovery import Recovery, summarise_recovery
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.simulate import Truth, simulate_records, true_values
from steget_eval.study.answered import refuse_unanswered
from steget_eval.study.answers import answer, method_lines

if TYPE_CHECKING:
    import pandas as pd

#: ``(dotted name of a function, tasks) -> answers`` in the tasks' order.
Spread = Callable[[str, Sequence[Any]], list[Any]]
#: The function that answers one replicate.
REPLICATE = "steget_eval.study.rehearse:replicate"
#: What of a protocol names estimands or outcomes beside the one that is rehearsed.
_ELSEWHERE = ("targets", "joint", "choices", "economics", "recommendations", "sensitivity", "subgroups", "missing")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Rehearsal(Tidy):
    """How the methods of one estimand did, method by method."""

    estimand: str
    contrast: str
    methods: tuple[str, ...]
    recoveries: tuple[Recovery, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per method."""
        import pandas as pd

        rows = [
            {"estimand": self.estimand, "contrast": self.contrast, "method": method}
            | recovery.to_frame().iloc[0].to_dict()
            for method, recovery in zip(self.methods, self.recoveries, strict=True)
        ]
        return pd.DataFrame(rows)


def rehearse(
    protocol: Protocol,
    truth: Truth | None = None,
    *,
    estimand_id: str | None = None,
    replicates: int = 200,
    seed: int = 0,
    spread: Spread | None = None,
) -> Rehearsal:
    """Simulate the programme many times and hold every method's answers against the stated truth.

    Parameters
    ----------
    truth
        What generates the records; None takes the simulator's own for these arms.
    estimand_id
        Which estimand; None takes the primary. It must ask for a risk or a risk difference, of which the simulator
        states the true value.
    replicates
        How many sets of records; each has its own seed, named by `seed` and its number, so that the answers are the
        same wherever and in whatever order they are computed.
    spread
        ``(function, tasks) -> answers`` by which the replicates are computed elsewhere, such as an executor's `call`;
        None computes them here, one after the other.
    """
    refuse_unanswered(protocol)
    estimand = protocol.estimand(estimand_id or protocol.primary)
    if estimand.contrast not in {"risk", "risk_difference"}:
        raise SpecError(
            f"a rehearsal needs an estimand that asks for a risk or a risk difference; {estimand.id} does not"
        )
    contrast = "risk_1" if estimand.contrast == "risk" else "risk_difference"
    stated = true_values(protocol, truth, estimand.id, seed=seed)
    value = stated.risk_1 if contrast == "risk_1" else stated.risk_difference
    error = stated.risk_1_mcse if contrast == "risk_1" else stated.risk_difference_mcse
    lines = method_lines(protocol, estimand)
    told = {
        "protocol": narrowed(protocol, estimand).model_dump(mode="json"),
        "drawn_for": protocol.model_dump(mode="json"),
        "truth": None if truth is None else truth.model_dump(mode="json"),
        "contrast": contrast,
    }
    tasks = [{**told, "seed": _seed(seed, number)} for number in range(replicates)]
    rows = [replicate(task) for task in tasks] if spread is None else spread(REPLICATE, tasks)
    recoveries = tuple(_recover([row[line.name] for row in rows], value, error) for line in lines)
    return Rehearsal(
        estimand=estimand.id, contrast=contrast, methods=tuple(line.name for line in lines), recoveries=recoveries
    )


def replicate(task: Mapping[str, Any]) -> dict[str, list[float] | None]:
    """Return what every method says of one set of records: estimate, standard error and limits; None where it refuses.

    Parameters
    ----------
    task
        JSON: the protocol with the one `estimand`, the protocol that the records are drawn for, the truth or None, the
        contrast and the records' own seed.
    """
    protocol, drawn_for = (Protocol.model_validate_json(json.dumps(task[name])) for name in ("protocol", "drawn_for"))
    truth = None if task["truth"] is None else Truth.model_validate_json(json.dumps(task["truth"]))
    (estimand,) = protocol.estimands
    cohort = build_cohort(protocol, simulate_records(drawn_for, truth, seed=task["seed"]))
    found: dict[str, list[float] | None] = {}
    for line in method_lines(drawn_for, estimand):
        try:
            row = answer(cohort, protocol, estimand, line).only(contrast=task["contrast"])
            found[line.name] = [float(one) for one in (row.estimate, row.std_error, row.conf_low, row.conf_high)]
        except MethodError:
            found[line.name] = None
    return found


def narrowed(protocol: Protocol, estimand: Estimand) -> Protocol:
    """Return the protocol with this estimand alone, so that a replicate derives nothing that is not asked for."""
    outcome = protocol.outcome(estimand.outcome)
    only = {"estimands": (estimand,), "primary": estimand.id, "outcomes": (outcome,)}
    # What names other estimands or outcomes would name what is no longer there.
    empty = {name: Protocol.model_fields[name].get_default(call_default_factory=True) for name in _ELSEWHERE}
    return protocol.model_copy(update=only | empty)


def _seed(seed: int, replicate: int) -> int:
    return seed * 1_000_003 + replicate + 1


def _recover(rows: list[list[float] | None], truth: float, truth_mcse: float) -> Recovery:
    told = [row for row in rows if row is not None]
    columns = np.array(told, dtype=float).reshape(-1, 4)
    return summarise_recovery(*columns.T, truth=truth, truth_mcse=truth_mcse, refused=len(rows) - len(told))
