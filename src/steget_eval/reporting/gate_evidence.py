"""The gate for a review: what was published is public, what is a programme's own passes its own gate first."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd

from steget_eval.core.columns import ANSWER_NAMES, COUNT_NAMES, NUMBER_NAMES
from steget_eval.core.estimates import Estimates, gather
from steget_eval.methods.evidence.synthesis_words import Assumption
from steget_eval.protocol.base import Text
from steget_eval.reporting.release import Release
from steget_eval.reporting.release_evidence import EvidenceRelease, ReleasedBeside
from steget_eval.study.results import Refusal, Results
from steget_eval.study.review import Review, pooled_lines
from steget_eval.study.review_beside import BesideEvidence
from steget_eval.study.review_explore import is_printed

_KEYS = ("estimand", "subgroup", "contrast", "method", "population")


def disclose_review(found: Review, gate: Callable[[Results], Release], *, internal: bool = False) -> EvidenceRelease:
    """Return what of a review may be shown.

    Published figures pass as they are. A programme's own go through `gate`, the gate of its own report: where that
    hides the estimate, everything that was computed from it is withheld here too.
    """
    beside = None if found.beside is None else _beside(found, found.beside, gate)
    published = found.estimates.to_frame().assign(suppressed=False)
    frames = [published] if beside is None or found.beside is None else [published, _own(found, found.beside, beside)]
    estimates = pd.concat([frame for frame in frames if len(frame)], ignore_index=True)
    ledger = found.ledger.to_frame()
    left_out = [
        (pool, one.line, one.reason) for pool, synthesis in found.pools.items() for one in synthesis.left_out
    ]  # fmt: skip
    r_squared = None if found.explored is None else found.explored.r_squared
    return EvidenceRelease(
        protocol=found.protocol, library_fingerprint=found.lines.fingerprint,
        estimates=estimates[[*ANSWER_NAMES, "suppressed"]], studies=_studies(found), ledger=ledger,
        left_out=pd.DataFrame(left_out, columns=["pool", "line", "reason"]),
        assumes=_text(found.pools[found.protocol.primary].assumes),
        r_squared=None if r_squared is None or math.isnan(r_squared) else r_squared,
        refusals=found.refusals, beside=beside, internal=internal,
    )  # fmt: skip


def _studies(found: Review) -> pd.DataFrame:
    frames = []
    for pool, synthesis in found.pools.items():
        lines = pooled_lines(found, pool)
        told = [
            (study, row.trial.name, row.trial.year, row.trial.follow_up_months, row.trial.minimum_dose,
             row.trial.population, row.trial.status, is_printed(row.trial), row.verdict, row.trial.measure)
            for study, row in lines.items()
        ]  # fmt: skip
        names = ["study", "name", "year", "months", "minimum_dose", "population", "status", "printed", "verdict",
                 "judged"]  # fmt: skip
        frame = synthesis.studies_frame(level=found.protocol.confidence_level)
        frames.append(frame.merge(pd.DataFrame(told, columns=names), on="study", how="left").assign(pool=pool))
    return pd.concat(frames, ignore_index=True)


def _beside(found: Review, beside: BesideEvidence, gate: Callable[[Results], Release]) -> ReleasedBeside:
    release = gate(beside.results)
    told = release.estimates
    for name in _KEYS:
        told = told[told[name] == getattr(beside.row, name)]
    withheld = len(told) != 1 or bool(told["suppressed"].iloc[0])
    place = None if withheld else beside.place
    own = None if withheld or beside.own is None else beside.own
    adjusted = beside.adjusted
    enough = adjusted is not None and adjusted.ess >= release.policy.minimum_denominator
    return ReleasedBeside(
        programme=release.protocol, records_fingerprint=release.records_fingerprint, origin=release.origin,
        pool=found.protocol.beside.pool if found.protocol.beside else "", withheld=withheld, note=beside.note,
        percentile=None if place is None else place.percentile,
        percentile_of_effects=None if place is None else place.percentile_of_effects,
        p_value=None if place is None else place.p_value,
        own=None if own is None else (own.events_1, own.n_1, own.events_0, own.n_0),
        effective=own is not None and own.effective, borrowed=_borrowed(beside, withheld=withheld),
        adjusted_ess=adjusted.ess if adjusted is not None and enough and not withheld else None,
        assumes=_assumes(beside), refusals=_told_refusals(beside, withheld=withheld),
    )  # fmt: skip


def _borrowed(beside: BesideEvidence, *, withheld: bool) -> pd.DataFrame:
    names = ["method", "weight", "ess_borrowed", "conflict_p", "probability_higher", "suppressed"]
    rows = [
        (control.estimates.rows[0].method, control.weight, control.ess_borrowed, control.conflict_p,
         contrast.probability_higher, False)
        for control, contrast in zip(beside.controls, beside.contrasts, strict=True)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=names)
    if withheld:
        frame = frame.assign(suppressed=True)
        frame[["weight", "ess_borrowed", "conflict_p", "probability_higher"]] = math.nan
    return frame


def _own(found: Review, beside: BesideEvidence, released: ReleasedBeside) -> pd.DataFrame:
    """The rows that rest on the programme; withheld, the key of its own row alone."""
    own = Estimates((beside.row,)).label(estimand=released.pool, subgroup="programme")
    if released.withheld:
        hidden = own.to_frame()
        hidden[[*NUMBER_NAMES]] = math.nan
        hidden = hidden.assign(**{name: pd.array([pd.NA], dtype="Int64") for name in COUNT_NAMES})
        return hidden.assign(note="", suppressed=True)
    parts = [own]
    if beside.place is not None:
        parts.append(Estimates(beside.place.estimates.rows[1:]))
    parts += [control.estimates for control in beside.controls]
    parts += [contrast.estimates for contrast in beside.contrasts]
    if beside.adjusted is not None and released.adjusted_ess is not None:
        parts.append(beside.adjusted.estimates)
    labelled = gather(parts).label(
        programme=beside.row.programme, estimand=released.pool, outcome=found.protocol.outcome, subgroup="programme"
    )
    # Each published arm against the others says nothing of the programme.
    check = Estimates() if beside.check is None else beside.check.estimates
    rows = labelled + check.label(
        programme=found.protocol.id, estimand=released.pool, outcome=found.protocol.outcome
    )  # fmt: skip
    return rows.to_frame().assign(suppressed=False)


def _assumes(beside: BesideEvidence) -> dict[str, Text]:
    told: dict[str, Assumption] = {}
    if beside.place is not None:
        told["place"] = beside.place.assumes
    if beside.contrasts:
        told["contrast"] = beside.contrasts[0].assumptions[0]
    told |= {control.estimates.rows[0].method: control.assumes for control in beside.controls}
    if beside.adjusted is not None:
        told["matching_adjusted"] = beside.adjusted.assumes
    return {name: _text(one) for name, one in told.items()}


def _told_refusals(beside: BesideEvidence, *, withheld: bool) -> tuple[Refusal, ...]:
    """A refusal may tell how few had the outcome: none is told where the estimate is hidden, or names a number."""
    if withheld:
        return ()
    return tuple(one for one in beside.refusals if not any(letter.isdigit() for letter in one.reason))


def _text(one: Assumption) -> Text:
    return Text(sv=one.sv, en=one.en)
