"""Joint shares: neither of two outcomes, one of them, both, each with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.methods.effects.joint import CELLS
from steget_eval.protocol.joint import Joint
from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import columns_of, rows_of
from steget_eval.reporting.tables.joint import ALL, FOLLOWED, cell_label, joint_rows
from steget_eval.reporting.text import Language, capital, key_label, numbers, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release import Release

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("outcome", "group", "estimate", "conf_low", "conf_high")

_FOOT = 0.6  # inches below the lines


def joint_shares(release: Release, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw the first joint question's cells on a scale from 0 to 100 %: those followed, and everybody below them."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: Release, joint: str = "") -> pd.DataFrame:
    """Return one row per cell and whom it is told of; of the first joint question unless one is named."""
    asked = [one for one in release.protocol.joint if joint in ("", one.id)][:1]
    told = [
        (one, name, method, row)
        for one in asked
        for name in CELLS
        for method in (FOLLOWED, ALL)
        if (row := joint_rows(release, one, method).get(name)) is not None
    ]
    outcome = columns_of([_words(one, name) for one, name, _, _ in told], "outcome")
    group = columns_of([key_label(f"joint.of_{method}") for _, _, method, _ in told], "group")
    rows = [
        (name, method == FOLLOWED, row["estimate"], row["conf_low"], row["conf_high"], bool(row["suppressed"]))
        for _, name, method, row in told
    ]
    frame = pd.DataFrame(rows, columns=["cell", "followed", "estimate", "conf_low", "conf_high", "suppressed"])
    numeric = ["estimate", "conf_low", "conf_high"]
    frame[numeric] = frame[numeric].astype(float).mask(frame["suppressed"])
    return pd.concat([outcome, group, frame], axis=1)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    each = 0.34 if narrow else 0.27
    return _FOOT + each * len(frame) + (0.4 if narrow else 0.34) * frame["cell"].nunique() if len(frame) else 1.0


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: each cell's words above its lines."""
    with style.styled():
        width, total = style.canvas(ax)
        narrow = style.is_narrow(ax)
        left, right = (0.12, 0.2) if narrow else (1.55, 1.75)
        inner = style.panel(ax, left, _FOOT, width - left - right, total - _FOOT)
        style.quiet_frame(inner)
        inner.set_yticks([])
        inner.set_xlim(0, 1)
        ticks = [0, 0.25, 0.5, 0.75, 1]
        inner.set_xticks(ticks, [numbers.percent(tick, language, 0) for tick in ticks])
        inner.set_xlabel(phrase("figure.axis_risk", language))
        y, seen = 0.0, ""
        for row in rows_of(frame):
            if row.cell != seen:
                y += 1.25
                seen = row.cell
                words = capital(str(getattr(row, f"outcome_{language}")))
                inner.text(0, y - 0.3, words, transform=inner.get_yaxis_transform(), va="center", fontsize=9,
                           fontweight="bold")  # fmt: skip
            _row(row, y + 0.5, language, inner, narrow=narrow)
            y += 1.0
        inner.set_ylim(y + 0.1, 0.4)
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: every cell with its share."""
    parts = [
        phrase("alt.joint_item", language, outcome=str(getattr(row, f"outcome_{language}")),
               group=str(getattr(row, f"group_{language}")), estimate=_told(row, language))
        for row in rows_of(frame)
    ]  # fmt: skip
    return phrase("alt.joint", language, detail=" ".join(parts))


def _words(asked: Joint, name: str) -> Any:
    return cell_label(asked, name)


def _row(row: Any, y: float, language: Language, ax: Axes, *, narrow: bool) -> None:
    where, words = ax.get_yaxis_transform(), str(getattr(row, f"group_{language}"))
    if narrow:
        beside = f"{words}: {_told(row, language)}"
        # Words lie above the line on a phone: there is no room beside it.
        ax.text(0, y - 0.22, beside, transform=where, va="center", fontsize=8.5)
    else:
        ax.text(-0.04, y, words, transform=where, va="center", ha="right", fontsize=9)
        ax.text(1.03, y, _told(row, language), transform=where, va="center", fontsize=9)
    if row.suppressed:
        return
    at = y + 0.28 if narrow else y
    colour, face = (style.ACCENT, style.ACCENT) if row.followed else (style.GREY, style.PAPER)
    ax.plot([row.conf_low, row.conf_high], [at, at], color=colour, linewidth=1.8, solid_capstyle="butt")
    ax.plot([row.estimate], [at], marker="s", color=colour, markerfacecolor=face, markersize=5.5)


def _told(row: Any, language: Language) -> str:
    if row.suppressed:
        return phrase("cell.suppressed", language)
    limits = numbers.limits(100 * row.conf_low, 100 * row.conf_high, language)
    return f"{numbers.percent(row.estimate, language)} ({limits})"
