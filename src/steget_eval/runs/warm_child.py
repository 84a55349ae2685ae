"""What a fork of a warm parent does to be like a process that was just started."""

from __future__ import annotations

import atexit
import ctypes
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NoReturn

#: ``prctl``'s number for "send me this signal when my parent ends" (linux/prctl.h).
_PR_SET_PDEATHSIG = 1
_INLINE = "module://matplotlib_inline.backend_inline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a fork is made for.

    Attributes
    ----------
    target
        Dotted name, ``package.module:function``, of what it runs, called without arguments.
    arguments
        What `sys.argv` is to be.
    files
        What standard input, output and error are to be.
    parent, address
        The process that forked it, and the socket at which the same parent can be asked for another fork.
    """

    target: str
    arguments: list[str]
    environment: Mapping[str, str]
    folder: str
    key: str
    files: tuple[int, ...]
    parent: int
    address: str


def become(order: Order) -> NoReturn:
    """Take on session, files, variables, folder and fresh randomness, then run what the order names."""
    os.setsid()
    _end_with(order.parent)
    for number, file in enumerate(order.files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(order.environment)
    os.chdir(order.folder)
    time.tzset()
    tempfile.tempdir = None
    sys.argv = list(order.arguments)
    _forget_randomness()
    _choose_backend()
    from steget_eval.runs import warm

    warm.inherit(order.address, order.key)
    module, _, function = order.target.partition(":")
    code: Any = 0
    try:
        getattr(import_module(module), function)()
    except SystemExit as end:
        code = end.code
    _leave(code)


def run_kernel() -> None:
    """Run an IPython kernel with the arguments of the command line."""
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(parent_handle=os.getppid())


def _leave(code: Any) -> NoReturn:
    # As a process that multiprocessing forked: what was promised for the end is done (an IPython kernel clears its
    # names, which closes its files), but the parent's libraries are not taken down module by module for seconds.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def _end_with(parent: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before it could be told
        os._exit(1)


def _forget_randomness() -> None:
    random.seed()
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def _choose_backend() -> None:
    """Do what importing matplotlib in a new kernel would have done with the variables of this one.

    Without it matplotlib keeps the backend of the moment it was loaded, and inline figures are lost.
    """
    matplotlib: Any = sys.modules.get("matplotlib")
    if matplotlib is None:
        return
    if os.path.isfile("matplotlibrc"):  # one in the working folder goes before any other
        matplotlib.rcdefaults()
        matplotlib.rc_file("matplotlibrc")
    matplotlib.rcParams["backend"] = os.environ.get("MPLBACKEND") or _INLINE
