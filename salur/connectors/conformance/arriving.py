"""Inbound lists: announced once, and received in totals that never count twice (R60 to R72)."""

from __future__ import annotations

from collections.abc import Mapping

from salur.connectors.base.errors import AlreadyExists, Rejected, TooLate
from salur.connectors.base.inbound import InboundLine, InboundReport, InboundTask
from salur.connectors.base.types import CancelOutcome, PartnerRef

from .bench import Bench
from .checks import Book, Bypass, Power, expect
from .ground import Ground, ground
from .statuses import code_of

BOOK = Book(
    "Inbound lists", look="push_inbound(), find_inbound(), inbound_reports()", kind="warehouse", abilities=("inbound",)
)


@BOOK.check(
    "inbound.whole", "An announced list is at the partner with its quantities, and is found", "R62", Power.COUNTS
)
def whole(bench: Bench) -> None:
    """Ten pieces of each product."""
    here = ground(bench)
    reference = bench.reference()
    ref = here.push_inbound(reference)
    row = bench.rig.inbound(reference)
    expect(row is not None and row["times_created"] == 1, "one list at the partner", row)
    assert row is not None  # noqa: S101 - said above, for the type checker
    wanted = dict.fromkeys(here.skus, 10)
    expect(dict(row["planned"]) == wanted, f"planned {wanted}", row["planned"])
    if not bench.can.inbound_lookup:
        return
    report = here.connector.find_inbound(reference)
    same = report is not None and (report.ref.number, report.reference) == (ref.number, reference)
    expect(same, f"number {ref.number} and reference {reference}", report)


@BOOK.check("inbound.not_there", "A reference that nobody announced is None", "design 9")
def not_there(bench: Bench) -> None:
    """None is the hub's leave to push."""
    if not bench.can.inbound_lookup:
        raise Bypass("the partner cannot be asked by our reference (inbound_lookup); announcing again finds out")
    outcome = bench.attempt(lambda: bench.connector().find_inbound(bench.reference()))
    expect(outcome.error is None and outcome.value is None, "None", outcome)


@BOOK.check("inbound.again", "Announced again, it is one list: AlreadyExists or the same number", "R63", Power.COUNTS)
def again(bench: Bench) -> None:
    """With the same content, and with another."""
    here = ground(bench)
    reference = bench.reference()
    first = here.push_inbound(reference)
    for quantity in (10, 99):
        request = here.inbound_request(reference, quantity)
        outcome = bench.attempt(here.connector.push_inbound, request)
        same = outcome.error is None and outcome.value.number == first.number
        told = isinstance(outcome.error, AlreadyExists) or (quantity == 99 and isinstance(outcome.error, Rejected))
        expect(same or told, "AlreadyExists or the same number", outcome)
    row = bench.rig.inbound(reference)
    expect(row is not None and row["times_created"] == 1, "one list at the partner", row)
    assert row is not None  # noqa: S101 - said above, for the type checker
    expect(set(row["planned"].values()) == {10}, "the first list's quantities", row["planned"])


@BOOK.check("inbound.refused", "An unknown product is Rejected in words", "R60")
def refused(bench: Bench) -> None:
    """Only pushed products can be announced."""
    here = ground(bench)
    reference = bench.reference()
    request = here.inbound_request(reference, lines=(InboundLine("KIT-NEVER-SEEN", 1, "Nobody's"),))
    outcome = bench.attempt(lambda: here.connector.push_inbound(request))
    told = isinstance(outcome.error, Rejected) and (outcome.error.message or outcome.error.field)
    expect(told, "Rejected with the partner's words", outcome)


@BOOK.check("inbound.asked", "Reports come of what was asked, and of nothing else", "design 9")
def asked(bench: Bench) -> None:
    """Two of three, with one that the partner does not know, in a batch as large as declared."""
    here = ground(bench)
    refs = [here.push_inbound(bench.reference()) for _ in range(3)]
    size = bench.can.inbound_report_batch
    filler = [PartnerRef(f"KIT-NO-{number}", f"KITNO{number}") for number in range(size - 2)]
    wanted = ([refs[0], refs[2]] if size > 1 else [refs[0]]) + filler
    numbers = sorted(report.ref.number for report in here.connector.inbound_reports(wanted))
    expect(numbers == sorted({one.number for one in wanted[:2]} - {"KIT-NO-0"}), "those that exist, each once", numbers)
    expect(not here.connector.inbound_reports([]), "no report of nothing", "something")


def received(report: InboundReport) -> dict[str, int]:
    """Pieces by SKU, batches added up; a partner that says nothing of quantities says none."""
    totals: dict[str, int] = {}
    for line in report.lines or ():
        totals[line.sku] = totals.get(line.sku, 0) + line.received
    return totals


def _report(here: Ground, ref: PartnerRef) -> InboundReport:
    reports = here.connector.inbound_reports([ref])
    expect(len(reports) == 1, f"one report of {ref.number}", reports)
    report: InboundReport = reports[0]
    return report


def _move(here: Ground, ref: PartnerRef, task: InboundTask, figures: Mapping[str, int]) -> None:
    codes = code_of(here.bench, task)
    if not any(here.bench.rig.move_inbound(ref.number, code, figures) for code in codes):
        raise Bypass(f"no status of {here.bench.rig.name} means {task}")


def _total(here: Ground, ref: PartnerRef, figures: dict[str, int]) -> dict[str, int]:
    first, second = received(_report(here, ref)), received(_report(here, ref))
    expect(first == second, "the same totals when asked again", f"{first}, then {second}")
    more = {sku: units for sku, units in first.items() if units > figures.get(sku, 0)}
    expect(not more, f"no more than {figures}", first)
    return first


@BOOK.check(
    "inbound.partial", "Received in parts, the report tells totals and never increments", "R68", Power.STATUS,
    look="mapping.py (received), inbound_reports()",
)  # fmt: skip
def partial(bench: Bench) -> None:
    """Three, then seven, then all ten of each product; asked twice each time."""
    here = ground(bench)
    ref = here.push_inbound(bench.reference())
    last: dict[str, int] = dict.fromkeys(here.skus, 0)
    for units in (3, 7):
        figures = dict.fromkeys(here.skus, units)
        _move(here, ref, InboundTask.RECEIVING, figures)
        now = _total(here, ref, figures)
        fewer = [sku for sku, before in last.items() if now.get(sku, 0) < before]
        expect(not fewer, f"at least {last}", now)
        last = {sku: now.get(sku, 0) for sku in here.skus}
    figures = dict.fromkeys(here.skus, 10)
    _move(here, ref, InboundTask.COMPLETED, figures)
    expect(_total(here, ref, figures) == figures, f"in the end {figures}", received(_report(here, ref)))


@BOOK.check("inbound.over", "More than announced, and less, is told as it is", "R68", Power.STATUS)
def over(bench: Bench) -> None:
    """Twelve of one and six of the other, of ten."""
    here = ground(bench)
    ref = here.push_inbound(bench.reference())
    figures = dict(zip(here.skus, (12, 6), strict=False))
    _move(here, ref, InboundTask.COMPLETED, figures)
    report = _report(here, ref)
    expect(report.status is InboundTask.COMPLETED, "completed", report.status)
    expect(received(report) == figures, f"received {figures}", received(report))


@BOOK.check("inbound.cancel", "A list is called off before it arrives, and twice is safe", "R70")
def cancel(bench: Bench) -> None:
    """The warehouse expects it no more."""
    here = ground(bench)
    ref = here.push_inbound(bench.reference())
    first = bench.attempt(lambda: here.connector.cancel_inbound(ref, "not coming"))
    good = isinstance(first.value, CancelOutcome) and first.value.state in ("accepted", "pending")
    expect(good, "accepted or pending", first)
    second = bench.attempt(lambda: here.connector.cancel_inbound(ref, "not coming"))
    known = second.error is None or isinstance(second.error, TooLate | AlreadyExists | Rejected)
    expect(known, "an answer, or a refusal in words, when asked again", second)
    report = _report(here, ref)
    gone = report.status is InboundTask.CANCELLED
    expect(gone or first.value.state == "pending", "reported as cancelled", report)


@BOOK.check("inbound.late", "Once it is received it cannot be called off", "R70", Power.STATUS)
def late(bench: Bench) -> None:
    """TooLate or refused."""
    here = ground(bench)
    ref = here.push_inbound(bench.reference())
    _move(here, ref, InboundTask.COMPLETED, dict.fromkeys(here.skus, 10))
    outcome = bench.attempt(lambda: here.connector.cancel_inbound(ref, "not coming"))
    no = isinstance(outcome.error, TooLate) or (outcome.error is None and outcome.value.state == "refused")
    expect(no, "TooLate or refused", outcome)
