"""A connector that has just been begun is clean, can be imported, and fails the kit only where it is empty."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from salur.config.cli import main
from salur.connectors.conformance.bench import Bench
from salur.connectors.conformance.catalogue import CHECKS
from salur.connectors.conformance.checks import Mark
from salur.connectors.conformance.runner import Result, run_all
from salur.integrations.redaction import redactor
from salur.integrations.registry import check as check_plugin

ROOT = Path(__file__).resolve().parents[2]
LONGEST_NAME = "acme_fulfilment_asia"
EMPTY = ("is not written yet", "none is listed")

EMPTY_STORE = {"auth.good", "auth.bad_secret", "auth.stable", "auth.not_there", "status.total", "secrets.record"}
EMPTY_WAREHOUSE = {
    *EMPTY_STORE,
    *("places.named", "places.stable"),
    *(f"products.{name}" for name in ("repeat", "batch", "scripts", "long", "long_sku")),
    *("push.found", "push.not_there", "push.keys", "push.refused", "push.reference"),
    *("push.scripts", "push.long", "push.remarks", "reports.asked", "reports.batch"),
    *("cancel.early", "cancel.twice", "cancel.unknown", "stock.nowhere"),
    *("inbound.not_there", "inbound.refused", "inbound.asked", "inbound.cancel"),
    *("state.threads", "state.none", "secrets.persons"),
}


def begun(kind: str, name: str, folder: Path) -> Path:
    root = folder / name
    assert main(["connector", "new", name, "--kind", kind, "--path", str(root)]) == 0
    return root


def tool(*arguments: str, folder: Path) -> str:
    """Complaints of a program about the folder."""
    environment = {**os.environ, "MYPYPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def results_of(root: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> list[Result]:
    """What the kit says of it, at the rig that it brings along."""
    monkeypatch.syspath_prepend(str(root))
    plugin = importlib.import_module(f"salur_{name}.connector").PLUGIN
    rig: Any = importlib.import_module(f"salur_{name}.rig").make()
    check_plugin(plugin)  # the hub would take it as it is
    bench = Bench(plugin, rig, redactor, root / "contracts")
    try:
        return run_all(CHECKS, bench)
    finally:
        bench.close()


@pytest.mark.parametrize("kind", ["warehouse", "store"])
def test_a_new_connector_passes_the_linter_and_the_type_checker(kind: str, tmp_path: Path) -> None:
    root = begun(kind, LONGEST_NAME, tmp_path)
    assert tool("ruff", "check", "--no-cache", ".", folder=root) == ""
    assert tool("ruff", "format", "--no-cache", "--check", ".", folder=root) == ""
    assert tool("mypy", "--cache-dir", str(ROOT / ".mypy_cache" / "scaffold"), ".", folder=root) == ""


@pytest.mark.parametrize(("kind", "name", "empty"), [
    ("warehouse", "acme_depot", EMPTY_WAREHOUSE),
    ("store", "acme_shop", EMPTY_STORE),
])  # fmt: skip
def test_a_new_connector_fails_the_kit_only_where_it_is_empty(
    kind: str, name: str, empty: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = results_of(begun(kind, name, tmp_path), name, monkeypatch)
    failing = {result.check.id: result.seen for result in results if result.mark is Mark.FAILS}
    assert set(failing) == empty, failing
    assert [seen for seen in failing.values() if not any(words in seen for words in EMPTY)] == []
    assert {"describes.abilities", "describes.form", "describes.limits"} <= {
        result.check.id for result in results if result.mark is Mark.HOLDS
    }


def test_in_salurs_own_repository_it_stands_beside_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "salur" / "connectors" / "base").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["connector", "new", "acme"]) == 0

    folder = tmp_path / "salur" / "connectors" / "warehouses" / "acme"
    assert (folder / "connector.py").is_file()
    assert (tmp_path / "contracts" / "acme" / "statuses.csv").is_file()
    assert (tmp_path / "tests" / "connectors" / "test_acme_contract.py").is_file()
    project = (tmp_path / "pyproject.toml").read_text(encoding="utf-8")
    assert 'acme = "salur.connectors.warehouses.acme.connector:PLUGIN"\n' in project
    assert 'acme = "salur.connectors.warehouses.acme.rig:make"\n' in project


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = begun("warehouse", "acme", tmp_path)
    mine = root / "salur_acme" / "wire.py"
    mine.write_text("# my work\n", encoding="utf-8")
    assert main(["connector", "new", "acme", "--path", str(root)]) == 2
    assert "nothing was written" in capsys.readouterr().err
    assert mine.read_text(encoding="utf-8") == "# my work\n"


@pytest.mark.parametrize("name", ["Acme", "1st", "a", "ac me", "../acme", "a" * 21])
def test_a_name_that_is_no_module_is_refused(name: str, tmp_path: Path) -> None:
    assert main(["connector", "new", name, "--path", str(tmp_path / "x")]) == 2
    assert not (tmp_path / "x").exists()
