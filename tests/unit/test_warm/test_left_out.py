"""What would start a thread is left out of a warm parent, and a new kernel's client does not listen in vain."""

import asyncio
import sys
import time
from importlib import import_module
from queue import Empty
from types import SimpleNamespace

import pytest
import zmq.asyncio
from jupyter_client.session import Session

from steget_eval.runs.kernel import PromptChannel
from steget_eval.runs.warm_parent import _load_one, _without


def test_a_module_that_starts_threads_is_left_out_with_whatever_imports_it(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "starts_a_thread.py").write_text("loaded = True\n")
    (tmp_path / "asks_for_it.py").write_text("import starts_a_thread\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with _without("starts_a_thread"):
        _load_one("asks_for_it")
        assert "asks_for_it" not in sys.modules
    assert "starts_a_thread" not in sys.modules
    assert import_module("asks_for_it").starts_a_thread.loaded  # and can be loaded afterwards


def test_what_was_loaded_before_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    here = SimpleNamespace()
    monkeypatch.setitem(sys.modules, "loaded_before", here)
    with _without("loaded_before"):
        assert sys.modules["loaded_before"] is here
    assert sys.modules["loaded_before"] is here


def test_a_channel_listens_no_longer_than_it_is_told_and_otherwise_as_long_as_it_is_asked() -> None:
    async def waits(longest: float | None, asked: float) -> float:
        with zmq.asyncio.Context() as context, context.socket(zmq.SUB) as socket:
            channel = PromptChannel(socket, Session())
            channel.longest = longest
            begun = time.monotonic()
            with pytest.raises(Empty):
                await channel.get_msg(timeout=asked)
            return time.monotonic() - begun

    assert asyncio.run(waits(0.01, 60.0)) < 30.0  # a minute if it were not held to it
    assert asyncio.run(waits(None, 0.2)) >= 0.19
