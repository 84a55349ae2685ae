"""What became of those who took part: change, moves, status with bounds, and who could be followed when."""

from __future__ import annotations

from steget_eval.reporting import tables
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.blocks.drift import regression_to_the_mean
from steget_eval.reporting.figures.picture import behind, moves_behind
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.change import asked, is_mirrored, released_moves
from steget_eval.reporting.tables.status import asked_bounds
from steget_eval.reporting.text import key_label
from steget_eval.reporting.text.answers import outcome_label


def change(release: Release) -> Block:
    """Return how each instrument changed among those seen both times, with what lies in any such change."""
    questions = asked(release, "mean_change")
    if not questions:
        return build.absent("change", "absent.change")
    mixed = is_mirrored(release)
    mirrored = [key_label("change.mirrored")] if mixed else []
    children = [build.paragraph("change-regression", *regression_to_the_mean(release), *mirrored)]
    frame = behind("change_plot", release)
    if len(frame) and not frame["suppressed"].all():
        caption = key_label("caption.change_since_figure" if mixed else "caption.change_figure")
        children.append(build.figure("change-figure", "change_plot", frame, caption))
    children.append(build.table("change-table", tables.change(release)))
    return build.section("change", build.heading_of("change_since" if mixed else "change"), children)


def moves(release: Release) -> Block:
    """Return where people stood before against where they stood after, and how many moved up or down."""
    questions = asked(release, "moved")
    if not questions or release.moves is None:
        return build.absent("moves", "absent.moves")
    children = []
    for one in questions:
        children.append(build.table(f"moves-{one.id}-shares", tables.moved(release, one.id)))
        if len(released_moves(release, one.id)) > 1:
            caption = key_label("caption.move_matrix", outcome=outcome_label(release.protocol, one.id))
            frame = moves_behind(release, one.id)
            children.append(build.figure(f"moves-{one.id}-figure", "move_matrix", frame, caption))
            children.append(build.table(f"moves-{one.id}-table", tables.matrix(release, one.id)))
        else:
            children.append(build.paragraph(f"moves-{one.id}-hidden", key_label("moves.hidden")))
    children.append(
        build.paragraph("moves-order", key_label("moves.order"), key_label("change.regression"), style="small")
    )
    return build.section("moves", build.heading_of("moves"), children)


def status(release: Release) -> Block:
    """Return each share of those who were reached, everyone and by sex, with bounds for those who were not."""
    if not asked_bounds(release):
        return build.absent("status", "absent.status")
    children = [build.paragraph("status-reads", key_label("status.reads"))]
    frame = behind("status_bounds", release)
    if len(frame) and not frame["suppressed"].all():
        children.append(build.figure("status-figure", "status_bounds", frame, key_label("caption.status_figure")))
    children.append(build.table("status-table", tables.status(release)))
    return build.section("status", build.heading_of("status"), children)


def calendar(release: Release) -> Block:
    """Return when those who start in each month leave and can be followed, against the project's end."""
    told = release.protocol.programme.calendar
    if told is None:
        return build.absent("calendar", "absent.calendar")
    frame = behind("calendar_plan", release)
    inside = int((frame["follow_at"] < frame["end_at"]).sum())
    key = "calendar.some" if inside else "calendar.nobody"
    words = build.sentence(
        key, stay=key_label("notice.horizon_months", n=build.same(str(told.stay_months))),
        follow=key_label("notice.horizon_months", n=build.same(str(told.follow_up_months))),
    )  # fmt: skip
    children = [
        build.paragraph("calendar-says", words),
        build.figure("calendar-figure", "calendar_plan", frame, key_label("caption.calendar_figure")),
        build.table("calendar-table", tables.calendar(release)),
    ]
    return build.section("calendar", build.heading_of("calendar"), children)
