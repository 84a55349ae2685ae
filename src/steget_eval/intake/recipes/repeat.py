"""Writes a recipe's repeated table out: once for each line of its `repeat`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def expanded(content: Any) -> Any:
    """Return the recipe with each repeated table written out; what has another shape is left for the model to refuse.

    In the texts of such a table, keys too, ``<name>`` stands for the value of that line.
    """
    if not isinstance(content, dict) or not isinstance(content.get("tables"), list | tuple):
        return content
    tables: list[Any] = []
    for entry in content["tables"]:
        lines = entry.get("repeat") if isinstance(entry, dict) else None
        if not isinstance(lines, list) or not lines or not all(isinstance(line, dict) for line in lines):
            tables.append(entry)
            continue
        body = {name: value for name, value in entry.items() if name != "repeat"}
        tables += [_filled(body, line) for line in lines]
    return {**content, "tables": tables}


def _filled(value: Any, line: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        for name, text in line.items():
            value = value.replace(f"<{name}>", str(text))
        return value
    if isinstance(value, dict):
        return {_filled(name, line): _filled(inner, line) for name, inner in value.items()}
    return [_filled(inner, line) for inner in value] if isinstance(value, list) else value
