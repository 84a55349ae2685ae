"""The program of a warm parent: loads the libraries once, then forks whenever its owner or a fork asks.

It has one thread, opens no file and draws nothing, so that a fork begins where a new process would be after its
imports. It speaks in packets of JSON over a socket; when its owner's end closes, it ends with all its forks.
"""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import select
import signal
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from steget_eval.runs.scratch import Scratch
from steget_eval.runs.warm_child import Order, become

#: The longest packet: an order with its environment.
PACKET = 1 << 20
#: Modules that start a thread as they are loaded.
_STARTS_THREADS = ("duckdb",)
#: Modules whose import looks at the running kernel, and so must happen in it.
_NOT_BEFORE_THE_KERNEL = ("matplotlib_inline.backend_inline",)


class Parent:
    """The loop of a warm parent.

    Parameters
    ----------
    owner
        The socket whose end is the parent's end.
    """

    def __init__(self, owner: socket.socket) -> None:
        self._owner = owner
        self._clients: dict[int, socket.socket] = {owner.fileno(): owner}
        self._children: dict[int, socket.socket] = {}
        self._retired = False
        self._scratch = Scratch("/tmp")  # noqa: S108  # mode 700; short, for a socket
        self._folder = self._scratch.name
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(f"{self._folder}/s")
        self._listener.listen(64)
        self._woken, wakes = socket.socketpair()
        for one in (self._woken, wakes):
            one.setblocking(False)
        self._wakes = wakes
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def serve(self) -> Order | None:
        """Fork until the owner ends; return None then, and in a fork what it was made for."""
        _tell(self._owner, {"ready": f"{self._folder}/s"})
        while self._owner.fileno() in self._clients and not (self._retired and not self._children):
            ready, _, _ = select.select([self._listener, self._woken, *self._clients.values()], [], [])
            for one in ready:
                if one is self._woken:
                    self._woken.recv(4096)
                elif one is self._listener:
                    client, _ = self._listener.accept()
                    self._clients[client.fileno()] = client
                elif (order := self._hear(one)) is not None:
                    return order
            self._reap()
        self._end()
        return None

    def _hear(self, client: socket.socket) -> Order | None:
        try:
            packet, files, _, _ = socket.recv_fds(client, PACKET, 3)
        except ConnectionError:
            packet, files = b"", []
        if not packet:
            self._drop(client)
            return None
        said = json.loads(packet)
        if said.get("retire"):
            self._retired = True
            return None
        return self._fork(client, said, files)

    def _fork(self, client: socket.socket, said: Mapping[str, Any], files: list[int]) -> Order | None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._leave()
            return Order(**said, files=tuple(files), parent=parent, address=f"{self._folder}/s")
        for file in files:
            os.close(file)
        self._children[pid] = client
        _tell(client, {"forked": pid})
        return None

    def _leave(self) -> None:
        # The fork's own side: nothing of the parent's is left open or heard.
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for one in (self._listener, self._woken, self._wakes, *self._clients.values()):
            one.close()
        self._scratch.forget()

    def _reap(self) -> None:
        while self._children:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                return
            pid = ended.si_pid
            _kill_group(pid)  # what it started and left; its number cannot be another's before it is waited for
            _, status = os.waitpid(pid, 0)
            client = self._children.pop(pid, None)
            if client is not None and client.fileno() >= 0:
                _tell(client, {"ended": pid, "code": os.waitstatus_to_exitcode(status)})

    def _drop(self, client: socket.socket) -> None:
        for pid, asker in self._children.items():
            if asker is client:
                _kill(pid)
        self._clients.pop(client.fileno(), None)
        client.close()

    def _end(self) -> None:
        for pid in self._children:
            _kill(pid)
        for pid in self._children:
            os.waitpid(pid, 0)
        self._scratch.cleanup()


def load(names: Sequence[str]) -> None:
    """Import modules by name; ``package.*`` imports every module of a package, ``module:function`` calls a function."""
    for name in names:
        module, _, function = name.partition(":")
        if module.endswith(".*"):
            with _without(*_STARTS_THREADS):
                package = import_module(module[:-2])
                for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.", onerror=lambda name: None):
                    _load_one(found.name)
            continue
        loaded = import_module(module)
        if function:
            getattr(loaded, function)()
    for name in _NOT_BEFORE_THE_KERNEL:
        sys.modules.pop(name, None)


def _load_one(name: str) -> None:
    try:
        import_module(name)
    except ModuleNotFoundError:
        return  # it needs an absent extra, or what starts threads; a kernel that needs it loads it itself


@contextmanager
def _without(*names: str) -> Iterator[None]:
    """Leave modules out of what is loaded meanwhile: what imports them is left out with them."""
    barred: list[Any] = [name for name in names if name not in sys.modules]
    blank: Any = None
    sys.modules.update(dict.fromkeys(barred, blank))
    try:
        yield
    finally:
        for name in barred:
            sys.modules.pop(name, None)


def threads() -> int:
    """Return how many threads this process has, those of libraries in C among them."""
    return len(os.listdir("/proc/self/task"))


def main() -> None:
    """Load what the command line names and serve the owner at the other end of the socket."""
    owner = socket.socket(fileno=int(sys.argv[1]))
    del sys.path[0]  # the folder that -m puts there; a kernel puts its own
    try:
        load(sys.argv[2:])
    except ImportError as error:
        _tell(owner, {"cold": f"the libraries could not be loaded: {error}"})
        return
    if threads() > 1:
        _tell(owner, {"cold": "a library starts threads as it is loaded"})
        return
    gc.collect()
    gc.freeze()  # what is loaded stays, and is not copied page by page when a fork collects its garbage
    order = Parent(owner).serve()
    if order is not None:
        become(order)


def _tell(client: socket.socket, said: Mapping[str, Any]) -> None:
    try:
        client.send(json.dumps(said).encode())
    except OSError:
        return  # it has gone; its end is heard in the loop


def _kill(pid: int) -> None:
    _kill_group(pid)
    try:
        os.kill(pid, signal.SIGKILL)  # before it has a group of its own
    except ProcessLookupError:
        return


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


if __name__ == "__main__":
    main()
