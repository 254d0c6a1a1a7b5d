"""The pytest plugin in a project of its own: one test for each check, and nothing at all where it is not asked for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ORDINARY = "def test_ordinary() -> None:\n    assert True\n"
OWN = """
import pytest
from salur.config.pytest_conformance import assert_holds, checks_of
from salur.connectors.conformance.finding import sandbox_rig
from tests.conformance.broken import BREAKS

PLUGIN = next(one for one in BREAKS if one.name == "ShowsSecret").plugin

@pytest.fixture
def rig():
    made = sandbox_rig(PLUGIN, "{url}")
    yield made
    made.close()

@pytest.mark.parametrize("check", checks_of(PLUGIN), ids=lambda check: check.id)
def test_it_holds(check, rig):
    assert_holds(PLUGIN, check, rig)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\nfilterwarnings = ["error"]\n')
    (tmp_path / "test_ordinary.py").write_text(ORDINARY)
    return tmp_path


def ran(project: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of pytest in the project."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DJANGO_"))}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:django", "-rA", *arguments]
    done = subprocess.run(
        command,
        cwd=project,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return done.returncode, done.stdout + done.stderr


def test_an_ordinary_run_does_not_notice_it(project: Path) -> None:
    code, said = ran(project, "-q")
    assert code == 0, said
    assert "1 passed" in said
    assert "conformance::" not in said


def test_asked_for_a_connector_each_check_is_a_test(project: Path, conformance_sandbox: str) -> None:
    code, said = ran(
        project, "--salur-connector", "eccang", "--salur-sandbox", conformance_sandbox, "-k", "auth or tok"
    )
    assert code == 0, said
    assert "PASSED salur-conformance::eccang:auth.good" in said
    assert "test_ordinary" not in said
    assert re.search(r"\d+ passed, 8 skipped", said)
    assert "the connector does not name the ability oauth" in said


def test_an_unknown_connector_is_an_error_in_words(project: Path) -> None:
    code, said = ran(project, "--salur-connector", "nobody")
    assert code == 4
    assert "no connector is named nobody" in said


def test_checks_run_with_a_fixture_of_ones_own(project: Path, conformance_sandbox: str) -> None:
    (project / "test_own.py").write_text(OWN.replace("{url}", conformance_sandbox))
    code, said = ran(project, "test_own.py", "-k", "auth")
    assert code == 1
    assert "PASSED test_own.py::test_it_holds[auth.good]" in said
    assert "FAILED test_own.py::test_it_holds[auth.stable]" in said
    assert "it shows app_token" in said
    assert re.search(r"1 failed, \d+ passed", said)
