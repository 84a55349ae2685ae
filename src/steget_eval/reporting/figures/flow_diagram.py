"""Participant flow: who stood in the records, who was left out and why, and whose outcome is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.flow_layout import LINE, PAD, Box, Point, lay_out, number_text
from steget_eval.reporting.figures.labels import arm_columns, columns_of
from steget_eval.reporting.tables import flow_label
from steget_eval.reporting.text import LANGUAGES, Label, Language, phrase
from steget_eval.reporting.text.answers import arm_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release import Release

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("step", "arm", "n")


def flow_diagram(release: Release, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw the participant flow as boxes and arrows, a branch an arm."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: Release) -> pd.DataFrame:
    """Return one row per step and arm (the whole has an empty arm), with words for both."""
    rows = release.flow.reset_index(drop=True)
    steps = columns_of(
        [_step_label(release, kind, one) for kind, one in zip(rows["kind"], rows["id"], strict=True)], "step"
    )
    arms = arm_columns(release.protocol, rows["arm"])
    return pd.concat(
        [steps, arms, rows[["step", "kind", "arm", "n", "suppressed"]].rename(columns={"arm": "arm_id"})], axis=1
    )


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches, the taller of the two languages."""
    return max(lay_out(frame, language, style.NARROW if narrow else style.WIDE).total for language in LANGUAGES)


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure on the axes."""
    with style.styled():
        width, total = style.canvas(ax)
        sheet = lay_out(frame, language, width)
        for box in sheet.boxes:
            _draw_box(box, total, ax)
        for path in sheet.arrows:
            _draw_arrow([(x, total - y) for x, y in path], ax)
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words, step by step."""
    whole = frame[frame["arm_id"] == "all"]
    parts = [
        phrase("alt.flow_item", language, step=str(row[f"step_{language}"]), n=number_text(row, language))
        for _, row in whole.iterrows()
    ]
    return phrase("alt.flow", language, count=str(len(whole)), detail=" ".join(parts))


def _draw_box(box: Box, total: float, ax: Axes) -> None:
    from matplotlib.patches import Rectangle

    face, edge = (style.PAPER, style.RULE) if box.quiet else ("#f1f6f8", style.ACCENT)
    bottom = total - box.top - box.height
    ax.add_patch(Rectangle((box.left, bottom), box.width, box.height, facecolor=face, edgecolor=edge, linewidth=1.1))
    for place, line in enumerate(box.lines):
        y = total - box.top - PAD - LINE * (place + 0.5)
        weight = "bold" if place < box.bold else "normal"
        ax.text(box.left + PAD, y, line, va="center", ha="left", fontsize=9, fontweight=weight)


def _draw_arrow(path: list[Point], ax: Axes) -> None:
    from matplotlib.lines import Line2D

    xs, ys = zip(*path, strict=True)
    ax.add_line(Line2D(xs, ys, color=style.GREY, linewidth=1.1, solid_joinstyle="miter"))
    (_, y0), (x1, y1) = path[-2:]
    marker = ">" if y0 == y1 else "v"
    back = (x1 - 0.05, y1) if marker == ">" else (x1, y1 + 0.05)
    ax.plot(*[[value] for value in back], marker=marker, color=style.GREY, markersize=6, linestyle="none")


def _step_label(release: Release, kind: str, one: str) -> Label:
    if kind == "outside":
        return arm_label(release.protocol, one)
    label = flow_label(release, kind, one)
    # The box says who was excluded; its lines need only say why.
    return label["values"]["reason"] if "reason" in label.get("values", {}) else label
