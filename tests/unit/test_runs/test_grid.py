"""One entry of a batch file with placeholders is as many jobs as there are combinations."""

from pathlib import Path

import pytest

from steget_eval.core.errors import SpecError
from steget_eval.runs.batch import Batch, load_batch
from steget_eval.runs.job import Hooks

HOOKS = Hooks(inputs="a:b", check="a:b", write="a:b", headline="a:b")


def load(folder: Path, jobs: str) -> Batch:
    file = folder / "batch.yaml"
    file.write_text(f"schema_version: 1\nid: some\njobs:\n{jobs}", encoding="utf-8")
    return load_batch(file, HOOKS)


def test_over_gives_every_combination_in_order_with_types_kept(tmp_path: Path) -> None:
    got = load(
        tmp_path,
        """
  - id: "{site}_{months}"
    notebook: "{book}.ipynb"
    protocol: "{site}/protocol.yaml"
    records: "{site}/records"
    parameters: {months: "{months}", label: "{site} after {months}", since: 2024-01-01, fixed: [1, "{site}"]}
    over: {site: [malmo, Lund], months: [12, 24], book: [a]}
""",
    )
    assert [job.id for job in got.jobs] == ["malmo_12", "malmo_24", "lund_12", "lund_24"]
    last = got.jobs[-1]
    assert (last.protocol, last.records, last.notebook.name) == ("Lund/protocol.yaml", "Lund/records", "a.ipynb")
    assert last.parameters == {"months": 24, "label": "Lund after 24", "since": "2024-01-01", "fixed": [1, "Lund"]}


def test_each_is_a_list_and_over_crosses_it(tmp_path: Path) -> None:
    got = load(
        tmp_path,
        """
  - id: "x_{site}_{from}"
    notebook: n.ipynb
    protocol: "{site}.yaml"
    records: r
    parameters: {from: "{from}"}
    each: [{site: Umeå}, {site: Gävle}]
    over: {from: [2024-01-01, 2025-01-01]}
  - {id: plain, notebook: n.ipynb, protocol: "{literal}.yaml", records: r}
""",
    )
    assert [job.id for job in got.jobs] == [
        "x_umea_2024_01_01", "x_umea_2025_01_01", "x_gavle_2024_01_01", "x_gavle_2025_01_01", "plain",
    ]  # fmt: skip
    assert got.jobs[0].parameters == {"from": "2024-01-01"}
    assert [job.site for job in got.jobs] == ["Umeå", "Umeå", "Gävle", "Gävle", ""]  # the value of that name
    assert got.jobs[-1].protocol == "{literal}.yaml"


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("id: same, protocol: p, over: {a: [1, 2]}", "jobs: the id 'same' stands more than once"),
        ('id: "j_{b}", protocol: p, over: {a: [1]}', "jobs[0].id: there is no {b}; allowed: a"),
        ('id: "j_{a}", protocol: "{c}", over: {a: [1]}', "jobs[0].protocol: there is no {c}; allowed: a"),
        ('id: "{a}", protocol: p, over: {a: [1]}', "jobs[0].id is '1'; an id is at most 60 small letters"),
        ('id: "j_{a}", protocol: p, over: {a: []}', "jobs[0].over.a is []"),
        ('id: "j_{a}", protocol: p, over: {a: [1]}, each: [{a: 2}]', "jobs[0]: a stands both in over and in each"),
        ('id: "j_{a}", protocol: p, each: [{a: 2}, {b: 1}]', "jobs[0].each[1] has b; the first has a"),
        ('id: "j_{a}", protocol: "{a}", over: {a: [""]}', "protocol is ''; string should have at least 1 character"),
    ],
)
def test_a_pattern_that_does_not_fit_its_values_is_refused(tmp_path: Path, entry: str, sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        load(tmp_path, f"  - {{notebook: n.ipynb, records: r, {entry}}}\n")
    assert sentence in str(refused.value)


def test_a_site_that_is_said_goes_before_the_value_of_that_name(tmp_path: Path) -> None:
    entry = """
  - {id: "{site}", notebook: n.ipynb, protocol: p, records: r, site: "{site}, {county}",
     each: [{site: Boden, county: Norrbotten}]}
"""
    (job,) = load(tmp_path, entry).jobs
    assert (job.id, job.site) == ("boden", "Boden, Norrbotten")
