"""The one manner of every figure: white ground, one accent, greys, words beside what they name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The accent and the greys; every one that carries text has at least 4.5:1 against white.
ACCENT = "#0b5f73"
ACCENT_TINT = "#cfe3e8"
INK = "#1d2226"
GREY = "#545c64"
RULE = "#c7cdd3"
GREY_TINT = "#e4e7ea"
PAPER = "#ffffff"

#: Widths in inches: a page of text, and a phone of 360 px less its margins, both drawn one to one.
WIDE, NARROW = 7.2, 3.4

_RC: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],  # ships with matplotlib: the same glyphs on every machine
    "font.size": 9.5,
    "axes.labelsize": 9.5,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.formatter.use_locale": False,
    "axes.unicode_minus": True,
    "text.color": INK,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "hatch.linewidth": 0.7,
    "hatch.color": GREY,
    "svg.fonttype": "path",
    "svg.hashsalt": "steget_eval",
    "figure.dpi": 100,
    "path.simplify": False,
}


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the house's manner inside the block, and leave everything global as it was."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_RC)  # type: ignore[arg-type]
        yield


def new_axes(width: float, height: float) -> Axes:
    """Return the axes of a new figure of `width` by `height` inches, known to no global state."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), facecolor=PAPER)
    return figure.add_axes((0, 0, 1, 1))


def size(ax: Axes) -> tuple[float, float]:
    """Return the width and height of the axes in inches."""
    box = ax.get_window_extent()
    return float(box.width / ax.figure.dpi), float(box.height / ax.figure.dpi)


def is_narrow(ax: Axes) -> bool:
    """Tell whether the axes are as narrow as a phone."""
    return size(ax)[0] < 5


def canvas(ax: Axes) -> tuple[float, float]:
    """Turn the axes into a blank sheet measured in inches from its lower left corner; return its width and height."""
    width, height = size(ax)
    ax.set(xlim=(0, width), ylim=(0, height))
    ax.set_axis_off()
    return width, height


def panel(ax: Axes, left: float, bottom: float, width: float, height: float) -> Axes:
    """Return axes that lie on a sheet made by `canvas`, placed in inches."""
    return ax.inset_axes((left, bottom, width, height), transform=ax.transData)


def quiet_frame(ax: Axes) -> None:
    """Leave only the horizontal axis and its ticks."""
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
