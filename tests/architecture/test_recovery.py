"""Every line of the catalogue is run by its recovery case, and not merely named beside a file.

A line that drawn people have an answer to is run by the small study of `tests/recovery/test_operating.py`, which asks
the cases themselves; any other by a test that says so with ``@pytest.mark.recovers("kind/contrast/name")`` and calls
it.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
from functools import cache
from pathlib import Path

import pytest

from steget_eval.core.catalogue import Method
from steget_eval.methods.catalogue import CATALOGUE
from steget_eval.study.operating_lines import cases

ROOT = Path(__file__).resolve().parents[2]
STUDY = ROOT / "tests" / "recovery" / "test_operating.py"
_SPEC = importlib.util.spec_from_file_location("small_study", STUDY)
SMALL = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(SMALL)


def name_of(line: Method) -> str:
    """Return what a marker calls a line: its first kind and contrast, and its name."""
    return f"{line.kinds[0]}/{line.contrasts[0]}/{line.name}"


def runs_in_the_small_study(line: Method) -> bool:
    """Whether the small study judges every contrast of the line for every kind, each in a scenario that it draws."""
    mine = [case for case in cases() if case.line == line]
    return bool(mine) and all(
        {*SMALL.SCENARIOS, *SMALL.WHERE_TESTED[case.line.is_test]} & {*case.judged} for case in mine
    )


@cache
def claims(source: str) -> dict[str, str]:
    """Return by marked line the source of the test that claims it, with all of the file that the test uses."""
    tree = ast.parse(source)
    defined = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    defined |= {target.id: node for node in tree.body if isinstance(node, ast.Assign)
                for target in node.targets if isinstance(target, ast.Name)}  # fmt: skip
    found = {}
    for name, node in defined.items():
        for mark in [one for one in getattr(node, "decorator_list", []) if isinstance(one, ast.Call)]:
            if isinstance(mark.func, ast.Attribute) and mark.func.attr == "recovers":
                found |= {argument.value: _reached(name, defined) for argument in mark.args}
    return found


def _reached(name: str, defined: dict[str, ast.stmt]) -> str:
    seen, todo = {}, [name]
    while todo:
        name = todo.pop()
        seen[name] = defined[name]
        body = ast.walk(seen[name])
        used = {one.id if isinstance(one, ast.Name) else one.arg for one in body if isinstance(one, ast.Name | ast.arg)}
        todo += [one for one in used if one in defined and one not in seen]
    return "\n".join(ast.unparse(node) for node in seen.values())


def calls(source: str, line: Method) -> bool:
    """Whether the source calls the line's function, and with the line's options unless they are its own."""
    tree, function = ast.parse(source), line.function.rsplit(":", 1)[1]
    if function not in {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}:
        return False
    own = inspect.signature(line.resolve()).parameters
    said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return all(value in said or own[name].default == value for name, value in line.options)


@pytest.mark.parametrize("line", CATALOGUE, ids=name_of)
def test_the_recovery_case_runs_the_line(line: Method) -> None:
    source = (ROOT / line.recovery).read_text(encoding="utf-8")
    function = line.function.rsplit(":", 1)[1]
    loaded = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    assert loaded & {function, line.function.split(":")[0].rsplit(".", 1)[1]}, f"{line.recovery} never calls {function}"
    if not runs_in_the_small_study(line):
        claimed = claims(source).get(name_of(line))
        assert claimed, f"no test of {line.recovery} says that it recovers {name_of(line)}, and no drawn people hold it"
        assert calls(claimed, line), f"what says that it recovers {name_of(line)} never runs it"


def test_a_claim_that_runs_something_else_is_caught() -> None:
    line = next(one for one in CATALOGUE if one.name == "group_time_ipw")
    marked = f'@pytest.mark.recovers("{name_of(line)}")\ndef test_it(): assert fit("{{}}")\n'
    right = marked + 'def fit(x): return staggered_effects(x, estimator="{}")\n'
    assert calls(claims(right.replace("{}", "ipw"))[name_of(line)], line)
    assert not calls(claims(right.replace("{}", "regression"))[name_of(line)], line)
    assert not calls(claims(marked + "from x import staggered_effects as fit\n")[name_of(line)], line)


def test_every_claim_is_of_a_line_that_names_the_file() -> None:
    named = {(line.recovery, name_of(line)) for line in CATALOGUE}
    for file in sorted((ROOT / "tests" / "recovery").glob("test_*.py")):
        for claimed in claims(file.read_text(encoding="utf-8")):
            assert (f"tests/recovery/{file.name}", claimed) in named
