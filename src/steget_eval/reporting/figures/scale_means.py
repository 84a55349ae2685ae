"""Scale means: how a score stands in each arm at each occasion, with intervals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.protocol.estimand import Estimand
from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import arm_columns, columns_of, rows_of, tick_text
from steget_eval.reporting.tables.scales import occasion_label, occasions_of, scale_questions
from steget_eval.reporting.text import Language, numbers, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release import Release

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("arm", "occasion", "estimate", "conf_low", "conf_high")

_FOOT, _TOP = 0.55, 0.62  # inches below and above the lines
_APART = 0.07  # the arms stand so far to either side of their occasion
_LOOKS: dict[str, tuple[str, Any, str]] = {"1": (style.ACCENT, "-", "s"), "0": (style.GREY, (0, (5, 1.6)), "o")}


def scale_means(release: Release, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw the means of the first question of a difference in change, one line an arm."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: Release, estimand: str = "") -> pd.DataFrame:
    """Return one row per arm and occasion, treated arm first; of the first such question unless one is named."""
    asked = [one for one in scale_questions(release) if estimand in ("", one.id)][:1]
    told = [row for one in asked for row in _rows(release, one)]
    columns = ["which", "arm", "occasion", "place", "estimate", "conf_low", "conf_high", "suppressed"]
    frame = pd.DataFrame(told, columns=columns)
    arms = arm_columns(release.protocol, frame["arm"])
    occasions = columns_of([occasion_label(one) for one in frame["occasion"]], "occasion")
    numeric = ["estimate", "conf_low", "conf_high"]
    frame[numeric] = (
        frame[numeric]
        .astype(float)
        .mask(frame["suppressed"].astype(bool))
        .round(4 if any(one.contrast == "share_difference" for one in asked) else 2)
    )
    shares = any(one.contrast == "share_difference" for one in asked)
    contrast, unit = ("share_1", "proportion") if shares else ("mean_1", "score")
    kept = frame.drop(columns=["arm", "occasion"]).assign(contrast=contrast, unit=unit)
    return pd.concat([arms, occasions, kept], axis=1)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return 2.9 if narrow else 3.3


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: the arms' words above, a tick an occasion."""
    with style.styled():
        width, total = style.canvas(ax)
        inner = style.panel(ax, 0.5, _FOOT, width - 0.65, total - _FOOT - _TOP)
        for place, which in enumerate("10"):
            mine = frame[frame["which"] == which]
            if len(mine):
                _arm(mine, which, inner)
                _words(str(mine[f"arm_{language}"].iloc[0]), which, total - 0.18 - 0.22 * place, ax)
        _scale(frame, language, inner)
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: every arm at every occasion."""
    parts = [
        phrase("alt.scale_item", language, arm=str(getattr(row, f"arm_{language}")),
               occasion=str(getattr(row, f"occasion_{language}")), estimate=_told(row, language))
        for row in rows_of(frame)
    ]  # fmt: skip
    alternative = "alt.share_means" if _are_shares(frame) else "alt.scale_means"
    return phrase(alternative, language, count=str(frame["place"].nunique()), detail=" ".join(parts))


def _rows(release: Release, estimand: Estimand) -> list[tuple[Any, ...]]:
    arms = dict(zip("10", (arm.id for arm in release.protocol.arms.compared()), strict=False))
    told = list(enumerate(occasions_of(release, estimand)))
    return [
        (which, arms[which], one.occasion, place, row["estimate"], row["conf_low"], row["conf_high"], row["suppressed"])
        for which in "10"
        for place, one in told
        if (row := one.means.get(which)) is not None
    ]


def _arm(mine: pd.DataFrame, which: str, ax: Axes) -> None:
    colour, line, marker = _LOOKS[which]
    at = mine["place"] + (-_APART if which == "1" else _APART)
    # A hidden occasion breaks the line: nothing is drawn through it.
    ax.plot(at, mine["estimate"], color=colour, linestyle=line, linewidth=1.6, marker=marker, markersize=5)
    ax.vlines(at, mine["conf_low"], mine["conf_high"], color=colour, linewidth=1.3)


def _words(arm: str, which: str, y: float, ax: Axes) -> None:
    colour, line, marker = _LOOKS[which]
    ax.plot([0.1, 0.42], [y, y], color=colour, linestyle=line, linewidth=1.6)
    ax.plot([0.26], [y], color=colour, marker=marker, markersize=5)
    ax.text(0.52, y, arm, va="center", fontsize=9)


def _scale(frame: pd.DataFrame, language: Language, ax: Axes) -> None:
    occasions = frame.drop_duplicates("place").sort_values("place")
    words = [str(one) for one in occasions[f"occasion_{language}"]]
    room_each = style.size(ax)[0] / max(len(words), 1)
    if room_each < 0.8:  # inches that an occasion's words need on one line
        words = [one.replace(" ", "\n") for one in words]
    if room_each < 0.5:
        words = ["" if place % 2 else one for place, one in enumerate(words)]
    ax.set_xticks(list(occasions["place"]), words)
    ax.set_xlim(-0.35, max(len(occasions) - 0.65, 0.35))
    low, high = frame["conf_low"].min(), frame["conf_high"].max()
    if math.isfinite(low) and math.isfinite(high):
        room = 0.08 * max(high - low, 1e-9)
        ax.set_ylim(low - room, high + room)
    ticks = [tick for tick in ax.get_yticks() if ax.get_ylim()[0] <= tick <= ax.get_ylim()[1]]
    unit = str(frame["unit"].iloc[0]) if len(frame) else "score"
    ax.set_yticks(ticks, [tick_text(_contrast(frame), unit, tick, language) for tick in ticks])


def _contrast(frame: pd.DataFrame) -> str:
    return str(frame["contrast"].iloc[0]) if len(frame) else "mean_1"


def _are_shares(frame: pd.DataFrame) -> bool:
    return _contrast(frame).startswith("share")


def _told(row: Any, language: Language) -> str:
    if row.suppressed:
        return phrase("cell.suppressed", language)
    if str(row.contrast).startswith("share"):
        limits = numbers.limits(100 * row.conf_low, 100 * row.conf_high, language)
        return f"{numbers.percent(row.estimate, language)} ({limits})"
    return f"{numbers.number(row.estimate, language, 1)} ({numbers.limits(row.conf_low, row.conf_high, language, 1)})"
