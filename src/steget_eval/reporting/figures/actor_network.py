"""Network of actors: who sends people on to whom, by a routine that is there, partly there or missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import columns_of, rows_of
from steget_eval.reporting.figures.network_layout import lay_out
from steget_eval.reporting.text import Language, code_label, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import FancyBboxPatch

    from steget_eval.reporting.release_prestudy import PrestudyRelease

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("sender", "receiver", "way")

_STATES = ("provided", "partly", "missing")
_MANNER: dict[str, dict[str, Any]] = {
    "provided": {"color": style.ACCENT, "linewidth": 2.0, "linestyle": "-"},
    "partly": {"color": style.ACCENT, "linewidth": 1.3, "linestyle": (0, (5, 3))},
    "missing": {"color": style.GREY, "linewidth": 1.2, "linestyle": (0, (1, 2.2))},
}
_HIGH, _LEGEND = 0.52, 0.36
#: Where a long name may be broken; shown only when it is.
_SOFT = "\u00ad"


def actor_network(release: PrestudyRelease, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw the actors of a prestudy with the ways between them."""
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: PrestudyRelease) -> pd.DataFrame:
    """Return one row a way, from sender to receiver, and one for each actor without any; where both stand, 0 to 1."""
    actors = {one.id: one.short.model_dump() for one in release.prestudy.actors}
    ways: list[tuple[str, str, str]] = [(one.sender, one.receiver, one.state) for one in release.mapping.pathways]
    at = lay_out(list(actors), [(sender, receiver) for sender, receiver, _ in ways], seed=release.protocol.seed)
    touched = {name for sender, receiver, _ in ways for name in (sender, receiver)}
    rows = [(*way, *at[way[0]], *at[way[1]]) for way in ways]
    rows += [(name, "", "none", *at[name], *at[name]) for name in actors if name not in touched]
    frame = pd.DataFrame(rows, columns=["start", "to", "state", "x_0", "y_0", "x_1", "y_1"])
    nobody = {"sv": "–", "en": "–"}
    ends = [actors[name] if name else nobody for name in frame["to"]]
    starts = [actors[name] for name in frame["start"]]
    states = [code_label("prestudy.way", state) for state in frame["state"]]
    return pd.concat(
        [columns_of(starts, "sender"), columns_of(ends, "receiver"), columns_of(states, "way"), frame], axis=1
    )


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return 5.4 if narrow else 4.8


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: boxes with names, arrows between them, what the lines mean below."""
    with style.styled():
        width, total = style.canvas(ax)
        narrow = style.is_narrow(ax)
        wide = 1.02 if narrow else 1.62
        legend = 3 * 0.24 + 0.1 if narrow else _LEGEND

        def place(x: float, y: float) -> tuple[float, float]:
            return (
                0.04 + wide / 2 + x * (width - wide - 0.08),
                legend + _HIGH / 2 + 0.06 + y * (total - legend - _HIGH - 0.12),
            )

        boxes = {
            name: _box(ax, place(*at), wide, words, narrow=narrow)
            for name, (at, words) in _actors(frame, language).items()
        }
        for row in rows_of(frame):
            if row.to:
                _arrow(ax, row, boxes, place)
        _legend(ax, language, width, narrow=narrow)
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: how many actors, and every way by what it is."""
    actors, said = _actors(frame, language), []
    for state in _STATES:
        mine = frame[frame["state"] == state]
        if len(mine):
            senders, receivers = mine[f"sender_{language}"], mine[f"receiver_{language}"]
            ways = "; ".join(f"{one} → {other}" for one, other in zip(senders, receivers, strict=True))
            said.append(f"{phrase(f'prestudy.way.{state}', language)}: {_whole(ways)}.")
    alone = frame.loc[frame["state"] == "none", f"sender_{language}"]
    if len(alone):
        said.append(f"{phrase('prestudy.way.none', language)}: {_whole(', '.join(alone))}.")
    return phrase("prestudy.alt.network", language, actors=str(len(actors)), ways=str(int((frame["to"] != "").sum())),
                  detail=" ".join(text[:1].upper() + text[1:] for text in said))  # fmt: skip


def _actors(frame: pd.DataFrame, language: Language) -> dict[str, tuple[tuple[float, float], str]]:
    found: dict[str, tuple[tuple[float, float], str]] = {}
    for row in rows_of(frame):
        found.setdefault(row.start, ((row.x_0, row.y_0), str(getattr(row, f"sender_{language}"))))
        if row.to:
            found.setdefault(row.to, ((row.x_1, row.y_1), str(getattr(row, f"receiver_{language}"))))
    return found


def _box(ax: Axes, at: tuple[float, float], wide: float, words: str, *, narrow: bool) -> FancyBboxPatch:
    from matplotlib.patches import FancyBboxPatch

    patch = FancyBboxPatch(
        (at[0] - wide / 2, at[1] - _HIGH / 2), wide, _HIGH, boxstyle="round,pad=0,rounding_size=0.06",
        facecolor=style.PAPER, edgecolor=style.INK, linewidth=0.9, zorder=3,
    )  # fmt: skip
    ax.add_patch(patch)
    told, size = (_broken(words, 12), 8.5) if narrow else (_broken(words, 16), 10)
    ax.text(*at, told, ha="center", va="center", fontsize=size, linespacing=1.05, zorder=4)
    return patch


def _broken(words: str, most: int) -> str:
    """Break a name into lines: between its words, or where a soft hyphen allows it."""
    lines = [""]
    for word in words.split():
        parts = word.split(_SOFT)
        for number, part in enumerate(parts):
            joint = " " if number == 0 and lines[-1] else ""
            last = number == len(parts) - 1
            if len(lines[-1]) + len(joint) + len(part) + (not last) <= most or not lines[-1]:
                lines[-1] += joint + part
            else:
                lines[-1] += "-" if number else ""
                lines.append(part)
    return "\n".join(lines)


def _whole(words: str) -> str:
    return words.replace(_SOFT, "")


def _arrow(ax: Axes, row: Any, boxes: dict[str, FancyBboxPatch], place: Any) -> None:
    from matplotlib.patches import FancyArrowPatch

    ax.add_patch(
        FancyArrowPatch(
            place(row.x_0, row.y_0), place(row.x_1, row.y_1), patchA=boxes[row.start], patchB=boxes[row.to],
            shrinkA=2, shrinkB=2, arrowstyle="-|>", mutation_scale=11, zorder=2, **_MANNER[row.state],
        )
    )  # fmt: skip


def _legend(ax: Axes, language: Language, width: float, *, narrow: bool) -> None:
    for number, state in enumerate(_STATES):
        x, y = (0.05, 0.62 - 0.24 * number) if narrow else (0.05 + number * width / 3, 0.14)
        ax.plot([x, x + 0.42], [y, y], **_MANNER[state])
        words = phrase(f"prestudy.way.{state}", language)
        ax.text(x + 0.5, y, words, va="center", fontsize=9 if narrow else 10)
