"""Takes the person of each source row from the recipe's key column, and lets no identity number past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from steget_eval.core.errors import RecordsError
from steget_eval.core.identity import (
    IdentityTally,
    count_identity_numbers,
    is_nearly_identity_number,
    lacks_leading_zeros,
    read_identity_number,
    tally_identity_numbers,
)
from steget_eval.intake.importing.source import Source
from steget_eval.intake.recipes.recipe import Key, Recipe

#: From the text of a key column to a pseudonym, with a key that lies outside the project.
Pseudonymise = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Person:
    """The person of each source row, one text per row; empty where there is none.

    Attributes
    ----------
    birth_year, sex
        From the identity number, only where the recipe asks for it.
    tally
        How many identity numbers of each kind the key column had.
    """

    pseudonym: np.ndarray
    birth_year: np.ndarray
    sex: np.ndarray
    tally: IdentityTally


def read_person(source: Source, recipe: Recipe, pseudonymise: Pseudonymise | None, this_year: int) -> Person:
    """Return the person of every row.

    Raises
    ------
    RecordsError
        Where the recipe asks for pseudonyms and no key was given, or takes the column as it is and it holds identity
        numbers.
    """
    empty = np.full(len(source), "", dtype=object)
    key = recipe.key
    if key is None:
        return Person(pseudonym=empty, birth_year=empty, sex=empty, tally=IdentityTally())
    keys = _keys(source, key)
    codes, texts = pd.factorize(keys)
    is_identity = np.array([count_identity_numbers(t) > 0 or is_nearly_identity_number(t) for t in texts], dtype=bool)
    _refuse_short(texts, codes, source, is_beside_whole=bool(is_identity.any()))
    if key.pseudonym == "hmac":
        if pseudonymise is None:
            raise RecordsError(f"the recipe {recipe.id} makes pseudonyms by a secret key; give its file with --key")
        pseudonyms = [pseudonymise(text) if text else "" for text in texts]
    else:
        if is_identity.any():
            raise RecordsError(f"{source.place(np.flatnonzero(is_identity[codes]))}: identity numbers in the column of "
                               "persons; let the recipe say pseudonym: hmac, and give a key with --key")  # fmt: skip
        pseudonyms = list(texts)
    asked = {cell.derive for cell in recipe.cells()}
    numbers = [read_identity_number(text) for text in texts]
    years = [number.year_of_birth(this_year) if number and "birth_year" in asked else None for number in numbers]
    sexes = [number.sex if number and "sex" in asked else "" for number in numbers]
    return Person(
        pseudonym=_spread(pseudonyms, codes),
        birth_year=_spread(["" if year is None else str(year) for year in years], codes),
        sex=_spread(sexes, codes),
        tally=tally_identity_numbers(keys),
    )


def _refuse_short(texts: np.ndarray, codes: np.ndarray, source: Source, *, is_beside_whole: bool) -> None:
    # One short number beside whole ones is one of them; else it takes most of a column to tell them from other ids.
    is_short = np.array([lacks_leading_zeros(text) for text in texts], dtype=bool)
    is_most = 2 * is_short.sum() > sum(text.isdigit() for text in texts)
    if is_short.any() and (is_most or is_beside_whole):
        raise RecordsError(f"{source.place(np.flatnonzero(is_short[codes]))}: identity numbers without their leading "
                           "zeros, as a spreadsheet keeps them; store the column as text, with ten or twelve "
                           "digits")  # fmt: skip


def _keys(source: Source, key: Key) -> np.ndarray:
    names = (key.column,) if isinstance(key.column, str) else key.column
    keys = np.full(len(source), "", dtype=object)
    for name in reversed(names):
        column = source.column(name).to_numpy()
        keys = np.where(column != "", column, keys)
    return keys


def _spread(texts: list[str], codes: np.ndarray) -> np.ndarray:
    spread: np.ndarray = np.array(texts or [""], dtype=object)[codes]
    return spread
