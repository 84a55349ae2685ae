"""What can be prepared while a notebook runs is prepared beside it, and costs no report when it fails."""

import threading

import pytest

from steget_eval.runs.ahead import Ahead


def test_every_output_is_prepared_before_the_run_is_left() -> None:
    seen: list[object] = []
    with Ahead(seen.append) as ahead:
        ahead.heard({"cell_type": "markdown"})
        ahead.heard({"outputs": [{"a": 1}, {"b": 2}]})
    assert seen == [{"a": 1}, {"b": 2}]


def test_with_nothing_to_prepare_there_is_no_thread() -> None:
    before = threading.active_count()
    with Ahead(None) as ahead:
        ahead.heard({"outputs": [{"a": 1}]})
        assert threading.active_count() == before


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_in_preparing_does_not_stop_the_run() -> None:
    def fail(output: object) -> None:
        raise ValueError("no")

    with Ahead(fail) as ahead:
        ahead.heard({"outputs": [{"a": 1}, {"b": 2}]})


def test_a_run_that_is_ended_does_not_wait_for_what_is_prepared() -> None:
    gate = threading.Event()
    ahead = Ahead(lambda output: gate.wait(60) and None)
    ahead.__enter__()
    ahead.heard({"outputs": [{"a": 1}]})
    ahead.__exit__(SystemExit, SystemExit(1), None)
    assert not gate.is_set()
    gate.set()
