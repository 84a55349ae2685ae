"""Rehearses a protocol on synthetic records whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steget_eval.cohort import build_cohort
from steget_eval.core.errors import MethodError, SpecError
from steget_eval.core.estimates import Estimate
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.recovery import Recovery, summarise_recovery
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.simulate import Truth, simulate_records, true_values
from steget_eval.study.answers import answer, method_lines

if TYPE_CHECKING:
    import pandas as pd


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
        How many sets of records; each has its own seed, named by `seed` and its number.
    """
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
    narrow = _narrowed(protocol, estimand)
    found: dict[str, list[Estimate]] = {line.name: [] for line in lines}
    for replicate in range(replicates):
        cohort = build_cohort(narrow, simulate_records(protocol, truth, seed=_seed(seed, replicate)))
        for line in lines:
            try:
                found[line.name].append(answer(cohort, narrow, estimand, line).only(contrast=contrast))
            except MethodError:
                continue
    recoveries = tuple(_recover(found[line.name], value, error, replicates) for line in lines)
    return Rehearsal(
        estimand=estimand.id, contrast=contrast, methods=tuple(line.name for line in lines), recoveries=recoveries
    )


def _narrowed(protocol: Protocol, estimand: Estimand) -> Protocol:
    """The protocol with this estimand alone, so that a replicate derives nothing that is not asked for."""
    outcome = protocol.outcome(estimand.outcome)
    only = {"estimands": (estimand,), "primary": estimand.id, "outcomes": (outcome,), "targets": ()}
    return protocol.model_copy(update=only)


def _seed(seed: int, replicate: int) -> int:
    return seed * 1_000_003 + replicate + 1


def _recover(rows: list[Estimate], truth: float, truth_mcse: float, replicates: int) -> Recovery:
    columns = np.array([(row.estimate, row.std_error, row.conf_low, row.conf_high) for row in rows]).reshape(-1, 4)
    return summarise_recovery(*columns.T, truth=truth, truth_mcse=truth_mcse, refused=replicates - len(rows))
