"""Forest plot: the same question answered by each method, with its interval."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.core.estimates import RATIOS
from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import columns_of, estimate_text, rows_of, tick_text
from steget_eval.reporting.text import Label, Language, code_label, key_label, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release import Release

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("method", "estimate", "conf_low", "conf_high")

_FOOT, _NAME, _NUMBERS = 0.55, 2.75, 1.6  # inches below, to the left and at least to the right of the lines


def forest(release: Release, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw the primary estimand's estimates, one row a method; a suppressed one is named, without a mark."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: Release) -> pd.DataFrame:
    """Return one row per method: words, the estimate and its limits, the benchmark last."""
    return behind_question(release, release.protocol.primary)


def behind_question(release: Release, estimand_id: str, *, beside: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return the same of any estimand, with other estimands of the same outcome and contrast `beside` it.

    A method that speaks of another population than the estimand does says so.
    """
    estimand = release.protocol.estimand(estimand_id)
    rows = release.estimates
    wanted = {estimand.contrast, *({"risk_1", "mean_1"} if estimand.contrast in {"risk", "mean"} else ())}
    chosen = rows[rows["estimand"].isin([estimand.id, *beside]) & rows["contrast"].isin(wanted)]
    chosen = chosen[(chosen["subgroup"] != "benchmark") | (chosen["estimand"] == estimand.id)]
    place = (chosen["subgroup"] == "benchmark") * 2 + chosen["population"].isin(["unadjusted", "arm"])
    chosen = chosen.assign(place=place).sort_values("place", kind="stable") if beside else chosen
    chosen = chosen.sort_values("subgroup", key=lambda one: one == "benchmark", kind="stable")
    chosen = chosen[chosen["subgroup"].isin(["all", "benchmark"]) & (chosen["interval_kind"] != "disjoint")]
    chosen = chosen[chosen["interval_kind"] != "bounds"]  # of the sample, beside nobody's interval
    chosen = chosen[~chosen["method"].str.endswith("one_sided")]  # a goal's limit, drawn beside its goal
    names = ["contrast", "method", "subgroup", "unit", "estimate", "conf_low", "conf_high", "conf_level", "suppressed"]
    frame = chosen[[*names, "population"]].reset_index(drop=True)
    whom = estimand.population if beside else ""
    words = columns_of([_name(release, row, whom) for row in rows_of(frame)], "method")
    axis = columns_of([axis_label(row) for row in rows_of(frame)], "axis")
    adjusted = ~frame["population"].isin(["unadjusted", "arm"])
    told = frame.drop(columns=["method", "population"]).assign(adjusted=adjusted)
    return pd.concat([words, told, axis], axis=1)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return _FOOT + (0.62 if narrow else 0.34) * len(frame)


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: names to the left and numbers to the right, both above the line on a phone."""
    with style.styled():
        width, total = style.canvas(ax)
        if style.is_narrow(ax):
            inner = style.panel(ax, 0.12, _FOOT, width - 0.24, total - _FOOT)
        else:
            told = max(len(_numbers(row, language)) for row in rows_of(frame))
            inner = style.panel(ax, _NAME, _FOOT, width - _NAME - max(_NUMBERS, 0.09 * told), total - _FOOT)
        _scale(frame, language, inner)
        _through(frame, inner)
        for place, row in enumerate(rows_of(frame)):
            _row(row, len(frame) - 1 - place, language, inner, narrow=style.is_narrow(ax))
        inner.set_ylim((-0.35, len(frame) - 0.35) if style.is_narrow(ax) else (-0.5, len(frame) - 0.5))
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words, every method with its numbers."""
    parts = [
        phrase(
            "alt.forest_item",
            language,
            method=str(getattr(row, f"method_{language}")),
            estimate=_numbers(row, language),
        )
        for row in rows_of(frame)
    ]
    return phrase("alt.forest", language, count=str(len(frame)), detail=" ".join(parts))


def _name(release: Release, row: Any, whom: str) -> Label:
    told = release.protocol.benchmark
    if row.subgroup == "benchmark" and told is not None:
        return told.label.model_dump()
    method = code_label("method", str(row.method))
    if whom in {"", row.population} or row.population in {"unadjusted", "arm"}:
        return method
    return key_label("effects.method_of", method=method, population=code_label("short_population", str(row.population)))


def axis_label(row: Any) -> Label:
    """Return the words below the axis that a row's contrast is drawn on."""
    contrast, unit = str(row.contrast), str(row.unit)
    if contrast in RATIOS:
        return key_label("figure.axis_ratio")
    if contrast.startswith("risk") or contrast == "net_benefit":
        differs = contrast == "net_benefit" or contrast.endswith("difference")
        return key_label("figure.axis_difference" if differs else "figure.axis_risk")
    key = "figure.axis_difference_unit" if contrast.endswith("difference") else "picture.axis_mean"
    return key_label(key, unit=code_label("unit", unit))


def _scale(frame: pd.DataFrame, language: Language, ax: Axes) -> None:
    contrast = str(frame["contrast"].iloc[0])
    style.quiet_frame(ax)
    ax.set_yticks([])
    values = frame[["estimate", "conf_low", "conf_high"]].to_numpy(dtype=float).ravel()
    finite = [float(value) for value in values if math.isfinite(value)]
    if contrast in RATIOS:
        ax.set_xscale("log")
        ticks = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32]
        low, high = min([*finite, 0.8]) * 0.9, max([*finite, 1.25]) * 1.1
        shown = [tick for tick in ticks if low <= tick <= high]
        ax.minorticks_off()
    else:
        span = max([*finite, 0.0]) - min([*finite, 0.0]) or 1.0
        low, high = min([*finite, 0.0]) - 0.06 * span, max([*finite, 0.0]) + 0.06 * span
        shown = _ticks(low, high, 5)
    ax.set_xlim(low, high)
    unit = str(frame["unit"].iloc[0])
    ax.set_xticks(shown, [tick_text(contrast, unit, tick, language) for tick in shown])
    ax.axvline(1.0 if contrast in RATIOS else 0.0, color=style.GREY, linewidth=0.8)
    ax.set_xlabel(str(frame[f"axis_{language}"].iloc[0]))


def _through(frame: pd.DataFrame, ax: Axes) -> None:
    """Draw the randomised comparison through all the others: its interval as a band, its estimate as a line."""
    held = frame[(frame["subgroup"] == "benchmark") & ~frame["suppressed"].astype(bool)]
    for row in rows_of(held):
        ax.axvspan(row.conf_low, row.conf_high, color=style.GREY_TINT, linewidth=0, zorder=0)
        ax.axvline(row.estimate, color=style.INK, linewidth=1.0, linestyle=(0, (4, 2)), zorder=1)


def _row(row: Any, y: int, language: Language, ax: Axes, *, narrow: bool) -> None:
    main = row.subgroup != "benchmark"
    colour = style.ACCENT if main else style.INK
    name, told = str(getattr(row, f"method_{language}")), _numbers(row, language)
    where = ax.get_yaxis_transform()
    ground = {"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.6}
    if narrow:
        words = textwrap.shorten(name, 46, placeholder=" …")
        ax.text(0, y + 0.43, words, transform=where, va="center", fontsize=9, bbox=ground)
        ax.text(0, y + 0.17, told, transform=where, va="center", fontsize=9, fontweight="bold", bbox=ground)
    else:
        ax.text(
            -0.03, y, textwrap.fill(name, 38), transform=where, va="center", ha="right", fontsize=9, linespacing=1.05
        )
        ax.text(1.03, y, told, transform=where, va="center", ha="left", fontsize=9, fontweight="bold")
    if row.suppressed:
        return
    at = y - 0.1 if narrow else y
    ax.plot([row.conf_low, row.conf_high], [at, at], color=colour, linewidth=1.8, solid_capstyle="butt")
    ax.plot([row.estimate], [at], marker="s" if main else "D", color=colour, markersize=6)


def _numbers(row: Any, language: Language) -> str:
    if row.suppressed:
        return phrase("cell.suppressed", language)
    return estimate_text(row.contrast, row.unit, row.estimate, row.conf_low, row.conf_high, language)


def _ticks(low: float, high: float, most: int) -> list[float]:
    """Return at most `most` round values inside the limits, zero among them where it is inside."""
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next(power * size for size in (1, 2, 2.5, 5, 10, 20) if (high - low) / (power * size) <= most)
    return [step * k for k in range(math.ceil(low / step), math.floor(high / step) + 1)]
