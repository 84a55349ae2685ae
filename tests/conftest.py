"""What every test shares: nothing may be skipped where CI says so."""

from __future__ import annotations

import os
import tempfile

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Keep the ledger of what was first read out of the account of whoever runs the tests."""
    os.environ.setdefault("STEGET_EVAL_STATE", tempfile.mkdtemp(prefix="steget-tests-"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Turn a skip into a failure on a machine that has promised every real part."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("STEGET_EVAL_NO_SKIPS") == "1" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"
