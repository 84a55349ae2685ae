"""Prepares a report beside its notebook's run, output by output, in a thread of the job's process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self


class Ahead:
    """Hands every cell's outputs to a function as they come; a fault in it costs the preparation, not the report.

    Parameters
    ----------
    prepare
        ``(output) -> None``; None prepares nothing.
    """

    def __init__(self, prepare: Callable[[Mapping[str, Any]], None] | None) -> None:
        self._prepare = prepare
        self._outputs: SimpleQueue[Mapping[str, Any] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        if self._prepare is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._thread.is_alive():
            self._outputs.put(None)
            self._thread.join()

    def heard(self, cell: Mapping[str, Any]) -> None:
        """Take the outputs of a cell that has been executed."""
        for output in cell.get("outputs", ()):
            self._outputs.put(output)

    def _work(self) -> None:
        assert self._prepare is not None
        while (output := self._outputs.get()) is not None:
            self._prepare(output)
