"""The series behind a panel: those that start in a period together, period by period, with the start marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.reporting.figures import style
from steget_eval.reporting.release_panel import PanelRelease
from steget_eval.reporting.text import Language, numbers, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("start", "period", "value")

_LEFT, _FOOT, _TOP = 0.62, 0.55, 0.3
_LINES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (5, 1.5, 1, 1.5)))


def panel_series(release: PanelRelease, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw the main question's series by start."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: PanelRelease, estimand: str | None = None) -> pd.DataFrame:
    """Return one row per start and period, those that never start last."""
    asked = estimand or release.protocol.primary
    mine = release.series[release.series["estimand"] == asked]
    labels = release.panel.labels
    outcome = release.protocol.outcome(release.protocol.estimand(asked).outcome)
    frame = pd.DataFrame({
        "start_sv": ["" if one < 0 else labels[one] for one in mine["start"]],
        "start_en": ["" if one < 0 else labels[one] for one in mine["start"]],
        "begins": mine["start"].to_numpy(), "at": mine["period"].to_numpy(),
        "period": [labels[one] for one in mine["period"]], "value": mine["value"].to_numpy(dtype=float),
        "is_share": outcome.kind == "binary", "is_difference": False, "suppressed": mine["suppressed"].to_numpy(),
    })  # fmt: skip
    for language in ("sv", "en"):
        frame.loc[frame["begins"] < 0, f"start_{language}"] = phrase("panel.never", language)
    frame["late"] = frame["begins"] < 0
    return frame.sort_values(["late", "begins", "at"], ignore_index=True).drop(columns="late")


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return 3.2 if narrow else 3.6


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: a line a start, its name at its end, a ring where it starts."""
    with style.styled():
        width, total = style.canvas(ax)
        narrow = style.is_narrow(ax)
        right = 0.95 if narrow else 1.25
        inner = style.panel(ax, _LEFT, _FOOT, width - _LEFT - right, total - _FOOT - _TOP)
        ends = [_line(mine, number, language, inner) for number, (_, mine) in enumerate(_parts(frame))]
        _name(ends, inner)
        _scale(frame, language, inner, narrow=narrow)
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: each start's first and last value."""
    told = []
    for _, mine in _parts(frame):
        kept = mine[~mine["suppressed"].astype(bool)]
        if len(kept):
            told.append(phrase(
                "panel.alt.series_item", language, start=str(mine[f"start_{language}"].iloc[0]),
                first=_said(kept.iloc[0], language), last=_said(kept.iloc[-1], language),
            ))  # fmt: skip
    return phrase("panel.alt.series", language, detail=" ".join(told))


def _parts(frame: pd.DataFrame) -> list[tuple[int, pd.DataFrame]]:
    return [(int(one), frame[frame["begins"] == one]) for one in dict.fromkeys(frame["begins"])]


def _line(mine: pd.DataFrame, number: int, language: Language, ax: Axes) -> tuple[float, str, str]:
    never = int(mine["begins"].iloc[0]) < 0
    colour = style.GREY if never else style.ACCENT
    at, value = mine["at"].astype(float), mine["value"].astype(float)
    ax.plot(at, value, color=colour, linewidth=1.5, linestyle="-" if never else _LINES[number % len(_LINES)])
    begins = mine[mine["at"] == mine["begins"]]
    if len(begins):
        ax.plot(begins["at"], begins["value"], marker="o", markersize=6, color=colour, markerfacecolor=style.PAPER)
    last = value.dropna()
    return float(last.iloc[-1]) if len(last) else float("nan"), str(mine[f"start_{language}"].iloc[0]), colour


def _name(ends: list[tuple[float, str, str]], ax: Axes) -> None:
    """Write each name at its line's end, moved apart where two lie close."""
    low, high = ax.get_ylim()
    step, place = 0.062 * (high - low), float("-inf")
    for value, name, colour in sorted(one for one in ends if one[0] == one[0]):
        place = max(value, place + step)
        ax.text(1.015, place, name, transform=ax.get_yaxis_transform(), va="center", fontsize=9, color=colour)


def _scale(frame: pd.DataFrame, language: Language, ax: Axes, *, narrow: bool) -> None:
    from matplotlib.ticker import FuncFormatter

    labels = dict(zip(frame["at"].astype(int), frame["period"], strict=True))
    step = max(1, -(-len(labels) // (3 if narrow else 8)))
    step = 12 * -(-step // 12) if len(labels) > 36 else step
    shown = [one for one in sorted(labels) if one % step == 0]
    ax.set_xticks(shown, [str(labels[one]) for one in shown])
    ax.set_xlim(min(labels) - 0.3, max(labels) + 0.3)
    share = bool(frame["is_share"].iloc[0])
    ax.yaxis.set_major_formatter(FuncFormatter(
        lambda value, _: numbers.percent(value, language, 0) if share else numbers.number(value, language, 0)
    ))  # fmt: skip


def _said(row: pd.Series, language: Language) -> str:
    value = float(row["value"])
    return numbers.percent(value, language) if row["is_share"] else numbers.number(value, language)
