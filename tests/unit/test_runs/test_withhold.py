"""What a failing job leaves behind: where it stopped, and no word of a person in any file or sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from steget_eval.runs import withhold
from steget_eval.runs.batch import Batch
from steget_eval.runs.failure import identity_fault, keep_notebook
from steget_eval.runs.run import run_batch
from steget_eval.runs.withhold import error_of, frames_of, may_be_told, without_words, words_of

Load = Callable[..., Batch]
CANARY = "kanariefågel"
NUMBER = "640823-" + "3234"
PACKAGE = Path(withhold.__file__).parents[1]
READ = f"File {PACKAGE}/intake/read.py:47, in read_records(folder='records')"
RAISED_BY_US = f"Cell In[3], line 2\n{READ}"


def _write(path: Path, *sources: str) -> None:
    tagged = new_code_cell("protocol: str = ''\nrecords: str = ''\nmonths: int = 24", metadata={"tags": ["parameters"]})
    nbformat.write(new_notebook(cells=[tagged, *map(new_code_cell, sources)]), path)


@pytest.mark.parametrize("error", ["ValueError", "KeyError", "TypeError", "OSError", "AssertionError", "ArrowInvalid"])
def test_the_words_of_an_error_that_can_quote_a_value_are_withheld(error: str) -> None:
    assert CANARY not in words_of(error, f"no such {CANARY}", RAISED_BY_US)


@pytest.mark.parametrize("error", ["NameError", "SyntaxError", "RecordsError", "MethodError", "DeadKernelError"])
def test_the_words_of_an_error_about_code_or_of_our_own_are_told(error: str) -> None:
    assert may_be_told(error, RAISED_BY_US)
    assert words_of(error, "where and what\nmore", RAISED_BY_US) == "where and what"


@pytest.mark.parametrize(
    "traceback",
    ["Cell In[3], line 2", f"{READ}\nCell In[3], line 2", "", f"{READ}\nFile /tmp/mine.py:3, in f(x)",
     f"{READ}\nFile {PACKAGE}_else/read.py:3, in f(x)"],
    ids=["by a cell", "by a cell that we called", "by nobody", "by another file", "by a package of nearly our name"],
)  # fmt: skip
def test_the_words_of_an_error_of_our_name_that_somebody_else_raised_are_withheld(traceback: str) -> None:
    assert CANARY not in words_of("RecordsError", f"no such {CANARY}", traceback)


def test_of_a_traceback_only_where_in_the_code_is_told() -> None:
    traceback = "\n".join([
        "\x1b[0;31m-----\x1b[0m", "\x1b[0;31mKeyError\x1b[0m   Traceback (most recent call last)",
        f"File \x1b[0;32m~/site/frame.py:3805\x1b[0m, in Index.get_loc(self, key='{CANARY}')", "   3804 try:",
        "During handling of the above exception, another exception occurred:",
        "Cell \x1b[0;32mIn[3], line 2\x1b[0m", f"    12  {CANARY}  3.5", f"KeyError: '{CANARY}'",
    ])  # fmt: skip
    assert frames_of(traceback) == ("File ~/site/frame.py:3805, in Index.get_loc", "Cell In[3], line 2")
    assert error_of(f'Traceback\n  File "x.py", line 1, in f\npandas.errors.ParserError: {CANARY}\n') == "ParserError"
    assert error_of(f"{CANARY} said something\n") == ""


def test_a_kept_notebook_has_its_cells_its_blocks_and_where_it_stopped() -> None:
    block = new_output("display_data", {"application/vnd.steget.block+json": {"id": "x"}, "text/html": "<p>x</p>"})
    shown = new_output("execute_result", {"text/plain": CANARY}, execution_count=1)
    stopped = new_output(
        "error", ename="KeyError", evalue=CANARY, traceback=["Cell In[3], line 2", f"KeyError: {CANARY}"]
    )
    cell = new_code_cell("f()", outputs=[block, shown, new_output("stream", text=CANARY), stopped])
    before = new_notebook(cells=[cell])
    kept = without_words(before)
    assert [output.output_type for output in kept.cells[0].outputs] == ["display_data", "error"]
    assert CANARY not in nbformat.writes(kept)
    assert "line 2" in nbformat.writes(kept)
    assert CANARY in nbformat.writes(before)


def test_a_notebook_whose_cells_hold_an_identity_number_is_not_kept(tmp_path: Path) -> None:
    nbformat.write(new_notebook(cells=[new_code_cell(f"x = '{NUMBER}'")]), tmp_path / "executed.ipynb")
    (tmp_path / "one.failed.ipynb").write_text("of an earlier run")
    keep_notebook(tmp_path / "executed.ipynb", tmp_path / "one.failed.ipynb", tmp_path / "beside")
    assert {path.name for path in tmp_path.iterdir()} == {"executed.ipynb"}


def test_the_sentence_of_a_report_with_numbers_names_files_and_counts_alone(tmp_path: Path) -> None:
    (tmp_path / "headline.json").write_text(json.dumps({"title": f"of {NUMBER}"}))
    (tmp_path / f"{NUMBER}.txt").write_text("")
    said = identity_fault(tmp_path)
    assert "headline.json (1)" in said
    assert NUMBER not in said
    assert identity_fault(tmp_path / "nothing") == ""


@pytest.mark.slow
@pytest.mark.parametrize("where", ["parameters", "headline"])
def test_a_number_in_any_file_of_a_report_fails_the_job_and_leaves_no_report(
    where: str, batch: Load, programme: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = f"parameters: {{months: 24, note: 'about {NUMBER}'}}" if where == "parameters" else "parameters: {}"
    notebook = nbformat.read(programme / "small.ipynb", as_version=4)
    notebook.cells[0].source += "\nnote: str = ''"
    if where == "headline":
        notebook.metadata["author"] = NUMBER
    nbformat.write(notebook, programme / "small.ipynb")
    out = tmp_path / "out"
    got = run_batch(batch(f"id: one, records: records, {said}"), out, index="runs_hooks:write_index")
    assert got.jobs[0].state == "failed"
    assert "identity number" in got.jobs[0].sentence
    assert not (out / "trial" / "one").exists()
    for path in (one for one in out.rglob("*") if one.is_file()):
        assert NUMBER not in path.read_text(encoding="utf-8")
