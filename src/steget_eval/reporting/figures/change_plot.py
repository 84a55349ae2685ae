"""Change plot: how far each instrument moved, in standard deviations of the first score."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import columns_of, rows_of
from steget_eval.reporting.tables.change import asked, is_mirrored
from steget_eval.reporting.text import Language, numbers, phrase
from steget_eval.reporting.text.answers import outcome_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release import Release

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("instrument", "estimate", "conf_low", "conf_high", "n")

_FOOT, _NAME, _NUMBERS = 0.55, 2.75, 1.6  # inches below, to the left and to the right of the lines


def change_plot(release: Release, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw each instrument's standardised change with its interval; nought is no change."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: Release) -> pd.DataFrame:
    """Return one row per instrument: words, the standardised change and its limits, and the pairs."""
    rows = release.estimates
    rows = rows[(rows["contrast"] == "standardised_change") & (rows["subgroup"] == "all")]
    rows = rows[rows["estimand"].isin([one.id for one in asked(release, "mean_change", "standardised_change")])]
    words = columns_of([outcome_label(release.protocol, one) for one in rows["estimand"]], "instrument")
    kept = rows[["contrast", "unit", "estimate", "conf_low", "conf_high", "n_1", "suppressed"]].reset_index(drop=True)
    return pd.concat([words, kept.rename(columns={"n_1": "n"})], axis=1).assign(mirrored=is_mirrored(release))


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return _FOOT + (0.74 if narrow else 0.42) * max(len(frame), 1) + (0.2 if narrow else 0)


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: names to the left, or above the marks on a phone."""
    with style.styled():
        width, total = style.canvas(ax)
        narrow = style.is_narrow(ax)
        told = max((len(_numbers(row, language)) for row in rows_of(frame)), default=0)
        left, right = (0.12, 0.12) if narrow else (_NAME, max(_NUMBERS, 0.092 * told))
        inner = style.panel(ax, left, _FOOT, width - left - right, total - _FOOT)
        _scale(frame, language, inner)
        for place, row in enumerate(rows_of(frame)):
            _row(row, len(frame) - 1 - place, language, inner, narrow=narrow)
        # The words of the first instrument may take two lines above their mark.
        inner.set_ylim(-0.5, len(frame) - (0.15 if narrow else 0.4))
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words, every instrument with its change."""
    parts = [
        phrase("alt.forest_item", language, method=str(getattr(row, f"instrument_{language}")),
               estimate=_numbers(row, language))
        for row in rows_of(frame)
    ]  # fmt: skip
    return phrase("alt.change", language, count=str(len(frame)), detail=" ".join(parts))


def _scale(frame: pd.DataFrame, language: Language, ax: Axes) -> None:
    style.quiet_frame(ax)
    ax.set_yticks([])
    limits = frame[["conf_low", "conf_high"]].astype(float).abs().max().max()
    edge = max(0.5, 1.08 * float(limits)) if math.isfinite(limits) else 1.0
    low = min(-0.25, 1.08 * float(frame["conf_low"].astype(float).min())) if math.isfinite(limits) else -1.0
    step = 0.25 if edge - low <= 1.25 else 0.5
    ticks = [tick * step for tick in range(-12, 13) if low <= tick * step <= edge]
    ax.set_xlim(low, edge)
    ax.set_xticks(ticks, [numbers.number(tick, language, 2) for tick in ticks])
    ax.axvline(0, color=style.GREY, linewidth=0.8)
    mixed = "mirrored" in frame and bool(frame["mirrored"].any())
    ax.set_xlabel(phrase("figure.axis_change_since" if mixed else "figure.axis_change", language))


def _row(row: Any, y: int, language: Language, ax: Axes, *, narrow: bool) -> None:
    name, told, where = str(getattr(row, f"instrument_{language}")), _numbers(row, language), ax.get_yaxis_transform()
    ground = {"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.6}
    if narrow:
        words = textwrap.fill(name, 44)
        ax.text(0, y + 0.29, words, transform=where, va="bottom", fontsize=9, linespacing=1.05, bbox=ground)
        ax.text(0, y + 0.15, told, transform=where, va="center", fontsize=9, fontweight="bold", bbox=ground)
    else:
        ax.text(
            -0.03, y, textwrap.fill(name, 36), transform=where, va="center", ha="right", fontsize=9, linespacing=1.05
        )
        ax.text(1.03, y, told, transform=where, va="center", fontsize=9, fontweight="bold")
    if row.suppressed:
        return
    at = y - 0.13 if narrow else y
    ax.plot([row.conf_low, row.conf_high], [at, at], color=style.ACCENT, linewidth=1.8, solid_capstyle="butt")
    ax.plot([row.estimate], [at], marker="s", color=style.ACCENT, markersize=6)


def _numbers(row: Any, language: Language) -> str:
    if row.suppressed or pd.isna(row.estimate):
        return phrase("cell.suppressed", language)
    return f"{numbers.number(row.estimate, language, 2)} ({numbers.limits(row.conf_low, row.conf_high, language, 2)})"
