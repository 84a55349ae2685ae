"""Parameters as the engine takes them: JSON that becomes dates, paths and tuples in the notebook's own cell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import PurePath
from typing import Any

from papermill.translators import PythonTranslator, papermill_translators

#: Kind of value to the line that the injected cell needs for it; the names are ours, so that none of the notebook's is
#: shadowed.
_IMPORTS = {
    "_date": "from datetime import date as _date",
    "_datetime": "from datetime import datetime as _datetime",
    "_time": "from datetime import time as _time",
    "_Path": "from pathlib import Path as _Path",
}


class _Written(str):
    """A text in the record of a run that is a call in the injected cell."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, text: str, name: str) -> _Written:
        made = super().__new__(cls, text)
        made.name = name
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> _Written:
        return self


class _Tuple(list[Any]):
    """A list in the record of a run that is a tuple in the injected cell."""


class TypedTranslator(PythonTranslator):  # type: ignore[misc]
    """Papermill's own translator, which turns a tuple into text and fails on dates and paths, with these kept."""

    @classmethod
    def translate(cls, val: Any) -> str:
        """Return a value as Python source."""
        if isinstance(val, _Written):
            return f"{val.name}({str(val)!r})" if val.name == "_Path" else f"{val.name}.fromisoformat({str(val)!r})"
        if isinstance(val, _Tuple):
            inside = ", ".join(cls.translate(one) for one in val)
            return f"({inside},)" if len(val) == 1 else f"({inside})"
        source: str = super().translate(val)
        return source

    @classmethod
    def codify(cls, parameters: Mapping[str, Any], comment: str = "Parameters") -> str:
        """Return the injected cell: the imports that the values need, then the assignments."""
        lines = "".join(f"{cls.assign(name, cls.translate(value))}\n" for name, value in parameters.items())
        needed = [line for name, line in _IMPORTS.items() if _names(parameters, name)]
        return "\n".join([cls.comment(comment), *needed, lines])


papermill_translators.register("python", TypedTranslator)


def for_the_engine(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return typed values as ones that are plain JSON in the record of a run and keep their type in the notebook."""
    return {name: _carried(value) for name, value in parameters.items()}


def _carried(value: Any) -> Any:
    if isinstance(value, datetime):  # before date, which it is as well
        return _Written(value.isoformat(), "_datetime")
    if isinstance(value, date):
        return _Written(value.isoformat(), "_date")
    if isinstance(value, time):
        return _Written(value.isoformat(), "_time")
    if isinstance(value, PurePath):
        return _Written(value.as_posix(), "_Path")
    if isinstance(value, tuple):
        return _Tuple(_carried(one) for one in value)
    if isinstance(value, list):
        return [_carried(one) for one in value]
    if isinstance(value, dict):
        return {name: _carried(one) for name, one in value.items()}
    return value


def _names(value: Any, name: str) -> bool:
    if isinstance(value, Mapping):
        return any(_names(one, name) for one in value.values())
    if isinstance(value, list):
        return any(_names(one, name) for one in value)
    return isinstance(value, _Written) and value.name == name
