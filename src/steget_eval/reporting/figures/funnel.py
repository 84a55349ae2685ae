"""Funnel plot: effect against standard error, with where the studies would lie if they all estimated one effect."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd
from scipy.stats import norm

from steget_eval.core.estimates import RATIOS
from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import rows_of, tick_text
from steget_eval.reporting.text import Language, numbers, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release_evidence import EvidenceRelease

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("study", "estimate", "std_error")

_Z = float(norm.isf(0.025))
_TICKS = (0.125, 0.25, 0.5, 1, 2, 4, 8, 16)


def funnel(
    release: EvidenceRelease, *, pool: str | None = None, language: Language = "en", ax: Axes | None = None
) -> Axes:
    """Draw the studies of a pool, the explored one unless named, by effect and standard error."""
    frame = behind(release, pool or release.protocol.explored)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: EvidenceRelease, pool: str) -> pd.DataFrame:
    """Return one row per study with the common effect beside it."""
    from steget_eval.reporting.tables.evidence_rows import funnel_frame

    return funnel_frame(release, pool)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return 3.4 if narrow else 4.2


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure, the most precise studies on top."""
    contrast, unit = str(frame["contrast"].iloc[0]), str(frame["unit"].iloc[0])
    ratio = contrast in RATIOS
    with style.styled():
        width, total = style.canvas(ax)
        inner = style.panel(ax, 0.6, 0.6, width - 0.75, total - 0.75)
        largest, centre = 1.08 * float(frame["std_error"].max()), float(frame["centre"].iloc[0])
        for side in (-_Z, _Z):
            inner.plot([centre, centre + side * largest], [0, largest], color=style.GREY, linewidth=0.9, zorder=1)
        inner.plot([centre, centre], [0, largest], color=style.ACCENT, linewidth=0.9, linestyle=(0, (3, 3)), zorder=1)
        if ratio or centre != 0:
            inner.axvline(0, color=style.RULE, linewidth=0.9, zorder=0)
        for row in rows_of(frame):
            inner.plot([row.effect], [row.std_error], marker="o", markersize=6, color=style.ACCENT,
                       markerfacecolor=style.PAPER if row.hollow else style.ACCENT, markeredgewidth=1.2,
                       zorder=2)  # fmt: skip
        low = min(float(frame["effect"].min()), centre - _Z * largest) - 0.1 * largest
        high = max(float(frame["effect"].max()), centre + _Z * largest) + 0.1 * largest
        inner.set(xlim=(low, high), ylim=(largest, 0))
        _ticks(inner, contrast, unit, (low, high), language)
        inner.set_xlabel(str(frame[f"axis_{language}"].iloc[0]))
        inner.set_ylabel(phrase("evidence.axis_error", language))
        step = 0.25 if largest > 0.5 else 0.1 if largest > 0.2 else 0.05
        shown = [step * k for k in range(int(largest / step) + 1)]
        inner.set_yticks(shown, [numbers.number(step, language, 2) for step in shown])
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: how many studies lie inside the lines, how many to either side."""
    distance = frame["effect"] - frame["centre"]
    reach = _Z * frame["std_error"]
    right, left = int((distance > reach).sum()), int((distance < -reach).sum())
    return phrase(
        "evidence.alt_funnel", language, count=str(len(frame)), inside=str(len(frame) - right - left),
        right=str(right), left=str(left), small=numbers.number(float(frame["std_error"].min()), language, 2),
        large=numbers.number(float(frame["std_error"].max()), language, 2),
    )  # fmt: skip


def _ticks(ax: Axes, contrast: str, unit: str, limits: tuple[float, float], language: Language) -> None:
    if contrast not in RATIOS:
        return
    narrow = style.size(ax)[0] < 4
    shown = [tick for tick in _TICKS if limits[0] <= math.log(tick) <= limits[1] and (not narrow or tick != 0.125)]
    ax.set_xticks([math.log(tick) for tick in shown], [tick_text(contrast, unit, tick, language) for tick in shown])
