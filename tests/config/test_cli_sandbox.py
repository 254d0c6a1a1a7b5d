"""``salur sandbox`` as a person starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import httpx


def test_the_simulated_partners_say_where_their_page_is() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "salur", "sandbox", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )
    try:
        assert process.stdout is not None
        told = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", told)
        assert address is not None, told
        assert "what to type into each partner's forms" in process.stdout.readline()
        page = httpx.get(address[0], timeout=20, trust_env=False)
        assert (page.status_code, "Everything here is simulated" in page.text) == (200, True)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0
