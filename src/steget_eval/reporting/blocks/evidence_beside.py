"""One programme beside the published evidence, each step with what it assumes."""

from __future__ import annotations

from steget_eval.protocol.base import Text
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.blocks.evidence_words import assumed, in_short, own_row, refusal
from steget_eval.reporting.release_evidence import EvidenceRelease, ReleasedBeside
from steget_eval.reporting.tables import evidence as tables
from steget_eval.reporting.tables.evidence_rows import (
    beside_frame,
    evidence_cell,
    pool_label,
    same,
    studies_of,
)
from steget_eval.reporting.text import Cell, code_label, key_label
from steget_eval.reporting.text.answers import count_label


def beside(release: EvidenceRelease) -> Block:
    """Return where the programme's own estimate lies among the effects that the trials lead one to expect."""
    told = release.beside
    if told is None:
        return build.absent("beside", "evidence.absent_beside")
    heading = key_label("evidence.heading.beside")
    if told.withheld:
        return build.section(
            "beside", heading, [build.paragraph("beside-withheld", key_label("evidence.beside_withheld"))]
        )
    children = [build.paragraph("beside-what", *in_short(release, told))]
    if told.percentile is None:
        children.append(build.paragraph("beside-one_arm", key_label("evidence.beside_one_arm")))
    else:
        children.append(build.paragraph("beside-place", *_place(release, told), assumed(told.assumes["place"])))
        caption = key_label(
            "evidence.caption.beside", pool=pool_label(release, told.pool),
            measure=code_label("evidence_measure", release.protocol.measure),
        )  # fmt: skip
        children.append(build.figure("beside-figure", "studies_forest", beside_frame(release), caption))
    asked = release.protocol.beside
    if asked is not None and asked.because is not None and told.note:
        children.append(
            build.paragraph("beside-differs", build.sentence("evidence.beside_differs", because=asked.because))
        )
    if told.refusals:
        rows = [refusal(release, told.pool, one) for one in told.refusals]
        children.append(build.bullets("beside-refusals", rows))
    return build.section("beside", heading, children)


def borrow(release: EvidenceRelease) -> Block:
    """Return the comparison after borrowing from published control arms, and the programme beside it."""
    told = release.beside
    if told is None or told.withheld or (told.borrowed.empty and told.adjusted_ess is None):
        return build.absent("borrow", "evidence.absent_borrow" if told else "evidence.absent_beside")
    children: list[Block] = []
    if len(told.borrowed):
        children.append(build.paragraph("borrow-own", *_own(release, told), *_conflict(told)))
        children.append(build.table("borrow-table", tables.borrowed(release)))
        children.append(build.bullets("borrow-assumes", [assumed(words) for words in _steps(told)]))
        if len(release.rows(told.pool, method="predicted_by_others")):
            children.append(build.table("borrow-check", tables.control_check(release)))
    children.append(build.paragraph("borrow-matched", *_matched(release, told)))
    return build.section("borrow", key_label("evidence.heading.borrow"), children)


def _place(release: EvidenceRelease, told: ReleasedBeside) -> list[build.Item]:
    assert told.percentile is not None
    k = len(studies_of(release, told.pool))
    percentile = Cell(format="number", value=100 * told.percentile, decimals=0)
    said: list[build.Item] = [build.sentence("evidence.beside_place", percentile=percentile)]
    if k < 10:
        said.append(build.sentence("evidence.beside_wide", k=Cell(format="count", value=k, decimals=0)))
    return said


def _own(release: EvidenceRelease, told: ReleasedBeside) -> list[build.Item]:
    assert told.own is not None
    events_1, n_1, events_0, n_0 = told.own
    share = Cell(format="count", value=events_1, of=n_1, decimals=0)
    if told.effective:
        counts = {"events": events_1, "n": n_1}
        cells = {name: Cell(format="count", value=number, decimals=0) for name, number in counts.items()}
        own = evidence_cell(own_row(release, told), interval=False)
        return [
            build.sentence("evidence.borrow_own_single", share_1=own),
            build.sentence("evidence.borrow_effective", **cells),
        ]
    if n_0 == 0:
        return [build.sentence("evidence.borrow_own_single", share_1=share)]
    other = Cell(format="count", value=events_0, of=n_0, decimals=0)
    return [build.sentence("evidence.borrow_own", share_1=share, share_0=other)]


def _conflict(told: ReleasedBeside) -> list[build.Item]:
    found = told.borrowed[told.borrowed["method"] == "robust_map"]
    if found.empty or found["conflict_p"].isna().all():
        return [key_label("evidence.borrow_no_conflict")]
    p = Cell(format="p", value=float(found["conflict_p"].iloc[0]))
    return [build.sentence("evidence.borrow_conflict", p=p)]


def _steps(told: ReleasedBeside) -> list[Text]:
    return [words for name, words in told.assumes.items() if name in {"contrast", "power_prior", "robust_map"}]


def _matched(release: EvidenceRelease, told: ReleasedBeside) -> list[build.Item]:
    asked = release.protocol.beside
    if asked is None or asked.published is None:
        return [key_label("evidence.matched_none")]
    if told.adjusted_ess is None:
        return [key_label("evidence.matched_untold")]
    rows = release.rows(told.pool, method="matching_adjusted").to_dict("records")
    by = {row["contrast"]: row for row in rows}
    names = dict(zip(*(studies_of(release, told.pool)[column] for column in ("study", "name")), strict=True))
    said = build.sentence(
        "evidence.matched", study=same(names[asked.published.study]), share=evidence_cell(by["risk_1"]),
        ess=count_label(round(told.adjusted_ess)), difference=evidence_cell(by["risk_difference"]),
    )  # fmt: skip
    return [said, assumed(told.assumes["matching_adjusted"])]
