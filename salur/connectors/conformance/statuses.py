"""The partner's states: all have a meaning, and an unknown one is kept and moves nothing (design 7)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from typing import Any

from salur.connectors.base.inbound import InboundTask
from salur.connectors.base.types import OutboundTask, PartnerRef, Unmapped

from .bench import Bench
from .checks import Book, Bypass, Power, expect
from .ground import Ground, ground

STATUSES = Book("Statuses", look="statuses.py, contracts/NAME/statuses.csv")
OUTBOUND = Book("Statuses", look="statuses.py, outbound_reports()", kind="warehouse")
INBOUND = Book("Statuses", look="statuses.py, inbound_reports()", kind="warehouse", abilities=("inbound",))
UNKNOWN = "KITQQ"  # a code that no partner has
COLUMNS = ["machine", "code", "meaning", "marking", "source"]


def listed(bench: Bench) -> dict[str, list[str]]:
    """The codes that the contract lists, by machine."""
    if bench.contracts is None:
        raise Bypass(f"no contracts/{bench.plugin.name}/statuses.csv was found; name its folder with --contracts")
    path = bench.contracts / bench.plugin.name / "statuses.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    expect(list(reader.fieldnames or []) == COLUMNS, f"columns {','.join(COLUMNS)}", reader.fieldnames)
    codes: dict[str, list[str]] = {}
    for row in rows:
        codes.setdefault(row["machine"], []).append(row["code"])
    return codes


@STATUSES.check("status.total", "Every listed status has a meaning, and every meaning is listed", "design 6, 7")
def total(bench: Bench) -> None:
    """contracts/NAME/statuses.csv and the connector's tables, both ways; a machine that is not read is empty."""
    codes, tables = listed(bench), bench.plugin.status_tables
    expect(codes, "the partner's statuses in contracts/NAME/statuses.csv", "none is listed")
    wrong = [f"no table for the machine {one}" for one in codes if one not in tables]
    for machine in sorted(codes.keys() & tables.keys()):
        if not tables[machine]:
            continue  # an empty table says that the connector does not read this machine
        table = {str(code) for code in tables[machine]}
        wrong += [f"{machine} {code} has no meaning" for code in codes[machine] if code not in table]
        wrong += [f"{machine} {code} is not listed" for code in sorted(table - set(codes[machine]))]
    expect(not wrong, "a meaning for every listed code, and every code listed", "; ".join(wrong))


def machine(bench: Bench, kind: type) -> Mapping[str, tuple[Any, ...]]:
    """Codes whose meaning is a canonical state of that kind; one code may stand in several tables."""
    found: dict[str, tuple[Any, ...]] = {}
    for table in bench.plugin.status_tables.values():
        if table and all(isinstance(state, kind) for state in table.values()):
            for code, state in table.items():
                found[code] = (*found.get(code, ()), state)
    expect(found, f"a status table whose meanings are {kind.__name__}", sorted(bench.plugin.status_tables))
    return found


def code_of(bench: Bench, task: OutboundTask | InboundTask) -> list[str]:
    """The partner's codes that mean ``task``."""
    return [code for code, states in machine(bench, type(task)).items() if states[0] is task]


Driven = Callable[[Ground, str], Any]


def _outbound_after(here: Ground, code: str) -> Any:
    ref = here.pushed()[0]
    if not here.bench.rig.move_outbound(ref.number, code, raw=code == UNKNOWN):
        return None
    return _one(here, here.connector.outbound_reports([ref]), ref)


def _inbound_after(here: Ground, code: str) -> Any:
    ref = here.push_inbound(here.bench.reference())
    if not here.bench.rig.move_inbound(ref.number, code, raw=code == UNKNOWN):
        return None
    return _one(here, here.connector.inbound_reports([ref]), ref)


def _one(here: Ground, reports: Any, ref: PartnerRef) -> Any:
    expect(len(reports) == 1, f"one report of {ref.number}", reports)
    return reports[0]


def _drive_all(bench: Bench, kind: type, after: Driven) -> None:
    here = ground(bench)
    driven = 0
    for code, tasks in machine(bench, kind).items():
        report = after(here, code)
        if report is None:
            continue
        driven += 1
        words = " or ".join(tasks)
        expect(report.status in tasks, f"{code} reported as {words}", f"{report.status} ({report.raw_status})")
        expect(report.raw_status, f"the partner's own word beside {words}", "nothing")
    expect(driven, "at least one status that the partner can be put into", "none")


def _drive_unknown(bench: Bench, after: Driven) -> None:
    report = after(ground(bench), UNKNOWN)
    if report is None:
        raise Bypass(f"{bench.rig.name} takes no status that is not in its list")
    expect(report.status == Unmapped(report.raw_status), f"Unmapped({UNKNOWN!r})", report.status)
    expect(UNKNOWN in report.raw_status, f"{UNKNOWN} kept as raw_status", report.raw_status)


@OUTBOUND.check("status.outbound", "Each status of an outbound list is reported as its meaning", "R101", Power.STATUS)
def each_outbound(bench: Bench) -> None:
    """The partner is put into each."""
    _drive_all(bench, OutboundTask, _outbound_after)


@OUTBOUND.check("status.unknown", "An unknown status is kept as it is and moves nothing", "design 7", Power.STATUS)
def unknown_outbound(bench: Bench) -> None:
    """Partners add states without telling."""
    _drive_unknown(bench, _outbound_after)


@OUTBOUND.check("status.found", "The look-up tells the same status as the report", "design 9", Power.STATUS)
def found(bench: Bench) -> None:
    """After a move to the partner's last state."""
    here = ground(bench)
    for task in (OutboundTask.COMPLETED, OutboundTask.CANCELLED):
        for code in code_of(bench, task)[:1]:
            report = _outbound_after(here, code)
            if report is None:
                continue
            same = here.connector.find_outbound(report.reference)
            expect(same is not None and same.status is report.status, f"{report.status} by both", same)


@OUTBOUND.check(
    "status.version", "A later report has a later version, and a shipped one its tracking number", "design 7",
    Power.STATUS, Power.CLOCK, look="mapping.py (version)",
)  # fmt: skip
def version(bench: Bench) -> None:
    """An older report never replaces a newer one."""
    here = ground(bench)
    ref = here.pushed()[0]
    first = _one(here, here.connector.outbound_reports([ref]), ref)
    bench.rig.advance(90)
    code = next((one for one in code_of(bench, OutboundTask.COMPLETED) if bench.rig.move_outbound(ref.number, one)), "")
    if not code:
        raise Bypass("no status means completed")
    last = _one(here, here.connector.outbound_reports([ref]), ref)
    if first.version is not None and last.version is not None:
        expect(last.version > first.version, f"a version after {first.version}", last.version)
        expect(last.version.tzinfo is not None, "an aware time", last.version)
    expect(last.tracking, "a tracking number of the shipped list", "none")


@INBOUND.check("status.inbound", "Each status of an inbound list is reported as its meaning", "R63", Power.STATUS)
def each_inbound(bench: Bench) -> None:
    """The partner is put into each."""
    _drive_all(bench, InboundTask, _inbound_after)


@INBOUND.check("status.inbound_unknown", "An unknown inbound status is kept as it is", "design 7", Power.STATUS)
def unknown_inbound(bench: Bench) -> None:
    """Partners add states without telling."""
    _drive_unknown(bench, _inbound_after)
