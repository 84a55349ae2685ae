"""What the trials say together, how much they differ, and what the answer hangs on."""

from __future__ import annotations

from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.blocks.evidence_words import assumed, limits_cell
from steget_eval.reporting.release_evidence import EvidenceRelease
from steget_eval.reporting.tables import evidence as tables
from steget_eval.reporting.tables.evidence_rows import (
    evidence_cell,
    forest_frame,
    funnel_frame,
    one_row,
    pool_label,
    prediction_row,
    same,
    series_frame,
    studies_of,
    word_label,
)
from steget_eval.reporting.text import Cell, Label, Language, Sentence, code_label, key_label
from steget_eval.reporting.text.answers import p_cell

#: From this share on it would be printed as 100 per cent: the variance that is left is zero, which says little.
_NOTHING_LEFT = 0.995


def pooled(release: EvidenceRelease) -> Block:
    """Return the pooled effects, window by window."""
    children = [build.paragraph("pooled-rule", key_label("evidence.pool_small"))]
    children.append(build.table("pooled-table", tables.pools(release)))
    said = [*_mixed(release, release.protocol.explored), assumed(release.assumes)]
    children.append(build.paragraph("pooled-mixed", *said, style="small"))
    return build.section("pooled", key_label("evidence.heading.pooled"), children)


def forest(release: EvidenceRelease) -> Block:
    """Return the forest plot of the main question, then that of the explored pool."""
    children = []
    for pool in dict.fromkeys((release.protocol.primary, release.protocol.explored)):
        caption = key_label("evidence.caption.forest", pool=pool_label(release, pool), measure=_measure(release))
        children.append(build.figure(f"forest-{pool}", "studies_forest", forest_frame(release, pool), caption))
        if said := _mixed(release, pool):
            children.append(build.paragraph(f"forest-{pool}-mixed", *said, style="small"))
    return build.section("forest", key_label("evidence.heading.forest"), children)


def heterogeneity(release: EvidenceRelease) -> Block:
    """Return how much the trials differ, and where one more would lie."""
    pool = release.protocol.explored
    further = prediction_row(release, pool)
    said: list[build.Item] = [build.sentence("evidence.one_pool", pool=pool_label(release, pool))]
    if further is not None:
        said.append(build.sentence("evidence.predicts", limits=limits_cell(evidence_cell(further))))
    said.append(key_label("evidence.hetero_reads"))
    children = [build.paragraph("heterogeneity-said", *said)]
    children.append(build.table("heterogeneity-table", tables.heterogeneity(release)))
    return build.section("heterogeneity", key_label("evidence.heading.heterogeneity"), children)


def explain(release: EvidenceRelease) -> Block:
    """Return what the differences go with: parts of the trials, their features."""
    pool = release.protocol.explored
    children: list[Block] = []
    between = one_row(release, pool, "between_subgroups", "")
    if between is not None:
        children.append(build.table("explain-subgroups", tables.subgroups(release)))
        children.append(build.paragraph("explain-test", build.sentence("evidence.subgroup_test", p=p_cell(between))))
    together = one_row(release, pool, "moderators", "")
    if together is not None:
        children.append(build.table("explain-regression", tables.regression(release)))
        said: list[build.Item] = []
        if release.r_squared is not None and release.r_squared >= _NOTHING_LEFT:
            studies = Cell(format="count", value=len(studies_of(release, pool)), decimals=0)
            said.append(build.sentence("evidence.r_squared_all", k=studies, p=p_cell(together)))
        elif release.r_squared is not None:
            share = Cell(format="percent", value=release.r_squared, decimals=0)
            said.append(build.sentence("evidence.r_squared", share=share, p=p_cell(together)))
        children.append(build.paragraph("explain-reads", *said, key_label("evidence.coefficient_reads")))
    if not children:
        return build.absent("explain", "evidence.absent_explain")
    return build.section("explain", key_label("evidence.heading.explain"), children)


def small_studies(release: EvidenceRelease) -> Block:
    """Return the funnel plot, the tests of its asymmetry, and what it would be were it even."""
    pool = release.protocol.explored
    frame = funnel_frame(release, pool)
    tests = release.rows(pool, contrast="asymmetry")
    if len(frame) < 3 or tests.empty:
        return build.absent("small_studies", "evidence.absent_funnel")
    caption = key_label("evidence.caption.funnel", pool=pool_label(release, pool), measure=_measure(release))
    children = [build.figure("small_studies-funnel", "funnel", frame, caption)]
    children.append(build.table("small_studies-tests", tables.small_studies(release)))
    shown = bool((tests["p_value"] < 0.05).any() and (tests["estimate"] > 0).all())
    said: list[build.Item] = [key_label("evidence.small_reads" if shown else "evidence.small_reads_not")]
    said += [key_label("evidence.small_mixed")] if release.protocol.pool(pool).mixed else []
    filled = one_row(release, pool, release.protocol.measure, "_trim_and_fill")
    if filled is not None:
        number = int(str(filled["note"]).rsplit("; ", 1)[-1].split()[0])
        told = Cell(format="count", value=number, decimals=0)
        said.append(build.sentence("evidence.filled", filled=told, estimate=evidence_cell(filled)))
    children.append(build.paragraph("small_studies-said", *said))
    return build.section("small_studies", key_label("evidence.heading.small_studies"), children)


def single_studies(release: EvidenceRelease) -> Block:
    """Return the pooled effect without each trial, and as the trials came year by year."""
    children: list[Block] = []
    for name, key in (("without", "without"), ("cumulative", "cumulated")):
        frame = series_frame(release, name)
        if len(frame) < 3:
            continue
        children.append(build.paragraph(f"single_studies-{key}-said", _series_said(release, name, key)))
        caption = key_label(f"evidence.caption.{key}", pool=pool_label(release, release.protocol.explored))
        children.append(build.figure(f"single_studies-{key}", "studies_forest", frame, caption))
    if not children:
        return build.absent("single_studies", "evidence.absent_funnel")
    return build.section("single_studies", key_label("evidence.heading.single_studies"), children)


def _series_said(release: EvidenceRelease, name: str, key: str) -> Sentence:
    pool = release.protocol.explored
    rows = release.rows(pool, contrast=release.protocol.measure, method=f"_{name}")
    names = dict(zip(*(studies_of(release, pool)[column] for column in ("study", "name")), strict=True))
    ordered = rows.sort_values("estimate", kind="stable") if name == "without" else rows
    first, last = (ordered.iloc[place].to_dict() for place in (0, -1))
    words = ("low", "high") if name == "without" else ("first", "last")
    values: dict[str, Cell | Label] = {}
    for word, row in zip(words, (first, last), strict=True):
        values[word] = evidence_cell(row, interval=False)
        values[f"{word}_name"] = same(names[row["subgroup"]])
    return build.sentence(f"evidence.{key}_reads", **values)


def _mixed(release: EvidenceRelease, pool: str) -> list[build.Item]:
    """What the pool mixes, in words, or that no dose was stated."""
    mine = studies_of(release, pool)
    months = [str(int(month)) for month in sorted(set(mine["months"]))]
    doses = sorted({str(dose) for dose in mine["minimum_dose"]})
    said: list[build.Item] = []
    if len(months) > 1 or len(doses) > 1:
        words = [word_label("evidence_dose", dose) for dose in doses]
        told = {"sv": _joined(words, "sv"), "en": _joined(words, "en")}
        said.append(build.sentence("evidence.mixed_says", months=same(", ".join(months)), doses=told))
    elif doses == [""]:
        said.append(key_label("evidence.dose_unstated"))
    return said


def _joined(words: list[Label], language: Language) -> str:
    return "; ".join(build.say_label(word, language) for word in words)


def _measure(release: EvidenceRelease) -> Label:
    return code_label("evidence_measure", release.protocol.measure)
