"""``salur demo --once`` as somebody meets it who has just cloned the project: no database, no settings."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def empty_place() -> Iterator[Path]:
    """A folder for temporary files that the embedded server's user may enter (pytest's own folders are closed)."""
    place = Path(tempfile.mkdtemp(prefix="salur-demo-test-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place, ignore_errors=True)


def demo(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the demo to its end without any of the tests' settings; its home is made in ``place``."""
    ours = ("SALUR_", "DATABASE_URL", "DJANGO_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        [sys.executable, "-m", "salur", "demo", "--once", "--port", "0", *arguments],
        env={**environment, "TMPDIR": str(place)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def test_every_order_ends_where_it_should_and_nothing_is_left_behind(empty_place: Path) -> None:
    done = demo(empty_place, "--orders", "12", "--csv-orders", "20", "--shopify-orders", "4", "--patience", "400")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    figures = dict(re.findall(r"^  (\w+) +(\d+)$", done.stdout, re.MULTILINE))
    assert (figures["done"], figures["held"], figures["orders"]) == ("32", "4", "36")
    for title in ("JD.ID / JD Fulfillment", "Fastock MY", "Qimen WMS"):
        told = (
            rf"^  {title} +3 products; 90 pieces received; order EB-[\w-]+ shipped as \w+, AWB DEMO\w+; 88 pieces left$"
        )
        assert re.search(told, done.stdout, re.MULTILINE), done.stdout
    assert re.search(r"^  Gearment +3 products; order EB-GEARMENT-1 shipped as [\w-]+;", done.stdout, re.MULTILINE)
    assert done.stdout.count("differences") == done.stdout.count(": 0 differences") == 2
    assert list(empty_place.iterdir()) == []  # its home went with it


def test_orders_that_do_not_end_in_time_are_told_by_the_exit_code(empty_place: Path) -> None:
    done = demo(empty_place, "--orders", "3", "--csv-orders", "3", "--shopify-orders", "1", "--patience", "1")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "NOT every order" in done.stdout
    assert "Traceback" not in done.stderr
    assert list(empty_place.iterdir()) == []
