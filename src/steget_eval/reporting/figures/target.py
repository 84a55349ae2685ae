"""Target: a programme's own goal, the share found, and how sure it is."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import columns_of, rows_of
from steget_eval.reporting.text import Language, numbers, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release import Release

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("target", "low", "high", "estimate", "conf_low", "conf_high", "n", "events")


def target(release: Release, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw each goal as a line or band on a scale from 0 to 100 %, with the share found and its limits."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: Release) -> pd.DataFrame:
    """Return one row per verdict: words, goal, estimate and limits."""
    labels = {one.id: {"sv": one.label.sv, "en": one.label.en} for one in release.protocol.targets}
    names = ["goal", "low", "high", "suppressed", "point", "estimate", "conf_low", "conf_high", "n", "events"]
    rows = [[getattr(verdict, name) for name in names] for verdict in release.verdicts]
    frame = pd.DataFrame(rows, columns=names)
    numeric = ["low", "high", "estimate", "conf_low", "conf_high"]
    frame[numeric] = frame[numeric].astype(float)
    return pd.concat([columns_of([labels[verdict.target] for verdict in release.verdicts], "target"), frame], axis=1)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return 0.4 + (1.2 if narrow else 0.8) * len(frame)


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure on the axes."""
    with style.styled():
        width, total = style.canvas(ax)
        inner = style.panel(ax, 0.2, 0.35, width - 0.5, total - 0.35)
        style.quiet_frame(inner)
        inner.set_yticks([])
        inner.set(xlim=(0, 1), ylim=(-0.25, len(frame) - 0.25))
        ticks = [0, 0.25, 0.5, 0.75, 1] if style.is_narrow(ax) else [tenth / 10 for tenth in range(11)]
        inner.set_xticks(ticks, [numbers.percent(tick, language, 0) for tick in ticks])
        for place, row in enumerate(rows_of(frame)):
            _row(row, len(frame) - 1 - place, language, inner, narrow=style.is_narrow(ax))
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: each goal with what was found."""
    parts = []
    for row in rows_of(frame):
        goal = f"{getattr(row, f'target_{language}')} ({_goal(row, language)})"
        parts.append(phrase("alt.target", language, goal=goal, estimate=_found(row, language)))
    return " ".join(parts)


def _row(row: Any, y: int, language: Language, ax: Axes, *, narrow: bool) -> None:
    from matplotlib.patches import Rectangle

    far = row.low if row.goal == "at_least" else row.high
    end = 1.0 if row.goal == "at_least" else far
    ax.add_patch(Rectangle((0, y - 0.2), 1, 0.4, facecolor=style.GREY_TINT, linewidth=0))
    ax.add_patch(Rectangle((row.low, y - 0.2), end - row.low, 0.4, facecolor=style.ACCENT_TINT, linewidth=0))
    for edge in {row.low, far}:
        ax.plot([edge, edge], [y - 0.2, y + 0.2], color=style.INK, linewidth=1.6, solid_capstyle="butt")
    name = str(getattr(row, f"target_{language}"))
    words = "\n".join(textwrap.wrap(name, 40 if narrow else 70)[:2])
    ax.text(
        0, y + (0.42 if narrow else 0.38), words, va="bottom" if narrow else "center", fontsize=9, fontweight="bold"
    )
    goal = _goal(row, language)
    if narrow:
        ax.text(0, y + 0.31, goal, va="center", ha="left", fontsize=9)
    else:
        ax.text(1, y + 0.38, goal, va="center", ha="right", fontsize=9)
    if row.suppressed:
        ax.text(0.5, y, phrase("cell.suppressed", language), va="center", ha="center", fontsize=9)
        return
    limits = [0.0 if pd.isna(row.conf_low) else row.conf_low, 1.0 if pd.isna(row.conf_high) else row.conf_high]
    ax.plot(limits, [y, y], color=style.ACCENT, linewidth=2.2, solid_capstyle="butt")
    ax.plot([row.estimate], [y], marker="s", color=style.ACCENT, markersize=8)


def _goal(row: Any, language: Language) -> str:
    if row.goal == "at_least":
        return phrase("verdict.goal_at_least", language, low=numbers.percent(row.low, language, 0))
    low, high = numbers.number(100 * row.low, language, 0), numbers.percent(row.high, language, 0)
    return phrase("verdict.goal_between", language, low=low, high=high)


def _found(row: Any, language: Language) -> str:
    if row.suppressed:
        return phrase("cell.suppressed", language)
    limits = numbers.limits(100 * row.conf_low, 100 * row.conf_high, language)
    return f"{numbers.percent(row.estimate, language)} ({limits})"
