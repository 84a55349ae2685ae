"""Whether the answer differs between groups of people, before what it is in each."""

from __future__ import annotations

from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.figures.picture import subgroups_behind
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables import subgroups as tables
from steget_eval.reporting.text import key_label
from steget_eval.reporting.text.answers import count_label, outcome_label


def subgroups(release: Release) -> Block:
    """Return how the answer differs between groups, then the forest of each, then the numbers; and what is not told."""
    if not release.subgroups:
        return build.absent("subgroups", "absent.subgroups")
    alone = release.protocol.arms.comparison is None
    reading = key_label("subgroups.reading_alone" if alone else "subgroups.reading")
    children = [build.paragraph("subgroups-reading", reading, *_family(release))]
    asked = list(dict.fromkeys(one.estimand for one in release.subgroups))
    for estimand in asked:
        children += _question(release, estimand, named=len(asked) > 1)
    return build.section("subgroups", build.heading_of("subgroups"), children)


def _family(release: Release) -> list[build.Item]:
    frame = release.estimates
    counts = {one: int((frame["contrast"] == f"heterogeneity_{one}").sum()) for one in tables.SCALES}
    if not any(counts.values()):
        return []
    if max(counts.values()) < 2:
        return [key_label("subgroups.one_test")]
    return [key_label("subgroups.family", **{one: count_label(number) for one, number in counts.items()})]


def _question(release: Release, estimand: str, *, named: bool) -> list[Block]:
    name, frame = f"subgroups-{estimand}", tables.rows_by_group(release, estimand)
    children = [build.heading(name, outcome_label(release.protocol, estimand))] if named else []
    if len(frame):
        children.append(build.table(f"{name}-interactions", tables.interactions(release, estimand)))
        behind = subgroups_behind(release, estimand)
        if len(behind) and not behind["suppressed"].all():
            outcome = outcome_label(release.protocol, estimand)
            caption = key_label("caption.subgroup_forest", outcome=outcome)
            children.append(build.figure(f"{name}-forest", "subgroup_forest", behind, caption))
        children += [
            build.table(f"{name}-{group}", tables.levels(release, estimand, group)) for group in tables.groups_of(frame)
        ]
    untold = _untold(release, estimand)
    return [*children, *([build.bullets(f"{name}-untold", untold)] if untold else [])]


def _untold(release: Release, estimand: str) -> list[build.Item]:
    found: list[build.Item] = []
    for one in release.subgroups:
        if one.estimand != estimand or one.standing == "told":
            continue
        group = tables.group_words(release.protocol, one.group)
        if one.standing in {"refused", "hidden"}:
            found.append(build.sentence(f"subgroups.{one.standing}", group=group))
            continue
        key = "subgroups.few" if release.protocol.arms.comparison is not None else "subgroups.few_alone"
        minimum, cell = count_label(release.protocol.subgroups.minimum), count_label(release.policy.minimum_cell)
        found.append(build.sentence(key, group=group, minimum=minimum, cell=cell))
    return found
