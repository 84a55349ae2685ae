"""Cumulative incidence: the share who have reached the outcome as time goes, with numbers at risk below."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.core.dates import DAYS_PER_MONTH
from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import arm_columns, rows_of
from steget_eval.reporting.text import Language, capital, numbers, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release import Release

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("part", "arm", "time", "estimate", "conf_low", "conf_high", "at_risk")

_LOOKS: list[tuple[str, Any, str]] = [
    (style.ACCENT, "-", style.ACCENT_TINT),
    (style.GREY, (0, (5, 1.6)), style.GREY_TINT),
]
_DAYS = {"days": 1.0, "weeks": 7.0, "months": DAYS_PER_MONTH}


def cumulative_incidence(
    release: Release, *, estimand: str | None = None, language: Language = "en", ax: Axes | None = None
) -> Axes:
    """Draw one estimand's cumulative incidence, one line an arm; by default the first that has curves."""
    frame = behind(release, estimand or str(release.curves["estimand"].iloc[0]))
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: Release, estimand: str) -> pd.DataFrame:
    """Return the steps of the curve and the numbers at risk in one long frame.

    `part` is ``curve`` or ``at_risk``; `time` is in days; `unit` is the clock's, for the axis; treated arm first.
    """
    order = [arm.id for arm in release.protocol.arms.compared()]
    curve = release.curves[(release.curves["estimand"] == estimand) & (release.curves["cause"] == "event")]
    curve = curve[["arm", "time", "estimate", "conf_low", "conf_high", "suppressed"]].assign(part="curve")
    risk = release.at_risk[release.at_risk["estimand"] == estimand]
    risk = risk[["arm", "time", "at_risk", "suppressed"]].assign(part="at_risk")
    frame = pd.concat([curve.astype({"time": float}), risk.astype({"time": float})], ignore_index=True)
    frame = frame.assign(order=frame["arm"].map({arm: place for place, arm in enumerate(order)}))
    frame = frame.sort_values(["part", "order", "time"], ascending=[False, True, True], kind="stable")
    frame = frame.drop(columns="order").reset_index(drop=True)
    words = arm_columns(release.protocol, frame["arm"])
    part = frame.pop("part")
    clock = release.protocol.clock
    since = "exit" if clock.index == "discharged_on" else "time"
    frame = frame.assign(unit=clock.unit or "days", since=since, horizon_days=float(clock.horizon_days))
    return pd.concat([part, words, frame.drop(columns="arm")], axis=1)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return (2.6 if narrow else 3.1) + _foot(frame["arm_en"].nunique(), narrow=narrow)


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: curves above, numbers at risk below on the same months."""
    with style.styled():
        width, total = style.canvas(ax)
        narrow = style.is_narrow(ax)
        curve = frame[(frame["part"] == "curve") & frame["estimate"].notna()]
        arms = list(dict.fromkeys(frame[f"arm_{language}"]))
        left, foot = 0.62 if narrow else 1.5, _foot(len(arms), narrow=narrow)
        inner = style.panel(ax, left, foot, width - left - 0.2, total - foot - 0.12)
        for arm, look in reversed(list(zip(arms, _LOOKS, strict=False))):
            _line(curve[curve[f"arm_{language}"] == arm], look, inner)
        marks = _marks(frame, most=5 if narrow else 10)
        _axes(frame, curve, marks, language, inner)
        _name_lines(curve, arms, language, inner)
        risk = frame[(frame["part"] == "at_risk") & frame["time"].isin(marks)]
        _at_risk(risk, arms, language, ax, inner, foot=foot, narrow=narrow)
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: where each arm ends, with its limits."""
    curve = frame[(frame["part"] == "curve") & frame["estimate"].notna()]
    parts = []
    for arm, rows in curve.groupby(f"arm_{language}", sort=False):
        last = rows.iloc[-1]
        limits = numbers.limits(100 * last["conf_low"], 100 * last["conf_high"], language)
        told = f"{numbers.percent(float(last['estimate']), language)} ({limits})"
        parts.append(phrase("alt.curves_item", language, arm=str(arm), estimate=told))
    return phrase("alt.curves", language, detail=" ".join(parts))


def _line(rows: pd.DataFrame, look: tuple[str, Any, str], ax: Axes) -> None:
    colour, dash, tint = look
    known = rows[rows["conf_low"].notna() & rows["conf_high"].notna()]
    ax.fill_between(
        known["time"], known["conf_low"], known["conf_high"], step="post", color=tint, alpha=0.75, linewidth=0
    )
    ax.step(rows["time"], rows["estimate"], where="post", color=colour, linestyle=dash, linewidth=1.8)


def _axes(frame: pd.DataFrame, curve: pd.DataFrame, marks: list[float], language: Language, ax: Axes) -> None:
    unit = str(frame["unit"].iloc[0])
    highest = float(curve["conf_high"].max()) if len(curve) else 1.0
    tenths = min(10, math.ceil(10 * highest + 0.5)) if math.isfinite(highest) else 10
    ax.set(xlim=(0, float(frame["horizon_days"].iloc[0])), ylim=(0, tenths / 10))
    ticks = [tenth / 10 for tenth in range(0, tenths + 1, 1 if tenths <= 5 else 2)]
    ax.set_yticks(ticks, [numbers.percent(tick, language, 0) for tick in ticks])
    ax.grid(axis="y", color=style.GREY_TINT, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.set_xticks(marks, [str(round(mark / _DAYS[unit])) for mark in marks])
    ax.set_xlabel(phrase(f"figure.axis_{frame['since'].iloc[0]}_{unit}", language), labelpad=2)


def _marks(frame: pd.DataFrame, *, most: int) -> list[float]:
    """Return at most `most` of the marked times, evenly thinned."""
    marks = sorted({float(time) for time in frame.loc[frame["part"] == "at_risk", "time"]})
    marks = marks or [0.0, float(frame["horizon_days"].iloc[0])]
    every = max(1, math.ceil((len(marks) - 1) / (most - 1)))
    return marks[::every]


def _name_lines(curve: pd.DataFrame, arms: list[str], language: Language, ax: Axes) -> None:
    from matplotlib.patheffects import withStroke

    ends = {arm: curve[curve[f"arm_{language}"] == arm] for arm in arms}
    ranked = sorted((arm for arm in arms if len(ends[arm])), key=lambda arm: -float(ends[arm]["estimate"].iloc[-1]))
    for place, arm in enumerate(ranked):
        last = ends[arm].iloc[-1]
        told = f"{capital(arm)} {numbers.percent(float(last['estimate']), language)}"
        at = float(last["estimate"]) if place == 0 else _below(ends[arm], told, ax)
        colour = _LOOKS[arms.index(arm) % len(_LOOKS)][0]
        ax.annotate(
            told, (float(last["time"]), at), (-4, 7 if place == 0 else -5),
            textcoords="offset points", ha="right", va="bottom" if place == 0 else "top", color=colour,
            fontweight="bold", path_effects=[withStroke(linewidth=2.5, foreground=style.PAPER)],
        )  # fmt: skip


def _below(rows: pd.DataFrame, words: str, ax: Axes) -> float:
    """Return how low words that end with the curve must stand so that the rising line does not run through them."""
    share = min(0.9, 0.085 * len(words) / style.size(ax)[0])
    begins = float(rows["time"].iloc[-1]) - share * ax.get_xlim()[1]
    return float(rows.loc[rows["time"] <= max(begins, float(rows["time"].min())), "estimate"].max())


def _at_risk(
    risk: pd.DataFrame, arms: list[str], language: Language, ax: Axes, inner: Axes, *, foot: float, narrow: bool
) -> None:
    if risk.empty:
        return
    horizon = inner.get_xlim()[1]
    left, right = (0.62 if narrow else 1.5), style.size(ax)[0] - 0.2
    y = foot - 0.62
    ax.text(0.02 if narrow else left - 0.12, y, phrase("figure.at_risk", language), fontsize=9, color=style.GREY)
    for arm in arms:
        y -= 0.19
        if narrow:
            ax.text(0.02, y, capital(arm), fontsize=9)
            y -= 0.17
        else:
            ax.text(left - 0.3, y, capital(arm), ha="right", fontsize=9)
        for row in rows_of(risk[risk[f"arm_{language}"] == arm]):
            told = numbers.MISSING if row.suppressed else numbers.count(row.at_risk, language)
            ax.text(left + (right - left) * row.time / horizon, y, told, ha="center", fontsize=9)


def _foot(arms: int, *, narrow: bool) -> float:
    return 0.7 + (0.36 if narrow else 0.19) * arms
