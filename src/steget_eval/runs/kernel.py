"""The kernel of a run: this very interpreter, forked warm, spoken to over sockets that nobody else can open."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import Integer, Type, default

from steget_eval.runs.provisioner import NAME

_POLL_SECONDS = 0.02


class OwnKernelSpecs(KernelSpecManager):
    """Answers every name with the running interpreter, whatever kernels the machine has or lacks."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the kernel of `sys.executable`."""
        return KernelSpec(resource_dir="", **warm_spec(memory=getattr(self.parent, "memory", 0)))


class PrivateKernelManager(AsyncKernelManager):
    """Asks the provisioner for a warm kernel with sockets in a folder of its own."""

    memory = Integer(0, help="MiB that the kernel may add to what it starts with; 0 for no limit.").tag(config=True)

    @default("client_factory")
    def _prompt_client(self) -> type[AsyncKernelClient]:
        return PromptClient

    async def _async_finish_shutdown(
        self, waittime: float | None = None, pollinterval: float = _POLL_SECONDS, restart: bool = False
    ) -> None:
        await super()._async_finish_shutdown(waittime, pollinterval, restart)

    @default("kernel_spec_manager")
    def _own_kernel_specs(self) -> KernelSpecManager:
        return OwnKernelSpecs(parent=self)


class PromptChannel(AsyncZMQSocketChannel):
    """Listens for no longer than `longest` seconds at a time, where that is set."""

    longest: float | None = None

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:  # type: ignore[override]  # as its own base
        """Return the next message; raises `queue.Empty` when the time is over."""
        longest = self.longest
        return await super().get_msg(timeout if longest is None or timeout is None else min(timeout, longest))


class PromptClient(AsyncKernelClient):
    """Waits for a new kernel without the fifth of a second that an ordinary client listens for more messages.

    The engine passes over messages that answer nothing it asked, so none need be awaited before its first cell.
    """

    iopub_channel_class = Type(PromptChannel)

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        channel: Any = self.iopub_channel
        channel.longest = _POLL_SECONDS
        try:
            await super()._async_wait_for_ready(timeout)
        finally:
            channel.longest = None

    wait_for_ready = _async_wait_for_ready


def warm_spec(*, memory: int = 0) -> dict[str, Any]:
    """Return what a ``kernel.json`` says of a warm kernel of this interpreter.

    Parameters
    ----------
    memory
        MiB that the kernel may add to what it starts with; 0 for no limit.
    """
    spec = get_kernel_dict()
    told = {"provisioner_name": NAME, "config": {"memory": memory}}
    return {**spec, "metadata": {**spec.get("metadata", {}), "kernel_provisioner": told}}


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
