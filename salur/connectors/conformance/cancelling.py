"""Stopping an outbound list, in time and too late (R115 to R120)."""

from __future__ import annotations

from typing import Any

from salur.connectors.base.errors import AlreadyExists, PartnerError, RateLimited, Rejected, Retryable, TooLate
from salur.connectors.base.types import CancelOutcome, OutboundTask, PartnerRef

from .bench import Bench, Outcome
from .checks import Book, Bypass, Power, expect
from .ground import Ground, ground
from .lost import WAIT
from .statuses import code_of, machine

BOOK = Book("Cancellation", look="cancel_outbound(), errors.py", kind="warehouse", abilities=("cancel",))

ORDER = [
    OutboundTask.NONE,
    OutboundTask.ACCEPTED,
    OutboundTask.PICKING,
    OutboundTask.PICKED,
    OutboundTask.PACKED,
    OutboundTask.COMPLETED,
]
STATES = ("accepted", "pending", "refused")
REASON = "the buyer cancelled"


def ask(bench: Bench, connector: Any, ref: PartnerRef) -> Outcome:
    """Ask to stop a list."""
    outcome = bench.attempt(lambda: connector.cancel_outbound(ref, REASON))
    if outcome.error is None:
        good = isinstance(outcome.value, CancelOutcome) and outcome.value.state in STATES
        expect(good, f"a CancelOutcome among {', '.join(STATES)}", outcome)
    return outcome


def refused(outcome: Outcome) -> bool:
    """Whether the partner said no."""
    if outcome.error is not None:
        return isinstance(outcome.error, TooLate)
    return bool(outcome.value.state == "refused")


@BOOK.check("cancel.early", "A list just pushed is stopped, and reported as cancelled", "R117")
def early(bench: Bench) -> None:
    """Asked at once; where the partner decides later, the state follows."""
    here = ground(bench)
    ref = here.pushed()[0]
    outcome = ask(bench, here.connector, ref)
    expect(outcome.error is None and outcome.value.state != "refused", "accepted or pending", outcome)
    if outcome.value.state == "pending" and Power.CLOCK not in bench.rig.powers:
        raise Bypass(f"{bench.rig.name} decides later, and its clock cannot be moved")
    _cancelled(bench, here, ref)


def _cancelled(bench: Bench, here: Ground, ref: PartnerRef) -> None:
    steps = iter((60.0, 60.0, 60.0))  # more would set the clocks too far apart for signed requests

    def settled() -> bool:
        if Power.CLOCK in bench.rig.powers and (step := next(steps, 0.0)):
            bench.rig.advance(step)
        report = here.connector.find_outbound(ref.reference)
        return report is None or report.status is OutboundTask.CANCELLED or report.cancellation == "accepted"

    bench.until(settled, "the list reported as cancelled")


@BOOK.check(
    "cancel.states", "In each state the answer keeps to the cut-off declared", "R117, R118", Power.STATUS,
    look="cancel_outbound(), capabilities.cancel_until",
)  # fmt: skip
def states(bench: Bench) -> None:
    """Up to cancel_until a list can be stopped; past it the answer is refused or TooLate, never accepted."""
    last, driven = ORDER.index(OutboundTask(bench.can.cancel_until)), 0
    stopped: dict[OutboundTask, bool] = {}
    answers: list[str] = []
    here = ground(bench)
    for code in machine(bench, OutboundTask):
        ref = here.pushed()[0]
        if not bench.rig.move_outbound(ref.number, code):
            continue
        driven += 1
        (report,) = here.connector.outbound_reports([ref])
        task = report.status
        outcome = ask(bench, here.connector, ref)
        if report.cancellation:  # it was asked before: what became of that is the answer
            known = outcome.error is None or isinstance(outcome.error, TooLate | Rejected)
            expect(known, f"{code} ({task}): an answer or a refusal", outcome)
        elif task in ORDER and ORDER.index(task) > last:
            expect(refused(outcome), f"{code} ({task}): refused or TooLate", outcome)
        elif task in ORDER[1:]:
            good = outcome.error is None and not refused(outcome)
            expect(good or refused(outcome), f"{code} ({task}): an answer or a refusal", outcome)
            stopped[task] = stopped.get(task, False) or good
            answers.append(f"{code} ({task}): {outcome}")
        elif task is OutboundTask.CANCELLED:
            known = outcome.error is None or isinstance(outcome.error, TooLate | AlreadyExists | Rejected)
            expect(known, f"{code} ({task}): accepted, or a refusal in words", outcome)
        else:
            known = outcome.error is None or isinstance(outcome.error, TooLate | Rejected)
            expect(known, f"{code} ({task}): an answer or a refusal", outcome)
    expect(driven, "at least one state that the partner can be put into", "none")
    # A state of ours may stand for several of the partner's; one that it still stops is enough.
    never = [task for task, good in stopped.items() if not good]
    expect(not never, f"lists stopped while {', '.join(never)}, up to the declared cut-off", answers)


@BOOK.check("cancel.late", "Once shipped it is too late, and the list stays shipped", "R118, R119", Power.STATUS)
def late(bench: Bench) -> None:
    """The hub keeps the conflict visible; it must not be told that all is well."""
    here = ground(bench)
    ref = here.pushed()[0]
    codes = code_of(bench, OutboundTask.COMPLETED)
    if not any(bench.rig.move_outbound(ref.number, code) for code in codes):
        raise Bypass("no status means completed")
    outcome = ask(bench, here.connector, ref)
    expect(refused(outcome), "TooLate or refused", outcome)
    (report,) = here.connector.outbound_reports([ref])
    expect(report.status is OutboundTask.COMPLETED, "still completed", report.status)


@BOOK.check("cancel.twice", "Asking twice is safe", "design 9")
def twice(bench: Bench) -> None:
    """The hub repeats what it got no answer to."""
    here = ground(bench)
    ref = here.pushed()[0]
    ask(bench, here.connector, ref)
    second = ask(bench, here.connector, ref)
    fine = second.error is None and second.value.state != "refused"
    expect(fine or isinstance(second.error, AlreadyExists), "accepted, pending or AlreadyExists", second)
    if Power.COUNTS in bench.rig.powers:
        expect(bench.rig.outbound(ref.number) is not None, "the list still there", "gone")
    _cancelled(bench, here, ref)
    third = ask(bench, here.connector, ref)
    known = third.error is None or isinstance(third.error, TooLate | AlreadyExists | Rejected)
    expect(known, "an answer or a refusal, once it is cancelled", third)


@BOOK.check("cancel.unknown", "A list that the partner does not know is not reported as stopped", "R120")
def unknown(bench: Bench) -> None:
    """Else an order would be closed while its parcel leaves."""
    here = ground(bench)
    outcome = ask(bench, here.connector, PartnerRef("KIT-NO-SUCH-1", "KITNOSUCH1"))
    told = isinstance(outcome.error, PartnerError) or outcome.value.state == "refused"
    expect(told, "a refusal", outcome)


@BOOK.check("cancel.limit", "A slow-down and a failure while cancelling may be repeated", "design 9",
            Power.FAULTS, Power.COUNTS)  # fmt: skip
def limited(bench: Bench) -> None:
    """429 and a cut connection at each operation that a cancellation uses."""
    here = ground(bench)
    first = here.pushed()[0]
    for operation in bench.operations(lambda: ask(bench, here.connector, first)):
        for kind, wanted in (("rate_limit", RateLimited), ("cut_after", Retryable)):
            ref = here.pushed()[0]
            bench.rig.fault(operation, kind, retry_after=WAIT)
            outcome = ask(bench, here.connector, ref)
            bench.rig.forgive()
            expect(isinstance(outcome.error, wanted), f"{operation}: {wanted.__name__} after {kind}", outcome)
            again = ask(bench, here.connector, ref)
            known = again.error is None or isinstance(again.error, AlreadyExists)
            expect(known, f"{operation}: an answer when asked again", again)
