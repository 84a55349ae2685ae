"""Groups, reports, reach, money and advice, beside what a number alone can say."""

from __future__ import annotations

from steget_eval.protocol.estimand import Estimand
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables import counted as tables
from steget_eval.reporting.text import Cell, Sentence, key_label
from steget_eval.reporting.text.answers import count_label, estimate_ref, outcome_label

#: Designs with one arm, whose numbers stand without a comparison.
_ALONE = frozenset({"aggregate", "single_arm", "before_after"})


def groups(release: Release) -> Block:
    """Return the share within each group that an estimand asks by; pooled ones draw on each other."""
    children: list[Block] = []
    # Shares with bounds for those not reached are told by group where the bounds are.
    for estimand in (one for one in release.protocol.estimands if "worst_case" not in one.methods):
        for group in (*estimand.by, *((estimand.pooled_by,) if estimand.pooled_by else ())):
            if len(tables.rows_of(release, f"{group}=", estimand.id)) and not _is_told(release, estimand.id, group):
                children += _group(release, estimand, group)
    if not children:
        return build.absent("groups", "absent.groups")
    before = [build.paragraph("groups-reading", key_label("groups.reading"))]
    return build.section("groups", build.heading_of("groups"), [*before, *children])


def events(release: Release) -> Block:
    """Return the reports of a period, why there is no rate per person, and what the limits suppose."""
    if not release.protocol.events:
        return build.absent("events", "absent.events")
    notes = [one.note for one in release.protocol.events if one.note is not None]
    children = [
        build.table("events-table", tables.events(release)),
        build.paragraph("events-rate", key_label("events.no_rate"), *notes),
    ]
    return build.section("events", build.heading_of("events"), children)


def reach(release: Release) -> Block:
    """Return how many were reached of those thought to need it, need and reach kept apart."""
    rows = {row["subgroup"]: row for row in tables.rows_of(release, "reach=").to_dict("records")}
    if not release.protocol.reach:
        return build.absent("reach", "absent.reach")
    children = []
    for one in release.protocol.reach:
        row = rows.get(f"reach={one.id}")
        if row is None or row["suppressed"]:
            said = build.sentence("reach.hidden", label=one.label)
        else:
            said = Sentence("reach.told", {
                "label": Cell(format="text", label=one.label.model_dump()),
                "reached": Cell(format="count", value=int(row["events_1"])),
                "need": Cell(format="count", value=one.need),
                "share": Cell(format="percent", value=float(row["estimate"]), decimals=2,
                              ref=estimate_ref(row)),
            })  # fmt: skip
        children.append(build.paragraph(f"reach-{one.id}", said, key_label("reach.apart")))
        children.append(build.paragraph(f"reach-{one.id}-source", one.source, style="small"))
    return build.section("reach", build.heading_of("reach"), children)


def costs(release: Release) -> Block:
    """Return the accounts, what each is divided by and under what assumption, and what none of them says."""
    if not release.protocol.economics:
        return build.absent("costs", "absent.costs")
    said = [
        build.sentence("costs.assumption", account=account.label, assumption=account.assumption)
        for account in release.protocol.economics
        if account.assumption is not None
    ]
    notes = [account.note for account in release.protocol.economics if account.note is not None]
    children = [
        build.table("costs-table", tables.costs(release)),
        build.bullets("costs-assumptions", [*said, *notes, key_label("costs.cannot")]),
    ]
    return build.section("costs", build.heading_of("costs"), children)


def advice(release: Release) -> Block:
    """Return an assessment's advice against what happened later, and why that is no blind test of it."""
    asked = [one for one in release.protocol.recommendations if len(tables.rows_of(release, f"advice={one.id}"))]
    if not asked:
        return build.absent("advice", "absent.advice")
    children = [build.paragraph("advice-reading", key_label("advice.reading"))]
    for one in asked:
        children.append(build.heading(f"advice-{one.id}", one.label))
        children.append(build.table(f"advice-{one.id}-table", tables.advice(release, one.id)))
    return build.section("advice", build.heading_of("advice"), children)


def alone(release: Release) -> Block:
    """Return the box on what a number without comparison can and cannot say."""
    if release.protocol.design not in _ALONE:
        return build.absent("alone", "absent.alone")
    children = [build.paragraph("alone-formula", key_label("alone.formula"), style="lead")]
    # The third thing that a number can say is of a goal.
    for side, told in (("can", (1, 2, 3) if release.protocol.targets else (1, 2)), ("cannot", (1, 2, 3))):
        children.append(build.heading(f"alone-{side}", key_label(f"alone.{side}")))
        children.append(build.bullets(f"alone-{side}-list", [key_label(f"alone.{side}_{n}") for n in told]))
    return build.section("alone", build.heading_of("alone"), children)


def _is_told(release: Release, estimand: str, group: str) -> bool:
    """Tell whether the section that asks if the answer differs between groups has this one already."""
    return any(one.estimand == estimand and one.group == group and one.standing == "told" for one in release.subgroups)


def _group(release: Release, estimand: Estimand, group: str) -> list[Block]:
    name = f"groups-{estimand.id}-{group}"
    made = build.table(f"{name}-table", tables.groups(release, estimand, group))
    covariates = {one.id: one.label.model_dump() for one in release.protocol.covariates}
    by = covariates.get(group, key_label(f"groups.{group}") if group in {"sex", "site"} else build.same(group))
    title = key_label("groups.title", outcome=outcome_label(release.protocol, estimand.id), group=by)
    head = build.heading(name, title)
    if group != estimand.pooled_by:
        return [head, made]
    size = count_label(release.policy.minimum_cell)
    return [head, build.paragraph(f"{name}-pooled", key_label("groups.pooled", minimum=size)), made]
