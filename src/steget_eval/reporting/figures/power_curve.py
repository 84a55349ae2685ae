"""Power curve: how likely the planned study is to tell, by how many people it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import columns_of, rows_of
from steget_eval.reporting.text import LANGUAGES, Language, key_label, numbers, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release_prestudy import PrestudyRelease

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("series", "size", "power")

_MANNERS: tuple[dict[str, Any], ...] = (
    {"color": style.ACCENT, "linestyle": "-", "marker": "o"},
    {"color": style.INK, "linestyle": (0, (5, 2)), "marker": "s"},
    {"color": style.GREY, "linestyle": (0, (1.5, 1.5)), "marker": "D"},
    {"color": style.ACCENT, "linestyle": (0, (6, 2, 1, 2)), "marker": "^"},
)
_FOOT = 0.55


def power_curve(
    release: PrestudyRelease, *, against_target: bool = False, language: Language = "en", ax: Axes | None = None
) -> Axes:
    """Draw power by size: of two arms for each supposed pair of shares, or of one arm against its target."""
    frame = behind(release, against_target=against_target)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: PrestudyRelease, *, against_target: bool = False) -> pd.DataFrame:
    """Return one row a series and size: power, and the power that is wanted."""
    plan, rows, words = release.prestudy.plan, [], []
    series = [(one.id, one.label) for one in plan.supposed]
    if against_target:
        series = [] if plan.against is None else [("target", plan.against.label)]
    for name, label in series:
        for n in plan.sizes:
            row = release.row("power", f"{name}_{n}")
            if row is not None:
                rows.append((name, n, float(row["estimate"]), plan.power))
                words.append(label.model_dump())
    frame = pd.DataFrame(rows, columns=["line", "size", "value", "wanted"])
    told = pd.DataFrame({f"power_{one}": [numbers.percent(row[2], one) for row in rows] for one in LANGUAGES})
    axis = key_label("prestudy.axis_one_arm" if against_target else "prestudy.axis_per_arm")
    return pd.concat([columns_of(words, "series"), frame, told, columns_of([axis] * len(rows), "axis")], axis=1)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return (3.1 if narrow else 3.4) + 0.24 * frame["line"].nunique()


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure; what the lines mean stands above."""
    with style.styled():
        width, total = style.canvas(ax)
        lines = list(dict.fromkeys(frame["line"]))
        top = 0.24 * (len(lines) + 1) + 0.12
        inner = style.panel(ax, 0.82, _FOOT, width - 1.0, total - _FOOT - top)
        wanted = float(frame["wanted"].iloc[0])
        inner.axhline(wanted, color=style.RULE, linewidth=1.0, zorder=0)
        _name(ax, len(lines), phrase("prestudy.wanted_power", language, power=numbers.percent(wanted, language, 0)),
              {"color": style.RULE, "linestyle": "-"})  # fmt: skip
        for number, name in enumerate(lines):
            mine, manner = frame[frame["line"] == name], _MANNERS[number % len(_MANNERS)]
            inner.plot(mine["size"], mine["value"], linewidth=1.6, markersize=4, zorder=2, **manner)
            _name(ax, number, str(mine[f"series_{language}"].iloc[0]), manner)
        inner.set(xlim=(0, 1.02 * float(frame["size"].max())), ylim=(0, 1.05))
        inner.set_yticks(
            [0, 0.25, 0.5, 0.75, 1], [numbers.percent(tick, language, 0) for tick in (0, 0.25, 0.5, 0.75, 1)]
        )
        ticks = [tick for tick in inner.get_xticks() if 0 <= tick <= float(frame["size"].max())]
        inner.set_xticks(ticks, [numbers.count(tick, language) for tick in ticks])
        inner.set_xlabel(str(frame[f"axis_{language}"].iloc[0]))
        inner.set_ylabel(phrase("prestudy.axis_power", language))
    return ax


def _name(ax: Axes, number: int, words: str, manner: dict[str, Any]) -> None:
    y = style.size(ax)[1] - 0.14 - 0.24 * number
    ax.plot([0.1, 0.5], [y, y], linewidth=1.6, **{**manner, "marker": ""})
    ax.text(0.6, y, words, va="center", fontsize=9)


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: each line at its first and last size, and where it first has the wanted power."""
    said = []
    for name in dict.fromkeys(frame["line"]):
        mine = list(rows_of(frame[frame["line"] == name]))
        enough = next((row for row in mine if row.value >= row.wanted), None)
        first, last = (f"{numbers.percent(row.value, language, 0)} ({int(row.size)})" for row in (mine[0], mine[-1]))
        key = "prestudy.alt.power_never" if enough is None else "prestudy.alt.power_item"
        said.append(
            phrase(key, language, series=str(getattr(mine[0], f"series_{language}")), first=first, last=last,
                   wanted=numbers.percent(mine[0].wanted, language, 0),
                   size="" if enough is None else str(int(enough.size)))
        )  # fmt: skip
    axis = str(frame[f"axis_{language}"].iloc[0])
    return phrase("prestudy.alt.power", language, axis=axis[:1].lower() + axis[1:], detail=" ".join(said))
