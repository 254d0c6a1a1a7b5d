"""Fixture ``sandbox``: the simulated partners as a process of their own, over real HTTP."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, Any

import httpx
import pytest


class Sandbox:
    """The running sandbox."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=120)

    def control(self, path: str, json: Any = None, *, method: str = "POST") -> Any:
        """Call the control API; raises for an answer that is no success; returns the answer's JSON."""
        answer = self._http.request(method, f"/_control/{path.lstrip('/')}", json=json)
        if answer.is_error:
            raise AssertionError(f"control {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json() if answer.content else None

    def look(self, path: str) -> Any:
        """Read from the control API."""
        return self.control(path, method="GET")

    def close(self) -> None:
        """Close the connections to it."""
        self._http.close()


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Sandbox]:
    """The sandbox of the session. Tests ask for ``sandbox``, which resets it first."""
    process = subprocess.Popen(
        [sys.executable, "-m", "salur.sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    server = Sandbox(_address(process.stdout))
    yield server
    server.close()
    process.terminate()
    process.wait(10)
    process.stdout.close()


def _address(output: IO[str]) -> str:
    for line in output:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found.group()
    raise RuntimeError("the sandbox ended before it named its address")


@pytest.fixture
def sandbox(sandbox_server: Sandbox) -> Sandbox:
    """The sandbox without orders, faults or counts of an earlier test."""
    sandbox_server.control("reset")
    return sandbox_server
