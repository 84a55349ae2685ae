"""How much memory a job's kernel may take."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

MEBIBYTE = 1 << 20


def can_limit_memory() -> bool:
    """Tell whether this platform can hold another process to a limit."""
    try:
        import resource
    except ImportError:
        return False
    return hasattr(resource, "prlimit") and Path("/proc/self/statm").exists()


def limit_memory(pid: int, mebibytes: int) -> None:
    """Hold a process to so much more address space than it has at this moment.

    The libraries that a kernel starts with map some gibibytes that it never touches, and how many differs between
    machines; hence the limit counts what is added. An allocation beyond it raises `MemoryError` in the cell that
    asks for it. What a kernel starts itself is held to the same limit, each process by itself.
    """
    import resource

    limit = _address_space(pid) + mebibytes * MEBIBYTE
    resource.prlimit(pid, resource.RLIMIT_AS, (limit, limit))


def memory_sentence(cell: int, mebibytes: int, *, died: bool, language: Literal["sv", "en"] = "en") -> str:
    """Return the sentence for a cell that asked for more, or at which the kernel died under a limit."""
    if language == "sv":
        what = "kärnan dog" if died else "cellen bad om mer minne än jobbet får lägga till"
        return f"cell {cell}: {what}; gränsen var {mebibytes} MiB"
    if died:
        return f"cell {cell}: the kernel died; its limit was {mebibytes} MiB of memory, ask for less or raise the limit"
    return f"cell {cell} asked for more memory than the {mebibytes} MiB that a job may add; ask for less or raise it"


def _address_space(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")
