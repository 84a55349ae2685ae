"""Asks the published evidence a question that was decided beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from steget_eval.core.errors import MethodError, SpecError
from steget_eval.core.estimates import Estimates, gather
from steget_eval.core.frames import Tidy
from steget_eval.protocol.evidence import EvidenceProtocol, Pool
from steget_eval.records.trials import Trials
from steget_eval.study.reproduce import Reproduced, Reproduction, judge_lines
from steget_eval.study.results import Refusal
from steget_eval.study.review_beside import BesideEvidence, put_beside
from steget_eval.study.review_explore import Explored, explore
from steget_eval.study.synthesise import Synthesis, synthesise
from steget_eval.study.synthesise_select import only_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Review(Tidy):
    """Everything that was found in the evidence, before the gate.

    Attributes
    ----------
    lines
        The whole library.
    ledger
        The verdict on every line of it.
    pools
        Pool id to what its lines say together; a pool that gave no answer is among the refusals.
    explored
        What explains the differences in the explored pool; None where it gave no answer.
    beside
        The programme beside the evidence; None where the question names none. Not for the eyes of others.
    """

    protocol: EvidenceProtocol
    lines: Trials
    ledger: Reproduction
    pools: dict[str, Synthesis]
    explored: Explored | None
    beside: BesideEvidence | None
    refusals: tuple[Refusal, ...]

    @property
    def estimates(self) -> Estimates:
        """Every published inference, the pool's id in `estimand`; nothing of the programme's own."""
        parts = [found.estimates.label(estimand=pool) for pool, found in self.pools.items()]
        if self.explored is not None:
            parts.append(self.explored.estimates.label(estimand=self.protocol.explored))
        return gather(parts).label(programme=self.protocol.id, outcome=self.protocol.outcome)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per published inference."""
        return self.estimates.to_frame()


def review(protocol: EvidenceProtocol, library: Trials) -> Review:
    """Give every line its verdict, pool what was asked for, and put the programme beside it.

    Raises
    ------
    SpecError
        Where no line has the outcome, the primary pool cannot be pooled, or the programme's window or dose differs
        from its pool's and the question does not say why that is right.
    """
    if not any(line.outcome == protocol.outcome for line in library):
        allowed = ", ".join(sorted({line.outcome for line in library}))
        raise SpecError(f"{protocol.id}: outcome is {protocol.outcome!r}, which no line has; allowed: {allowed}")
    found: dict[str, Synthesis] = {}
    refusals: list[Refusal] = []
    for pool in protocol.pools:
        try:
            found[pool.id] = _pooled(protocol, pool, library)
        except MethodError as error:
            refusals.append(Refusal(estimand=pool.id, method="synthesis", reason=str(error), code=error.code))
    if protocol.primary not in found:
        reason = next(one.reason for one in refusals if one.estimand == protocol.primary)
        raise SpecError(f"{protocol.id}: the primary pool {protocol.primary} has no answer: {reason}")
    explored = explore(protocol, found[protocol.explored], library) if protocol.explored in found else None
    beside = None
    if protocol.beside is not None and protocol.beside.pool in found:
        beside = put_beside(protocol, found[protocol.beside.pool], library)
    return Review(
        protocol=protocol, lines=library, ledger=judge_lines(library), pools=found, explored=explored, beside=beside,
        refusals=(*refusals, *(explored.refusals if explored else ())),
    )  # fmt: skip


def pooled_lines(found: Review, pool: str) -> dict[str, Reproduced]:
    """Return the line behind each study of a pool, with its verdict."""
    synthesis = found.pools[pool]
    gone = {one.line for one in synthesis.left_out}
    return {
        row.trial.study_id: row
        for row in found.ledger.rows
        if row.trial.outcome == synthesis.outcome
        and row.trial.key not in gone
        and row.trial.study_id in synthesis.studies.labels
    }


def _pooled(protocol: EvidenceProtocol, pool: Pool, library: Trials) -> Synthesis:
    return synthesise(
        library, protocol.outcome, measure=protocol.measure, months=pool.months, minimum_dose=pool.minimum_dose,
        only=only_of(pool), allow_mixed=pool.mixed, level=protocol.confidence_level,
    )  # fmt: skip
