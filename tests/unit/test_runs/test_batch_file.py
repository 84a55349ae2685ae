"""A wrong batch file is refused in sentences that say where and what is allowed."""

from pathlib import Path

import pytest

from steget_eval.core.errors import InputError, SpecError
from steget_eval.runs.batch import load_batch
from steget_eval.runs.job import Hooks, Job
from steget_eval.runs.parameters import check_parameters

HOOKS = Hooks(inputs="a:b", check="a:b", write="a:b", headline="a:b")
JOB = "{id: one, notebook: effect_evaluation, protocol: p.yaml, records: r}"


def written(folder: Path, text: str) -> Path:
    file = folder / "batch.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_paths_are_relative_to_the_batch_file_and_a_bare_name_is_a_shipped_notebook(tmp_path: Path) -> None:
    batch = load_batch(written(tmp_path, f"schema_version: 1\nid: some\njobs: [{JOB}]\n"), HOOKS)
    (job,) = batch.jobs
    assert (job.protocol_path, job.records_path) == (tmp_path / "p.yaml", tmp_path / "r")
    assert job.notebook.name == "effect_evaluation.ipynb"
    assert job.notebook.is_file()
    assert job.languages == ("sv", "en")
    assert job.all_parameters == {"protocol": "p.yaml", "records": "r"}


def test_a_job_told_to_another_process_is_the_same_job(tmp_path: Path) -> None:
    (job,) = load_batch(written(tmp_path, f"schema_version: 1\nid: some\njobs: [{JOB}]\n"), HOOKS).jobs
    assert Job.from_json(job.to_json()) == job


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"schema_version: 1\nid: some\njob: [{JOB}]\n", "job is not a known key; did you mean jobs?"),
        (f"schema_version: 2\nid: some\njobs: [{JOB}]\n", "schema_version is 2; allowed: 1"),
        ("schema_version: 1\nid: some\njobs: []\n", "jobs is []; tuple should have at least 1 item"),
        ("schema_version: 1\nid: some\njobs: [{id: one}]\n", "jobs[0].notebook is missing"),
        (f"schema_version: 1\nid: some\njobs: [{JOB}, {JOB}]\n", "jobs: the id 'one' stands more than once"),
        (f"schema_version: 1\nid: ../up\njobs: [{JOB}]\n", "id is '../up'; string should match pattern"),
        (
            f"schema_version: 1\nid: some\nlanguages: [de]\njobs: [{JOB}]\n",
            "languages[0] is 'de'; allowed: 'sv' or 'en'",
        ),
        (
            f"schema_version: 1\nid: some\njobs: [{JOB[:-1]}, paramters: {{}}}}]\n",
            "jobs[0].paramters is not a known key; did you mean parameters?",
        ),
        (
            f"schema_version: 1\nid: some\njobs: [{JOB[:-1]}, parameters: {{records: x}}}}]\n",
            "jobs[0]: parameters.records belongs one level up, as the job's own key records",
        ),
    ],
)
def test_a_fault_is_told_with_file_and_path(tmp_path: Path, text: str, sentence: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(SpecError) as refused:
        load_batch(file, HOOKS)
    assert f"{file}: {sentence}" in str(refused.value)


def test_a_misspelt_shipped_notebook_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    text = f"schema_version: 1\nid: some\njobs: [{JOB.replace('effect_evaluation', 'effect_evalution')}]\n"
    (job,) = load_batch(written(tmp_path, text), HOOKS).jobs
    with pytest.raises(InputError, match=r"there is no such notebook; did you mean effect_evaluation\?"):
        check_parameters(job.notebook, job.all_parameters)
