"""Forest plot of one question in each level of its groups, the whole at the bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.forest import axis_label
from steget_eval.reporting.figures.forest import draw as draw_forest
from steget_eval.reporting.figures.forest import height as forest_height
from steget_eval.reporting.figures.labels import columns_of, estimate_text, rows_of
from steget_eval.reporting.tables.subgroups import group_words, level_words, rows_by_group
from steget_eval.reporting.text import Label, Language, key_label, label_text, phrase
from steget_eval.reporting.text.sentences import main_row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release import Release

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("level", "estimate", "conf_low", "conf_high")
_WHOLE = "whole"
_NAMES = ["contrast", "subgroup", "unit", "estimate", "conf_low", "conf_high", "conf_level", "suppressed"]


def subgroup_forest(
    release: Release, *, estimand: str | None = None, language: Language = "en", ax: Axes | None = None
) -> Axes:  # fmt: skip
    """Draw a question's levels, the primary one's unless another is named."""
    frame = behind(release, estimand or release.protocol.primary)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: Release, estimand: str) -> pd.DataFrame:
    """Return one row per level of each group, in the order of the tables, and last the whole."""
    whole = main_row(release, estimand)
    if whole is None:
        return pd.DataFrame()
    rows = rows_by_group(release, estimand)
    levels = rows[(rows["contrast"] == whole["contrast"]) & ~rows["subgroup"].str.endswith("=*")]
    frame = pd.concat([levels[_NAMES], pd.DataFrame([whole])[_NAMES].assign(subgroup=_WHOLE)], ignore_index=True)
    words = columns_of([_name(release, str(one)) for one in frame["subgroup"]], "level")
    axis = columns_of([axis_label(row) for row in rows_of(frame)], "axis")
    return pd.concat([words, frame, axis], axis=1)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    return forest_height(frame, narrow=narrow)


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the levels as the forest of methods draws its methods, held against the whole."""
    laid = frame.rename(columns={"level_sv": "method_sv", "level_en": "method_en"})
    # What the others are held against is drawn by `forest` as its benchmark is.
    return draw_forest(laid.assign(subgroup=frame["subgroup"].replace({_WHOLE: "benchmark"})), language, ax)


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words, every level with its numbers."""
    parts = [
        phrase(
            "alt.forest_item", language, method=str(getattr(row, f"level_{language}")), estimate=_numbers(row, language)
        )
        for row in rows_of(frame)
    ]
    return phrase("alt.subgroup_forest", language, count=str(len(frame) - 1), detail=" ".join(parts))


def _numbers(row: Any, language: Language) -> str:
    if row.suppressed:
        return phrase("cell.suppressed", language)
    return estimate_text(row.contrast, row.unit, row.estimate, row.conf_low, row.conf_high, language)


def _name(release: Release, subgroup: str) -> Label:
    if subgroup == _WHOLE:
        return key_label("subgroups.whole")
    group, _, level = subgroup.partition("=")
    words, own = group_words(release.protocol, group), level_words(release.protocol, group, level)
    return {one: f"{label_text(words, one)}: {label_text(own, one)}" for one in ("sv", "en")}
