"""The source rows: the cells of every file one below the other, each row with its file and its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from steget_eval.core.errors import RecordsError
from steget_eval.core.identity import count_identity_numbers
from steget_eval.intake.database import parse_address, read_database_sheet
from steget_eval.intake.findings import ROWS_NAMED, Finding, Findings
from steget_eval.intake.readers import read_sheet
from steget_eval.intake.recipes.recipe import FileLayout, Recipe
from steget_eval.intake.rules import RULES
from steget_eval.intake.sheet import Sheet, UnreadableError, labelled


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """The rows of the files, as text.

    Attributes
    ----------
    cells
        One column of text per source column, under its name in small letters; empty where nothing is registered.
    files, numbers
        The file's name and the row's number in it, the header being row 1.
    unread
        Columns of each file that the recipe does not ask for, by their place from the left.
    notes
        What the readers have to tell of the files.
    """

    cells: pd.DataFrame
    files: np.ndarray
    numbers: np.ndarray
    unread: dict[str, tuple[int, ...]]
    notes: tuple[Finding, ...]

    def __len__(self) -> int:
        return len(self.numbers)

    def has(self, name: str) -> bool:
        """Tell whether a file has the column, whatever its letter case."""
        return folded(name) in self.cells.columns

    def column(self, name: str) -> pd.Series:
        """Return a column's text; a column that no file has is empty."""
        if not self.has(name):
            return pd.Series("", index=self.cells.index, dtype=object)
        return self.cells[folded(name)]

    def place(self, rows: np.ndarray) -> str:
        """Return where rows are, in words: file, then row numbers."""
        parts = []
        for file in dict.fromkeys(self.files[rows]):
            numbers = self.numbers[rows[self.files[rows] == file]]
            named = ", ".join(str(number) for number in numbers[:ROWS_NAMED])
            more = f" … ({len(numbers)} rows in all)" if len(numbers) > ROWS_NAMED else ""
            parts.append(f"{file}, {'row' if len(numbers) == 1 else 'rows'} {named}{more}")
        return "; ".join(parts)


def read_source(files: Sequence[str | Path], recipe: Recipe) -> Source:
    """Return the rows of the files; of a database by its address, those of the table that the recipe names.

    Raises
    ------
    RecordsError
        Where a file cannot be read, two have one name, or a column that the recipe asks for is in none of them.
    """
    names = [_named(file, recipe.file.sheet) for file in files]
    if not files:
        raise RecordsError("no file was given to import")
    if len(set(names)) < len(names):
        raise RecordsError("two files have the same name, so that their rows could not be told apart; rename one")
    if any(count_identity_numbers(name) for name in names):
        raise RecordsError("the name of a file holds an identity number; rename the file")
    sheets = {name: _read(file, recipe.file.sheet, name) for name, file in zip(names, files, strict=True)}
    wanted = asked_columns(recipe)
    frames = [_frame(name, sheet, recipe.file, wanted) for name, sheet in sheets.items()]
    cells = pd.concat(frames, ignore_index=True).fillna("").astype(object)
    _refuse_missing(set(cells.columns), recipe, names)
    notes = Findings(tuple(one for name, sheet in sheets.items() for one in _notes(name, sheet, wanted)))
    if notes.errors:
        raise RecordsError("\n".join(notes.errors.sentences()))
    return Source(
        cells=cells,
        files=np.repeat(np.array(names, dtype=object), [len(sheet.rows) for sheet in sheets.values()]),
        numbers=np.concatenate([sheet.rows for sheet in sheets.values()]),
        unread={
            name: tuple(place for place, title in enumerate(sheet.header, start=1) if folded(title) not in wanted)
            for name, sheet in sheets.items()
        },
        notes=notes.rows,
    )


def folded(name: str) -> str:
    """Return a column's name as it is compared: deliveries differ in letter case and outer spaces."""
    return name.strip().casefold()


def asked_columns(recipe: Recipe) -> set[str]:
    """Return every source column that the recipe asks for, as it is compared."""
    names = [name for cell in recipe.cells() for name in cell.names]
    names += [name for condition in recipe.conditions() for name in condition.columns()]
    if recipe.key is not None:
        names += [recipe.key.column] if isinstance(recipe.key.column, str) else recipe.key.column
    return {folded(name) for name in names}


def _named(file: str | Path, table: str) -> str:
    if "://" not in str(file):
        return Path(file).name
    if not table:
        raise RecordsError("the recipe does not say which table of the database it reads; name it in file.sheet")
    return f"{parse_address(str(file))}, {table}"


def _read(file: str | Path, table: str, name: str) -> Sheet:
    try:
        return read_database_sheet(str(file), table) if "://" in str(file) else read_sheet(Path(file), table)
    except UnreadableError as error:
        finding = RULES[error.rule].finding(
            file=name, count=len(error.rows), rows=error.rows[:ROWS_NAMED], allowed=error.allowed
        )
        raise RecordsError(finding.sentence()) from None


def _notes(name: str, sheet: Sheet, wanted: set[str]) -> list[Finding]:
    # A column that nobody asks for is not named: its name may be a cell of somebody's row.
    return [
        RULES[note.rule].finding(
            file=name, column=note.column if folded(note.column) in wanted else "", count=note.count,
            rows=note.rows[:ROWS_NAMED], allowed=note.allowed,
        )
        for note in sheet.notes
    ]  # fmt: skip


def _frame(name: str, sheet: Sheet, layout: FileLayout, wanted: set[str]) -> pd.DataFrame:
    titles = [folded(title) for title in sheet.header]
    twice = sorted({title for title in titles if titles.count(title) > 1 and title in wanted})
    if twice:
        raise RecordsError(f"{name}: a column that the recipe asks for stands twice: {', '.join(twice)}")
    missing = {text.strip().casefold() for text in layout.missing}
    sheet = labelled(sheet) if layout.labels else sheet
    columns = {
        title: _stripped(column, missing)
        for title, column in zip(titles, sheet.columns, strict=True)
        if title in wanted
    }
    return pd.DataFrame(columns, index=range(len(sheet.rows)), dtype=object)


def _stripped(column: np.ndarray, missing: set[str]) -> np.ndarray:
    codes, texts = pd.factorize(column)
    kept = [text.strip() for text in texts]
    array = np.array(["" if text.casefold() in missing else text for text in kept] or [""], dtype=object)
    taken: np.ndarray = array[codes]
    return taken


def _refuse_missing(there: set[str], recipe: Recipe, files: Sequence[str]) -> None:
    groups = [cell.names for cell in recipe.cells() if cell.names and not cell.optional and not cell.template]
    groups += [(name,) for cell in recipe.cells() if cell.template and not cell.optional for name in cell.names]
    if recipe.key is not None:
        groups.append((recipe.key.column,) if isinstance(recipe.key.column, str) else recipe.key.column)
    groups += [(name,) for condition in recipe.conditions() for name in condition.columns()]
    missing = [" or ".join(names) for names in groups if not {folded(name) for name in names} & there]
    if missing:
        raise RecordsError(f"{', '.join(files)}: the recipe {recipe.id} asks for columns that are not there: "
                           f"{', '.join(dict.fromkeys(missing))}")  # fmt: skip
