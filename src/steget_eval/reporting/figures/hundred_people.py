"""A hundred people: an arm's risk as people one can count."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pandas as pd

from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import arm_columns, rows_of
from steget_eval.reporting.text import Language, capital, numbers, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release import Release

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("arm", "of_hundred", "estimate", "conf_low", "conf_high")


def hundred_people(release: Release, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw a hundred people an arm, those with the outcome filled, by the primary estimand's main method."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: Release) -> pd.DataFrame:
    """Return one row per arm with its risk; empty where the primary question is no risk or the gate took it."""
    rows = release.estimates
    rows = rows[(rows["estimand"] == release.protocol.primary) & (rows["subgroup"] == "all")]
    rows = rows[rows["contrast"].isin(["risk", "risk_1", "risk_0"]) & ~rows["suppressed"].astype(bool)]
    main = rows[rows["method"] == (rows["method"].iloc[0] if len(rows) else "")].reset_index(drop=True)
    arms = main["arm_1"].where(main["contrast"] != "risk_0", main["arm_0"])
    frame = main[["estimate", "conf_low", "conf_high"]].astype(float)
    frame = frame.assign(of_hundred=[round(100 * value) for value in frame["estimate"]])
    return pd.concat([arm_columns(release.protocol, arms), frame], axis=1)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return 2.2 if narrow else 2.25


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: ten rows of ten for each arm."""
    with style.styled():
        width, total = style.canvas(ax)
        side = min(total - (0.62 if style.is_narrow(ax) else 0.45), (width - 0.3) / 2)
        for place, row in enumerate(rows_of(frame)):
            left = place * (side + 0.3) if style.is_narrow(ax) else place * 3.6
            _people(int(row.of_hundred), left, side, ax)
            words = phrase("picture.of_hundred", language, n=numbers.count(row.of_hundred, language))
            name = textwrap.wrap(capital(str(getattr(row, f"arm_{language}"))), 20 if style.is_narrow(ax) else 44)[:2]
            ax.text(left, side + 0.23, "\n".join(name), va="bottom", ha="left", fontsize=9, fontweight="bold")
            ax.text(left, side + 0.06, words, va="bottom", ha="left", fontsize=9, color=style.GREY)
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: how many of a hundred in each arm."""
    parts = [
        f"{arm}: {phrase('picture.of_hundred', language, n=numbers.count(n, language))}"
        for arm, n in zip(frame[f"arm_{language}"], frame["of_hundred"], strict=True)
    ]
    return f"{phrase('picture.hundred_alt', language)} {'; '.join(parts)}."


def _people(filled: int, left: float, side: float, ax: Axes) -> None:
    step = side / 10
    spots = [(left + step * (person % 10 + 0.45), side - step * (person // 10 + 0.5)) for person in range(100)]
    looks = ((spots[:filled], style.ACCENT, style.ACCENT), (spots[filled:], style.PAPER, style.GREY))
    for some, face, edge in looks:
        xs, ys = [spot[0] for spot in some], [spot[1] for spot in some]
        ax.plot(
            xs, ys, linestyle="none", marker="o", markersize=72 * 0.7 * step, markerfacecolor=face,
            markeredgecolor=edge, markeredgewidth=0.8,
        )  # fmt: skip
