"""The adjusted answers beside the randomised comparison in the same records, with the gates that warn."""

from __future__ import annotations

from steget_eval.reporting import tables
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.figures.picture import question_behind
from steget_eval.reporting.release import Release
from steget_eval.reporting.text import Cell, Label, code_label, key_label, sentences
from steget_eval.reporting.text.answers import outcome_label


def benchmark(release: Release) -> Block:
    """Return every adjusted estimate beside the randomised one, and which gates would have warned of them."""
    if release.protocol.benchmark is None:
        return build.absent("benchmark", "absent.benchmark")
    told = sentences.benchmark(release)
    children = [build.paragraph("benchmark-sentence", *told)] if told else []
    held = release.estimates[release.estimates["subgroup"] == "benchmark"]
    drawn: list[str] = []
    for estimand in dict.fromkeys(held["estimand"].astype(str)):
        if estimand not in drawn:
            children += _forest(release, estimand)
            drawn += [estimand, *_beside(release, estimand)]
    children += _warnings(release)
    children.append(build.table("benchmark-table", tables.benchmark(release)))
    return build.section("benchmark", build.heading_of("benchmark"), children)


def _forest(release: Release, estimand_id: str) -> list[Block]:
    """Return one question's methods in a forest, the randomised estimate drawn through them, and how many hold it."""
    frame = question_behind(release, estimand_id, _beside(release, estimand_id))
    mine = frame["subgroup"] == "benchmark"
    if not mine.any() or frame["suppressed"].all():
        return []
    outcome = outcome_label(release.protocol, estimand_id)
    contrast = code_label("contrast", release.protocol.estimand(estimand_id).contrast)
    caption = key_label("caption.benchmark_forest", contrast=contrast, outcome=outcome)
    drawn = build.figure(f"benchmark-{estimand_id}-forest", "forest", frame, caption)
    others, experiment = frame[~mine & frame["adjusted"] & ~frame["suppressed"]], frame[mine].iloc[0]
    if experiment["suppressed"] or others.empty:
        return [drawn]
    holds = (others["conf_low"] <= experiment["estimate"]) & (others["conf_high"] >= experiment["estimate"])
    counted = build.sentence(
        "sentence.benchmark_holds", outcome=outcome, methods=Cell(format="count", value=len(others)),
        hold=Cell(format="count", value=int(holds.sum())),
    )  # fmt: skip
    return [drawn, build.paragraph(f"benchmark-{estimand_id}-holds", counted)]


def _beside(release: Release, estimand_id: str) -> tuple[str, ...]:
    """Return the other estimands that ask the same of the same outcome, of another population."""
    asked = release.protocol.estimand(estimand_id)
    return tuple(
        one.id for one in release.protocol.estimands
        if one.id != asked.id and (one.outcome, one.contrast) == (asked.outcome, asked.contrast)
    )  # fmt: skip


def _warnings(release: Release) -> list[Block]:
    """Return the gates that failed: what could be seen without the experiment."""
    if not release.gates:
        return []
    if release.design_gates:
        heading = build.heading("benchmark-gates", build.heading_of("benchmark_gates"))
        lead = build.paragraph("benchmark-gates-lead", key_label("sentence.benchmark_gates_table"))
        return [heading, lead, build.table("benchmark-gates-table", tables.design_gates(release))]
    failed: list[Label] = [code_label("design_gate", gate.name) for gate in release.gates if not gate.passed]
    heading = build.heading("benchmark-gates", build.heading_of("benchmark_gates"))
    if not failed:
        return [heading, build.paragraph("benchmark-gates-none", key_label("sentence.benchmark_gates_none"))]
    lead = build.paragraph("benchmark-gates-lead", key_label("sentence.benchmark_gates"))
    return [heading, lead, build.bullets("benchmark-gates-failed", failed)]
