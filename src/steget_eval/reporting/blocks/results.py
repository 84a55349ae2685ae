"""The answers: estimates, curves and goals."""

from __future__ import annotations

from typing import Literal

from steget_eval.protocol.amounts import TWO_ARM_KINDS
from steget_eval.protocol.scales import BETWEEN_SCORES
from steget_eval.reporting import tables
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.blocks.beneath import beneath
from steget_eval.reporting.figures.picture import behind, curves_behind
from steget_eval.reporting.release import Release
from steget_eval.reporting.text import Label, code_label, key_label, sentences
from steget_eval.reporting.text.answers import outcome_label
from steget_eval.study.curves import drawn_population


def effects(release: Release) -> Block:
    """Return every estimate as a table, and the main question's methods side by side."""
    if release.estimates.empty:
        return build.absent("effects", "absent.estimates")
    children = []
    frame = behind("forest", release)
    if (~frame["suppressed"].astype(bool)).sum() > 1:
        estimand = release.protocol.estimand(release.protocol.primary)
        caption = key_label(
            "caption.forest", contrast=code_label("contrast", estimand.contrast),
            outcome=outcome_label(release.protocol, estimand.id),
        )  # fmt: skip
        children.append(build.figure("effects-forest", "forest", frame, caption))
    before = None
    elsewhere = tables.only_readings(release.protocol)
    asked = release.estimates.loc[release.estimates["subgroup"] == "all", "estimand"]
    for estimand_id in dict.fromkeys(asked):
        if estimand_id in elsewhere or _is_told_elsewhere(release, str(estimand_id)):
            continue
        children += _answers(release, str(estimand_id), before)
        before = str(estimand_id)
    return build.section("effects", build.heading_of("result"), children)


def curves(release: Release) -> Block:
    """Return the cumulative incidence of each question that has curves, with numbers at risk."""
    if release.curves.empty:
        return build.absent("curves", "absent.curves")
    elsewhere = tables.only_readings(release.protocol)
    children = [
        build.figure(
            f"curves-{estimand}", "cumulative_incidence", curves_behind(release, estimand),
            _curve_caption(release, str(estimand)),
        )
        for estimand in dict.fromkeys(release.curves["estimand"])
        if estimand not in elsewhere
    ]  # fmt: skip
    return build.section("curves", build.heading_of("curves"), children)


def _curve_caption(release: Release, estimand_id: str) -> Label:
    """Return what a curve shows: of whom it is weighted to speak, or that nothing is adjusted for."""
    outcome = outcome_label(release.protocol, estimand_id)
    population = drawn_population(release.protocol, release.protocol.estimand(estimand_id))
    if population is not None:
        return key_label("caption.curves_weighted", outcome=outcome, population=code_label("population", population))
    crude = release.protocol.design == "comparison"
    return key_label("caption.curves_unadjusted" if crude else "caption.curves", outcome=outcome)


def targets(release: Release) -> Block:
    """Return each of the programme's own goals against what was found."""
    if not release.verdicts:
        return build.absent("targets", "absent.targets")
    children = [_verdict(release, place) for place in range(len(release.verdicts))]
    children.append(
        build.figure("targets-figure", "target", behind("target", release), key_label("caption.targets_figure"))
    )
    children.append(build.table("targets-table", tables.targets(release)))
    return build.section("targets", build.heading_of("targets"), children)


def _is_told_elsewhere(release: Release, estimand_id: str) -> bool:
    """Tell whether blocks of their own tell the question: change, moves, and shares with bounds beside the main one."""
    outcome = release.protocol.outcome(release.protocol.estimand(estimand_id).outcome)
    if release.protocol.estimand(estimand_id).contrast in BETWEEN_SCORES:
        return False
    bounded = "worst_case" in release.protocol.estimand(estimand_id).methods
    between = release.protocol.estimand(estimand_id).contrast in TWO_ARM_KINDS
    own = outcome.kind == "longitudinal" or (outcome.kind == "transition" and not between)
    return own or (bounded and estimand_id != release.protocol.primary)


def _answers(release: Release, estimand_id: str, before: str | None) -> list[Block]:
    """Return one question as a table; a heading tells the outcome where the question before had another."""
    rows = release.estimates[release.estimates["estimand"] == estimand_id]
    if (rows["subgroup"] == "benchmark").all():
        return []
    # A goal's one-sided limit stands beside its goal, where it cannot be read as a two-sided interval.
    made = tables.effects(release, estimand=estimand_id, goals=False)
    body = {**made.body(), "caption": build.item(release.protocol.estimand(estimand_id).question)}
    table = Block(kind="table", id=f"effects-{estimand_id}-table", body=body)
    outcome = outcome_label(release.protocol, estimand_id)
    if before is not None and outcome == outcome_label(release.protocol, before):
        return [table, *beneath(release, estimand_id)]
    return [build.heading(f"effects-{estimand_id}", outcome), table, *beneath(release, estimand_id)]


def _verdict(release: Release, place: int) -> Block:
    one = release.verdicts[place]
    label = {target.id: target.label for target in release.protocol.targets}[one.target]
    held = one.point in {"reached", "within"}
    tone: Literal["shown", "point", "none"] = "shown" if one.shown else "point" if held else "none"
    return build.verdict(f"targets-{one.target}", tone, label, sentences.verdict(release, one))
