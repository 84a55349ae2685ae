"""Sentences that several pieces of a report on evidence share."""

from __future__ import annotations

from typing import Any

from steget_eval.core.errors import FewError
from steget_eval.reporting.blocks import build
from steget_eval.reporting.release_evidence import EvidenceRelease, ReleasedBeside
from steget_eval.reporting.tables.evidence_rows import evidence_cell, pool_label, pooled_row, studies_of
from steget_eval.reporting.text import Cell, Label, Sentence, code_label, key_label
from steget_eval.study.results import Refusal


def assumed(words: build.Item) -> Sentence:
    """Return the sentence that says what is taken for granted."""
    return build.sentence("evidence.assumes", assumes=build.item(words))


def refusal(release: EvidenceRelease, pool: str, refused: Refusal) -> Sentence:
    """Return that a method gave no answer, with the reason: general in Swedish, the method's own in English."""
    method, reason = refused.method, refused.reason
    general = key_label("evidence.refusal_few" if refused.code == FewError.code else "evidence.refusal_other")
    swedish = build.say_label(general, "sv")
    why: Label = {"sv": swedish, "en": f"{reason[:1].upper()}{reason[1:]}."}
    if method == "synthesis":
        return build.sentence("evidence.pool_no_answer", pool=pool_label(release, pool), reason=why)
    return build.sentence("evidence.refused", method=code_label("method", method), reason=why)


def limits_cell(cell: Cell) -> Cell:
    """Return a cell's limits alone."""
    return Cell(format=cell.format, value=None, low=cell.low, high=cell.high, level=cell.level, decimals=cell.decimals,
                interval_kind=cell.interval_kind, ref=cell.ref)  # fmt: skip


def own_row(release: EvidenceRelease, told: ReleasedBeside) -> dict[Any, Any]:
    """Return the programme's own estimate: the first row of its own in its pool."""
    rows = release.rows(told.pool)
    found: dict[Any, Any] = rows[rows["subgroup"] == "programme"].iloc[0].to_dict()
    return found


def expected_cell(release: EvidenceRelease, told: ReleasedBeside) -> Cell:
    """Return what the trials lead one to expect of a programme of the same precision."""
    rows = release.rows(told.pool, contrast=release.protocol.measure, method="_same_precision")
    return evidence_cell(rows.iloc[0].to_dict())


def lies(release: EvidenceRelease, told: ReleasedBeside) -> Sentence:
    """Return whether the programme's estimate lies within what the trials lead one to expect."""
    expected, own = expected_cell(release, told), own_row(release, told)
    inside = expected.low is not None and expected.high is not None and expected.low <= own["estimate"] <= expected.high
    return build.sentence(f"evidence.beside_{'inside' if inside else 'outside'}", limits=limits_cell(expected))


def in_short(release: EvidenceRelease, told: ReleasedBeside) -> list[build.Item]:
    """Return the programme's estimate, what it is put beside, and whether it was to be expected."""
    own, pooled = own_row(release, told), pooled_row(release, told.pool)
    said: list[build.Item] = [
        build.sentence(
            "evidence.beside_what", programme=told.programme.programme.name, estimate=evidence_cell(own),
            method=code_label("method", str(own["method"])),
        )
    ]  # fmt: skip
    if pooled is not None and told.percentile is not None:
        said.append(
            build.sentence(
                "evidence.beside_pool", pool=pool_label(release, told.pool), estimate=evidence_cell(pooled),
                k=Cell(format="count", value=len(studies_of(release, told.pool)), decimals=0),
            )
        )  # fmt: skip
    return said if told.percentile is None else [*said, lies(release, told)]
