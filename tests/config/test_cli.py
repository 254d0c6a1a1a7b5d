"""The command line as a person meets it: a program of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.harness.database import Database


def salur(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command with the test's environment, changed by ``environment``."""
    return subprocess.run(
        [sys.executable, "-m", "salur", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_doctor_finds_nothing_wrong_with_a_good_installation_and_shows_no_secret(db: Database) -> None:
    done = salur("doctor", SALUR_SECRET_KEY="s" * 40)
    assert (done.returncode, "BAD" in done.stdout) == (0, False), done.stdout + done.stderr
    for secret in ("s" * 40, os.environ["SALUR_CREDENTIAL_KEYS"], db.run.app_password, db.run.owner_password):
        assert secret not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("setting", "value", "complaint"),
    [
        ("SALUR_BASE_URL", "http://hub.example", "must travel by https"),
        ("SALUR_ALLOWED_HOSTS", "*", "any host name is believed"),
        ("SALUR_SECRET_KEY", "short", "32 characters"),
    ],
)
def test_doctor_says_what_is_unsafe(db: Database, setting: str, value: str, complaint: str) -> None:
    done = salur("doctor", **{"SALUR_SECRET_KEY": "s" * 40, setting: value})
    assert done.returncode == 1
    assert any(line.startswith("BAD") and complaint in line for line in done.stdout.splitlines())


def test_no_process_runs_under_the_owners_role(db: Database) -> None:
    done = salur("web", "--port", "0", DATABASE_URL=db.owner_url)
    assert done.returncode == 2
    assert "owns tables" in done.stderr
    assert "Traceback" not in done.stderr


def test_migrating_without_the_owners_url_says_how_to_get_one(db: Database) -> None:
    done = salur("migrate", SALUR_OWNER_DATABASE_URL="")
    assert done.returncode == 2
    assert "database prepare" in done.stderr


def test_a_database_that_does_not_answer_is_told_without_a_traceback() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        done = salur("web", DATABASE_URL=f"postgresql://a:b@127.0.0.1:{taken.getsockname()[1]}/salur")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_server_that_is_not_ours_is_not_stopped(db: Database) -> None:
    done = salur("database", "stop")
    assert done.returncode == 2
    assert "not Salur's to stop" in done.stderr


def test_arguments_after_manage_reach_django_untouched(db: Database) -> None:
    done = salur("manage", "check", "--help")
    assert "--fail-level" in done.stdout


def test_up_starts_everything_and_leaves_nothing_running() -> None:
    home = Path(os.environ["SALUR_HOME"]).parent / "up"
    home.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SALUR_") and k != "DATABASE_URL"}
    running = subprocess.Popen(
        [sys.executable, "-m", "salur", "up", "--port", str(port)],
        env={**environment, "SALUR_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert running.stdout is not None
    with running.stdout:
        assert running.stdout.readline() == f"Salur is at http://127.0.0.1:{port} (Ctrl-C ends it)\n"
        assert httpx.get(f"http://127.0.0.1:{port}/accounts/login/", timeout=60).status_code == 200
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 0
    assert not (home / "postgres" / "data" / "postmaster.pid").exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/")
