"""What a page on a panel opens and closes with."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from steget_eval.core.columns import ANSWER_NAMES
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import account, build, question, registration
from steget_eval.reporting.blocks.checklist import checklist_section
from steget_eval.reporting.blocks.files import files as files_of
from steget_eval.reporting.blocks.intervention import intervention as done
from steget_eval.reporting.blocks.panel_results import averages, event_study, interrupted, series, starts
from steget_eval.reporting.blocks.rehearsals_series import series_rehearsals
from steget_eval.reporting.checklists import checklists_of
from steget_eval.reporting.release import Release
from steget_eval.reporting.release_panel import PanelRelease
from steget_eval.reporting.tables import panel as tables
from steget_eval.reporting.tables.account import choices, refusal_label, suppressions
from steget_eval.reporting.text import Cell, Label, code_label, key_label
from steget_eval.reporting.text.answers import outcome_label


def title(release: PanelRelease) -> Block:
    """Return the page's head."""
    protocol = release.protocol
    body = {
        "title": build.item(protocol.title), "programme": build.item(protocol.programme.name),
        "design": dict(code_label("design", protocol.design)), "design_id": protocol.design, "protocol": protocol.id,
        "origin": release.origin, "internal": release.internal,
    }  # fmt: skip
    return Block(kind="heading", id="title", body=body)


def summary(release: PanelRelease) -> Block:
    """Return the answer: how far from what would have been expected, how sure, and under which assumption."""
    protocol = release.protocol
    estimand = protocol.estimand(protocol.primary)
    row = tables.main_row(release, estimand.id, estimand.contrast)
    outcome = outcome_label(protocol, estimand.id)
    children = _notices(release)
    if row is None or row["suppressed"]:
        children.append(build.paragraph("summary-lead", key_label("panel.summary.untold"), style="lead"))
    else:
        said = build.sentence(f"panel.summary.{estimand.contrast}", outcome=outcome, estimate=_without_note(row))
        children.append(build.paragraph("summary-lead", said, style="lead"))
        if row["interval_kind"] == "none":
            children.append(build.paragraph("summary-few", key_label("panel.no_interval_because")))
        elif pd.notna(row["n_1"]):
            children.append(build.paragraph("summary-people", _rests_on(release, row)))
    children.append(build.paragraph("summary-claim", build.sentence(f"claim.{protocol.design}")))
    return build.section("summary", build.heading_of("summary"), children)


def decided(release: PanelRelease) -> Block:
    """Return the question as it was decided: programme, design, units, periods, controls, outcomes and questions."""
    protocol, panel = release.protocol, release.panel
    entries: list[tuple[Label, build.Item | list[build.Item]]] = [
        (key_label("heading.programme"), [protocol.programme.name, *_is_ips(release)]),
        (key_label("shell.design"), code_label("design", protocol.design)),
        (key_label("panel.term.unit"), panel.unit),
        (key_label("panel.term.period"), key_label(f"panel.period.{panel.period}")),
        (key_label("reproducibility.decided_on"), Cell(format="date", value=protocol.decided_on.isoformat())),
        (key_label("reproducibility.protocol_fingerprint"), build.same(protocol.fingerprint[:16])),
    ]
    if protocol.design == "staggered":
        entries.insert(4, (key_label("panel.term.control"), key_label(f"panel.control.{panel.control}")))
        entries.insert(5, (key_label("panel.term.anticipation"), Cell(format="count", value=panel.anticipation)))
    definitions = [
        build.sentence(
            "notice.definition",
            outcome=one.label,
            definition_id=build.same(one.definition_id or one.id),
            definition=one.definition,
        )
        for one in protocol.outcomes
    ]
    questions: list[tuple[Label, build.Item | list[build.Item]]] = [
        (key_label("shell.primary" if one.id == protocol.primary else "shell.secondary"), one.question)
        for one in protocol.estimands
    ]
    children = [
        build.paragraph("protocol-programme", protocol.programme.description),
        build.terms("protocol-terms", entries),
        build.heading("protocol-outcomes", build.heading_of("definitions")),
        build.bullets("protocol-definitions", definitions),
        build.heading("protocol-estimands", key_label("shell.estimands")),
        build.terms("protocol-questions", questions),
    ]
    if protocol.choices:
        children.append(build.table("protocol-choices", choices(_as_release(release))))
    return build.section("protocol", build.heading_of("question"), children)


def intervention(release: PanelRelease) -> Block:
    """Return the protocol's description of the programme; absent where it has none."""
    return done(_as_release(release))


def deviations(release: PanelRelease) -> Block:
    """Return whether the protocol was locked first, and every deviation."""
    return registration.deviations(_as_release(release))


def origin(release: PanelRelease) -> Block:
    """Return where the records come from."""
    return question.origin(_as_release(release))


def files(release: PanelRelease) -> Block:
    """Return what was found in the files behind the records."""
    return files_of(_as_release(release))


def limits(release: PanelRelease) -> Block:
    """Return what the design cannot say, the protocol's own limits, the methods that refused, and those too sure."""
    protocol = release.protocol
    told: list[build.Item] = [
        build.sentence(f"claim.{protocol.design}"), key_label(f"panel.limit.{protocol.design}"),
        key_label("panel.limit.units"), *protocol.limits,
    ]  # fmt: skip
    for one in release.refusals:
        told.append(build.sentence("panel.refused", method=code_label("method", one.method),
                                   reason=refusal_label(one)))  # fmt: skip
    children = [build.bullets("limits-list", told)]
    if wanting := series_rehearsals(release):
        children.append(build.bullets("limits-rehearsed", wanting))
    return build.section("limits", build.heading_of("limits"), children)


def checklist(release: PanelRelease) -> Block:
    """Return the checklists of the design with the sections that answer each item."""
    lists = checklists_of(release.protocol.design)
    made = {
        "title": title, "summary": summary, "protocol": decided, "intervention": intervention, "origin": origin,
        "files": files, "effects": averages, "benchmark": event_study, "curves": interrupted, "states": series,
        "flow": starts, "limits": limits, "suppressed": suppressed, "reproducibility": reproducibility,
    }  # fmt: skip
    anchors: dict[str, Any] = {}
    for name, function in made.items():
        block = function(release)
        if block.kind != "absent":
            head = build.item(key_label("checklist.head")) if name == "title" else block.body["title"]
            anchors[name] = {"anchor": block.id, "title": head}
    anchors.setdefault("effects", anchors.get("curves", anchors["summary"]))
    return checklist_section(lists, anchors, lambda needs: _has(release, needs))


def suppressed(release: PanelRelease) -> Block:
    """Return the rule for small numbers, and what it took away."""
    if release.internal:
        notice = build.notice("suppressed-rules", "internal", key_label("notice.internal"))
        return build.section("suppressed", build.heading_of("disclosure"), [notice])
    policy = release.policy
    said = build.sentence("panel.rule", cell=Cell(format="count", value=policy.minimum_cell),
                          denominator=Cell(format="count", value=policy.minimum_denominator))  # fmt: skip
    children = [build.paragraph("suppressed-rules", said)]
    if release.suppressions:
        children.append(build.table("suppressed-table", suppressions(_as_release(release))))
    else:
        children.append(build.paragraph("suppressed-none", build.sentence("notice.nothing_suppressed")))
    return build.section("suppressed", build.heading_of("disclosure"), children)


def reproducibility(release: PanelRelease) -> Block:
    """Return the fingerprints, versions and seed with which the same numbers come back."""
    return question.reproducibility(_as_release(release))


def estimates(release: PanelRelease) -> Block:
    """Return the released estimates; ``estimates.csv`` is written from this block."""
    assert list(release.estimates.columns) == [*ANSWER_NAMES, "suppressed"]
    return account.estimates(_as_release(release))


def _as_release(release: PanelRelease) -> Release:
    """Hand a panel's release to pieces that read of it what every release has: protocol, source, account, policy."""
    return cast(Release, release)


def _without_note(row: dict[Any, Any]) -> Cell:
    told = tables.estimate(row).to_json()
    told.pop("note", None)
    return Cell.from_json(told)


def _rests_on(release: PanelRelease, row: dict[Any, Any]) -> build.Item:
    panel = release.panel
    begun = sum(panel.start_of(unit) >= 0 for unit in panel.units)
    values = {"n_1": Cell(format="count", value=int(row["n_1"])), "units_1": Cell(format="count", value=begun)}
    if pd.isna(row["n_0"]):
        return build.sentence("panel.rests_alone", **values)
    values |= {"n_0": Cell(format="count", value=int(row["n_0"])),
               "units_0": Cell(format="count", value=len(panel.units) - begun)}  # fmt: skip
    return build.sentence("panel.rests", **values)


def _is_ips(release: PanelRelease) -> list[build.Item]:
    return [key_label("notice.is_ips" if release.protocol.programme.is_ips else "notice.not_ips")]


def _has(release: PanelRelease, needs: str) -> bool:
    if needs == "lock":
        return release.protocol.standing is not None
    if needs == "files":
        return not release.account.is_empty
    if needs.startswith("intervention."):
        told = release.protocol.intervention
        return told is not None and needs.removeprefix("intervention.") in told.told()
    return True


def _notices(release: PanelRelease) -> list[Block]:
    told = []
    if release.origin == "synthetic":
        told.append(build.notice("summary-synthetic", "synthetic", key_label("notice.synthetic")))
    if release.internal:
        told.append(build.notice("summary-internal", "internal", key_label("notice.internal")))
    return told
