"""Event study: the difference by time since the start, with its own intervals and the band that holds them all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import rows_of
from steget_eval.reporting.release_panel import PanelRelease
from steget_eval.reporting.text import Language, numbers, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("since", "estimate", "conf_low", "conf_high", "band_low", "band_high")

_LEFT, _RIGHT, _FOOT, _TOP = 0.62, 0.12, 0.62, 0.32  # inches around the panel


def event_study(release: PanelRelease, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw the main question's event study."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: PanelRelease, estimand: str | None = None) -> pd.DataFrame:
    """Return one row per time since the start, in order; the period that change is counted from is nought."""
    asked = estimand or release.protocol.primary
    mine = release.estimates[release.estimates["estimand"] == asked]
    bands = {row["subgroup"].split("=")[1]: row for row in mine.to_dict("records")
             if row["subgroup"].startswith("band=")}  # fmt: skip
    base = -1 - release.panel.anticipation
    rows = [(base, 0.0, math.nan, math.nan, math.nan, math.nan, "base", False)]
    for row in mine[mine["subgroup"].str.startswith("event=")].to_dict("records"):
        key = row["subgroup"].split("=")[1]
        band = bands.get(key, {"conf_low": math.nan, "conf_high": math.nan})
        part = "after" if int(key) >= 0 else "before"
        rows.append((int(key), row["estimate"], row["conf_low"], row["conf_high"], band["conf_low"],
                     band["conf_high"], part, bool(row["suppressed"])))  # fmt: skip
    frame = pd.DataFrame(rows, columns=["since", "estimate", "conf_low", "conf_high", "band_low", "band_high", "part",
                                        "suppressed"])  # fmt: skip
    frame["is_share"] = bool(len(mine)) and mine["unit"].iloc[0] == "proportion"
    frame["is_difference"] = True
    return frame.sort_values("since", ignore_index=True)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return 3.0 if narrow else 3.6


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: placebos hollow, differences filled, the band as a tint."""
    with style.styled():
        width, total = style.canvas(ax)
        inner = style.panel(ax, _LEFT, _FOOT, width - _LEFT - _RIGHT, total - _FOOT - _TOP)
        inner.axhline(0, color=style.GREY, linewidth=0.8)
        inner.axvline(-0.5, color=style.GREY, linewidth=0.8, linestyle=(0, (3, 3)))
        for row in rows_of(frame):
            _mark(row, inner)
        _scale(frame, language, inner)
        inner.text(-0.42, 1.01, phrase("panel.figure.start", language), transform=inner.get_xaxis_transform(),
                   va="bottom", fontsize=9, color=style.GREY)  # fmt: skip
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: the difference at the start and at the end, and how far the placebos reach."""
    told = frame[~frame["suppressed"].astype(bool) & frame["estimate"].notna()]
    after, before = told[told["part"] == "after"], told[told["part"] == "before"]
    if after.empty:
        return phrase("panel.alt.event_hidden", language)
    first, last = after.iloc[0], after.iloc[-1]
    widest = float(before["estimate"].abs().max()) if len(before) else 0.0
    return phrase(
        "panel.alt.event", language, first=_said(first, language), last=_said(last, language),
        since=numbers.count(float(last["since"]), language), before=_number(widest, bool(first["is_share"]), language),
    )  # fmt: skip


def _mark(row: Any, ax: Axes) -> None:
    if row.suppressed or pd.isna(row.estimate):
        return
    if not pd.isna(row.band_low):
        ax.fill_between([row.since - 0.32, row.since + 0.32], row.band_low, row.band_high, color=style.ACCENT_TINT,
                        linewidth=0)  # fmt: skip
    if not pd.isna(row.conf_low):
        ax.plot([row.since, row.since], [row.conf_low, row.conf_high], color=style.ACCENT, linewidth=1.6)
    hollow = row.part != "after"
    ax.plot([row.since], [row.estimate], marker="o", markersize=5.5, color=style.ACCENT,
            markerfacecolor=style.PAPER if hollow else style.ACCENT)  # fmt: skip


def _scale(frame: pd.DataFrame, language: Language, ax: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    share = bool(frame["is_share"].iloc[0])
    first, last = int(frame["since"].min()), int(frame["since"].max())
    ax.set_xlim(first - 0.7, last + 0.7)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6 if style.is_narrow(ax) else 14))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: numbers.count(value, language)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, share, language)))
    ax.set_xlabel(phrase("panel.figure.since", language))
    ax.set_title(phrase(f"panel.figure.{'points' if share else 'number'}", language), fontsize=9,
                 fontweight="normal", color=style.INK, pad=14)  # fmt: skip


def _tick(value: float, share: bool, language: Language) -> str:
    scaled = 100 * value if share else value
    return numbers.number(scaled, language, 0 if abs(scaled - round(scaled)) < 1e-9 else 1)


def _said(row: pd.Series, language: Language) -> str:
    return _number(float(row["estimate"]), bool(row["is_share"]), language)


def _number(value: float, share: bool, language: Language) -> str:
    return numbers.points(value, language) if share else numbers.number(value, language)
