"""Every expression of a build compiles for the engines that hold ten million people."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import pytest
from ibis.backends.duckdb import Backend
from ibis.config import Config

from steget_eval.cohort import build_cohort
from steget_eval.cohort.tables import Laid
from steget_eval.core.shipped import shipped
from steget_eval.intake import read_records
from steget_eval.protocol import load_protocol

#: Words that a dialect accepts in a query but that other engines lack.
ONLY_SOME_SAY = ("LEAST(", "GREATEST(", "ARG_MIN", "FIRST(", "MEDIAN", "QUALIFY", "UNNEST", "LIST(")


class SparkOptions(Config):
    """What Ibis asks of Spark's own options, which it declares only where Spark is installed."""

    treat_nan_as_null: bool = False


def _expressions(monkeypatch: pytest.MonkeyPatch, protocol: str, *records: str) -> list[ir.Expr]:
    found: list[ir.Expr] = []
    keep, compile_ = Laid.keep, Backend.compile

    def spy_keep(self: Laid, name: str, content: Any) -> ir.Table:
        if isinstance(content, ir.Expr):
            found.append(content)
        return keep(self, name, content)

    def spy_compile(self: Backend, expr: ir.Expr, **options: Any) -> str:
        found.append(expr)
        return compile_(self, expr, **options)

    monkeypatch.setattr(Laid, "keep", spy_keep)
    monkeypatch.setattr(Backend, "compile", spy_compile)
    programme = shipped("data", "programmes", protocol)
    build_cohort(load_protocol(programme / "protocol.yaml"), read_records(shipped(*records)))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("protocol", "records"),
    [("ips_sydnarke_comparison", ("data", "programmes", "ips_sydnarke_comparison", "records")),
     ("nsw_comparison", ("data", "open", "nsw", "records"))],
)  # fmt: skip
def test_every_expression_compiles_for_the_other_engines(monkeypatch, protocol, records):
    expressions = _expressions(monkeypatch, protocol, *records)
    assert len(expressions) > 10
    monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())
    for expression in expressions:
        for dialect in ("postgres", "mssql", "pyspark"):
            text = str(ibis.to_sql(expression, dialect=dialect)).upper()
            assert not [word for word in ONLY_SOME_SAY if word in text]
