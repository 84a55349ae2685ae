"""Reads the blocks of an executed notebook, which is the report's only source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from steget_eval.core.errors import RunError
from steget_eval.reporting.block import BLOCK_MIME, Block


def collect_blocks(notebook_path: str | Path) -> tuple[Block, ...]:
    """Return the blocks that the notebook's cells gave, in order; anything else is left out, see `check_notebook`."""
    notebook = _read(Path(notebook_path))
    return tuple(Block.from_json(output["data"][BLOCK_MIME]) for _, output in _outputs(notebook) if _is_block(output))


def check_notebook(path: str | Path) -> None:
    """Tell whether an executed notebook is a report; the contents of an output are never repeated.

    Raises
    ------
    RunError
        Where an output is no block, where two blocks have one id, or where a block that
        ``metadata.steget.promises`` names is missing.
    """
    file = Path(path)
    notebook = _read(file)
    faults = [_fault(number, output) for number, output in _outputs(notebook) if not _is_block(output)]
    blocks = collect_blocks(file)
    ids = [one.id for block in blocks for one in _family(block)]
    faults += [f"the block id {id_!r} stands {times} times" for id_, times in Counter(ids).items() if times > 1]
    promised = notebook.metadata.get("steget", {}).get("promises", [])
    faults += [f"the promised block {id_!r} is missing" for id_ in promised if id_ not in ids]
    if not blocks:
        faults.append("no cell gave a block")
    if faults:
        raise RunError(f"{file.name}: {'; '.join(faults)}")


def _read(path: Path) -> Any:
    try:
        return nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise RunError(f"{path}: there is no such notebook") from None
    except (nbformat.reader.NotJSONError, OSError, UnicodeDecodeError):
        raise RunError(f"{path}: this is not a notebook") from None


def _outputs(notebook: Any) -> Iterator[tuple[int, Any]]:
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code":
            for output in cell.outputs:
                yield number, output


def _is_block(output: Any) -> bool:
    return output.output_type in {"execute_result", "display_data"} and BLOCK_MIME in output.data


def _fault(number: int, output: Any) -> str:
    what = {"stream": f"text on {output.get('name', 'a stream')}", "error": f"the error {output.get('ename', '')}"}
    return f"cell {number} gives {what.get(output.output_type, 'a result')}, not a block"


def _family(block: Block) -> Iterator[Block]:
    yield block
    for child in block.children:
        yield from _family(child)
