"""``salur conformance`` as a person and as a machine meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from salur.config.cli import main
from salur.connectors.conformance import finding
from salur.connectors.conformance.catalogue import CHECKS

from .broken import BREAKS, Break

KEYS = {"schema", "connector", "kind", "partner", "made_at", "abilities", "powers", "counts", "checks"}
ROW = {"id", "area", "title", "proves", "outcome", "reason", "seen", "expected", "look", "seconds"}


def broken(name: str) -> Break:
    return next(one for one in BREAKS if one.name == name)


def test_a_good_connector_ends_with_0_and_a_table(
    conformance_sandbox: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.json"
    arguments = ["conformance", "eccang", "--url", conformance_sandbox, "--json", str(file)]
    assert main([*arguments, "--only", "auth", "--only", "tokens"]) == 0
    shown = capsys.readouterr().out
    assert "ok   auth.good" in shown
    assert "bypassed: the connector does not name the ability oauth" in shown

    report = json.loads(file.read_text(encoding="utf-8"))
    assert report.keys() == KEYS
    assert (report["schema"], report["connector"], report["counts"]["fails"]) == ("salur-conformance/1", "eccang", 0)
    assert all(row.keys() == ROW for row in report["checks"])
    assert {row["outcome"] for row in report["checks"]} == {"holds", "bypassed"}
    assert all(row["reason"] for row in report["checks"] if row["outcome"] == "bypassed")


def test_a_broken_one_ends_with_1_and_says_what_was_seen_and_where_to_look(
    conformance_sandbox: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(finding, "plugin", lambda name: broken("CutsNames").plugin)
    file = tmp_path / "report.json"
    arguments = ["conformance", "eccang", "--url", conformance_sandbox, "--only", "push.long", "--json", str(file)]
    assert main(arguments) == 1
    shown = capsys.readouterr().out
    assert "FAIL push.long" in shown
    assert "seen:     taken, but its end was never sent" in shown
    assert "look at:  mapping.py" in shown
    (row,) = json.loads(file.read_text(encoding="utf-8"))["checks"]
    assert (row["outcome"], bool(row["seen"]), bool(row["expected"])) == ("fails", True, True)


def test_without_an_address_it_starts_a_sandbox_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", "eccang", "--only", "auth.good"]) == 0
    assert "1 hold, 0 fail, 0 bypassed" in capsys.readouterr().out


def test_at_a_partners_own_test_system_what_needs_a_power_is_bypassed_with_the_reason(
    conformance_sandbox: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rig = finding.sandbox_rig(finding.plugin("eccang"), conformance_sandbox)
    rig.fresh()
    rig.set_stock({"REAL-1": 500, "REAL-2": 500}, "TH01")
    file = tmp_path / "test-system.json"
    file.write_text(json.dumps({"credentials": dict(rig.credentials()), "skus": ["REAL-1", "REAL-2"]}))
    rig.close()
    only = ["--only", "push", "--only", "lost", "--only", "auth", "--only", "reports"]
    assert main(["conformance", "eccang", "--credentials", str(file), *only]) == 0
    shown = capsys.readouterr().out
    assert "bypassed: the partner behind test-system.json cannot make the partner fail" in shown
    assert "ok   push.found" in shown


def test_the_list_names_every_check_for_the_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", "eccang", "--list"]) == 0
    shown = capsys.readouterr().out
    assert [check.id for check in CHECKS if check.kind != "store" and check.id not in shown] == []
    assert "orders.pages" not in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody"], "no connector is named nobody; installed:"),
        (["eccang", "--only", "nothing"], "no check is called nothing"),
        (["eccang", "--url", "http://127.0.0.1:9"], "no sandbox answers"),
        (["eccang", "--credentials", "gone.json"], "gone.json"),
        (["eccang", "--only", "orders.pages"], "none of these checks is for a warehouse"),
    ],
)
def test_what_cannot_be_done_is_said_and_ends_with_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["conformance", *arguments]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", '{"credentials": 1}', '{"credentials": {}, "more": 1}'])
def test_a_credentials_file_of_another_form_is_explained(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.json"
    file.write_text(text, encoding="utf-8")
    assert main(["conformance", "eccang", "--credentials", str(file)]) == 2
    assert "mine.json" in capsys.readouterr().err
