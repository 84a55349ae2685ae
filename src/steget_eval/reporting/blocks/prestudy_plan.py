"""The study that a prestudy plans: how many people, and what fewer can tell."""

from __future__ import annotations

from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.figures.power_curve import behind as power_behind
from steget_eval.reporting.release_prestudy import PrestudyRelease
from steget_eval.reporting.tables import prestudy_plan as tables
from steget_eval.reporting.tables.prestudy import value
from steget_eval.reporting.text import Cell, Label, key_label


def study_plan(release: PrestudyRelease) -> Block:
    """Return the plan: what is supposed, people needed, power by size, and one arm against a target."""
    protocol, plan = release.protocol, release.prestudy.plan
    estimand = protocol.estimand(protocol.primary)
    outcome = protocol.outcome(estimand.outcome)
    entries: list[tuple[Label, build.Item | list[build.Item]]] = [
        (key_label("prestudy.term.question"), estimand.question),
        (key_label("prestudy.term.outcome"), outcome.definition),
        (key_label("prestudy.term.arms"), [arm.label for arm in protocol.arms.compared()]),
        (key_label("prestudy.term.power"), Cell(format="percent", value=plan.power, decimals=0)),
        (key_label("prestudy.term.alpha"), Cell(format="percent", value=plan.alpha, decimals=0)),
        (key_label("prestudy.term.loss"), Cell(format="percent", value=plan.loss, decimals=0)),
        (key_label("prestudy.term.clusters"), _clusters(release)),
    ]
    children = [
        build.paragraph("study_plan-reads", key_label("prestudy.plan_reads")),
        build.terms("study_plan-terms", entries),
        build.table("study_plan-sizes", tables.sizes(release)),
        build.figure("study_plan-power", "power_curve", power_behind(release),
                     key_label("prestudy.caption.power")),
        build.table("study_plan-powers", tables.powers(release)),
    ]  # fmt: skip
    if plan.against is not None:
        children += _against(release)
    children.append(build.paragraph("study_plan-methods", key_label("prestudy.plan_methods"), style="small"))
    return build.section("study_plan", key_label("prestudy.heading.study_plan"), children)


def _against(release: PrestudyRelease) -> list[Block]:
    plan = release.prestudy.plan
    assert plan.against is not None
    needed = release.row("sample_size", "target")
    target, supposed = (Cell(format="percent", value=share, decimals=0)
                        for share in (plan.against.target, plan.against.supposed))  # fmt: skip
    said = build.sentence("prestudy.target_never", target=target, supposed=supposed)
    if needed is not None:
        said = build.sentence("prestudy.target_needs", target=target, supposed=supposed, known=value(needed),
                              recruit=value(release.row("sample_size_1", "target")))  # fmt: skip
    return [
        build.heading("study_plan-target-heading", key_label("prestudy.heading.target")),
        build.paragraph("study_plan-target", said, build.sentence("prestudy.source", source=plan.against.source)),
        build.figure("study_plan-target-power", "power_curve", power_behind(release, against_target=True),
                     key_label("prestudy.caption.target_power")),
        build.table("study_plan-against", tables.against(release)),
    ]  # fmt: skip


def _clusters(release: PrestudyRelease) -> build.Item:
    plan = release.prestudy.plan
    if plan.cluster_size == 1 or plan.icc == 0:
        return key_label("prestudy.no_clusters")
    return build.sentence("prestudy.clusters", size=Cell(format="number", value=plan.cluster_size, decimals=0),
                          icc=Cell(format="number", value=plan.icc, decimals=3))  # fmt: skip
