"""Traces every piece of a report to the call that made it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from steget_eval.reporting.block import BLOCK_MIME, Block

#: How a certificate calls the kinds that it holds one by one.
_KINDS = {"table": "table", "figure": "figure", "flow": "figure"}


def trace_blocks(notebook: str | Path) -> list[dict[str, Any]]:
    """Return, for every block of an executed notebook and every block in it, what it is and what made it.

    Each has `id`, `kind` (``table``, ``figure`` or ``text``), `function` (dotted, as the notebook imported it; empty
    where the cell does not end in a call), `cell` (its place among all cells, from 1) and `data` (the body of the
    block; of a section alone what is not in its children).
    """
    read = nbformat.read(Path(notebook), as_version=4)
    codes = [(number, cell) for number, cell in enumerate(read.cells, start=1) if cell.cell_type == "code"]
    names = _imported("\n".join(str(cell.source) for _, cell in codes))
    traced = []
    for number, cell in codes:
        function = _called(str(cell.source), names)
        for output in cell.outputs:
            body = output.get("data", {}).get(BLOCK_MIME)
            if body is not None:
                for block in _family(Block.from_json(body)):
                    kind = _KINDS.get(block.kind, "text")
                    traced.append(
                        {"id": block.id, "kind": kind, "function": function, "cell": number, "data": dict(block.body)}
                    )
    return traced


def _family(block: Block) -> Iterator[Block]:
    yield block
    for child in block.children:
        yield from _family(child)


def _imported(source: str) -> dict[str, str]:
    """Return the names that a notebook imports with what they stand for."""
    found: dict[str, str] = {}
    for node in ast.walk(_tree(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
        elif isinstance(node, ast.Import):
            found |= {one.asname or one.name: one.name for one in node.names}
    return found


def _called(source: str, names: dict[str, str]) -> str:
    body = _tree(source).body
    last = body[-1] if body else None
    if not isinstance(last, ast.Expr) or not isinstance(last.value, ast.Call):
        return ""
    first, dot, rest = ast.unparse(last.value.func).partition(".")
    return f"{names.get(first, first)}{dot}{rest}"


def _tree(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:  # a line that only a notebook understands
        return ast.Module(body=[], type_ignores=[])
