"""Proposes a recipe from a file's own columns, to be read through and changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from steget_eval.core.errors import RecordsError
from steget_eval.core.frames import Tidy
from steget_eval.intake.findings import ROWS_NAMED
from steget_eval.intake.readers import read_sheet
from steget_eval.intake.recipes.draft_columns import SourceColumn, look_at
from steget_eval.intake.recipes.draft_words import code_of, plain
from steget_eval.intake.rules import RULES
from steget_eval.intake.sheet import UnreadableError, labelled

if TYPE_CHECKING:
    import pandas as pd


_COUNTED = ("period", "category")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Draft(Tidy):
    """A proposed recipe.

    Attributes
    ----------
    text
        YAML that loads; what is not decided yet stands in the comments above it.
    columns
        What was seen in each column of the source.
    becomes
        What each column becomes, in the same order; empty where it is not read.
    """

    text: str
    columns: tuple[SourceColumn, ...]
    becomes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per column of the source; never a cell of it."""
        import pandas as pd

        rows = [(one.place, one.name, one.kind, what) for one, what in zip(self.columns, self.becomes, strict=True)]
        return pd.DataFrame(rows, columns=["place", "column", "kind", "becomes"])


def draft_recipe(file: str | Path, *, sheet: str = "") -> Draft:
    """Return a proposed recipe for files of this kind.

    Codes are listed only for columns of few different texts, never for ids, names or free text.

    Raises
    ------
    RecordsError
        Where the file cannot be read, or neither persons nor counts can be found in it.
    """
    path = Path(file)
    try:
        content = read_sheet(path, sheet)
    except UnreadableError as error:
        finding = RULES[error.rule].finding(
            file=path.name, count=len(error.rows), rows=error.rows[:ROWS_NAMED], allowed=error.allowed
        )
        raise RecordsError(finding.sentence()) from None
    has_labels = any(content.value_labels.values())
    columns = look_at(labelled(content))
    found = {one.ours: one for one in reversed(columns) if one.ours}
    if "participant_id" in found:
        made = _of_spells(found) if {"state", "enrolled_on"} <= set(found) else _of_persons(found, columns)
    elif {"woman", "man"} <= set(by_sex := _columns_by_sex(columns)):
        made = _of_counts_by_sex(found, by_sex)
    elif "n" in found:
        made = _of_counts(found)
    else:
        raise RecordsError(f"{path.name}: no column is named as one of persons (id, löpnr, deltagar_id, personnummer) "
                           "or of counts (antal, n); rename one and draft again")  # fmt: skip
    becomes = tuple(made.becomes.get(one.name, "") for one in columns)
    layout = {"decimal": ",", "separator": "|", **({"sheet": sheet} if sheet else {}),
            **({"labels": True} if has_labels else {})}  # fmt: skip
    return Draft(text=_text(layout, made, columns, becomes), columns=columns, becomes=becomes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    key: dict[str, Any] | None
    tables: list[dict[str, Any]]
    baseline: dict[str, Any]
    becomes: dict[str, str]


def _of_persons(found: dict[str, SourceColumn], columns: tuple[SourceColumn, ...]) -> _Made:
    cells: dict[str, Any] = {"participant_id": {"key": True}}
    becomes = {found["participant_id"].name: "participants.participant_id"}
    arm = found.get("arm")
    cells["arm"] = {"column": arm.name} if arm else {"constant": "programme"}
    for name in ("enrolled_on", "discharged_on", "site", "sex", "birth_year"):
        if name in found:
            cells[name] = _cell(found[name], name)
            becomes[found[name].name] = f"participants.{name}"
    if arm:
        becomes[arm.name] = "participants.arm"
    statuses = [_status(found, when, occasion, becomes) for when, occasion in (("before", "start"), ("after", "exit"))]
    baseline: dict[str, Any] = {}
    for one in columns:
        if not one.ours and one.kind in {"code", "integer", "number"}:
            name = _own_name(one, baseline)
            cells[name], baseline[name] = _own_column(one)
            becomes[one.name] = f"participants.{name}"
    participants: dict[str, Any] = {"table": "participants", "columns": cells}
    if "enrolled_on" in cells:
        participants["merge"] = {"by": ["participant_id"], "keep": "first", "order": "enrolled_on"}
    tables = [participants, *(table for table in statuses if table)]
    return _Made(key=_key(found["participant_id"]), tables=tables, baseline=baseline, becomes=becomes)


def _status(found: dict[str, SourceColumn], when: str, occasion: str, becomes: dict[str, str]) -> dict[str, Any] | None:
    occupation = found.get(f"occupation_{when}")
    if occupation is None:
        return None
    cells: dict[str, Any] = {"participant_id": {"key": True}, "occasion": {"constant": occasion}}
    cells["occupation"] = {**_cell(occupation, "occupation"), "empty": "unknown"}
    becomes[occupation.name] = f"statuses.occupation at {occasion}"
    income = found.get(f"income_{when}")
    if income is not None:
        cells["income_sources"] = _cell(income, "income_sources")
        becomes[income.name] = f"statuses.income_sources at {occasion}"
    return {"table": "statuses", "of": "kept", "derived": True, "when": {"column": occupation.name, "filled": True},
            "columns": cells}  # fmt: skip


def _of_spells(found: dict[str, SourceColumn]) -> _Made:
    cells: dict[str, Any] = {"participant_id": {"key": True}}
    becomes = {found["participant_id"].name: "spells.participant_id"}
    for name, column in {"state": "state", "started_on": "enrolled_on", "ended_on": "discharged_on",
                         "extent_percent": "extent_percent"}.items():  # fmt: skip
        if column in found:
            cells[name] = _cell(found[column], name)
            becomes[found[column].name] = f"spells.{name}"
    if "ended_on" in cells:
        cells["ended_on"]["plus_days"] = 1
    table = {"table": "spells", "columns": cells}
    return _Made(key=_key(found["participant_id"]), tables=[table], baseline={}, becomes=becomes)


def _of_counts(found: dict[str, SourceColumn]) -> _Made:
    cells: dict[str, Any] = {}
    for name in ("period", "category", "sex", "n"):
        cells[name] = _cell(found[name], name) if name in found else {"constant": "unknown" if name == "sex" else name}
    becomes = {found[name].name: f"counts.{name}" for name in cells if name in found}
    return _Made(key=None, tables=[{"table": "counts", "columns": cells}], baseline={}, becomes=becomes)


def _columns_by_sex(columns: tuple[SourceColumn, ...]) -> dict[str, SourceColumn]:
    return {code_of(one.name, "sex"): one for one in columns if one.kind == "integer" and code_of(one.name, "sex")}


def _of_counts_by_sex(found: dict[str, SourceColumn], by_sex: dict[str, SourceColumn]) -> _Made:
    # A row of the source is one of ours for each sex, and one without a sex where it has a total of its own.
    shared = {name: _cell(found[name], name) if name in found else {"constant": name} for name in _COUNTED}
    numbers = [(sex, column) for sex, column in by_sex.items() if column is not found.get("n")]
    numbers += [("", found["n"])] if "n" in found else []
    tables: list[dict[str, Any]] = []
    becomes = {found[name].name: f"counts.{name}" for name in _COUNTED if name in found}
    for sex, column in numbers:
        cells = {**shared, **({"sex": {"constant": sex}} if sex else {}), "n": {"column": column.name}}
        tables.append({"table": "counts", **({"derived": True} if tables else {}), "columns": cells})
        becomes[column.name] = f"counts.n of {sex}" if sex else "counts.n, the total"
    return _Made(key=None, tables=tables, baseline={}, becomes=becomes)


def _key(column: SourceColumn) -> dict[str, Any]:
    return {"column": column.name, "pseudonym": "hmac" if column.kind == "identity" else "as_is"}


def _cell(column: SourceColumn, name: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"column": column.name}
    if name in {"sex", "occupation", "income_sources", "state"}:
        together = column.together if name != "income_sources" else ()
        codes = {text: code_of(text, name) for text in (*column.texts, *together)}
        cell.update({"codes": codes} if codes else {})
    if column.dates not in {None, "YYYY-MM-DD"}:
        cell["dates"] = [column.dates]
    return cell


def _own_name(column: SourceColumn, taken: dict[str, Any]) -> str:
    bare = plain(column.name)
    name = bare if bare[:1].isalpha() else f"column_{column.place}"
    return name if name not in taken else f"{name}_{column.place}"


def _own_column(column: SourceColumn) -> tuple[dict[str, Any], dict[str, Any]]:
    label = {"sv": column.name, "en": column.name}
    if column.kind != "code":
        return {"column": column.name}, {"type": column.kind, "label": label}
    codes = {text: f"c{number}_{plain(text)}".rstrip("_") for number, text in enumerate(column.texts, start=1)}
    words = {code: {"sv": text, "en": text} for text, code in codes.items()}
    return {"column": column.name, "codes": codes}, {"type": "code", "label": label, "codes": words}


def _text(layout: dict[str, Any], made: _Made, columns: tuple[SourceColumn, ...], becomes: tuple[str, ...]) -> str:
    content: dict[str, Any] = {
        "schema_version": 1, "id": "drafted", "title": {"sv": "Namnge källan", "en": "Name the source"},
        "source": {"sv": "Säg varifrån uppgifterna kommer", "en": "Say where the records come from"},
        "file": layout,
    }  # fmt: skip
    if made.key:
        content["key"] = made.key
    content["tables"] = made.tables
    if made.baseline:
        content["baseline"] = made.baseline
    body: str = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)
    return "\n".join([*_comments(made, columns, becomes), body])


def _comments(made: _Made, columns: tuple[SourceColumn, ...], becomes: tuple[str, ...]) -> list[str]:
    lines = ["# A draft: the columns were guessed from their names and cells. Read it through and change it."]
    lines += [f"# not read: column {one.place}, {one.name} ({one.kind})"
              for one, what in zip(columns, becomes, strict=True) if not what]  # fmt: skip
    for table in made.tables:
        for name, cell in table["columns"].items():
            undecided = sum(code == "" for code in cell.get("codes", {}).values())
            if undecided:
                lines.append(f'# decide: {table["table"]}.{name}: {undecided} texts have no code yet ("" is unknown)')
    if any("plus_days" in cell for table in made.tables for cell in table["columns"].values()):
        lines.append("# check: the end is taken as the last day, so that the spell ends the day after it")
    return lines
