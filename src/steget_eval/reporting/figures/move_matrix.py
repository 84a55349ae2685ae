"""Move matrix: where people stood before against where they stood after, a tile for each pair of steps."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import columns_of, rows_of
from steget_eval.reporting.suppress_moves import TOTAL
from steget_eval.reporting.tables.change import asked, released_moves, step_label
from steget_eval.reporting.text import Language, numbers, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release import Release

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("before", "after", "n", "share")

_ROW, _HEAD, _NAME = 0.62, 1.0, 1.9  # inches: a row of tiles, the words above them and to their left


def move_matrix(release: Release, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw the tiles of the first question of moves, the darker the larger their share of the step before."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: Release, estimand: str | None = None) -> pd.DataFrame:
    """Return one row per pair of steps: words, people, their share of the step before, and their places."""
    questions = [one.id for one in asked(release, "moved")]
    name = estimand or questions[0]
    moves = released_moves(release, name)
    totals = {row["before"]: row["n"] for row in moves[moves["after"] == TOTAL].to_dict("records")}
    cells = moves[(moves["before"] != TOTAL) & (moves["after"] != TOTAL)].reset_index(drop=True)
    before, after = list(dict.fromkeys(cells["before"])), list(dict.fromkeys(cells["after"]))
    words = [columns_of([step_label(release, name, one) for one in cells[side]], side) for side in ("before", "after")]
    numbers_ = pd.DataFrame({
        "n": cells["n"].astype("Float64").astype(float),
        "share": [
            float("nan") if pd.isna(n) else float(n) / float(totals[one])
            for one, n in zip(cells["before"], cells["n"], strict=True)
        ],
        "total": [float(totals[one]) for one in cells["before"]],
        "row": [before.index(one) for one in cells["before"]],
        "column": [after.index(one) for one in cells["after"]],
        "suppressed": cells["suppressed"].astype(bool),
    })  # fmt: skip
    return pd.concat([*words, numbers_], axis=1)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    rows = int(frame["row"].max()) + 1 if len(frame) else 1
    return _HEAD + (0.95 if narrow else _ROW) * rows + 0.1


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: steps before down the side, steps after along the top."""
    with style.styled():
        width, total = style.canvas(ax)
        narrow = style.is_narrow(ax)
        left = 0.12 if narrow else _NAME
        inner = style.panel(ax, left, 0.1, width - left - 0.12, total - _HEAD - 0.1)
        rows, columns = int(frame["row"].max()) + 1, int(frame["column"].max()) + 1
        inner.set(xlim=(0, columns), ylim=(rows, 0))
        inner.set_axis_off()
        for row in rows_of(frame):
            _tile(row, language, inner, narrow=narrow)
        _heads(frame, language, inner, narrow=narrow)
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: from each step before, how many stood on each step after."""
    parts = [
        phrase("alt.moves_item", language, before=str(getattr(row, f"before_{language}")),
               after=str(getattr(row, f"after_{language}")), n=_people(row, language))
        for row in rows_of(frame)
    ]  # fmt: skip
    return phrase("alt.moves", language, detail=" ".join(parts))


def _tile(row: Any, language: Language, ax: Axes, *, narrow: bool) -> None:
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Rectangle

    top = 0.36 if narrow else 0.05
    place = (row.column + 0.02, row.row + top)
    size = (0.96, 0.96 - top)
    if row.suppressed:
        ax.add_patch(
            Rectangle(place, *size, facecolor=style.GREY_TINT, hatch="////", edgecolor=style.RULE, linewidth=0)
        )
        return
    pale, deep = to_rgb("#f0f6f7"), to_rgb(style.ACCENT)
    mix = tuple(one + (other - one) * row.share for one, other in zip(pale, deep, strict=True))
    ax.add_patch(Rectangle(place, *size, facecolor=mix, linewidth=0))
    colour = style.PAPER if row.share > 0.7 else style.INK
    middle = (row.column + 0.5, row.row + top + size[1] / 2)
    share = numbers.percent(row.share, language, 0)
    told = f"{numbers.count(row.n, language)}\n{share}" if narrow else f"{numbers.count(row.n, language)}  ·  {share}"
    ax.text(*middle, told, ha="center", va="center", fontsize=9, color=colour, linespacing=1.1)


def _heads(frame: pd.DataFrame, language: Language, ax: Axes, *, narrow: bool) -> None:
    columns = frame.drop_duplicates("column").sort_values("column")
    for row in rows_of(columns):
        words = textwrap.fill(str(getattr(row, f"after_{language}")), 11 if narrow else 18, break_long_words=False)
        size = 7.5 if narrow else 8.5
        ax.text(row.column + 0.5, -0.02, words, ha="center", va="bottom", fontsize=size, linespacing=1.05)
    for row in rows_of(frame.drop_duplicates("row").sort_values("row")):
        name = str(getattr(row, f"before_{language}"))
        told = f"{name} ({numbers.count(row.total, language)})"
        if narrow:
            ax.text(0.02, row.row + 0.32, textwrap.fill(told, 48), va="bottom", fontsize=8.5, linespacing=1.05)
        else:
            ax.text(-0.04, row.row + 0.5, textwrap.fill(told, 26), va="center", ha="right", fontsize=9)


def _people(row: Any, language: Language) -> str:
    return phrase("cell.suppressed", language) if row.suppressed else numbers.count(row.n, language)
