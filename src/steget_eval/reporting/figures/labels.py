"""The words and numbers that figures write beside their marks, taken from the words of the whole report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from steget_eval.protocol import Protocol
from steget_eval.reporting.text import LANGUAGES, Label, Language, code_label, label_text, numbers
from steget_eval.reporting.text.answers import arm_label, estimate_cell, level_label

_SHARES = frozenset({"percent", "points"})


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Give a frame's rows one by one, the columns as attributes."""
    yield from frame.itertuples(index=False)


def columns_of(labels: Iterable[Label], name: str) -> pd.DataFrame:
    """Return two columns of words, ``<name>_sv`` and ``<name>_en``, one row a label."""
    told = list(labels)
    return pd.DataFrame(
        {f"{name}_{language}": [label_text(label, language) for label in told] for language in LANGUAGES},
        dtype=object,
    )


def code_columns(codes: Iterable[str], family: str, name: str) -> pd.DataFrame:
    """Return two columns of words for codes of one family (``method``, ``state`` …)."""
    return columns_of((code_label(family, str(code)) for code in codes), name)


def arm_columns(protocol: Protocol, arms: Iterable[str]) -> pd.DataFrame:
    """Return two columns of words for arms, ``arm_sv`` and ``arm_en``; ``all`` is everyone."""
    everyone = code_label("subgroup", "all")
    return columns_of((everyone if arm == "all" else arm_label(protocol, str(arm)) for arm in arms), "arm")


def covariate_columns(protocol: Protocol, rows: pd.DataFrame) -> pd.DataFrame:
    """Return two columns of words for the covariate and level of each row of the baseline."""
    known = {one.id: one for one in protocol.covariates}
    labels: list[Label] = []
    for name, level in zip(rows["covariate"], rows["level"], strict=True):
        covariate = known.get(str(name))
        words = code_label("covariate", str(name)) if covariate is None else covariate.label.model_dump()
        has_level = isinstance(level, str) and level != ""
        labels.append(_joined(words, level_label(covariate, level)) if has_level else words)
    return columns_of(labels, "covariate")


def estimate_text(contrast: str, unit: str, estimate: float, low: float, high: float, language: Language) -> str:
    """Return ``14.5 (2.1–26.9)``: an estimate and its limits without unit, for the margin of a figure."""
    scale, decimals, _ = _manner(contrast, unit, estimate)
    value = numbers.number(scale * estimate, language, decimals)
    return f"{value} ({numbers.limits(scale * low, scale * high, language, decimals)})"


def value_text(contrast: str, unit: str, value: float, language: Language) -> str:
    """Return a value with the decimals of its contrast, so that the numbers of a column stand alike."""
    scale, decimals, kind = _manner(contrast, unit, value)
    if kind == "percent":
        return numbers.percent(value, language, decimals)
    return numbers.number(scale * value, language, decimals)


def tick_text(contrast: str, unit: str, value: float, language: Language) -> str:
    """Return a value of an axis as short as it can be told without losing it."""
    scale, _, kind = _manner(contrast, unit, value)
    told = round(scale * value, 9)
    decimals = next((places for places in range(3) if abs(told - round(told, places)) < 1e-9), 3)
    return numbers.percent(value, language, decimals) if kind == "percent" else numbers.number(told, language, decimals)


def _manner(contrast: str, unit: str, value: float) -> tuple[int, int, str]:
    row = {"contrast": contrast, "unit": unit, "estimate": value, "suppressed": False}
    cell = estimate_cell(row, interval=False)
    return 100 if cell.format in _SHARES else 1, cell.decimals, cell.format


def _joined(first: Label, second: Label) -> Label:
    return {language: f"{label_text(first, language)}: {label_text(second, language)}" for language in LANGUAGES}
