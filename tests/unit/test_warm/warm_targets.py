"""What forks are made for in the tests of warm parents."""

import os
import subprocess
import sys
import time
from pathlib import Path


def end_with_three() -> None:
    sys.exit(3)


def sleep() -> None:
    Path(sys.argv[1]).write_text(str(os.getpid()))
    time.sleep(600)


def sleep_with_a_child() -> None:
    child = subprocess.Popen(["sleep", "600"])
    Path(sys.argv[1]).write_text(str(child.pid))
    time.sleep(600)


def tell_modules() -> None:
    Path(sys.argv[1]).write_text(" ".join(sys.modules))


def tell_grandchild() -> None:
    from steget_eval.runs.warm import warm_parent

    parent = warm_parent(os.environ)
    again = parent.fork(
        "warm_targets:end_with_three", arguments=["x"], environment=os.environ, folder="/", files=[0, 1, 2]
    )
    Path(sys.argv[1]).write_text(f"{parent.process} {again.wait(10)}")
