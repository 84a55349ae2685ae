"""Status with bounds: the share of those reached with its interval, on what those not reached could make of it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import columns_of, rows_of
from steget_eval.reporting.tables.status import status_rows
from steget_eval.reporting.text import Language, numbers, phrase
from steget_eval.reporting.text.answers import outcome_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release import Release

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("outcome", "group", "estimate", "conf_low", "conf_high", "bound_low", "bound_high")

_FOOT = 0.75  # inches below the lines


def status_bounds(release: Release, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw each outcome and group on a scale from 0 to 100 %: bounds as a band, the interval as a line."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: Release) -> pd.DataFrame:
    """Return one row per outcome and group: words, the share with its limits, and the bounds."""
    told = status_rows(release)
    outcome = columns_of([outcome_label(release.protocol, one["estimand"]) for one in told], "outcome")
    group = columns_of([one["group"] for one in told], "group")
    rows = [
        (one["subgroup"] == "all", one["seen"]["estimate"], one["seen"]["conf_low"], one["seen"]["conf_high"],
         one["bounds"]["conf_low"], one["bounds"]["conf_high"],
         bool(one["seen"]["suppressed"]) or bool(one["bounds"]["suppressed"]))
        for one in told
    ]  # fmt: skip
    names = ["first", "estimate", "conf_low", "conf_high", "bound_low", "bound_high", "suppressed"]
    frame = pd.DataFrame(rows, columns=names)
    numeric = names[1:6]
    frame[numeric] = frame[numeric].astype(float).mask(frame["suppressed"])
    return pd.concat([outcome, group, frame], axis=1)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return (
        _FOOT + (0.36 if narrow else 0.29) * len(frame) + (0.5 if narrow else 0.36) * int(frame["first"].sum())
        if len(frame)
        else 1.0
    )


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: each outcome's words above its groups."""
    with style.styled():
        width, total = style.canvas(ax)
        narrow = style.is_narrow(ax)
        left, right = (0.95, 0.24) if narrow else (1.3, 1.5)
        inner = style.panel(ax, left, _FOOT, width - left - right, total - _FOOT)
        style.quiet_frame(inner)
        inner.set_yticks([])
        inner.set_xlim(0, 1)
        ticks = [0, 0.25, 0.5, 0.75, 1]
        inner.set_xticks(ticks, [numbers.percent(tick, language, 0) for tick in ticks])
        inner.set_xlabel(phrase("figure.axis_bounds", language) if not narrow else phrase("figure.axis_risk", language))
        y, places = 0.0, []
        for row in rows_of(frame):
            y += (1.5 if narrow else 1.25) if row.first else 0.0
            places.append(y)
            y += 1.0
        inner.set_ylim(y, 0)
        for row, at in zip(rows_of(frame), places, strict=True):
            _row(row, at, language, inner, narrow=narrow)
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: every outcome and group with its share and bounds."""
    parts = [
        phrase("alt.status_item", language, outcome=str(getattr(row, f"outcome_{language}")),
               group=str(getattr(row, f"group_{language}")), estimate=_told(row, language),
               bounds=_band(row, language))
        for row in rows_of(frame)
    ]  # fmt: skip
    return phrase("alt.status", language, detail=" ".join(parts))


def _row(row: Any, y: float, language: Language, ax: Axes, *, narrow: bool) -> None:
    from matplotlib.patches import Rectangle

    where = ax.get_yaxis_transform()
    if row.first:
        words = textwrap.fill(str(getattr(row, f"outcome_{language}")), 42 if narrow else 90)
        ax.text(-0.42 if narrow else -0.28, y - 0.02, words, transform=where, va="bottom", fontsize=9,
                fontweight="bold", linespacing=1.05)  # fmt: skip
    ax.text(
        -0.04, y + 0.5, str(getattr(row, f"group_{language}")), transform=where, va="center", ha="right", fontsize=9
    )
    if not narrow:
        ax.text(1.03, y + 0.5, _told(row, language), transform=where, va="center", fontsize=9)
    if row.suppressed:
        if narrow:
            ax.text(0.02, y + 0.5, _told(row, language), va="center", fontsize=9)
        return
    wide = row.bound_high - row.bound_low
    ax.add_patch(Rectangle((row.bound_low, y + 0.2), wide, 0.6, facecolor=style.ACCENT_TINT, linewidth=0))
    ax.plot([row.conf_low, row.conf_high], [y + 0.5] * 2, color=style.ACCENT, linewidth=1.8, solid_capstyle="butt")
    ax.plot([row.estimate], [y + 0.5], marker="s", color=style.ACCENT, markersize=5)


def _told(row: Any, language: Language) -> str:
    if row.suppressed:
        return phrase("cell.suppressed", language)
    limits = numbers.limits(100 * row.conf_low, 100 * row.conf_high, language)
    return f"{numbers.percent(row.estimate, language)} ({limits})"


def _band(row: Any, language: Language) -> str:
    if row.suppressed:
        return phrase("cell.suppressed", language)
    return numbers.limits(100 * row.bound_low, 100 * row.bound_high, language)
