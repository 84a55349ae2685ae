"""Asks a recipe's conditions of every source row at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np
import pandas as pd

from steget_eval.core.errors import RecordsError
from steget_eval.intake.importing.cells import number_of
from steget_eval.intake.importing.source import Source
from steget_eval.intake.recipes.condition import Condition
from steget_eval.intake.recipes.recipe import FileLayout


def holds(
    condition: Condition | None, source: Source, layout: FileLayout, asked: np.ndarray | None = None
) -> np.ndarray:
    """Return for which rows a condition holds; no condition holds for all.

    Parameters
    ----------
    asked
        Which rows are asked at all, all without it; of the others nothing is refused.

    Raises
    ------
    RecordsError
        Where a row is asked for a number and what stands there is none: it would be left out without a word.
    """
    if condition is None:
        return np.ones(len(source), dtype=bool)
    if condition.column:
        return _of_cell(condition, source, layout, np.ones(len(source), dtype=bool) if asked is None else asked)
    inner = condition.all or condition.any or condition.none
    answers = [holds(one, source, layout, asked) for one in inner]
    if condition.all:
        return reduce(np.logical_and, answers)
    either = reduce(np.logical_or, answers)
    return ~either if condition.none else either


def _of_cell(condition: Condition, source: Source, layout: FileLayout, asked: np.ndarray) -> np.ndarray:
    column = source.column(condition.column)
    if condition.filled is not None:
        is_filled: np.ndarray = column.to_numpy() != ""
        return is_filled if condition.filled else ~is_filled
    if condition.one_of:
        wanted = {text.casefold() for text in condition.one_of}
        return _asked(column, lambda text: text.casefold() in wanted)
    if condition.holds:
        wanted = {text.casefold() for text in condition.holds}
        return _asked(column, lambda text: any(p.strip().casefold() in wanted for p in text.split(layout.separator)))
    return _is_above(condition, source, layout, asked)


def _asked(column: pd.Series, question: Callable[[str], bool]) -> np.ndarray:
    codes, texts = pd.factorize(column.to_numpy())
    answers: np.ndarray = np.array([question(text) for text in texts], dtype=bool)[codes]
    return answers


def _is_above(condition: Condition, source: Source, layout: FileLayout, asked: np.ndarray) -> np.ndarray:
    left, bound = _numbers(condition.column, source, layout, asked), condition.above
    right = _numbers(bound, source, layout, asked) if isinstance(bound, str) else np.full(len(left), float(bound))
    answers: np.ndarray = left > right  # an empty cell is not a number, and above nothing
    return answers


def _numbers(name: str, source: Source, layout: FileLayout, asked: np.ndarray) -> np.ndarray:
    codes, texts = pd.factorize(source.column(name).to_numpy())
    read = [number_of(text, layout.decimal) for text in texts]
    is_wrong = np.array([bool(text) and one is None for text, one in zip(texts, read, strict=True)], dtype=bool)
    wrong = np.flatnonzero(is_wrong[codes] & asked)
    if len(wrong):
        sign = "comma" if layout.decimal == "," else "point"
        raise RecordsError(
            f"{source.place(wrong)}: column {name} is no number with decimal {sign}, which the recipe asks"
        )
    values = np.array([np.nan if one is None else float(one) for one in read], dtype=float)
    numbers: np.ndarray = values[codes]
    return numbers
