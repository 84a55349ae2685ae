"""Forest plot of studies: each with its interval, then what they say together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.core.estimates import RATIOS
from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import estimate_text, rows_of, tick_text
from steget_eval.reporting.text import Language, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release_evidence import EvidenceRelease

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("study", "counts", "estimate", "conf_low", "conf_high", "weight")

_FOOT, _NAME, _COUNTS, _NUMBERS = 0.62, 1.35, 1.15, 1.42  # inches
_RANGE = (0.2, 25.0)  # of a ratio's axis at most; what reaches further ends in an arrow
_TICKS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16)


def studies_forest(
    release: EvidenceRelease, *, pool: str | None = None, language: Language = "en", ax: Axes | None = None
) -> Axes:
    """Draw the studies of a pool, the primary one unless named, with their pooled effects and the prediction."""
    frame = behind(release, pool or release.protocol.primary)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: EvidenceRelease, pool: str) -> pd.DataFrame:
    """Return one row per study, then the pooled effects, then the prediction."""
    from steget_eval.reporting.tables.evidence_rows import forest_frame

    return forest_frame(release, pool)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return _FOOT + (0.5 if narrow else 0.265) * len(frame)


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: counts and numbers beside the line, above it on a phone."""
    with style.styled():
        width, total = style.canvas(ax)
        narrow = style.is_narrow(ax)
        has_counts = bool((frame["counts"] != "").any())
        if narrow:
            inner = style.panel(ax, 0.1, _FOOT, width - 0.2, total - _FOOT)
        else:
            left = _name_width(frame, language) + (_COUNTS if has_counts else 0.1)
            inner = style.panel(ax, left, _FOOT, width - left - _NUMBERS, total - _FOOT)
        limits = _scale(frame, language, inner)
        for place, row in enumerate(rows_of(frame)):
            y = len(frame) - 1 - place
            _words(row, y, language, inner, narrow=narrow, left=0 if narrow else left)
            _mark(row, y - 0.22 if narrow else y, limits, inner)
        inner.set_ylim(-0.6, len(frame) - 0.4)
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words, every row with its numbers."""
    parts = [
        phrase(
            "evidence.alt_forest_item", language, name=str(getattr(row, f"study_{language}")),
            estimate=_numbers(row, language),
        )
        for row in rows_of(frame)
    ]  # fmt: skip
    return phrase("evidence.alt_forest", language, count=str(len(frame)), detail=" ".join(parts))


def _name_width(frame: pd.DataFrame, language: Language) -> float:
    """Names of studies are short; the names of sums run out over the counts, which they have none of."""
    longest = max(len(str(name)) for name in frame[f"study_{language}"][frame["counts"] != ""].tolist() or [""])
    without = max(len(str(name)) for name in frame[f"study_{language}"][frame["counts"] == ""].tolist() or [""])
    has_counts = bool((frame["counts"] != "").any())
    return max(_NAME, 0.082 * longest, 0.078 * without - (_COUNTS if has_counts else 0.0))


def _scale(frame: pd.DataFrame, language: Language, ax: Axes) -> tuple[float, float]:
    contrast, unit = str(frame["contrast"].iloc[0]), str(frame["unit"].iloc[0])
    style.quiet_frame(ax)
    ax.set_yticks([])
    values = frame[["estimate", "conf_low", "conf_high"]].to_numpy(dtype=float).ravel()
    finite = [float(value) for value in values if math.isfinite(value)]
    ratio = contrast in RATIOS
    if ratio:
        ax.set_xscale("log")
        low, high = max(min([*finite, 0.8]) * 0.9, _RANGE[0]), min(max([*finite, 1.25]) * 1.1, _RANGE[1])
        shown = [tick for tick in _TICKS if low <= tick <= high]
        ax.minorticks_off()
    else:
        span = max([*finite, 0.0]) - min([*finite, 0.0]) or 1.0
        low, high = min([*finite, 0.0]) - 0.05 * span, max([*finite, 0.0]) + 0.05 * span
        shown = [round(low + (high - low) * part / 4, 2) for part in range(5)]
    ax.set_xlim(low, high)
    ax.set_xticks(shown, [tick_text(contrast, unit, tick, language) for tick in shown])
    ax.axvline(1.0 if ratio else 0.0, color=style.GREY, linewidth=0.8, zorder=0)
    pooled = frame[frame["part"] == "pooled"]
    if len(pooled):
        ax.axvline(
            float(pooled["estimate"].iloc[0]), color=style.ACCENT, linewidth=0.8, linestyle=(0, (3, 3)), zorder=0
        )
    ax.set_xlabel(str(frame[f"axis_{language}"].iloc[0]))
    return low, high


def _words(row: Any, y: float, language: Language, ax: Axes, *, narrow: bool, left: float) -> None:
    where, name, told = ax.get_yaxis_transform(), str(getattr(row, f"study_{language}")), _numbers(row, language)
    weight = "bold" if row.part in {"pooled", "local"} else "normal"
    counts = str(row.counts_sv if language == "sv" else row.counts_en)
    if narrow:
        ground = {"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.4}
        said = f"{name}  {counts}" if counts else name.split(" (")[0]
        ax.text(0, y + 0.2, said, transform=where, va="center", fontsize=7.6, fontweight=weight, bbox=ground)
        ax.text(
            1, y + 0.2, told, transform=where, va="center", ha="right", fontsize=7.6, fontweight="bold", bbox=ground
        )
        return
    inches = style.size(ax)[0]
    ax.text(-left / inches, y, name, transform=where, va="center", ha="left", fontsize=8.6, fontweight=weight)
    ax.text(-0.12 / inches, y, counts, transform=where, va="center", ha="right", fontsize=8, color=style.GREY)
    ax.text(1 + 0.1 / inches, y, told, transform=where, va="center", ha="left", fontsize=8.6, fontweight="bold")


def _mark(row: Any, y: float, limits: tuple[float, float], ax: Axes) -> None:
    if row.suppressed or pd.isna(row.estimate):
        return
    low, high = (float(end) for end in (row.conf_low, row.conf_high))
    if row.part == "prediction":
        ax.plot([max(low, limits[0]), min(high, limits[1])], [y, y], color=style.RULE, linewidth=7,
                solid_capstyle="butt", zorder=1)  # fmt: skip
        _arrows(low, high, y, limits, ax, style.GREY)
        return
    colour = style.ACCENT if row.part in {"pooled", "common"} else style.INK
    if row.part in {"pooled", "common"}:
        middle = float(row.estimate)
        ax.fill([low, middle, high, middle], [y, y + 0.26, y, y - 0.26], facecolor=colour if row.part == "pooled" else
                style.PAPER, edgecolor=colour, linewidth=1.2, zorder=3)  # fmt: skip
        return
    ax.plot([max(low, limits[0]), min(high, limits[1])], [y, y], color=colour, linewidth=1.3, solid_capstyle="butt",
            zorder=2)  # fmt: skip
    _arrows(low, high, y, limits, ax, colour)
    weight = 0.04 if pd.isna(row.weight) else float(row.weight)
    ax.plot([float(row.estimate)], [y], marker="D" if row.part == "local" else "s",
            markersize=7 if row.part == "local" else 2.8 + 16 * math.sqrt(min(weight, 0.3)) / 1.6,
            markerfacecolor=style.PAPER if row.hollow else style.ACCENT, markeredgecolor=style.ACCENT,
            markeredgewidth=1.2, zorder=3)  # fmt: skip


def _arrows(low: float, high: float, y: float, limits: tuple[float, float], ax: Axes, colour: str) -> None:
    for out, end, marker in ((low < limits[0], limits[0], "<"), (high > limits[1], limits[1], ">")):
        if out:
            ax.plot([end], [y], marker=marker, color=colour, markersize=5, clip_on=False, zorder=3)


def _numbers(row: Any, language: Language) -> str:
    if row.suppressed:
        return phrase("cell.suppressed", language)
    if pd.isna(row.estimate):
        return phrase("cell.not_applicable", language)
    return estimate_text(row.contrast, row.unit, row.estimate, row.conf_low, row.conf_high, language)
