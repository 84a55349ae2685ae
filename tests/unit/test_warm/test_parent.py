"""A warm parent reaps what it forked, ends with its owner, and is replaced when what it was made from has changed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from steget_eval.runs import warm
from steget_eval.runs.limits import limit_memory
from steget_eval.runs.warm import ColdError, Forked, Parent, warm_parent
from steget_eval.runs.warm_key import warm_key

Start = Callable[..., Parent]


@pytest.fixture
def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "PYTHONHASHSEED": "0"}


@pytest.fixture
def start(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start a warm parent of the test's own, which loads next to nothing."""
    monkeypatch.setattr(warm, "_current", [])
    started: list[Parent] = []

    def start_one(*preload: str, **variables: str) -> Parent:
        parent = warm_parent({**environment, **variables}, preload)
        started.append(parent)
        return parent

    yield start_one
    for parent in started:
        parent.close()


def fork(parent: Parent, environment: Mapping[str, str], target: str, *arguments: object) -> Forked:
    told = ["x", *map(str, arguments)]
    with open(os.devnull, "r+b") as nothing:
        return parent.fork(
            f"warm_targets:{target}", arguments=told, environment=environment, folder="/", files=[nothing.fileno()] * 3
        )


def number_in(file: Path) -> int:
    until(lambda: file.exists() and file.read_text() != "")
    return int(file.read_text())


def until(is_so: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come to be so"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Tell whether there is not even a zombie."""
    return not Path(f"/proc/{pid}").exists()


def test_a_fork_ends_with_its_own_code_and_leaves_no_zombie(start: Start, environment: dict[str, str]) -> None:
    forked = fork(start(), environment, "end_with_three")
    assert forked.wait(10) == 3
    assert is_gone(forked.pid)


def test_a_killed_fork_is_reaped_and_told_as_killed(start: Start, environment: dict[str, str], tmp_path: Path) -> None:
    forked = fork(start(), environment, "sleep", tmp_path / "pid")
    assert number_in(tmp_path / "pid") == forked.pid
    assert forked.poll() is None
    os.kill(forked.pid, signal.SIGKILL)
    assert forked.wait(10) == -signal.SIGKILL
    assert is_gone(forked.pid)


def test_what_a_fork_started_ends_with_it(start: Start, environment: dict[str, str], tmp_path: Path) -> None:
    forked = fork(start(), environment, "sleep_with_a_child", tmp_path / "pid")
    grandchild = number_in(tmp_path / "pid")
    forked.kill()
    forked.wait(10)
    until(lambda: is_gone(grandchild) or "Z" in Path(f"/proc/{grandchild}/stat").read_text().split(")")[1][:3])


def test_waiting_gives_up_when_the_time_is_over(start: Start, environment: dict[str, str], tmp_path: Path) -> None:
    forked = fork(start(), environment, "sleep", tmp_path / "pid")
    with pytest.raises(subprocess.TimeoutExpired):
        forked.wait(0.1)


def test_forks_end_when_their_parent_is_killed(start: Start, environment: dict[str, str], tmp_path: Path) -> None:
    parent = start()
    forked = fork(parent, environment, "sleep", tmp_path / "pid")
    number_in(tmp_path / "pid")
    assert parent.process is not None
    parent.process.kill()
    assert forked.wait(10) == -signal.SIGKILL
    until(lambda: is_gone(forked.pid) or "Z" in Path(f"/proc/{forked.pid}/stat").read_text())
    assert not parent.is_alive
    assert start().is_alive  # the next call has another


def test_a_fork_asks_the_parent_that_it_came_from(start: Start, environment: dict[str, str], tmp_path: Path) -> None:
    assert fork(start(), environment, "tell_grandchild", tmp_path / "told").wait(20) == 0
    assert (tmp_path / "told").read_text() == "None 3"


@pytest.mark.slow
def test_parent_and_forks_end_when_the_owner_is_killed(environment: dict[str, str], tmp_path: Path) -> None:
    code = f"""if True:
        import os, time
        from steget_eval.runs.warm import warm_parent
        parent = warm_parent(os.environ, ())
        parent.fork("warm_targets:sleep", arguments=["x", {str(tmp_path / "pid")!r}], environment=os.environ,
                    folder="/", files=[0, 1, 2])
        print(parent.process.pid, flush=True)
        time.sleep(600)
    """
    owner = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    parent = int(owner.stdout.readline())
    forked = number_in(tmp_path / "pid")
    owner.kill()
    owner.wait()
    owner.stdout.close()
    for pid in (parent, forked):
        until(lambda pid=pid: is_gone(pid) or "Z" in Path(f"/proc/{pid}/stat").read_text().split(")")[1][:3])


def test_the_same_parent_is_asked_again_also_with_other_late_variables(start: Start) -> None:
    first = start(TMPDIR="/tmp", JPY_SESSION_NAME="a", MPLBACKEND="Agg")
    assert start(TMPDIR="/", JPY_SESSION_NAME="b", MPLBACKEND="svg") is first


def test_other_variables_or_libraries_make_another_parent_and_the_first_ends_with_its_last_fork(
    start: Start, environment: dict[str, str], tmp_path: Path
) -> None:
    first = start()
    forked = fork(first, environment, "sleep", tmp_path / "pid")
    assert start(STEGET_OTHER="1") is not first
    assert forked.poll() is None
    forked.kill()
    assert forked.wait(10) == -signal.SIGKILL
    assert first.process is not None
    assert first.process.wait(10) == 0


def test_changed_code_makes_another_key(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    before = warm_key(environment, ())
    assert warm_key(environment, ()) == before
    assert warm_key(environment, ("json",)) != before
    monkeypatch.setattr("steget_eval.runs.warm_key._code", lambda: [("module.py", 1, 2)])
    assert warm_key(environment, ()) != before


@pytest.mark.parametrize(
    ("preload", "sentence"),
    [
        ("no_such_library", "the libraries could not be loaded: No module named 'no_such_library'"),
        ("duckdb", "a library starts threads as it is loaded"),
        ("os:abort", "the process that loads the libraries ended or hangs"),
    ],
)
def test_there_is_no_parent_where_there_can_be_none_and_the_sentence_says_why(
    start: Start, preload: str, sentence: str
) -> None:
    with pytest.raises(ColdError, match=sentence):
        start(preload)


def test_a_platform_that_cannot_fork_safely_has_none(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(ColdError, match="processes cannot be forked safely on darwin"):
        start()


def test_a_limit_counts_what_is_added_to_what_a_process_has() -> None:
    code = "input()\nx = bytearray(32 << 20)\nprint('little', flush=True)\ny = bytearray(400 << 20)"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    limit_memory(process.pid, 128)
    out, err = process.communicate("\n")
    assert out == "little\n"
    assert "MemoryError" in err
