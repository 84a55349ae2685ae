"""Working folders of killed runs are swept away by the next; those of living ones stay."""

import os
import subprocess
import sys
import time
from pathlib import Path

from steget_eval.runs.scratch import Scratch, sweep

LEAVE = """import os, sys
from steget_eval.runs.scratch import Scratch
print(Scratch(sys.argv[1]).name, flush=True)
os._exit(9)"""


def old(folder: str | Path) -> None:
    then = time.time() - 60
    os.utime(Path(folder) / ".lock", (then, then))


def test_what_a_killed_process_left_goes_with_the_next_call(tmp_path: Path) -> None:
    told = subprocess.run([sys.executable, "-c", LEAVE, str(tmp_path)], capture_output=True, text=True).stdout.strip()
    (Path(told) / "jupyter").mkdir()
    old(told)
    with Scratch(str(tmp_path)) as mine:
        assert [path.name for path in tmp_path.iterdir()] == [Path(mine).name]
    assert list(tmp_path.iterdir()) == []


def test_a_living_process_keeps_its_folder_and_so_does_whoever_is_not_ours(tmp_path: Path) -> None:
    mine = Scratch(str(tmp_path))
    old(mine.name)
    (tmp_path / "steget-somebody").mkdir()  # without a lock it is not one of these
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {Path(mine.name).name, "steget-somebody"}
    mine.cleanup()
    mine.cleanup()
    assert not Path(mine.name).exists()


def test_a_folder_is_nobody_elses(tmp_path: Path) -> None:
    with Scratch(str(tmp_path)) as mine:
        assert Path(mine).stat().st_mode & 0o777 == 0o700


def test_a_folder_that_was_just_made_is_left_alone(tmp_path: Path) -> None:
    left = subprocess.run([sys.executable, "-c", LEAVE, str(tmp_path)], capture_output=True, text=True).stdout.strip()
    sweep(tmp_path)
    assert Path(left).exists()
