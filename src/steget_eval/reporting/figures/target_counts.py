"""Counts of the target group: each number with how far off it may be, on one scale by powers of ten."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import columns_of, rows_of
from steget_eval.reporting.text import LANGUAGES, Language, numbers, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.protocol.prestudy_mapping import TargetLine
    from steget_eval.reporting.release_prestudy import PrestudyRelease

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("line", "told", "span")

_FOOT, _NAME = 0.5, 2.7


def target_counts(release: PrestudyRelease, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw each line of the target group with the limits that its source allows."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: PrestudyRelease) -> pd.DataFrame:
    """Return one row a line: words, count and limits; a hidden line has none of the numbers."""
    lines = release.mapping.target_group
    hidden = [line.id in release.hidden for line in lines]
    kept = [None if gone else line for line, gone in zip(lines, hidden, strict=True)]
    frame = pd.DataFrame(
        {name: [math.nan if line is None else float(getattr(line, name)) for line in kept]
         for name in ("count", "low", "high")}
    ).rename(columns={"count": "n_count", "low": "n_low", "high": "n_high"})  # fmt: skip
    words = [line.label.model_dump() for line in lines]
    told = pd.DataFrame({f"told_{one}": [_count(line, one) for line in kept] for one in LANGUAGES})
    span = pd.DataFrame({f"span_{one}": [_span(line, one) for line in kept] for one in LANGUAGES})
    return pd.concat([columns_of(words, "line"), told, span, frame.assign(suppressed=hidden)], axis=1)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return _FOOT + (0.7 if narrow else 0.42) * len(frame)


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: names to the left, above the line on a phone."""
    with style.styled():
        width, total = style.canvas(ax)
        narrow = style.is_narrow(ax)
        left = 0.12 if narrow else _NAME
        inner = style.panel(ax, left, _FOOT, width - left - (0.38 if narrow else 1.75), total - _FOOT)
        style.quiet_frame(inner)
        inner.set_yticks([])
        inner.set_xscale("log")
        inner.minorticks_off()
        ticks = _ticks(frame)
        inner.set_xlim(ticks[0], ticks[-1])
        inner.set_xticks(ticks, [numbers.count(tick, language) for tick in ticks])
        inner.set_xlabel(phrase("prestudy.axis_people", language))
        for place, row in enumerate(rows_of(frame)):
            _row(row, len(frame) - 1 - place, language, inner, narrow=narrow)
        inner.set_ylim(-0.45, len(frame) - 0.4)
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words, every line with its number and limits."""
    said = [f"{getattr(row, f'line_{language}')}: {_told(row, language)}." for row in rows_of(frame)]
    return phrase("prestudy.alt.counts", language, lines=str(len(frame)), detail=" ".join(said))


def _row(row: Any, y: int, language: Language, ax: Axes, *, narrow: bool) -> None:
    where, name = ax.get_yaxis_transform(), str(getattr(row, f"line_{language}"))
    told = _told(row, language)
    if narrow:
        words = textwrap.fill(name, 48)
        ax.text(0, y + 0.24, words, transform=where, va="bottom", fontsize=9, linespacing=1.05)
        ax.text(0, y + 0.12, told, transform=where, va="center", fontsize=9, fontweight="bold")
    else:
        ax.text(
            -0.03, y, textwrap.fill(name, 34), transform=where, va="center", ha="right", fontsize=9, linespacing=1.05
        )
        ax.text(1.03, y, told, transform=where, va="center", ha="left", fontsize=9, fontweight="bold")
    if row.suppressed:
        return
    at = y - 0.14 if narrow else y
    ax.plot([row.n_low, row.n_high], [at, at], color=style.ACCENT, linewidth=2.2, solid_capstyle="butt")
    ax.plot([row.n_count], [at], marker="s", color=style.ACCENT, markersize=6)


def _told(row: Any, language: Language) -> str:
    if row.suppressed:
        return phrase("cell.suppressed", language)
    told = str(getattr(row, f"told_{language}"))
    return told if row.n_low == row.n_high else f"{told} ({getattr(row, f'span_{language}')})"


def _ticks(frame: pd.DataFrame) -> list[float]:
    known = frame.loc[~frame["suppressed"].astype(bool), ["n_low", "n_high"]].to_numpy(dtype=float)
    low = max(float(known.min()), 1.0) if known.size else 1.0
    high = max(float(known.max()), 10 * low) if known.size else 10.0
    return [10.0**power for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]


def _count(line: TargetLine | None, language: Language) -> str | None:
    return None if line is None else numbers.count(line.count, language)


def _span(line: TargetLine | None, language: Language) -> str | None:
    if line is None:
        return None
    same = line.low == line.high
    return numbers.count(line.low, language) if same else numbers.limits(line.low, line.high, language, 0)
