"""Keeps a process with the libraries loaded, and asks it for forks of itself."""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from steget_eval.core.errors import RunError
from steget_eval.runs.warm_key import early, warm_key
from steget_eval.runs.warm_parent import PACKET

#: What a parent loads unless somebody says otherwise. DuckDB is not among it: it starts a thread as it is loaded.
PRELOAD = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "ipykernel.debugger",
    "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.oinspect", "IPython.extensions.storemagic",
    "sqlite3", "papermill", "nbclient", "nbformat", "jinja2", "numpy", "pandas", "pyarrow.dataset", "ibis",
    "ibis.backends.sql.compilers", "ibis.formats.pandas", "scipy.stats", "statsmodels.api", "lifelines",
    "matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "steget_eval.*",
)  # fmt: skip
#: A variable that forbids forks; what it says is told as the reason.
COLD = "STEGET_COLD"
#: How long the libraries may take to load.
_START_SECONDS = 120.0


class ColdKernelWarning(UserWarning):
    """Tells why processes are started from nothing."""


class ColdError(RunError):
    """Tells in a sentence why there is no warm parent; the caller starts an ordinary process."""


class Forked:
    """A process that a warm parent forked; has what jupyter_client asks of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, line: _Line) -> None:
        self.pid = pid
        self._line = line
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal, or None while it runs."""
        if self.returncode is None:
            self.returncode = self._line.code(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return the exit code; raises `subprocess.TimeoutExpired`."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            left = 1.0 if until is None else until - time.monotonic()
            if left <= 0:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
            self._line.listen(min(left, 1.0))
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal to a process that still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class Parent:
    """A warm parent as its owner, or one of its own forks, speaks to it."""

    def __init__(self, key: str, end: socket.socket, process: subprocess.Popen[bytes] | None = None) -> None:
        self.key = key
        self.process = process
        self._line = _Line(end)

    def fork(
        self,
        target: str,
        *,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        folder: str,
        files: Sequence[int],
    ) -> Forked:
        """Return a fork that runs `target`, a dotted name, with its own arguments, variables, folder and files."""
        order = {
            "target": target,
            "arguments": list(arguments),
            "environment": dict(environment),
            "folder": folder,
            "key": self.key,
        }
        return Forked(self._line.ask(order, files), self._line)

    @property
    def is_alive(self) -> bool:
        """Whether it can still be asked."""
        return self._line.is_open

    def retire(self) -> None:
        """Let it end when its last fork has; it is asked for no more."""
        self._line.tell({"retire": True})

    def close(self) -> None:
        """End it with all its forks."""
        self._line.close()
        if self.process is not None:
            self.process.wait()


def warm_parent(environment: Mapping[str, str], preload: Sequence[str] = PRELOAD) -> Parent:
    """Return the warm parent whose forks are as a new process with these variables would be after its imports.

    There is one at a time; when the variables, the installed libraries or the package's own code have changed,
    another takes its place, and it ends with its last fork. A fork asks the parent that it came from.

    Raises
    ------
    ColdError
        Where there can be none.
    """
    if reason := environment.get(COLD):
        raise ColdError(reason)
    if not sys.platform.startswith("linux"):
        raise ColdError(f"processes cannot be forked safely on {sys.platform}")
    with _LOCK:
        key = warm_key(environment, preload)
        if _inherited is not None and _inherited[2] == os.getpid():
            return _parent_of_this_fork(*_inherited[:2])
        _forget_where_forked()
        if _current and _current[0].key == key and _current[0].is_alive:
            return _current[0]
        if _current:
            _current.pop().retire()
        _current.append(_start(key, environment, preload))
        return _current[0]


def warn_cold(why: ColdError) -> None:
    """Say that processes start from nothing, and why."""
    warnings.warn(f"kernels start cold: {why}", ColdKernelWarning, stacklevel=3)


def inherit(address: str, key: str) -> None:
    """Remember in a fork which parent it came from."""
    global _inherited
    _inherited = (address, key, os.getpid())


class _Line:
    """One end of the conversation with a parent; several threads may use it."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._lock = threading.RLock()
        self._codes: dict[int, int] = {}
        self._running: set[int] = set()
        self.is_open = True

    def ask(self, order: Mapping[str, Any], files: Sequence[int]) -> int:
        packet = json.dumps(order).encode()
        with self._lock:
            try:
                socket.send_fds(self._end, [packet], list(files))
            except OSError as error:
                self.is_open = self.is_open and len(packet) > PACKET // 8
                raise ColdError(f"the warm parent cannot be asked: {error.strerror}") from None
            while self.is_open:
                said = self._hear(None)
                if "forked" in said:
                    self._running.add(said["forked"])
                    return int(said["forked"])
        raise ColdError("the warm parent has ended")

    def tell(self, said: Mapping[str, Any]) -> None:
        with self._lock:
            try:
                self._end.send(json.dumps(said).encode())
            except OSError:
                self.is_open = False

    def code(self, pid: int) -> int | None:
        with self._lock:
            while self._hear(0.0):
                continue
            if pid not in self._codes:
                return None if self.is_open else -int(signal.SIGKILL)
            return self._codes.pop(pid)

    def listen(self, seconds: float) -> None:
        with self._lock:
            self._hear(seconds)

    def close(self) -> None:
        with self._lock:
            self.is_open = False
            self._end.close()

    def _hear(self, seconds: float | None) -> dict[str, Any]:
        if not self.is_open:
            return {}
        self._end.settimeout(seconds)
        try:
            packet = self._end.recv(PACKET)
        except (BlockingIOError, TimeoutError):
            return {}
        except OSError:
            packet = b""
        finally:
            self._end.settimeout(None)
        if not packet:
            self.is_open = False
            return {}
        said: dict[str, Any] = json.loads(packet)
        if "ended" in said and said["ended"] in self._running:
            self._running.discard(said["ended"])
            self._codes[said["ended"]] = said["code"]
        return said


def _start(key: str, environment: Mapping[str, str], preload: Sequence[str]) -> Parent:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, PACKET)
    command = [sys.executable, "-m", "steget_eval.runs.warm_parent", str(theirs.fileno()), *preload]
    with theirs:
        process = subprocess.Popen(  # noqa: S603  # our own module, by this interpreter
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=early(environment),
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    ours.settimeout(_START_SECONDS)
    try:
        packet = ours.recv(PACKET)
    except TimeoutError:
        packet = b""
    said = json.loads(packet) if packet else {"cold": "the process that loads the libraries ended or hangs"}
    if "ready" in said:
        ours.settimeout(None)
        return Parent(key, ours, process)
    ours.close()
    process.kill()
    process.wait()
    raise ColdError(said["cold"])


def _parent_of_this_fork(address: str, key: str) -> Parent:
    if not _current or not _current[0].is_alive:
        end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, PACKET)
        try:
            end.connect(address)
        except OSError as error:
            end.close()
            raise ColdError(f"the warm parent cannot be asked: {error.strerror}") from None
        _current[:] = [Parent(key, end)]
    return _current[0]


def _forget_where_forked() -> None:
    # A fork that nobody ordered (multiprocessing, for one) must not speak on its parent's line.
    global _owner
    if _owner != os.getpid():
        _current.clear()
        _owner = os.getpid()


def _close() -> None:
    _forget_where_forked()
    for parent in _current:
        parent.close()


atexit.register(_close)
_LOCK = threading.Lock()
_current: list[Parent] = []
_inherited: tuple[str, str, int] | None = None
_owner = os.getpid()
