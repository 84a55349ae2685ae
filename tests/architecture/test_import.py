"""`import steget_eval` loads nothing heavy, and the public face is what it says."""

from __future__ import annotations

import subprocess
import sys

import steget_eval

HEAVY = (
    "numpy",
    "pandas",
    "ibis",
    "duckdb",
    "matplotlib",
    "statsmodels",
    "lifelines",
    "papermill",
    "pydantic",
    "scipy",
)


def test_import_steget_eval_loads_nothing_heavy():
    code = f"import sys, steget_eval; print([m for m in {HEAVY!r} if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert loaded == "[]"


def test_every_public_name_resolves():
    for name in steget_eval.__all__:
        assert getattr(steget_eval, name) is not None


def test_the_public_face_is_the_one_promised():
    promised = {
        "load_protocol", "read_records", "simulate_records", "build_cohort", "evaluate", "analyse", "weigh", "disclose",
        "reproduce", "rehearse", "write_report", "run_batch", "verify_report", "tables", "figures", "text",
    }  # fmt: skip
    assert promised <= set(steget_eval.__all__)
