"""Parameters are held to what the notebook declares before a kernel starts, and keep their type in it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from papermill.execute import execute_notebook

from steget_eval.core.errors import InputError
from steget_eval.runs.batch import Batch
from steget_eval.runs.parameters import check_parameters, declared_parameters, typed_parameters
from steget_eval.runs.run import run_batch
from steget_eval.runs.translate import TypedTranslator, for_the_engine

CELL = """
from datetime import date
from pathlib import Path
from typing import Literal
import sys; sys.exit("a parameters cell is read, never run")
months: int = 24
since: date = date(2024, 1, 1)
folder: Path = Path("x")
ages: tuple[int, int] = (18, 29)
arm: Literal["ips", "usual"] = "ips"
level: float | None = None
windows: "list[tuple[date, date]]" = []
free = 1
own: Unknown = 2
needed: str
"""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    return declare(tmp_path / "n.ipynb", CELL)


def declare(path: Path, cell: str, *further: str) -> Path:
    tagged = new_code_cell(cell, metadata={"tags": ["parameters"]})
    nbformat.write(new_notebook(cells=[tagged, *map(new_code_cell, further)]), path)
    return path


def test_what_is_declared_is_read_without_running_it(notebook: Path) -> None:
    told = {one.name: (one.annotation, one.required) for one in declared_parameters(notebook)}
    assert told["months"] == ("int", False)
    assert told["arm"] == ("Literal['ips', 'usual']", False)
    assert told["windows"] == ("list[tuple[date, date]]", False)
    assert told["needed"] == ("str", True)
    assert told["free"] == ("", False)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"month": 1}, "parameters.month is not a parameter of n.ipynb; did you mean months?"),
        ({"zzz": 1}, "parameters.zzz is not a parameter of n.ipynb; allowed: ages, arm, folder"),
        ({"months": "24"}, "parameters.months is '24'; n.ipynb declares months: int: input should be a valid integer"),
        ({"months": True}, "parameters.months is True; n.ipynb declares months: int"),
        ({"months": 24.5}, "parameters.months is 24.5; n.ipynb declares months: int"),
        ({"since": "2024-02-30"}, "parameters.since is '2024-02-30'; n.ipynb declares since: date"),
        ({"ages": [18]}, "parameters.ages is [18]; n.ipynb declares ages: tuple[int, int]"),
        ({"arm": "isp"}, "n.ipynb declares arm: Literal['ips', 'usual']: input should be 'ips' or 'usual'"),
        ({"windows": [["2024-01-01", 3]]}, "n.ipynb declares windows: list[tuple[date, date]]"),
        ({}, "parameters.needed is missing; n.ipynb declares needed: str, and gives it none"),
    ],
)
def test_a_wrong_parameter_is_refused_with_what_is_declared(
    notebook: Path, given: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InputError) as refused:
        check_parameters(notebook, given if not given else {"needed": "x", **given})
    assert sentence in str(refused.value)


def test_every_fault_is_told_at_once(notebook: Path) -> None:
    with pytest.raises(InputError) as refused:
        check_parameters(notebook, {"month": 1, "arm": "isp"})
    assert len(str(refused.value).splitlines()) == 3


def test_a_value_of_the_declared_type_passes_and_an_unknown_annotation_is_not_guessed_at(notebook: Path) -> None:
    given = {"needed": "x", "level": None, "free": [1], "own": {"a": 1}, "since": "2024-02-29", "ages": [18, 64]}
    check_parameters(notebook, given)
    typed = typed_parameters(notebook, given)
    assert (typed["since"], typed["ages"], typed["own"]) == (date(2024, 2, 29), (18, 64), {"a": 1})


def test_dates_paths_and_tuples_keep_their_type_through_the_engine(tmp_path: Path) -> None:
    cell = CELL.replace("import sys; sys.exit", "").replace("needed: str", "needed: str = ''")
    source = declare(
        tmp_path / "n.ipynb", cell, "import json\nprint(repr([since, folder, ages, windows, level, months]))"
    )
    given = {
        "since": "2024-02-29", "folder": "a/{b} 'c'", "ages": [18, 64], "windows": [["2024-01-01", "2024-02-01"]],
        "level": 0.5, "months": 3,
    }  # fmt: skip
    content = TypedTranslator.codify(for_the_engine(typed_parameters(source, given)))
    namespace: dict[str, Any] = {}
    exec(content, namespace)
    assert namespace["since"] == date(2024, 2, 29)
    assert namespace["folder"] == Path("a/{b} 'c'")
    assert namespace["ages"] == (18, 64)
    assert namespace["windows"] == [(date(2024, 1, 1), date(2024, 2, 1))]
    assert (namespace["level"], namespace["months"]) == (0.5, 3)
    carried = for_the_engine(typed_parameters(source, given))
    execute_notebook(
        source, tmp_path / "out.ipynb", parameters=carried, prepare_only=True, kernel_name="python3", language="python"
    )
    record = nbformat.read(tmp_path / "out.ipynb", as_version=4).metadata.papermill["parameters"]
    assert record == given


def test_the_types_reach_a_run_notebook(batch: Callable[..., Batch], programme: Path, tmp_path: Path) -> None:
    declare(
        programme / "small.ipynb",
        "from datetime import date\nprotocol: str = ''\nrecords: str = ''\n"
        "since: date = date(2020, 1, 1)\nages: tuple[int, ...] = ()",
        "print(type(since).__name__, since.year, ages)",
    )
    got = run_batch(
        batch("id: one, records: records, parameters: {since: 2024-05-06, ages: [1, 2]}"),
        tmp_path / "out",
        index="runs_hooks:write_index",
    )
    assert got.exit_code == 0, got.jobs[0].sentence
    assert (tmp_path / "out/trial/one/estimates.csv").read_text() == "estimate\ndate 2024 (1, 2)\n"
