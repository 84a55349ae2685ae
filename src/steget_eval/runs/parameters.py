"""What a notebook declares in its parameters cell, read without running it, and what it is given."""

from __future__ import annotations

import ast
import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Literal, Optional, Union

from pydantic import ConfigDict, TypeAdapter, ValidationError

from steget_eval.core.errors import InputError
from steget_eval.runs.notebook import read_cells

#: The names that an annotation may be built of; one that is built of others is not checked.
_NAMES: dict[str, Any] = {
    "str": str, "int": int, "float": float, "bool": bool, "None": None, "date": date, "datetime": datetime,
    "time": time, "Path": Path, "tuple": tuple, "list": list, "dict": dict, "Literal": Literal, "Optional": Optional,
    "Union": Union, "Sequence": Sequence, "Mapping": Mapping, "Any": Any,
}  # fmt: skip
_STRICT = ConfigDict(strict=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter that a notebook declares.

    Attributes
    ----------
    annotation
        The type as it is written; empty where none is.
    type
        What a value must be; `Any` where the annotation is absent or built of names that are not known here.
    required
        Whether it is declared without a value.
    """

    name: str
    annotation: str = ""
    type: Any = Any
    required: bool = False


def declared_parameters(path: Path) -> tuple[Parameter, ...]:
    """Return what the notebook's cell tagged ``parameters`` declares, in its order.

    Raises
    ------
    InputError
        Where there is no such notebook, no such cell, or the cell is not Python.
    """
    source = _parameters_cell(path)
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise InputError(f"{path}: line {error.lineno} of the cell tagged parameters is not Python") from None
    found: dict[str, Parameter] = {}
    for statement in body:
        for one in _declared(statement):
            found[one.name] = one
    return tuple(found.values())


def check_parameters(path: Path, parameters: Mapping[str, Any]) -> None:
    """Refuse a parameter that the notebook does not declare, whose value has not the declared type, or that is missing.

    Parameters
    ----------
    parameters
        JSON values, as a batch file says them: a date in ISO 8601, a path as text, a tuple as a list.
    """
    declared = {one.name: one for one in declared_parameters(path)}
    faults = [_unknown(name, declared, path) for name in parameters if name not in declared]
    for name, value in parameters.items():
        if name in declared:
            faults += _mistyped(declared[name], value, path)
    faults += [
        f"parameters.{one.name} is missing; {path.name} declares {one.name}: {one.annotation or 'a value'}, "
        "and gives it none"
        for one in declared.values()
        if one.required and one.name not in parameters
    ]
    if faults:
        raise InputError("\n".join(faults))


def typed_parameters(path: Path, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as the notebook declares them: dates, paths and tuples where JSON has text and lists."""
    declared = {one.name: one for one in declared_parameters(path)}
    return {name: _validated(declared[name].type, value) for name, value in parameters.items()}


def _parameters_cell(path: Path) -> str:
    tagged = [cell for cell in read_cells(path) if "parameters" in cell.tags]
    if not tagged:
        raise InputError(f"{path}: the notebook has no cell tagged parameters")
    return tagged[0].source


def _declared(statement: ast.stmt) -> list[Parameter]:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        written = _unquoted(statement.annotation)
        return [
            Parameter(
                name=statement.target.id,
                annotation=ast.unparse(written),
                type=_type(written),
                required=statement.value is None,
            )
        ]
    if isinstance(statement, ast.Assign):
        return [Parameter(name=one.id) for one in statement.targets if isinstance(one, ast.Name)]
    return []


def _unquoted(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return ast.parse(node.value, mode="eval").body
        except SyntaxError:
            return node
    return node


def _type(node: ast.expr) -> Any:
    """Return the type that an annotation names, or `Any`; nothing of the notebook is evaluated."""
    try:
        return _built(node)
    except (KeyError, TypeError):
        return Any


def _built(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return _NAMES[node.id]
    if isinstance(node, ast.Attribute):  # datetime.date, pathlib.Path
        return _NAMES[node.attr]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_built(node.operand)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return Union[_built(node.left), _built(node.right)]  # noqa: UP007 - the parts are values here
    if isinstance(node, ast.Tuple):
        return tuple(_built(one) for one in node.elts)
    if isinstance(node, ast.Subscript):
        return _built(node.value)[_built(node.slice)]
    raise KeyError(ast.dump(node))


def _unknown(name: str, declared: Mapping[str, Parameter], path: Path) -> str:
    near = difflib.get_close_matches(name, declared, n=1)
    allowed = ", ".join(sorted(declared)) or "none"
    hint = f"did you mean {near[0]}?" if near else f"allowed: {allowed}"
    return f"parameters.{name} is not a parameter of {path.name}; {hint}"


def _mistyped(one: Parameter, value: Any, path: Path) -> list[str]:
    try:
        _validated(one.type, value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        why = first["msg"][:1].lower() + first["msg"][1:]
        return [f"parameters.{one.name} is {value!r}; {path.name} declares {one.name}: {one.annotation}: {why}"]
    return []


def _validated(type_: Any, value: Any) -> Any:
    # JSON has no dates, paths or tuples, so that strictness asks only what the text says; 24.0 is no int, "24" neither.
    return TypeAdapter(type_, config=_STRICT).validate_json(json.dumps(value, allow_nan=False), strict=True)
