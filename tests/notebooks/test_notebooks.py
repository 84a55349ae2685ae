"""Every notebook is one question told in calls, stored without outputs, and runs top to bottom as it is."""

import ast
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from steget_eval.core.shipped import shipped
from steget_eval.runs.kernel import PrivateKernelManager

NOTEBOOKS = sorted(shipped("notebooks").glob("*.ipynb"))
TELLS_MORE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.AsyncFor, ast.While)

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def codes(path: Path) -> list[nbformat.NotebookNode]:
    return codes_of(read(path))


def lines(source: str) -> int:
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in source.splitlines())


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@each
def test_a_notebook_is_stored_without_outputs(path: Path) -> None:
    assert all(cell.outputs == [] and cell.execution_count is None for cell in codes(path))


@each
def test_a_notebook_has_one_tagged_cell_of_parameters(path: Path) -> None:
    tagged = [cell for cell in codes(path) if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    assert {"protocol", "records"} <= {
        target.target.id if isinstance(target, ast.AnnAssign) else target.targets[0].id
        for target in ast.parse(tagged[0].source).body
    }


@each
def test_a_notebook_is_short(path: Path) -> None:
    counts = [lines(cell.source) for cell in codes(path)]
    assert sum(counts) <= 60
    assert max(counts) <= 10


@each
def test_a_notebook_defines_nothing_and_loops_over_nobody(path: Path) -> None:
    found = [type(node).__name__ for cell in codes(path) for node in ast.walk(ast.parse(cell.source))
             if isinstance(node, (*TELLS_MORE, ast.comprehension))]  # fmt: skip
    assert found == []


@each
def test_prose_stands_before_code_and_names_the_question(path: Path) -> None:
    first = read(path).cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")


@pytest.mark.slow
@each
def test_a_notebook_runs_top_to_bottom_as_it_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "Agg")
    notebook = read(path)
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        kernel_manager_class=PrivateKernelManager,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    assert any(output.output_type == "execute_result" for cell in codes_of(notebook) for output in cell.outputs)
    assert all(output.output_type != "stream" for cell in codes_of(notebook) for output in cell.outputs)


def codes_of(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]
