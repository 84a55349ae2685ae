"""The kernel provisioner ``steget-warm``: forks a kernel from a process that has the libraries loaded.

Registered in the entry points of jupyter_client, so that papermill, nbclient and JupyterLab use it for any kernel
whose specification names it in ``metadata.kernel_provisioner``.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Integer, List, Unicode

from steget_eval.runs.limits import can_limit_memory, limit_memory
from steget_eval.runs.sockets import socket_folder
from steget_eval.runs.warm import PRELOAD, ColdError, Forked, warm_parent, warn_cold

NAME = "steget-warm"
#: How long a kernel is waited for before its client asks for itself.
_BIND_SECONDS = 5.0
_POLL_SECONDS = 0.005
_LAUNCHER = "ipykernel_launcher"


class WarmProvisioner(LocalProvisioner):
    """Launches an IPython kernel of this very interpreter as a fork, and any other as the ordinary provisioner does.

    Each kernel gets sockets in a folder of its own with a short absolute path: plain ``transport="ipc"`` names them
    relative to the working folder, where parallel runs collide.
    """

    preload = List(Unicode(), list(PRELOAD), help="Modules that are loaded before the fork.").tag(config=True)
    memory = Integer(0, help="MiB of memory that a kernel may add to what it starts with; 0 for no limit.").tag(
        config=True
    )
    #: Why the kernel is an ordinary one; empty for a fork.
    cold = ""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose the sockets of a kernel that has none yet."""
        manager = self.parent
        if manager is not None and manager.transport != "ipc" and hasattr(os, "fork"):
            self._folder = socket_folder()
            manager.transport, manager.ip = "ipc", str(Path(self._folder.name) / "k")
        launch: dict[str, Any] = await super().pre_launch(**kwargs)
        return launch

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel where it can be forked, otherwise start it and say why."""
        try:
            forked: Any = await asyncio.get_running_loop().run_in_executor(None, self._fork, cmd, kwargs)
        except ColdError as why:
            self.cold = str(why)
            warn_cold(why)
            await super().launch_kernel(cmd, **kwargs)
        else:
            self.process = forked  # it has what is asked of a Popen
            self.pid = self.pgid = forked.pid
            self.cwd = kwargs.get("cwd") or Path.cwd()
            await self._bound(forked)
        if self.memory and self.pid is not None and can_limit_memory():
            limit_memory(self.pid, self.memory)
        return self.connection_info

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the sockets of a kernel that does not come again."""
        await super().cleanup(restart=restart)
        if not restart and hasattr(self, "_folder"):
            self._folder.cleanup()

    async def _bound(self, forked: Forked) -> None:
        """Wait until the kernel has bound its sockets: a client that connects sooner tries again a tenth later."""
        manager = self.parent
        if manager is None or manager.transport != "ipc":
            return
        sockets = [Path(f"{manager.ip}-{port}") for port in manager.ports]
        until = time.monotonic() + _BIND_SECONDS
        while time.monotonic() < until and forked.poll() is None and not all(one.exists() for one in sockets):
            await asyncio.sleep(_POLL_SECONDS)

    def _fork(self, cmd: list[str], kwargs: dict[str, Any]) -> Forked:
        if cmd[1:3] != ["-m", _LAUNCHER] and cmd[1:4] != ["-Xfrozen_modules=off", "-m", _LAUNCHER]:
            raise ColdError(f"the kernel is started by {' '.join(cmd[:4])}, not by ipykernel")
        if not _is_this_interpreter(cmd[0]):
            raise ColdError(f"the kernel's interpreter is {cmd[0]}")
        environment = {**(kwargs.get("env") or os.environ), "JPY_PARENT_PID": str(os.getpid())}
        parent = warm_parent(environment, tuple(self.preload))
        with open(os.devnull, "rb") as nothing:
            return parent.fork(
                "steget_eval.runs.warm_child:run_kernel",
                arguments=[_LAUNCHER, *cmd[cmd.index(_LAUNCHER) + 1 :]],
                environment=environment,
                folder=str(kwargs.get("cwd") or Path.cwd()),
                files=[nothing.fileno(), _file(kwargs.get("stdout"), 1), _file(kwargs.get("stderr"), 2)],
            )


def _file(given: Any, standard: int) -> int:
    if given is None:
        return standard
    return given if isinstance(given, int) else int(given.fileno())


def _is_this_interpreter(path: str) -> bool:
    found = shutil.which(path)
    return found is not None and os.path.abspath(found) == os.path.abspath(sys.executable)
