"""What a page opens with: its title, the answer in a few sentences, and what the study cannot say."""

from __future__ import annotations

from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.blocks.gates_told import gates_in_short
from steget_eval.reporting.blocks.rehearsals import rehearsals
from steget_eval.reporting.figures.picture import behind
from steget_eval.reporting.release import Release, ReleasedVerdict
from steget_eval.reporting.tables import refusals
from steget_eval.reporting.text import Label, code_label, key_label, sentences
from steget_eval.reporting.text.bounded import bounded


def title(release: Release) -> Block:
    """Return the page's head: title, programme, design, and whether its people exist."""
    protocol = release.protocol
    body = {
        "title": build.item(protocol.title),
        "programme": build.item(protocol.programme.name),
        "design": dict(code_label("design", sentences.design_code(release))),
        "design_id": protocol.design,
        "protocol": protocol.id,
        "origin": release.origin,
        "internal": release.internal,
    }
    return Block(kind="heading", id="title", body=body)


def summary(release: Release) -> Block:
    """Return the answer for whoever decides: people of a hundred first, then how sure it is, then what it rests on."""
    told = sentences.headline(release)
    children = [*_notices(release), build.paragraph("summary-lead", *told[:2], style="lead")]
    people = behind("hundred_people", release)
    if len(people):
        alone = "" if release.protocol.arms.comparison is not None else "_one"
        caption = key_label(f"picture.hundred_caption{alone}", outcome=_outcome(release))
        children.append(build.figure("summary-hundred", "hundred_people", people, caption))
    if told[2:]:
        children.append(build.paragraph("summary-rest", *told[2:]))
    if reached := bounded(release):
        children.append(build.bullets("summary-bounds", [[one] for one in reached]))
    goals = [sentences.verdict(release, one)[0] for one in release.verdicts]
    shown = [build.sentence(f"summary.{_shown(one)}") for one in release.verdicts]
    if goals:
        children.append(build.bullets("summary-goals", list(zip(goals, shown, strict=True))))
    children.append(build.paragraph("summary-claim", *sentences.claims(release), *gates_in_short(release)))
    return build.section("summary", build.heading_of("summary"), children)


def limits(release: Release) -> Block:
    """Return what the design cannot say, the protocol's own limits, and the methods that refused."""
    protocol = release.protocol
    design = build.sentence(f"claim.{sentences.design_code(release)}")
    children = [build.bullets("limits-list", [design, *protocol.limits])]
    if wanting := rehearsals(release.estimates):
        children.append(build.bullets("limits-rehearsed", wanting))
    if release.refusals:
        children.append(build.table("limits-refusals", refusals(release)))
    return build.section("limits", build.heading_of("limits"), children)


def _shown(one: ReleasedVerdict) -> str:
    """Which word tells whether what is said of a goal is shown as well."""
    return "hidden" if one.suppressed else f"{one.goal}_{'shown' if one.shown else 'not_shown'}"


def _notices(release: Release) -> list[Block]:
    notices = []
    if release.origin == "synthetic":
        notices.append(build.notice("summary-synthetic", "synthetic", key_label("notice.synthetic")))
    if release.internal:
        notices.append(build.notice("summary-internal", "internal", key_label("notice.internal")))
    return notices


def _outcome(release: Release) -> Label:
    protocol = release.protocol
    return protocol.outcome(protocol.estimand(protocol.primary).outcome).label.model_dump()
