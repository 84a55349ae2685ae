"""What a prestudy found: functions, ways between actors, the target group, its plan and its money, data to be had."""

from __future__ import annotations

from steget_eval.protocol.base import Text
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.figures.actor_network import behind as network_behind
from steget_eval.reporting.figures.target_counts import behind as counts_behind
from steget_eval.reporting.release_prestudy import PrestudyRelease
from steget_eval.reporting.tables import prestudy as tables
from steget_eval.reporting.text import Cell, Label, Language, key_label


def mapping(release: PrestudyRelease) -> Block:
    """Return who does what, with what nobody does."""
    children = [build.table("mapping-matrix", tables.matrix(release))]
    words = {one.id: one.label for one in release.prestudy.functions}
    for state in ("missing", "partly", "not_asked"):
        named = [words[one.function] for one in release.functions if one.state == state]
        if named:
            said = build.sentence(f"prestudy.functions_{state}", functions=_listed(named))
            children.append(build.paragraph(f"mapping-{state}", said))
    told = _sources([one.source for one in release.mapping.coverage])
    children.append(build.paragraph("mapping-sources", told, style="small"))
    return build.section("mapping", key_label("prestudy.heading.mapping"), children)


def network(release: PrestudyRelease) -> Block:
    """Return who sends people on to whom."""
    ways = release.mapping.pathways
    if not ways:
        return build.absent("network", "prestudy.absent_network")
    frame = network_behind(release)
    counts = {
        state: Cell(format="count", value=sum(one.state == state for one in ways), decimals=0)
        for state in ("provided", "partly", "missing")
    }
    said = build.sentence("prestudy.ways_sum", all=Cell(format="count", value=len(ways), decimals=0), **counts)
    children = [
        build.paragraph("network-said", said),
        build.figure("network-figure", "actor_network", frame, key_label("prestudy.caption.network")),
        build.paragraph("network-sources", _sources([one.source for one in ways]), style="small"),
    ]
    return build.section("network", key_label("prestudy.heading.network"), children)


def target_group(release: PrestudyRelease) -> Block:
    """Return how many there are, each number with its source and how far off it may be."""
    if not release.mapping.target_group:
        return build.absent("target_group", "prestudy.absent_target_group")
    said: list[build.Item] = [key_label("prestudy.counts_read")]
    if release.prestudy.exclusions:
        said.append(
            build.sentence("prestudy.left_out", who=_listed([one.label for one in release.prestudy.exclusions]))
        )
    children = [
        build.paragraph("target_group-reads", *said),
        build.figure("target_group-figure", "target_counts", counts_behind(release),
                     key_label("prestudy.caption.counts")),
        build.table("target_group-table", tables.target_group(release)),
    ]  # fmt: skip
    return build.section("target_group", key_label("prestudy.heading.target_group"), children)


def schedule(release: PrestudyRelease) -> Block:
    """Return the steps as planned beside how they went."""
    if not release.prestudy.steps:
        return build.absent("schedule", "prestudy.absent_schedule")
    made = build.table("schedule-table", tables.schedule(release))
    return build.section("schedule", key_label("prestudy.heading.schedule"), [made])


def budget(release: PrestudyRelease) -> Block:
    """Return the published money, and each cost beside what it came to."""
    granted = release.prestudy.grant
    if granted is None and not release.mapping.budget:
        return build.absent("budget", "prestudy.absent_budget")
    children: list[Block] = []
    if granted is not None:
        told: list[build.Item] = [
            build.sentence("prestudy.support", support=tables.kronor(granted.support_sek),
                           budget=tables.kronor(granted.budget_sek),
                           share=tables.value(release.row("budget_share", "support")))
        ]  # fmt: skip
        if granted.stated_share is not None:
            told.append(_stated(release))
        children.append(build.paragraph("budget-support", *told))
        children.append(build.table("budget-grant", tables.grant(release)))
    if release.mapping.budget:
        children.append(build.table("budget-lines", tables.budget(release)))
        if release.row("budget_share", "outturn") is not None:
            said = build.sentence(
                "prestudy.outturn", outturn=tables.value(release.row("amount", "outturn")),
                share=tables.value(release.row("budget_share", "outturn")),
            )  # fmt: skip
            children.append(build.paragraph("budget-outturn", said))
    return build.section("budget", key_label("prestudy.heading.budget"), children)


def data(release: PrestudyRelease) -> Block:
    """Return which data the planned study could use."""
    if not release.mapping.inventory:
        return build.absent("data", "prestudy.absent_data")
    made = build.table("data-table", tables.inventory(release))
    return build.section("data", key_label("prestudy.heading.data"), [made])


def _stated(release: PrestudyRelease) -> build.Item:
    stated, found = release.row("budget_share", "stated"), release.row("budget_share", "support")
    short = release.row("amount", "stated_less_support")
    assert stated is not None
    assert found is not None
    assert short is not None
    if abs(stated["estimate"] - found["estimate"]) < 0.0005:
        return build.sentence("prestudy.stated_agrees", stated=_round(tables.value(stated)))
    difference = Cell(format="points", value=stated["estimate"] - found["estimate"])
    return build.sentence("prestudy.stated_differs", stated=_round(tables.value(stated)), difference=difference,
                          amount=tables.value(short))  # fmt: skip


def _sources(sources: list[Text]) -> build.Item:
    return build.sentence("prestudy.sources", sources=_listed(list(dict.fromkeys(sources))))


def _round(cell: Cell) -> Cell:
    return Cell(format=cell.format, value=cell.value, decimals=0, ref=cell.ref)


def _listed(words: list[Text]) -> Label:
    ends: dict[Language, str] = {"sv": " och ", "en": " and "}
    told: dict[str, str] = {}
    for language, joint in ends.items():
        each = [str(getattr(one, language)) for one in words]
        told[language] = joint.join([", ".join(each[:-1]), each[-1]]) if len(each) > 1 else each[0]
    return told
