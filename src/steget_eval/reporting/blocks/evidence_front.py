"""What a page on evidence opens and closes with: title, answer, question, library, ledger, limits, fingerprints."""

from __future__ import annotations

import platform
from importlib.metadata import version

import steget_eval
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.blocks.evidence_words import assumed, in_short, limits_cell, refusal
from steget_eval.reporting.release_evidence import EvidenceRelease
from steget_eval.reporting.tables import evidence_ledger
from steget_eval.reporting.tables.evidence import people_of, studies
from steget_eval.reporting.tables.evidence_rows import (
    evidence_cell,
    pool_label,
    pooled_row,
    prediction_row,
    same,
    studies_of,
)
from steget_eval.reporting.text import Cell, Label, Sentence, code_label, key_label

_LIBRARIES = ("numpy", "pandas", "scipy", "matplotlib")


def title(release: EvidenceRelease) -> Block:
    """Return the page's head."""
    beside = release.beside
    named: Label = key_label("evidence.programme")
    if beside is not None:
        named = key_label("evidence.programme_beside", programme=beside.programme.programme.name.model_dump())
    body = {
        "title": build.item(release.protocol.title), "programme": dict(named),
        "design": dict(key_label("evidence.design")), "design_id": "evidence", "protocol": release.protocol.id,
        "origin": release.origin, "internal": release.internal,
    }  # fmt: skip
    return Block(kind="heading", id="title", body=body)


def summary(release: EvidenceRelease) -> Block:
    """Return the answer: the pooled effect, what one more trial may show, and what the figures rest on."""
    children = notices(release)
    pool = release.protocol.primary
    row, mine = pooled_row(release, pool), studies_of(release, pool)
    assert row is not None
    lead = build.sentence(
        f"evidence.lead_{release.protocol.measure}", pool=pool_label(release, pool),
        outcome=release.protocol.outcome_label, estimate=evidence_cell(row), k=_count(len(mine)),
        n=_count(people_of(mine)),
    )  # fmt: skip
    children.append(build.paragraph("summary-lead", lead, style="lead"))
    shares = {
        f"share_{arm}": Cell(format="number", value=100 * mine[f"events_{arm}"].sum() / mine[f"n_{arm}"].sum(),
                             decimals=0)
        for arm in (1, 0)
    }  # fmt: skip
    further = prediction_row(release, pool)
    said: list[build.Item] = [build.sentence("evidence.lead_people", **shares)]
    said.append(
        key_label("evidence.predicts_not") if further is None
        else build.sentence("evidence.predicts", limits=limits_cell(evidence_cell(further)))
    )  # fmt: skip
    printed = int(mine["printed"].sum())
    said.append(
        build.sentence("evidence.counts_sum", k=_count(len(mine)), printed=_count(printed),
                       reconstructed=_count(len(mine) - printed))
    )  # fmt: skip
    children.append(build.paragraph("summary-rest", *said))
    children.append(build.paragraph("summary-ledger", _ledger_sum(release)))
    if release.beside is not None and not release.beside.withheld:
        children.append(build.paragraph("summary-beside", *in_short(release, release.beside)))
    return build.section("summary", build.heading_of("summary"), children)


def question(release: EvidenceRelease) -> Block:
    """Return what was asked of the evidence, and how it is answered."""
    asked = release.protocol
    entries: list[tuple[Label, build.Item | list[build.Item]]] = [
        (key_label("evidence.term.question"), asked.question),
        (key_label("evidence.term.outcome"), asked.outcome_label),
        (key_label("evidence.term.measure"), code_label("evidence_measure", asked.measure)),
        (key_label("evidence.term.studies"), key_label("evidence.term.studies_text")),
        (key_label("evidence.term.pools"), [pool.label for pool in asked.pools]),
        (key_label("evidence.term.primary"), pool_label(release, asked.primary)),
        (key_label("evidence.term.method"), key_label("evidence.term.method_text")),
        (key_label("reproducibility.decided_on"), Cell(format="date", value=asked.decided_on.isoformat())),
    ]
    children = [
        build.terms("question-terms", entries),
        build.paragraph("question-rule", key_label("evidence.pool_small")),
        build.paragraph("question-assumes", assumed(release.assumes)),
    ]
    return build.section("question", key_label("evidence.heading.question"), children)


def library(release: EvidenceRelease) -> Block:
    """Return what the library holds, which trials answer the main question, and why the others do not."""
    lines = release.ledger
    randomised = build.sentence(
        "evidence.term.library_text", lines=_count(len(lines)),
        studies=_count(lines["line"].str.split(".").str[0].nunique()),
        randomised=_count(int(lines["randomised"].sum())),
    )  # fmt: skip
    pool = release.protocol.primary
    children = [build.paragraph("library-size", randomised)]
    children.append(build.table("library-status", evidence_ledger.statuses(release)))
    children.append(build.table("library-studies", studies(release, pool)))
    if (release.left_out["pool"] == pool).any():
        children.append(build.table("library-left", evidence_ledger.left_out(release, pool)))
    return build.section("library", key_label("evidence.heading.library"), children)


def ledger(release: EvidenceRelease) -> Block:
    """Return the verdicts on the printed figures, and every figure that is wrong or could not be reproduced."""
    children = [build.paragraph("ledger-sum", _ledger_sum(release))]
    children.append(build.table("ledger-verdicts", evidence_ledger.verdicts(release)))
    if release.ledger["verdict"].isin(["inconsistent", "not_reproducible"]).any():
        children.append(build.table("ledger-faults", evidence_ledger.faults(release)))
    return build.section("ledger", key_label("evidence.heading.ledger"), children)


def ledger_lines(release: EvidenceRelease) -> Block:
    """Return the whole ledger, line by line."""
    made = build.table("ledger_lines-table", evidence_ledger.ledger(release))
    return build.section("ledger_lines", key_label("evidence.heading.ledger_lines"), [made])


def limits(release: EvidenceRelease) -> Block:
    """Return what the evidence cannot say."""
    told: list[build.Item] = [*release.protocol.limits, key_label("evidence.limit_ledger")]
    told += [key_label("evidence.limit_programme")] if release.beside is not None else []
    for one in release.refusals:
        told.append(refusal(release, one.estimand, one))
    return build.section("limits", key_label("evidence.heading.limits"), [build.bullets("limits-list", told)])


def reproducibility(release: EvidenceRelease) -> Block:
    """Return the fingerprints and versions with which the same numbers come back."""
    entries: list[tuple[Label, Label | Cell]] = [
        (key_label("reproducibility.protocol"), same(release.protocol.id)),
        (key_label("reproducibility.protocol_fingerprint"), same(release.protocol.fingerprint)),
        (key_label("evidence.term.fingerprint"), same(release.library_fingerprint)),
    ]
    if release.beside is not None:
        entries.append((key_label("evidence.term.programme_fingerprint"), same(release.beside.programme.fingerprint)))
        entries.append((key_label("evidence.term.programme_records"), same(release.beside.records_fingerprint)))
    entries += [(same("Python"), same(platform.python_version())), (same("steget_eval"), same(steget_eval.__version__))]
    entries += [(same(name), same(version(name))) for name in _LIBRARIES]
    children = [
        build.terms("reproducibility-terms", entries),
        build.paragraph("reproducibility-code", key_label("page.source_code")),
    ]
    return build.section("reproducibility", build.heading_of("reproducibility"), children)


def notices(release: EvidenceRelease) -> list[Block]:
    """Return what to know before reading on: that the programme's people do not exist, that the view is internal."""
    told = []
    if release.origin == "beside_synthetic":
        told.append(build.notice("summary-synthetic", "synthetic", key_label("evidence.synthetic")))
    if release.internal:
        told.append(build.notice("summary-internal", "internal", key_label("notice.internal")))
    return told


def _ledger_sum(release: EvidenceRelease) -> Sentence:
    counts = release.ledger["verdict"].value_counts()
    names = ("reproduced", "not_enough_printed", "not_reproducible", "inconsistent")
    told = {name: _count(int(counts.get(name, 0))) for name in names}
    status = release.ledger.loc[release.ledger["verdict"] == "reproduced", "status"].astype(str)
    rebuilt = int(status.str.startswith("reconstructed").sum())
    told |= {"from_printed": _count(len(status) - rebuilt), "from_rebuilt": _count(rebuilt)}
    return build.sentence("evidence.ledger_sum", lines=_count(len(release.ledger)), **told)


def _count(value: int) -> Cell:
    return Cell(format="count", value=value, decimals=0)
