"""Tipping-point map: the difference over what those not seen are supposed to have had, a tile for each pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import rows_of
from steget_eval.reporting.text import Language, numbers, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release import Release

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("unseen_treated", "unseen_comparison", "estimate", "conf_low", "conf_high")

_ROW, _HEAD, _NAME, _FOOT = 0.5, 0.62, 1.35, 0.5  # inches: a row, the words above, the words to the left, the key


def tipping_map(release: Release, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw the map of the first question that has one, tiles filled where the interval leaves no difference out."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def mapped(release: Release) -> tuple[str, ...]:
    """Return the questions that have a map of which something may be told, one where several have the same."""
    rows = _tipped(release)
    maps: dict[tuple[object, ...], str] = {}
    for estimand, mine in rows[~rows["suppressed"].astype(bool)].groupby("estimand", sort=False):
        maps.setdefault((mine["outcome"].iloc[0], *mine["estimate"]), str(estimand))
    return tuple(maps.values())


def behind(release: Release, estimand: str | None = None) -> pd.DataFrame:
    """Return one row per tile: what is supposed of either arm in percentage points, the difference and its limits."""
    rows = _tipped(release)
    names = list(dict.fromkeys(rows["estimand"]))
    mine = rows[rows["estimand"] == (estimand or (names[0] if names else ""))].reset_index(drop=True)
    pairs = [str(one).split(" ")[1:] for one in mine["subgroup"]]
    told = pd.DataFrame({
        "unseen_treated": [float(one) for one, _ in pairs], "unseen_comparison": [float(zero) for _, zero in pairs],
    }, dtype=float)  # fmt: skip
    kept = mine[["contrast", "unit", "estimate", "conf_low", "conf_high"]]
    return pd.concat([told, kept, mine[["suppressed"]].astype(bool)], axis=1)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return _HEAD + _FOOT + _ROW * max(frame["unseen_treated"].nunique(), 1)


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: the treated downwards, the comparison across."""
    with style.styled():
        width, total = style.canvas(ax)
        if frame.empty:
            return ax
        narrow = style.is_narrow(ax)
        left = 0.72 if narrow else _NAME
        inner = style.panel(ax, left, _FOOT, width - left - 0.1, total - _HEAD - _FOOT)
        down, across = (sorted(frame[name].unique()) for name in ("unseen_treated", "unseen_comparison"))
        inner.set(xlim=(0, len(across)), ylim=(0, len(down)))
        inner.set_axis_off()
        for row in rows_of(frame):
            _tile(row, (across.index(row.unseen_comparison), down.index(row.unseen_treated)), language, inner,
                  narrow=narrow)  # fmt: skip
        for place, points in enumerate(across):
            inner.text(place + 0.5, len(down) + 0.06, _points(points, language), ha="center", va="bottom", fontsize=9)
        for place, points in enumerate(down):
            inner.text(-0.06, place + 0.5, _points(points, language), ha="right", va="center", fontsize=9)
        across_words = phrase("figure.tipping_across_short" if narrow else "figure.tipping_across", language)
        ax.text(left, total - 0.08, across_words, va="top", fontsize=9, fontweight="bold")
        ax.text(0.16 if narrow else 0.3, _FOOT + (total - _HEAD - _FOOT) / 2, phrase("figure.tipping_down", language),
                rotation=90, va="center", ha="center", fontsize=9, fontweight="bold")  # fmt: skip
        _key(ax, left, language, narrow=narrow)
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: how many tiles leave no difference out, and the lowest and highest difference."""
    told = frame[~frame["suppressed"]]
    if told.empty:
        return phrase("alt.tipping_hidden", language)
    shows = (told["conf_low"] > 0) | (told["conf_high"] < 0)
    return phrase(
        "alt.tipping", language, count=str(len(frame)), shown=str(int(shows.sum())),
        low=numbers.points(float(told["estimate"].min()), language),
        high=numbers.points(float(told["estimate"].max()), language),
    )  # fmt: skip


def _tipped(release: Release) -> pd.DataFrame:
    rows = release.estimates  # of shares: a map of amounts is told as a table
    mine = rows["subgroup"].astype(str).str.startswith("unknown=") & (rows["method"] == "tipping")
    return rows[mine & (rows["contrast"] == "risk_difference")]


def _tile(row: Any, place: tuple[int, int], language: Language, ax: Axes, *, narrow: bool) -> None:
    from matplotlib.patches import Rectangle

    x, y = place
    box = ((x + 0.015, y + 0.04), 0.97, 0.92)
    if row.suppressed:
        ax.add_patch(Rectangle(*box, facecolor=style.GREY_TINT, hatch="////", edgecolor=style.RULE, linewidth=0))
        return
    shows = row.conf_low > 0 or row.conf_high < 0
    as_seen = row.unseen_treated == 0 and row.unseen_comparison == 0
    ax.add_patch(Rectangle(*box, facecolor=style.ACCENT if shows else style.GREY_TINT, edgecolor=style.INK,
                           linewidth=1.8 if as_seen else 0))  # fmt: skip
    ax.text(x + 0.5, y + 0.5, _signed(100 * row.estimate, language), ha="center", va="center",
            fontsize=8 if narrow else 9.5, color=style.PAPER if shows else style.INK,
            fontweight="bold" if as_seen else "normal")  # fmt: skip


def _key(ax: Axes, left: float, language: Language, *, narrow: bool) -> None:
    from matplotlib.patches import Rectangle

    lines = (("figure.tipping_shows", style.ACCENT), ("figure.tipping_tips", style.GREY_TINT))
    for place, (key, colour) in enumerate(lines):
        x, y = (0.1, 0.3 - 0.2 * place) if narrow else (left + 2.9 * place, 0.16)
        ax.add_patch(Rectangle((x, y - 0.06), 0.2, 0.13, facecolor=colour, linewidth=0))
        ax.text(x + 0.28, y, phrase(key, language), va="center", fontsize=8 if narrow else 8.5)


def _points(points: float, language: Language) -> str:
    return _signed(points, language) if points else "0"


def _signed(points: float, language: Language) -> str:
    decimals = 0 if float(points).is_integer() else 1
    told = numbers.number(points, language, decimals)
    return f"+{told}" if points > 0 and told.strip("0,.") else told
