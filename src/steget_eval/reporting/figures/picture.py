"""Draws a named figure from the frame behind it, at page width or phone width."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol

import pandas as pd

from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.drawn import drawn_once
from steget_eval.reporting.figures.labels import value_text
from steget_eval.reporting.text import Language, numbers, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release import Release
    from steget_eval.reporting.release_evidence import EvidenceRelease

FigureName = Literal[
    "actor_network", "calendar_plan", "change_plot", "cumulative_incidence", "flow_diagram", "forest", "funnel",
    "event_study", "hundred_people", "interrupted_series", "joint_shares", "love_plot", "move_matrix", "panel_series",
    "power_curve", "scale_means", "spec_curve", "state_shares", "status_bounds", "studies_forest", "subgroup_forest",
    "target", "target_counts", "tipping_map",
]  # fmt: skip


_LIMITS = frozenset({"estimate", "conf_low", "conf_high", "low", "high", "bound_low", "bound_high"})


class _Module(Protocol):
    """What every figure's file holds."""

    SHOWN: tuple[str, ...]

    def height(self, frame: pd.DataFrame, *, narrow: bool) -> float: ...
    def draw(self, frame: pd.DataFrame, language: Language, ax: Axes) -> Axes: ...
    def describe(self, frame: pd.DataFrame, language: Language) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure's frame with all that a page needs of it."""

    name: FigureName
    frame: pd.DataFrame

    def svg(self, language: Language, prefix: str, *, narrow: bool) -> str:
        """Return the picture as inline SVG, for a page or for a phone; a run draws each one once."""
        what = [self.name, to_body(self.frame), language, prefix, narrow]
        return drawn_once(what, lambda: self._draw(language, prefix, narrow=narrow))

    def alternative(self, language: Language) -> str:
        """Return the picture in words, made from the frame alone."""
        return _module(self.name).describe(self.frame, language)

    def table(self, language: Language) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Return headings and rows of the frame behind the picture as text, for the page's folded table."""
        names = _module(self.name).SHOWN
        rows = tuple(
            tuple(_text(row, name, language) for name in names) for row in self.frame.astype(object).to_dict("records")
        )
        return tuple(phrase(f"picture.column.{name}", language) for name in names), rows

    def _draw(self, language: Language, prefix: str, *, narrow: bool) -> str:
        from steget_eval.reporting.figures.svg import inline_svg

        module = _module(self.name)
        with style.styled():
            ax = style.new_axes(style.NARROW if narrow else style.WIDE, module.height(self.frame, narrow=narrow))
        module.draw(self.frame, language, ax)
        return inline_svg(ax.figure, prefix)  # type: ignore[arg-type]


def behind(name: FigureName, release: Release) -> pd.DataFrame:
    """Return the frame behind a figure, from what passed the gate."""
    found: pd.DataFrame = import_module(f"steget_eval.reporting.figures.{name}").behind(release)
    return found


def curves_behind(release: Release, estimand: str) -> pd.DataFrame:
    """Return the frame behind the curves of one estimand."""
    from steget_eval.reporting.figures.cumulative_incidence import behind as frame_behind

    return frame_behind(release, estimand)


def question_behind(release: Release, estimand: str, beside: tuple[str, ...]) -> pd.DataFrame:
    """Return the frame behind the forest of one estimand, with others of the same outcome and contrast beside it."""
    from steget_eval.reporting.figures.forest import behind_question

    return behind_question(release, estimand, beside=beside)


def joint_behind(release: Release, joint: str) -> pd.DataFrame:
    """Return the frame behind the four shares of one joint question."""
    from steget_eval.reporting.figures.joint_shares import behind as frame_behind

    return frame_behind(release, joint)


def subgroups_behind(release: Release, estimand: str) -> pd.DataFrame:
    """Return the frame behind the forest of one question by group."""
    from steget_eval.reporting.figures.subgroup_forest import behind as frame_behind

    return frame_behind(release, estimand)


def scales_behind(release: Release, estimand: str) -> pd.DataFrame:
    """Return the frame behind the means of one question of a difference in change."""
    from steget_eval.reporting.figures.scale_means import behind as frame_behind

    return frame_behind(release, estimand)


def moves_behind(release: Release, estimand: str) -> pd.DataFrame:
    """Return the frame behind the matrix of one question of moves."""
    from steget_eval.reporting.figures.move_matrix import behind as frame_behind

    return frame_behind(release, estimand)


def tipping_behind(release: Release, estimand: str) -> pd.DataFrame:
    """Return the frame behind the tipping-point map of one question."""
    from steget_eval.reporting.figures.tipping_map import behind as frame_behind

    return frame_behind(release, estimand)


def behind_evidence(name: Literal["funnel", "studies_forest"], release: EvidenceRelease, pool: str) -> pd.DataFrame:
    """Return the frame behind a figure of the published evidence."""
    from steget_eval.reporting.tables.evidence_rows import forest_frame, funnel_frame

    return funnel_frame(release, pool) if name == "funnel" else forest_frame(release, pool)


def to_body(frame: pd.DataFrame) -> dict[str, Any]:
    """Return a frame as strict JSON: columns and rows, a missing value null."""
    rows = [[_strict(value) for value in row] for row in frame.itertuples(index=False, name=None)]
    return {"columns": list(frame.columns), "rows": rows}


def from_body(body: dict[str, Any]) -> pd.DataFrame:
    """Return the frame that `to_body` told of; null in a column of numbers becomes NaN."""
    frame = pd.DataFrame(body["rows"], columns=body["columns"])
    for name in frame.columns:
        values = [value for value in frame[name] if value is not None]
        told = [float(value) if value in ("inf", "-inf") else value for value in values]
        if told and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in told):
            frame[name] = pd.to_numeric(frame[name].replace({"inf": float("inf"), "-inf": float("-inf")}))
        elif not told:
            frame[name] = frame[name].astype(float)
    return frame


def _text(row: Mapping[Hashable, Any], name: str, language: Language) -> str:
    value = row.get(f"{name}_{language}", row.get(name))
    if isinstance(value, str):
        return phrase(f"picture.part.{value}", language) if name == "part" else value
    if value is None or pd.isna(value):
        return phrase("cell.suppressed", language) if row.get("suppressed") else numbers.MISSING
    if "is_share" in row and isinstance(value, float):
        return _of_panel(float(value), row, language)
    if name in _LIMITS and "contrast" in row:
        return value_text(str(row["contrast"]), str(row["unit"]), float(value), language)
    if name in _LIMITS or name in {"share", "weight"}:
        return numbers.percent(float(value), language)
    return numbers.number(float(value), language, 2 if name.startswith(("smd", "std")) else 0)


def _of_panel(value: float, row: Mapping[Hashable, Any], language: Language) -> str:
    if not row["is_share"]:
        return numbers.number(value, language)
    return numbers.points(value, language) if row["is_difference"] else numbers.percent(value, language)


def _strict(value: Any) -> Any:
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return None
    if hasattr(value, "item"):
        return _strict(value.item())
    if value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    return value


def _module(name: FigureName) -> _Module:
    return import_module(f"steget_eval.reporting.figures.{name}")
