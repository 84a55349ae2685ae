"""What is told of an error in a cell: where and of what kind, never words that may be a person's."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

from steget_eval.core import errors

#: Errors whose words are about code alone, beside our own, whose sentences hold no cell of the records.
_ABOUT_CODE = frozenset(
    {"SyntaxError", "IndentationError", "TabError", "NameError", "UnboundLocalError", "ImportError",
     "ModuleNotFoundError", "ZeroDivisionError", "RecursionError", "MemoryError", "DeadKernelError",
     "KeyboardInterrupt"}
)  # fmt: skip
_OURS = frozenset(name for name, kind in vars(errors).items() if isinstance(kind, type))
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_FRAME = re.compile(r"\s*(?:Cell In\[\d+\], line \d+|File \"?[^\s\"<>]+\"?(?::\d+|, line \d+)(?:, in [\w.<>]+)?)")
_FILE = re.compile(r"File \"?(?P<path>[^\s\"<>:]+)")
_PACKAGE = Path(__file__).resolve().parents[1]
_ENDED = re.compile(r"(?:[A-Za-z_]\w*\.)*(?P<error>[A-Z]\w*(?:Error|Exception|Interrupt|Exit|Warning))\b")
#: Outputs that a report is made of, which have passed the gate.
_BLOCK = "application/vnd.steget."
WITHHELD = "what it says is withheld, for it may be a person's; run the notebook by hand to read it"


def may_be_told(error: str, traceback: str) -> bool:
    """Tell whether the words of an error hold nothing of a person.

    An error of our name is ours only where a file of this package raised it: a notebook's cell may raise one with
    whatever words it likes.
    """
    return error in _ABOUT_CODE or (error in _OURS and _is_raised_here(traceback))


def words_of(error: str, message: str, traceback: str) -> str:
    """Return the first line of an error's words, or that they are withheld."""
    if not may_be_told(error, traceback):
        return WITHHELD
    return message.strip().splitlines()[0] if message.strip() else "no message"


def frames_of(traceback: str) -> tuple[str, ...]:
    """Return the lines of a traceback that say where in the code it was; neither values nor the error's words."""
    lines = _COLOUR.sub("", traceback).splitlines()
    found = (_FRAME.match(line) for line in lines)
    return tuple(match[0].strip() for match in found if match is not None)


def _is_raised_here(traceback: str) -> bool:
    frames = frames_of(traceback)
    file = _FILE.match(frames[-1]) if frames else None
    return file is not None and Path(file["path"]).expanduser().resolve().is_relative_to(_PACKAGE)


def error_of(log: str) -> str:
    """Return the name of the last error in what a process said, empty where there is none."""
    found = [match["error"] for line in _COLOUR.sub("", log).splitlines() if (match := _ENDED.match(line))]
    return found[-1] if found else ""


def without_words(notebook: Any) -> Any:
    """Return a notebook whose outputs are blocks and where it stopped: no text, no table, no error's words."""
    kept = copy.deepcopy(notebook)
    for cell in kept.cells:
        if cell.cell_type == "code":
            cell.outputs = [_safe(output) for output in cell.outputs if _is_block(output) or _is_error(output)]
    return kept


def _is_block(output: Any) -> bool:
    return any(str(mime).startswith(_BLOCK) for mime in output.get("data", {}))


def _is_error(output: Any) -> bool:
    return bool(output.output_type == "error")


def _safe(output: Any) -> Any:
    if not _is_error(output):
        return output
    name = output.ename
    words = output.evalue if may_be_told(name, "\n".join(output.traceback)) else WITHHELD
    output.evalue = words
    output.traceback = [*frames_of("\n".join(output.traceback)), f"{name}: {words}"]
    return output
