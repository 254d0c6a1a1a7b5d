"""Fixtures ``browser`` and ``page``: a real Chromium. Where none is installed one is fetched; none is an error."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-gpu",
    "--disable-dev-shm-usage",
)


PATIENCE_MS = 30_000
"""How long an expectation of a page is waited for: a machine that runs other things too answers late, not wrongly."""


class NoBrowser(RuntimeError):
    """No Chromium was found and none could be installed."""


def find() -> str | None:
    """The path of an installed Chromium or Chrome."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def provide() -> str | None:
    """The path of a Chromium, installed now if need be; None: playwright's own. Raises :class:`NoBrowser`."""
    if path := find():
        return path
    tried = []
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
        tried += [_try(command, environment) for command in (["apt-get", "update", "-qq"], install)]
        if path := find():
            return path
    tried.append(_try([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ)))
    if _playwright_has_one():
        return None
    raise NoBrowser(
        "The page tests need Chromium. Install it (for example: apt-get install chromium) and run again.\n"
        + "\n".join(tried)
    )


def _try(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return f"$ {' '.join(command)}\n{(done.stdout + done.stderr)[-800:]}"


def _playwright_has_one() -> bool:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session."""
    from playwright.sync_api import expect, sync_playwright

    path = provide()
    expect.set_options(timeout=PATIENCE_MS)
    # playwright runs an event loop in this thread, which Django takes for asynchronous code; it is not.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=flags)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page with a profile of its own; an error of its scripts or a refused policy fails the test."""
    context = browser.new_context(locale="en-GB", timezone_id="UTC")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None)
    yield opened
    context.close()
    assert complaints == []
