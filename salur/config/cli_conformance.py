"""``salur conformance CONNECTOR``: what of a connector holds, as a table and as JSON (design 6)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from salur.connectors.conformance import finding, report
from salur.connectors.conformance.bench import Bench
from salur.connectors.conformance.catalogue import CHECKS, named
from salur.connectors.conformance.checks import Check, Mark
from salur.connectors.conformance.credentials_rig import BadFile
from salur.connectors.conformance.runner import Result, applicable, run_all
from salur.connectors.conformance.sandbox_rig import NoSandbox
from salur.integrations.redaction import redactor

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Commands) -> None:
    """Add the command."""
    command = commands.add_parser(
        "conformance",
        help="drive a connector through what the hub relies on; exit code 0 if all holds, 1 if something fails",
    )
    command.add_argument("connector", metavar="CONNECTOR", help="name of an installed connector")
    where = command.add_mutually_exclusive_group()
    where.add_argument("--url", default="", help="a running sandbox (one of its own is started and ended)")
    where.add_argument("--credentials", type=Path, metavar="FILE", help="the partner's own test system (JSON)")
    command.add_argument("--contracts", type=Path, metavar="FOLDER", help="holds CONNECTOR/statuses.csv (./contracts)")
    command.add_argument("--json", type=Path, metavar="FILE", help="write the report for machines as well")
    command.add_argument(
        "--only", action="append", default=[], metavar="ID", help="this check, or all that begin so (may be repeated)"
    )
    command.add_argument("--list", action="store_true", help="show the checks and make none")
    command.set_defaults(run=_conformance)


def _conformance(chosen: argparse.Namespace) -> int:
    try:
        checks = named(chosen.only) if chosen.only else CHECKS
    except KeyError as unknown:
        print(f"salur: no check is called {unknown.args[0]}; --list shows them", file=sys.stderr)
        return 2
    try:
        plugin = finding.plugin(chosen.connector)
        if chosen.list:
            _show(checks, plugin.kind)
            return 0
        with finding.rig_for(plugin, url=chosen.url, credentials=chosen.credentials) as rig:
            contracts = finding.contracts_folder(plugin.name, chosen.contracts)
            bench = Bench(plugin, rig, redactor, contracts)
            try:
                return _make(bench, checks, chosen.json)
            finally:
                bench.close()
    except (finding.NotFound, NoSandbox, BadFile) as error:
        print(f"salur: {error}", file=sys.stderr)
        return 2


def _show(checks: tuple[Check, ...], kind: str) -> None:
    table = report.Table()
    for check in checks:
        if check.kind in ("", kind):
            print("\n".join(table.heading(check)), end="\n" if check.area else "")
            print(f"  {check.id:<24} {check.title} ({check.proves})")


def _make(bench: Bench, checks: tuple[Check, ...], file: Path | None) -> int:
    if not applicable(checks, bench):
        print(f"salur: none of these checks is for a {bench.plugin.kind}", file=sys.stderr)
        return 2
    print(f"{bench.plugin.capabilities.title} ({bench.plugin.name}) at {bench.rig.name}")
    table = report.Table()

    def show(result: Result) -> None:
        print("\n".join(table.lines(result)), flush=True)

    results = run_all(checks, bench, show)
    counts = report.counted(results)
    print(f"\n{counts[Mark.HOLDS]} hold, {counts[Mark.FAILS]} fail, {counts[Mark.BYPASSED]} bypassed")
    if file is not None:
        file.write_text(report.as_json(bench, results), encoding="utf-8")
        print(f"report: {file}")
    return 1 if counts[Mark.FAILS] else 0
