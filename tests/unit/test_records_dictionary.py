"""The data dictionary says what the schema says."""

from __future__ import annotations

import runpy

from steget_eval.core.shipped import shipped
from steget_eval.intake.rule_table import rule_table
from steget_eval.records import TABLES


def test_the_committed_dictionary_is_what_the_schema_gives():
    data = shipped("data")
    page = runpy.run_path(str(data / "build_readme.py"))["data_dictionary"]()
    assert (data / "README.md").read_text(encoding="utf-8") == page


def test_every_column_of_every_table_stands_in_the_dictionary():
    page = (shipped("data") / "README.md").read_text(encoding="utf-8")
    for schema in TABLES.values():
        section = page.split(f"### {schema.name}\n")[1].split("\n### ")[0]
        assert all(f"| `{column.name}` |" in section for column in schema.columns)


def test_every_rule_stands_in_the_dictionary_with_its_severity():
    section = (shipped("data") / "README.md").read_text(encoding="utf-8").split("## Rules\n")[1]
    told = rule_table().to_frame()
    for rule, severity in set(zip(told["rule"], told["severity"], strict=True)):
        assert f"| `{rule}` | {severity} |" in section
