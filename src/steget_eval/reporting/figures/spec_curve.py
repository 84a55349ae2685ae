"""Specification curve: every declared way of asking, from the lowest estimate to the highest, with what it chose."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.core.estimates import RATIOS
from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import columns_of, estimate_text, rows_of, tick_text
from steget_eval.reporting.tables.specifications import DIMENSIONS, Specification, specifications, varied
from steget_eval.reporting.text import Label, Language, code_label, key_label, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release import Release

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("method", "covariates", "definition", "window", "estimate", "conf_low", "conf_high")

#: Inches: the estimates, a choice, a dimension's name, between the panels, and above them.
_CURVE, _ROW, _HEAD, _GAP, _TOP = 2.1, 0.24, 0.3, 0.28, 0.25
_NAME, _NARROW_NAME, _RIGHT = 2.75, 0.62, 0.15


def spec_curve(release: Release, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw every cell of the declared grid, the protocol's own marked; a hidden one has no mark."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: Release) -> pd.DataFrame:
    """Return one row per cell: what it chose in words, its estimate and limits, and whether it is the own one.

    `varies` names the dimensions in which the cells differ; cells stand by estimate, hidden ones last.
    """
    cells = sorted(specifications(release), key=_order)
    frame = pd.concat([columns_of([one.choices[name] for one in cells], name) for name in DIMENSIONS], axis=1)
    names = ["contrast", "unit", "estimate", "conf_low", "conf_high", "suppressed"]
    numbers = pd.DataFrame([{name: one.row[name] for name in names} for one in cells], columns=names)
    axis = columns_of([_axis(one.row) for one in cells], "axis")
    told = pd.DataFrame(
        {"own": [one.own for one in cells], "varies": " ".join(varied(tuple(cells)))}, index=frame.index
    )
    return pd.concat([frame, numbers, axis, told], axis=1)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return _TOP + _CURVE + _GAP + sum(_rows(frame, name, narrow=narrow) for name in _varied(frame)) + 0.1


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: estimates above, and below a mark where a cell made a choice."""
    with style.styled():
        width, total = style.canvas(ax)
        if frame.empty:
            return ax
        narrow = style.is_narrow(ax)
        left = _NARROW_NAME if narrow else _NAME
        above = style.panel(ax, left, total - _TOP - _CURVE, width - left - _RIGHT, _CURVE)
        _estimates(frame, language, above, narrow=narrow)
        top = total - _TOP - _CURVE - _GAP
        for name in _varied(frame):
            rows = _rows(frame, name, narrow=narrow)
            below = style.panel(ax, left, top - rows, width - left - _RIGHT, rows - _HEAD)
            _choices(frame, name, language, below, narrow=narrow)
            top -= rows
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: how many cells, the lowest, the highest and the protocol's own."""
    told = frame[~frame["suppressed"].astype(bool)]
    if told.empty:
        return phrase("alt.spec_curve_hidden", language)
    rows = list(rows_of(told))
    own = [row for row in rows if row.own]
    return phrase(
        "alt.spec_curve", language, count=str(len(frame)), low=_text(rows[0], language), high=_text(rows[-1], language),
        own=_text(own[0], language) if own else phrase("cell.suppressed", language),
    )  # fmt: skip


def _order(one: Specification) -> tuple[bool, float]:
    hidden = bool(one.row["suppressed"])
    return hidden, 0.0 if hidden else float(one.row["estimate"])


def _axis(row: Any) -> Label:
    contrast = str(row["contrast"])
    if contrast in RATIOS:
        return key_label("figure.axis_ratio")
    if contrast == "risk_difference":
        return key_label("figure.axis_difference")
    return key_label("figure.axis_difference_unit", unit=code_label("unit", str(row["unit"])))


def _estimates(frame: pd.DataFrame, language: Language, ax: Axes, *, narrow: bool) -> None:
    contrast, unit = str(frame["contrast"].iloc[0]), str(frame["unit"].iloc[0])
    ax.set_xlim(-0.7, len(frame) - 0.3)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    if contrast in RATIOS:
        ax.set_yscale("log")
    ax.axhline(1.0 if contrast in RATIOS else 0.0, color=style.GREY, linewidth=0.8)
    for place, row in enumerate(rows_of(frame)):
        if row.suppressed:
            continue
        colour = style.ACCENT if row.own else style.GREY
        ax.plot([place, place], [row.conf_low, row.conf_high], color=colour, linewidth=2.2 if row.own else 1.0)
        ax.plot(
            [place], [row.estimate], marker="D" if row.own else "o", color=colour, markersize=6.5 if row.own else 3.5
        )
        if row.own:
            ax.annotate(
                phrase("sensitivity.own", language), (place, row.conf_high), (0, 4), textcoords="offset points",
                ha="center", va="bottom", fontsize=8.5, color=style.ACCENT, fontweight="bold",
            )  # fmt: skip
    ax.margins(y=0.12)
    ticks = [float(tick) for tick in ax.get_yticks() if ax.get_ylim()[0] <= tick <= ax.get_ylim()[1]]
    ax.set_yticks(ticks, [tick_text(contrast, unit, round(tick, 6), language) for tick in ticks])
    ax.minorticks_off()
    words = str(frame[f"axis_{language}"].iloc[0])
    ax.text(0, 1.03, words, transform=ax.transAxes, va="bottom", ha="left", fontsize=9)


def _choices(frame: pd.DataFrame, name: str, language: Language, ax: Axes, *, narrow: bool) -> None:
    words = [str(getattr(row, f"{name}_{language}")) for row in rows_of(frame)]
    levels = list(dict.fromkeys(words))
    ax.set(xlim=(-0.7, len(frame) - 0.3), ylim=(len(levels) - 0.5, -0.5))
    ax.set_xticks([])
    style.quiet_frame(ax)
    ax.spines["bottom"].set_visible(False)
    ax.set_yticks([])
    side = ax.get_yaxis_transform()
    ax.text(-0.02 if not narrow else 0, -0.5, phrase(f"picture.column.{name}", language), transform=side, va="bottom",
            ha="right" if not narrow else "left", fontsize=8.5, fontweight="bold", color=style.GREY)  # fmt: skip
    for line, level in enumerate(levels):
        low = line + (0.2 if narrow else 0)
        ax.axhline(low, color=style.GREY_TINT, linewidth=0.8, zorder=0)
        told = textwrap.shorten(level, 48, placeholder=" …")
        ax.text(0 if narrow else -0.02, line - 0.12 if narrow else line, told, transform=side, va="center",
                ha="left" if narrow else "right", fontsize=8.5)  # fmt: skip
        for place, row in enumerate(rows_of(frame)):
            if words[place] == level and not row.suppressed:
                colour = style.ACCENT if row.own else style.INK
                ax.plot([place], [low], marker="D" if row.own else "o", color=colour, markersize=5 if row.own else 3)


def _varied(frame: pd.DataFrame) -> list[str]:
    return str(frame["varies"].iloc[0]).split() if len(frame) else []


def _rows(frame: pd.DataFrame, name: str, *, narrow: bool) -> float:
    return _HEAD + (0.38 if narrow else _ROW) * int(frame[f"{name}_en"].nunique())


def _text(row: Any, language: Language) -> str:
    return estimate_text(row.contrast, row.unit, row.estimate, row.conf_low, row.conf_high, language)
