"""A report tells in a standard's words what made every file, table and figure of it, and how to cite it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from steget_eval.core.errors import InputError
from steget_eval.core.fingerprint import fingerprint_file
from steget_eval.runs.batch import Batch
from steget_eval.runs.cite import cite_run
from steget_eval.runs.manifest import read_manifest
from steget_eval.runs.provenance import NAME
from steget_eval.runs.run import run_batch

#: The interpreter that `make crate` builds for roc-validator.
VALIDATOR = Path(sys.prefix) / "crate" / "bin" / "python"
needs_validator = pytest.mark.skipif(not VALIDATOR.exists(), reason="needs roc-validator: make crate")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of the pretended house."""
    here = Path(__file__).parent
    folder = tmp_path_factory.mktemp("provenance")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(here))
        patch.setenv("PYTHONPATH", str(here))
        made = run_batch(_batch(folder), folder / "reports", index="runs_hooks:write_index")
    assert made.exit_code == 0, made.jobs[0].sentence
    return folder / "reports" / "trial" / "one"


def _batch(folder: Path) -> Batch:
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    from steget_eval.runs.batch import load_batch
    from steget_eval.runs.job import Hooks

    tagged = new_code_cell("protocol: str = ''\nrecords: str = ''\nmonths: int = 24", metadata={"tags": ["parameters"]})
    nbformat.write(new_notebook(cells=[tagged, new_code_cell("print(3)")]), folder / "small.ipynb")
    (folder / "records").mkdir()
    (folder / "records" / "people.txt").write_text("a secret row\n")
    (folder / "protocol.yaml").write_text("id: pretended\n")
    (folder / "batch.yaml").write_text(
        "schema_version: 1\nid: trial\njobs:\n  - {id: one, notebook: small.ipynb, protocol: protocol.yaml, "
        "records: records, parameters: {months: 12}}\n"
    )
    names = {name: f"runs_hooks:{name}" for name in ("headline", "trace")}
    hooks = Hooks(
        inputs="runs_hooks:fingerprint_inputs",
        check="runs_hooks:check_notebook",
        write="runs_hooks:write_report",
        **names,
    )
    return load_batch(folder / "batch.yaml", hooks)


@pytest.fixture
def crate(report: Path) -> dict[str, dict[str, Any]]:
    """The entities of its crate, by their ids."""
    said = json.loads((report / NAME).read_text(encoding="utf-8"))
    ids = [one["@id"] for one in said["@graph"]]
    assert len(set(ids)) == len(ids)
    assert said["@context"] == "https://w3id.org/ro/crate/1.1/context"
    return {one["@id"]: one for one in said["@graph"]}


def test_the_crate_has_what_the_standard_asks_for(crate: dict[str, dict[str, Any]]) -> None:
    descriptor, root = crate[NAME], crate["./"]
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert root["@type"] == "Dataset"
    assert all(root[name] for name in ("name", "description", "datePublished", "license"))


def test_every_entity_that_is_named_is_described(crate: dict[str, dict[str, Any]]) -> None:
    def named(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [value["@id"]] if set(value) == {"@id"} else [one for v in value.values() for one in named(v)]
        return [one for v in value for one in named(v)] if isinstance(value, list) else []

    named_at_all = {name for one in crate.values() for name in named(one)}
    assert named_at_all - {"https://w3id.org/ro/crate/1.1"} <= set(crate)


def test_every_file_but_the_two_that_describe_it_is_there_with_its_hash(
    crate: dict[str, dict[str, Any]], report: Path
) -> None:
    parts = {one["@id"] for one in crate["./"]["hasPart"]}
    assert parts == {path.name for path in report.iterdir()} - {NAME, "manifest.json"}
    for name in parts:
        assert crate[name]["identifier"] == f"urn:sha256:{fingerprint_file(report / name)}"
        assert crate[name]["contentSize"] == str((report / name).stat().st_size)


def test_every_table_and_figure_is_traced_to_function_protocol_records_seed_and_environment(
    crate: dict[str, dict[str, Any]], report: Path
) -> None:
    manifest = read_manifest(report)
    for id_, function in (("a-table", "house.table"), ("a-figure", "house.figure")):
        made = crate[f"#make-{id_}"]
        assert made["result"] == {"@id": f"#{id_}"}
        assert crate[made["instrument"]["@id"]]["name"] == function
        objects = {one["@id"] for one in made["object"]}
        assert objects == {"#protocol", "#records", "#parameters", "#seed", "#environment"}
    assert "#make-said" not in crate
    assert crate["#protocol"]["identifier"] == f"urn:sha256:{manifest.reasons['protocol']}"
    assert crate["#records"]["identifier"] == f"urn:sha256:{manifest.reasons['records']}"
    assert (crate["#seed"]["value"], crate["#parameters"]["value"]) == ("7", '{"months": 12}')


def test_the_crate_holds_no_data(report: Path) -> None:
    assert "secret" not in (report / NAME).read_text(encoding="utf-8")


def test_a_citation_tells_title_versions_and_fingerprints(report: Path) -> None:
    manifest = read_manifest(report)
    found = cite_run(report)
    for part in ("report.ipynb", "trial/one", "steget_eval 0.1.0", manifest.key[:16], manifest.finished[:10], "seed 7"):
        assert part in found.text
    assert found.bibtex.startswith(f"@misc{{one_{manifest.key[:8]},\n  title = {{{{report.ipynb}}}},\n")


def test_an_altered_report_is_not_cited(report: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(report, tmp_path / "copy")
    (copy / "estimates.csv").write_text("other")
    with pytest.raises(InputError, match=r"estimates\.csv are not as they were written"):
        cite_run(copy)


def validated(folder: Path) -> dict[str, Any]:
    """What roc-validator says of a folder."""
    command = [str(VALIDATOR), str(Path(__file__).with_name("validate_crate.py")), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.slow
@needs_validator
def test_roc_validator_finds_nothing_that_the_profile_requires_and_lacks(report: Path) -> None:
    told = validated(report)
    assert told["issues"] == []
    assert told["passed"]
    assert told["checks"] > 40


@pytest.mark.slow
@needs_validator
def test_roc_validator_would_find_what_is_left_out(report: Path, tmp_path: Path) -> None:
    shutil.copytree(report, tmp_path / "copy")
    said = json.loads((report / NAME).read_text(encoding="utf-8"))
    for one in said["@graph"]:
        if one["@id"] == "#run":
            del one["instrument"]
    (tmp_path / "copy" / NAME).write_text(json.dumps(said), encoding="utf-8")
    told = validated(tmp_path / "copy")
    assert not told["passed"]
    assert any("instrument" in message for _, _, message in told["issues"])
