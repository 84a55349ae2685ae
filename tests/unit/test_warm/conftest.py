"""Notebooks run by an ordinary kernel or a warm one, for comparing the two."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from traitlets import default

from steget_eval.runs.kernel import warm_spec

Run = Callable[..., NotebookNode]


class _Ordinary(KernelSpecManager):
    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(resource_dir="", **get_kernel_dict())


class _Warm(KernelSpecManager):
    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(resource_dir="", **warm_spec())


class OrdinaryKernel(AsyncKernelManager):
    """Starts the interpreter's kernel as jupyter_client does by itself."""

    @default("kernel_spec_manager")
    def _specs(self) -> KernelSpecManager:
        return _Ordinary(parent=self)


class WarmKernel(AsyncKernelManager):
    """What any client gets whose kernelspec names the provisioner: nothing here knows of forks or sockets."""

    @default("kernel_spec_manager")
    def _specs(self) -> KernelSpecManager:
        return _Warm(parent=self)


@pytest.fixture
def run_cells(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run cells in a new kernel, faults allowed, and return the executed notebook."""
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    monkeypatch.delenv("MPLBACKEND", raising=False)

    def run(*sources: str, warm: bool = True, environment: dict[str, str] | None = None, **options: Any) -> Any:
        cells = [new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources)]
        notebook = new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python"}})
        manager = WarmKernel if warm else OrdinaryKernel
        client = NotebookClient(notebook, kernel_manager_class=manager, allow_errors=True, timeout=60)
        return client.execute(env={**os.environ, **(environment or {})}, **options)

    return run


def text_of(notebook: NotebookNode, cell: int = -1) -> str:
    """Return what a cell printed."""
    return "".join(output.get("text", "") for output in notebook.cells[cell].outputs)
