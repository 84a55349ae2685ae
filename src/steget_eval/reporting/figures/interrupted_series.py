"""An interrupted series: each period's value, the lines before and after, and the old trend carried on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from steget_eval.reporting.figures import style
from steget_eval.reporting.release_panel import PanelRelease
from steget_eval.reporting.text import Language, numbers, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("period", "value", "fitted", "carried_on")

_LEFT, _RIGHT, _FOOT, _TOP = 0.62, 0.15, 0.95, 0.3


def interrupted_series(release: PanelRelease, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw the main question's series by its main method."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: PanelRelease, estimand: str | None = None) -> pd.DataFrame:
    """Return one row per period of the main method's fit."""
    asked = estimand or release.protocol.primary
    mine = release.fits[release.fits["estimand"] == asked]
    mine = mine[mine["method"] == mine["method"].iloc[0]] if len(mine) else mine
    outcome = release.protocol.outcome(release.protocol.estimand(asked).outcome)
    beside = any(release.panel.start_of(unit) < 0 for unit in release.panel.units)
    frame = pd.DataFrame({
        "at": mine["period"].to_numpy(), "period": [release.panel.labels[one] for one in mine["period"]],
        **{name: mine[name].to_numpy(dtype=float) for name in ("value", "fitted", "carried_on", "low", "high")},
        "is_share": outcome.kind == "binary", "is_difference": beside, "suppressed": mine["suppressed"].to_numpy(),
    })  # fmt: skip
    begun = [release.panel.start_of(unit) for unit in release.panel.units if release.panel.start_of(unit) >= 0]
    return frame.assign(since=begun[0] if begun else -1)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return 3.4 if narrow else 3.7


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: dots for periods, a line for the model, dashes for the old trend."""
    with style.styled():
        width, total = style.canvas(ax)
        inner = style.panel(ax, _LEFT, _FOOT, width - _LEFT - _RIGHT, total - _FOOT - _TOP)
        at, since = frame["at"].astype(float), float(frame["since"].iloc[0])
        inner.plot(at, frame["value"].astype(float), linestyle="none", marker="o", markersize=3, color=style.GREY,
                   label=phrase("panel.figure.value", language))  # fmt: skip
        for part, name in ((at < since, phrase("panel.figure.fitted", language)), (at >= since, "_after")):
            inner.plot(at[part], frame["fitted"][part].astype(float), color=style.ACCENT, linewidth=1.8, label=name)
        inner.plot(at, frame["carried_on"].astype(float), color=style.INK, linewidth=1.2, linestyle=(0, (4, 2)),
                   label=phrase("panel.figure.carried_on", language))  # fmt: skip
        inner.axvline(since - 0.5, color=style.GREY, linewidth=0.8, linestyle=(0, (3, 3)))
        _scale(frame, language, inner)
        narrow = style.is_narrow(ax)
        inner.legend(loc="upper left", bbox_to_anchor=(0, -0.14 if not narrow else -0.16), ncols=1 if narrow else 3,
                     frameon=False, fontsize=8.5, borderaxespad=0, handlelength=1.6)  # fmt: skip
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: where the series ends, and where the old trend would have."""
    told = frame[frame["carried_on"].notna()]
    if told.empty:
        return phrase("panel.alt.interrupted_hidden", language)
    last = told.iloc[-1]
    return phrase(
        "panel.alt.interrupted", language, period=str(last["period"]),
        fitted=_said(float(last["fitted"]), last, language), carried=_said(float(last["carried_on"]), last, language),
    )  # fmt: skip


def _scale(frame: pd.DataFrame, language: Language, ax: Axes) -> None:
    from matplotlib.ticker import FuncFormatter

    labels = dict(zip(frame["at"].astype(int), frame["period"], strict=True))
    step = 12 if len(labels) > 24 else max(1, len(labels) // 6)
    step *= 3 if style.is_narrow(ax) else 1
    shown = [one for one in sorted(labels) if one % step == 0]
    ax.set_xticks(shown, [str(labels[one]) for one in shown])
    share, apart = bool(frame["is_share"].iloc[0]), bool(frame["is_difference"].iloc[0])
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, share, apart, language)))
    key = ("points_apart" if share else "number_apart") if apart else ("share" if share else "number")
    ax.set_title(phrase(f"panel.figure.{key}", language), fontsize=9, fontweight="normal", color=style.INK, pad=6)


def _tick(value: float, share: bool, apart: bool, language: Language) -> str:
    if share and not apart:
        return numbers.percent(value, language, 0)
    scaled = 100 * value if share else value
    return numbers.number(scaled, language, 0 if abs(scaled - round(scaled)) < 1e-9 else 1)


def _said(value: float, row: pd.Series, language: Language) -> str:
    if not row["is_share"]:
        return numbers.number(value, language)
    return numbers.points(value, language) if row["is_difference"] else numbers.percent(value, language)
