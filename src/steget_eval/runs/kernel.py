"""The kernel of a run: this very interpreter, spoken to over sockets that nobody else can open."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import default


class OwnKernelSpecs(KernelSpecManager):
    """Answers every name with the running interpreter, whatever kernels the machine has or lacks."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the kernel of `sys.executable`."""
        return KernelSpec(resource_dir="", **get_kernel_dict())


class PrivateKernelManager(AsyncKernelManager):
    """Speaks over IPC sockets in a folder of the kernel's own.

    Plain ``transport="ipc"`` names its sockets relative to the working folder, where parallel runs collide.
    """

    def __init__(self, **traits: object) -> None:
        # mkdtemp gives mode 700; the name is short, for a socket's path may be no longer than about 100 characters.
        self._sockets = tempfile.TemporaryDirectory(prefix="steget-", ignore_cleanup_errors=True)
        folder = Path(self._sockets.name)
        ipc = {"transport": "ipc", "ip": str(folder / "k"), "connection_file": str(folder / "kernel.json")}
        super().__init__(**{**traits, **ipc})

    @default("kernel_spec_manager")
    def _own_kernel_specs(self) -> KernelSpecManager:
        return OwnKernelSpecs(parent=self)


def kernel_environment(scratch: Path) -> dict[str, str]:
    """Return the environment of a job's processes.

    One thread and a fixed hash seed, so that the same inputs give the same bytes; no IPython profile, start-up
    script or package of the user's own; no window for figures.
    """
    private = {
        "MPLBACKEND": "Agg",
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
        "JUPYTER_RUNTIME_DIR": str(scratch / "jupyter"),
        "IPYTHONDIR": str(scratch / "ipython"),
    }
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **private, **threads}
