"""Love plot: how alike the arms are, covariate by covariate, before and after weighting."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

import pandas as pd

from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import covariate_columns, rows_of
from steget_eval.reporting.text import Language, numbers, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release import Release

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("covariate", "smd", "smd_weighted")

_FOOT, _HEAD, _NAME = 0.55, 0.3, 2.9  # inches below, above and to the left of the marks

#: Beyond this standardised difference a covariate is usually called unbalanced (Austin 2009).
THRESHOLD = 0.1


def love_plot(release: Release, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw each covariate's standardised mean difference, crude as a ring and weighted as a dot."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: Release) -> pd.DataFrame:
    """Return one row per covariate and level: words, crude and weighted standardised mean difference."""
    rows = release.baseline
    rows = rows[
        (rows["arm"] == release.protocol.arms.treated.id) & (rows["smd"].notna() | rows["smd_weighted"].notna())
    ]
    later = [one.id for one in release.protocol.covariates if one.known == "later"]
    rows = rows[~rows["suppressed"].astype(bool) & ~rows["covariate"].isin(later)].reset_index(drop=True)
    words = covariate_columns(release.protocol, rows)
    return pd.concat([words, rows[["smd", "smd_weighted"]].astype(float)], axis=1)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return _FOOT + _HEAD + (0.44 if narrow else 0.27) * len(frame)


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: names to the left, or above the marks on a phone."""
    with style.styled():
        width, total = style.canvas(ax)
        narrow = style.is_narrow(ax)
        left = 0.12 if narrow else _NAME
        inner = style.panel(ax, left, _FOOT, width - left - 0.12, total - _FOOT - _HEAD)
        _grid(frame, language, inner)
        for place, row in enumerate(rows_of(frame)):
            y = len(frame) - 1 - place
            _name(str(getattr(row, f"covariate_{language}")), y, inner, narrow=narrow)
            _marks(float(row.smd), float(row.smd_weighted), y - 0.18 if narrow else y, inner)
        _key(frame, language, inner)
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: how many rows, and the largest difference before and after weighting."""
    largest = numbers.number(float(frame["smd"].abs().max()), language, 2)
    if not frame["smd_weighted"].notna().any():
        return phrase("alt.love", language, count=str(len(frame)), largest=largest)
    weighted = numbers.number(float(frame["smd_weighted"].abs().max()), language, 2)
    return phrase("alt.love_weighted", language, count=str(len(frame)), largest=largest, largest_weighted=weighted)


def _grid(frame: pd.DataFrame, language: Language, ax: Axes) -> None:
    style.quiet_frame(ax)
    ax.set_yticks([])
    far = float(frame[["smd", "smd_weighted"]].abs().max().max())
    edge = max(0.35, 1.1 * (far if math.isfinite(far) else 0.0))
    ax.set_xlim(-edge, edge)
    ax.set_ylim(-0.55, len(frame) - 0.45)
    ax.axvspan(-THRESHOLD, THRESHOLD, color=style.GREY_TINT, linewidth=0, zorder=0)
    ax.axvline(0, color=style.GREY, linewidth=0.8, zorder=0)
    step = next(size for size in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, math.inf) if edge / size <= 4 or size == math.inf)
    ticks = [0.0] if step == math.inf else [step * k for k in range(-int(edge / step), int(edge / step) + 1)]
    ax.set_xticks(ticks, [numbers.number(tick, language) for tick in ticks])
    ax.set_xlabel(phrase("figure.axis_smd", language))


def _name(name: str, y: int, ax: Axes, *, narrow: bool) -> None:
    where = ax.get_yaxis_transform()
    if narrow:
        words = textwrap.shorten(name, 46, placeholder=" …")
        ground = {"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.6}
        ax.text(0, y + 0.24, words, transform=where, va="center", fontsize=9, bbox=ground)
    else:
        words = textwrap.shorten(name, 40, placeholder=" …")
        ax.text(-0.03, y, words, transform=where, va="center", ha="right", fontsize=9)


def _marks(crude: float, weighted: float, y: float, ax: Axes) -> None:
    if math.isfinite(crude) and math.isfinite(weighted):
        ax.plot([crude, weighted], [y, y], color=style.RULE, linewidth=1.2, zorder=1)
    ax.plot([crude], [y], marker="o", color=style.PAPER, markeredgecolor=style.GREY, markersize=7, zorder=2)
    ax.plot([weighted], [y], marker="o", color=style.ACCENT, markersize=6, linestyle="none", zorder=3)


def _key(frame: pd.DataFrame, language: Language, ax: Axes) -> None:
    from matplotlib.lines import Line2D

    rings = Line2D([], [], marker="o", color=style.PAPER, markeredgecolor=style.GREY, markersize=7, linestyle="none")
    dots = Line2D([], [], marker="o", color=style.ACCENT, markersize=6, linestyle="none")
    handles, keys = [rings], ["figure.crude"]
    if frame["smd_weighted"].notna().any():
        handles, keys = [rings, dots], [*keys, "figure.weighted"]
    ax.legend(
        handles, [phrase(key, language) for key in keys], loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2,
        frameon=False, borderpad=0, handletextpad=0.3, columnspacing=1.2, fontsize=9,
    )  # fmt: skip
