"""Fixtures of the end-to-end tests: an operator at a browser, and a worker as a process of its own."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.harness.partners import Sandbox
from tests.harness.web import LiveWeb, SettingsForTest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .operator import Operator

# Partners that think for a moment only, and a warehouse that sends parcels as soon as it has them.
PACE = {
    "shopee": {"tracking_seconds": 0.2, "document_seconds": 0.2},
    "eccang": {"ship_after": 0.5},
}


@pytest.fixture
def worker(live_web: LiveWeb, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``salur worker`` beside the web server, on the same database; its log is shown when a test fails."""
    log = tmp_path / "worker.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "salur", "worker"],
            env={**os.environ, "SALUR_BASE_URL": live_web.url},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        yield process
        ended = process.poll()
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    text = log.read_text(errors="replace")
    sys.stdout.write(text[-8000:])
    assert ended is None, "the worker ended by itself"
    assert "work_failed" not in text
    assert "sweep_failed" not in text


@pytest.fixture
def operator(
    live_web: LiveWeb,
    sandbox: Sandbox,
    settings: SettingsForTest,
    worker: subprocess.Popen[bytes],
    page: Page,
) -> Operator:
    """The owner of a new merchant, made by the command line as an installation does it, signed in by the form."""
    from django.conf.global_settings import PASSWORD_HASHERS

    from .operator import Operator, make_merchant

    settings.PASSWORD_HASHERS = PASSWORD_HASHERS  # those of the command line, which knows nothing of the tests' own
    settings.SALUR = dataclasses.replace(settings.SALUR, base_url=live_web.url)  # partners send people back there
    sandbox.control("settings", PACE)
    someone = Operator(page, live_web.url, sandbox)
    someone.sign_in("malee", make_merchant("Baan Suan", "malee"))
    return someone
