"""The one place that knows the notebook engine: runs a notebook in this process's own kernel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import DeadKernelError
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import execute_notebook
from papermill.iorw import write_ipynb
from traitlets.config import Config

from steget_eval.core.errors import InputError
from steget_eval.runs.failure import last_lines
from steget_eval.runs.kernel import PrivateKernelManager
from steget_eval.runs.notebook import nearest_file
from steget_eval.runs.parameters import typed_parameters
from steget_eval.runs.translate import for_the_engine
from steget_eval.runs.withhold import words_of
from steget_eval.runs.worker import STOPPED

_KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
_INJECTED = "injected-parameters"
_ENGINE = "steget"
#: A bare name in the worker's folder, for the engine reads braces in a path as parameters.
_RAW = "executed.ipynb"


class _SavesAtTheEnd(NBClientEngine):  # type: ignore[misc]
    """Papermill's own engine, without writing the whole notebook before and after every cell."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Run the cells; a kernel that dies, or is stopped, leaves the notebook as far as it came."""
        try:
            super().execute_managed_notebook(nb_man, kernel_name, **options)
        except (DeadKernelError, SystemExit):
            write_ipynb(nb_man.nb, _RAW)
            raise


papermill_engines.register(_ENGINE, _SavesAtTheEnd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The cell at which a notebook stopped.

    Attributes
    ----------
    cell
        The number in brackets before the cell, in the notebook that is kept.
    message
        The first line of the error's words, or that they are withheld since they may be a person's.
    lines
        The last lines of its traceback.
    """

    cell: int
    error: str
    message: str
    lines: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The fault in one line."""
        return f"cell {self.cell}: {self.error}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """How a notebook's run went.

    Attributes
    ----------
    fault
        The fault at which it stopped, if any.
    cell_seconds
        What its cells took, from asking the kernel to its answer.
    """

    fault: Fault | None
    cell_seconds: float


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Return a notebook with this interpreter's kernel named in it; raises `InputError` where it is none."""
    try:
        notebook: nbformat.NotebookNode = nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such notebook{nearest_file(path)}") from None
    except (OSError, UnicodeDecodeError, nbformat.reader.NotJSONError, nbformat.ValidationError):
        raise InputError(f"{path}: the file cannot be read as a notebook") from None
    notebook.metadata["kernelspec"] = dict(_KERNEL)
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def execute(
    source: Path,
    target: Path,
    parameters: Mapping[str, Any],
    *,
    folder: Path,
    memory: int = 0,
    heard: Callable[[Mapping[str, Any]], None] | None = None,
) -> Executed:
    """Run a notebook and write it, executed, to `target`, also where it stops or is stopped.

    Only in a process that does nothing else: the engine changes the working folder of the whole process.

    Parameters
    ----------
    folder
        Where the notebook runs.
    memory
        MiB that its kernel may add to what it starts with; 0 for no limit.
    heard
        Called with every cell that has been executed.
    """
    fault = None
    told = {} if heard is None else {"on_cell_executed": lambda cell, **rest: heard(cell)}
    try:
        execute_notebook(
            read_notebook(source),
            _RAW,
            parameters=for_the_engine(typed_parameters(source, parameters)),
            engine_name=_ENGINE,
            request_save_on_cell_execute=False,
            progress_bar=False,
            cwd=str(folder),
            kernel_manager_class=PrivateKernelManager,
            config=Config(PrivateKernelManager={"memory": memory}),
            record_timing=False,
            **told,
        )
    except PapermillExecutionError as error:
        words = words_of(error.ename, error.evalue, "\n".join(error.traceback))
        fault = Fault(cell=error.exec_count, error=error.ename, message=words, lines=last_lines(error.traceback))
    except DeadKernelError as error:
        fault = Fault(cell=_running_cell(), error="DeadKernelError", message=str(error))
    except SystemExit:  # the job is stopped; what it came to is kept
        target.with_name(STOPPED).write_text(str(_running_cell()), encoding="ascii")
        _write_without_times(target)
        raise
    return Executed(fault=fault, cell_seconds=_write_without_times(target))


def _write_without_times(target: Path) -> float:
    # Times, temporary paths and random ids would make two equal runs differ; times stand in the manifest.
    notebook = nbformat.read(_RAW, as_version=4)
    run = notebook.metadata.pop("papermill", {})
    notebook.metadata["papermill"] = {"parameters": run.get("parameters", {})}
    seconds = 0.0
    for cell in notebook.cells:
        seconds += cell.metadata.pop("papermill", {}).get("duration") or 0.0
        cell.metadata.pop("execution", None)
        if _INJECTED in cell.metadata.get("tags", []):
            cell["id"] = _INJECTED
    nbformat.write(notebook, target)
    return seconds


def _running_cell() -> int:
    codes = [cell for cell in nbformat.read(_RAW, as_version=4).cells if cell.cell_type == "code"]
    ended = [cell for cell in codes if cell.metadata.get("papermill", {}).get("end_time")]
    return max(len(ended), 1)
