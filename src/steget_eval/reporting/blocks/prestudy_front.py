"""What a page on a prestudy opens and closes with: title, answer, decisions, ethics, limits, fingerprints."""

from __future__ import annotations

import platform
from importlib.metadata import version

import steget_eval
from steget_eval.protocol.base import Text
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.release_prestudy import PrestudyRelease
from steget_eval.reporting.tables import prestudy as tables
from steget_eval.reporting.text import Cell, Label, code_label, key_label

_LIBRARIES = ("networkx", "numpy", "pandas", "scipy", "matplotlib")


def title(release: PrestudyRelease) -> Block:
    """Return the page's head."""
    protocol = release.protocol
    body = {
        "title": build.item(protocol.title), "programme": build.item(protocol.programme.name),
        "design": dict(code_label("design", "prestudy")), "design_id": "prestudy", "protocol": protocol.id,
        "origin": release.origin, "internal": release.internal,
    }  # fmt: skip
    return Block(kind="heading", id="title", body=body)


def summary(release: PrestudyRelease) -> Block:
    """Return the answer: what is there and what is missing, and how many people the planned study needs."""
    first = release.prestudy.plan.supposed[0]
    lead = build.sentence("prestudy.lead_map", **_counted(release))
    plan = build.sentence(
        "prestudy.lead_plan", total=tables.value(release.row("sample_size", first.id)), supposed=first.label,
    )  # fmt: skip
    children = [*_notices(release), build.paragraph("summary-lead", lead, plan, style="lead")]
    asked = str(sum(one.state != "not_asked" for one in release.functions))
    functions, ways = build.same(asked), build.same(str(len(release.mapping.pathways)))
    shown: list[tuple[build.Item, Cell]] = [
        (
            key_label("prestudy.key.provided", n=functions),
            tables.value(release.row("coverage_share", "functions_provided")),
        ),
        (key_label("prestudy.key.ways", n=ways), tables.value(release.row("coverage_share", "pathways_provided"))),
        (key_label("prestudy.key.total"), tables.value(release.row("sample_size", first.id))),
    ]
    if release.prestudy.grant is not None:
        shown.append((key_label("prestudy.key.support"), tables.value(release.row("budget_share", "support"))))
    children.append(build.figures("summary-figures", [one for one in shown if one[1].state != "not_applicable"]))
    children.append(build.paragraph("summary-claim", key_label("prestudy.nobody"), key_label("prestudy.claim")))
    return build.section("summary", build.heading_of("summary"), children)


def decided(release: PrestudyRelease) -> Block:
    """Return what was decided beforehand: the project's facts, whom it is about, who is left out, each choice."""
    asked, protocol = release.prestudy, release.protocol
    entries: list[tuple[build.Item, build.Item]] = [(fact.label, fact.value) for fact in asked.facts]
    entries.append((key_label("prestudy.term.target_group"), asked.target_group))
    entries.append(
        (key_label("reproducibility.decided_on"), Cell(format="date", value=protocol.decided_on.isoformat()))
    )
    children = [
        build.paragraph("decided-programme", protocol.programme.description), build.terms("decided-facts", entries),
    ]  # fmt: skip
    if asked.exclusions:
        children.append(build.heading("decided-left-out", key_label("prestudy.heading.left_out")))
        told = [(one.label, _joined(one.because, one.consequence)) for one in asked.exclusions]
        children.append(build.terms("decided-exclusions", told))
    if protocol.choices:
        children.append(build.heading("decided-choices-heading", key_label("prestudy.heading.choices")))
        chosen = [(one.question, _joined(one.chosen, one.because)) for one in protocol.choices]
        children.append(build.terms("decided-choices", chosen))
    return build.section("decided", key_label("prestudy.heading.decided"), children)


def ethics(release: PrestudyRelease) -> Block:
    """Return the checklist of what must be settled before anybody is asked to take part."""
    items = release.prestudy.ethics
    if not items:
        return build.absent("ethics", "prestudy.absent_ethics")
    still = Cell(format="count", value=sum(one.state == "open" for one in items), decimals=0)
    said = build.sentence("prestudy.ethics_open", open=still, all=Cell(format="count", value=len(items), decimals=0))
    children = [build.paragraph("ethics-said", said), build.table("ethics-table", tables.ethics(release))]
    return build.section("ethics", key_label("prestudy.heading.ethics"), children)


def limits(release: PrestudyRelease) -> Block:
    """Return what a mapping and a plan cannot say."""
    told: list[build.Item] = [key_label("prestudy.claim"), key_label("prestudy.limit_cause"), *release.protocol.limits]
    return build.section("limits", build.heading_of("limits"), [build.bullets("limits-list", told)])


def suppressed(release: PrestudyRelease) -> Block:
    """Return the rule for small counts of people, and how many lines it took away."""
    if release.internal:
        notice = build.notice("suppressed-rules", "internal", key_label("notice.internal"))
        return build.section("suppressed", build.heading_of("disclosure"), [notice])
    cell = Cell(format="count", value=release.policy.minimum_cell, decimals=0)
    gone = Cell(format="count", value=len(release.hidden), decimals=0)
    said = build.sentence("prestudy.small_counts", cell=cell, lines=gone)
    return build.section("suppressed", build.heading_of("disclosure"), [build.paragraph("suppressed-rules", said)])


def reproducibility(release: PrestudyRelease) -> Block:
    """Return the fingerprints and versions with which the same numbers come back."""
    entries: list[tuple[Label, Label | Cell]] = [
        (key_label("reproducibility.protocol"), build.same(release.protocol.id)),
        (key_label("reproducibility.protocol_fingerprint"), build.same(release.protocol.fingerprint)),
        (key_label("prestudy.term.mapping_fingerprint"), build.same(release.mapping_fingerprint)),
        (key_label("prestudy.term.gathered_on"),
         Cell(format="date", value=release.mapping.gathered_on.isoformat())),
        (build.same("Python"), build.same(platform.python_version())),
        (build.same("steget_eval"), build.same(steget_eval.__version__)),
    ]  # fmt: skip
    entries += [(build.same(name), build.same(version(name))) for name in _LIBRARIES]
    children = [
        build.terms("reproducibility-terms", entries),
        build.paragraph("reproducibility-code", key_label("page.source_code")),
    ]
    return build.section("reproducibility", build.heading_of("reproducibility"), children)


def _counted(release: PrestudyRelease) -> dict[str, Cell]:
    states = [one.state for one in release.functions]
    told = {state: states.count(state) for state in ("provided", "partly", "missing")}
    told["all"] = sum(told.values())
    return {name: Cell(format="count", value=number, decimals=0) for name, number in told.items()}


def _joined(first: Text, second: Text) -> Label:
    return {"sv": f"{first.sv} {second.sv}", "en": f"{first.en} {second.en}"}


def _notices(release: PrestudyRelease) -> list[Block]:
    told = []
    if release.origin == "synthetic":
        told.append(build.notice("summary-synthetic", "synthetic", key_label("prestudy.synthetic")))
    if release.internal:
        told.append(build.notice("summary-internal", "internal", key_label("notice.internal")))
    return told
