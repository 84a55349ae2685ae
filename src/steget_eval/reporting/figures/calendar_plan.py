"""Calendar: when somebody who starts in a month leaves and can be followed, against the project's last day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import columns_of, rows_of
from steget_eval.reporting.tables.change import calendar_rows, month_label
from steget_eval.reporting.text import Language, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release import Release

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("started", "leaves", "followed_up")

_FOOT, _HEAD, _NAME = 0.4, 0.35, 1.3  # inches below, above and to the left


def calendar_plan(release: Release, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw a line per month of start: the stay, and the way to the follow-up, with the project's end across."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: Release) -> pd.DataFrame:
    """Return one row per month of start: words, and months from the project's first month; nobody's own dates."""
    told = list(calendar_rows(release))
    calendar = release.protocol.programme.calendar
    if calendar is None or not told:
        return pd.DataFrame(columns=["start_at", "leave_at", "follow_at", "end_at", "first_year", "first_month"])
    first = calendar.project[0]
    names = ("started", "leaves", "followed_up")
    words = [columns_of([month_label(row[name]) for row in told], name) for name in names]
    end = _months(first, calendar.project[1]) + 1
    rows = [(*(_months(first, row[name]) for name in names), end, first.year, first.month) for row in told]
    frame = pd.DataFrame(rows, columns=["start_at", "leave_at", "follow_at", "end_at", "first_year", "first_month"])
    return pd.concat([*words, frame], axis=1)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return _foot(narrow=narrow) + _HEAD + (0.34 if narrow else 0.27) * max(len(frame), 1)


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure."""
    with style.styled():
        width, total = style.canvas(ax)
        narrow = style.is_narrow(ax)
        foot = _foot(narrow=narrow)
        inner = style.panel(ax, _NAME, foot, width - _NAME - 0.2, total - foot - _HEAD)
        style.quiet_frame(inner)
        inner.set_yticks([])
        last = float(frame["follow_at"].max()) + 1
        inner.set(xlim=(-0.1, last), ylim=(len(frame) - 0.4, -0.6))
        for place, row in enumerate(rows_of(frame)):
            _line(row, place, language, inner)
        _axis(frame, last, language, inner, narrow=narrow)
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: the first and the last month of start, and whether follow-up falls inside."""
    first, last = frame.iloc[0], frame.iloc[-1]
    inside = int((frame["follow_at"] < frame["end_at"]).sum())
    values = {
        name: str(row[f"{key}_{language}"])
        for row, prefix in ((first, "first"), (last, "last"))
        for key, name in (("started", f"{prefix}_started"), ("followed_up", f"{prefix}_followed"))
    }
    return phrase("alt.calendar", language, count=str(len(frame)), inside=str(inside), **values)


def _line(row: Any, place: int, language: Language, ax: Axes) -> None:
    name = str(getattr(row, f"started_{language}"))
    ax.text(-0.04, place, name, transform=ax.get_yaxis_transform(), va="center", ha="right", fontsize=9)
    ax.plot([row.start_at, row.leave_at], [place] * 2, color=style.ACCENT, linewidth=6, solid_capstyle="butt")
    ax.plot([row.leave_at, row.follow_at], [place] * 2, color=style.GREY, linewidth=1.2, linestyle=(0, (2, 2)))
    inside = row.follow_at < row.end_at
    ax.plot([row.follow_at], [place], marker="o", markersize=6, color=style.ACCENT if inside else style.PAPER,
            markeredgecolor=style.ACCENT)  # fmt: skip


def _axis(frame: pd.DataFrame, last: float, language: Language, ax: Axes, *, narrow: bool) -> None:
    row = frame.iloc[0]
    end, year, month = float(row["end_at"]), int(row["first_year"]), int(row["first_month"])
    ax.axvline(end, color=style.INK, linewidth=1.4)
    where = ax.get_xaxis_transform()
    ax.text(end, 1.02, phrase("figure.project_end", language), transform=where, va="bottom", ha="center", fontsize=9,
            fontweight="bold")  # fmt: skip
    step = 6 if narrow else 3
    ticks = list(range(0, int(last) - 1, step))
    joint = "\n" if narrow else " "
    labels = [
        str(month_label(_day(year, month, tick))[language])[:3] + f"{joint}{_day(year, month, tick).year}"
        for tick in ticks
    ]
    ax.set_xticks(ticks, labels)


def _foot(*, narrow: bool) -> float:
    """The height below the lines, where a phone has the year under its month."""
    return _FOOT + (0.16 if narrow else 0.0)


def _day(year: int, month: int, later: int) -> date:
    place = year * 12 + month - 1 + later
    return date(place // 12, place % 12 + 1, 1)


def _months(first: date, day: date) -> int:
    return (day.year - first.year) * 12 + day.month - first.month
