"""Processes that are started together: what happens when one of them ends by itself."""

from __future__ import annotations

import time

import pytest

from salur.config.supervisor import MOST_STARTS, Supervisor


@pytest.fixture
def processes() -> Supervisor:
    return Supervisor()


def test_a_process_that_ends_by_itself_ends_the_others(processes: Supervisor) -> None:
    processes.start("sandbox", ["sandbox", "--port", "0"], quiet=True)
    processes.start("web", ["--version"], quiet=True)
    assert processes.wait() == "web"
    assert not processes.running("sandbox")


def test_a_process_that_is_to_go_on_is_started_again_and_ends_with_the_others(processes: Supervisor) -> None:
    processes.start("worker", ["sandbox", "--port", "0"], quiet=True, again=True)
    first = processes._children["worker"].process
    first.kill()
    until = time.monotonic() + 60
    while processes._children["worker"].process is first:
        assert time.monotonic() < until, "nobody started it again"
        time.sleep(0.02)
    second = processes._children["worker"].process
    assert processes.running("worker")
    processes.stop()
    assert second.poll() is not None
    assert not processes.running("worker")


def test_a_process_that_keeps_on_ending_ends_the_others_at_last(
    processes: Supervisor, capfd: pytest.CaptureFixture[str]
) -> None:
    processes.start("worker", ["--version"], quiet=True, again=True)
    assert processes.wait() == "worker"
    assert capfd.readouterr().err.count("is started again") == MOST_STARTS - 1
