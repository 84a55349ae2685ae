"""JupyterLab's own server starts warm kernels by the name in a kernel.json, figures included."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import websocket

from steget_eval.runs.kernel import warm_spec

CODE = """import sys, os, matplotlib.pyplot as plt
print('pandas' in sys.modules, os.getppid())
plt.plot([1, 2]); plt.show()"""


class Server:
    """A server of the test's own, spoken to as the page of JupyterLab speaks to it."""

    def __init__(self, port: int) -> None:
        self.port, self.token = port, uuid.uuid4().hex

    def call(self, method: str, path: str, data: Any = None) -> Any:
        body = None if data is None else json.dumps(data).encode()
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            said = answer.read()
        return json.loads(said) if said else None

    def run(self, code: str) -> list[dict[str, Any]]:
        """Start a warm kernel, run one cell in it, end it, and return what it sent."""
        kernel = self.call("POST", "/api/kernels", {"name": "steget-warm"})["id"]
        address = f"ws://127.0.0.1:{self.port}/api/kernels/{kernel}/channels?token={self.token}"
        channel = websocket.create_connection(address, timeout=60)
        header = {"msg_id": uuid.uuid4().hex, "username": "", "session": uuid.uuid4().hex,
                  "msg_type": "execute_request", "version": "5.3"}  # fmt: skip
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        channel.send(json.dumps(message))
        sent: list[dict[str, Any]] = []
        replied = idle = False
        while not (replied and idle):
            sent.append(json.loads(channel.recv()))
            mine = sent[-1]["parent_header"].get("msg_id") == header["msg_id"]
            replied |= sent[-1]["msg_type"] == "execute_reply"
            idle |= mine and sent[-1]["content"].get("execution_state") == "idle"
        channel.close()
        self.call("DELETE", f"/api/kernels/{kernel}")
        return sent


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    spec = tmp_path / "share" / "kernels" / "steget-warm"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(json.dumps(warm_spec(memory=0)), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        there = Server(free.getsockname()[1])
    private = {"HOME": str(tmp_path), "JUPYTER_PATH": str(tmp_path / "share"), "JUPYTER_RUNTIME_DIR": str(tmp_path)}
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={there.port}",
        f"--IdentityProvider.token={there.token}", f"--ServerApp.root_dir={tmp_path}",
    ]  # fmt: skip
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env={**os.environ, **private}, stdout=log, stderr=log)
    try:
        _await(there, process)
        yield there
    finally:
        process.terminate()
        process.wait(30)


def _await(there: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 90
    while True:
        try:
            there.call("GET", "/api/kernelspecs")
            return
        except OSError:
            assert process.poll() is None, "the server ended before it answered"
            assert time.monotonic() < until, "the server did not answer within 90 s"
            time.sleep(0.2)


@pytest.mark.slow
def test_the_server_of_jupyterlab_forks_its_kernels_from_one_warm_parent(server: Server) -> None:
    first, second = server.run(CODE), server.run(CODE)
    said = [next(m["content"]["text"] for m in sent if m["msg_type"] == "stream").split() for sent in (first, second)]
    assert [warm for warm, _ in said] == ["True", "True"]
    assert said[0][1] == said[1][1], "both kernels have the same parent"
    for sent in (first, second):
        figures = [message for message in sent if message["msg_type"] == "display_data"]
        assert ["image/png" in figure["content"]["data"] for figure in figures] == [True]
