"""How a score went over time in two arms."""

from __future__ import annotations

from steget_eval.protocol.estimand import Estimand
from steget_eval.reporting import tables
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.figures.picture import scales_behind
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.scales import are_means_hidden, occasions_of, scale_questions
from steget_eval.reporting.text import Label, key_label
from steget_eval.reporting.text.answers import outcome_label
from steget_eval.reporting.text.sentences import main_row


def scales(release: Release) -> Block:
    """Return each question of scores or of yes and no, occasion by occasion, with what is assumed."""
    questions = scale_questions(release)
    if not questions:
        return build.absent("scales", "absent.scales")
    children = [build.paragraph("scales-reads", key_label("scales.reads"))]
    for asked in questions:
        children += _of(release, asked)
    return build.section("scales", build.heading_of("scales"), children)


def _of(release: Release, asked: Estimand) -> list[Block]:
    name, outcome = f"scales-{asked.id}", outcome_label(release.protocol, asked.id)
    children = [build.heading(name, asked.question)]
    frame = scales_behind(release, asked.id)
    if len(frame) and not frame["suppressed"].all():
        share = asked.contrast == "share_difference"
        caption = key_label("caption.share_figure" if share else "caption.scale_figure", outcome=outcome)
        children.append(build.figure(f"{name}-figure", "scale_means", frame, caption))
    if occasions_of(release, asked):
        children.append(build.table(f"{name}-table", tables.scale_means(release, asked)))
    return [*children, build.paragraph(f"{name}-assumes", *_assumed(release, asked), style="small")]


def _assumed(release: Release, asked: Estimand) -> list[Label]:
    better = release.protocol.outcome(asked.outcome).higher_is_better
    what = "share" if asked.contrast == "share_difference" else "scale"
    said: list[Label] = [key_label(f"scales.{what}_{'up' if better else 'down'}")]
    main = main_row(release, asked.id)
    method = "" if main is None else str(main["method"])
    kind = "model" if method == "mmrm" else "equations" if method.startswith("gee") else "single"
    said.append(key_label(f"scales.{kind}"))
    return [*said, key_label("scales.hidden")] if are_means_hidden(release, asked) else said
