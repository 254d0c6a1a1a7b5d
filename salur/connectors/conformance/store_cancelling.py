"""The seller cancels, or answers a buyer who wants to (R115 to R121)."""

from __future__ import annotations

from typing import Any

from salur.connectors.base.errors import AlreadyExists, Rejected, TooLate
from salur.connectors.base.types import CancelOutcome, OrderStatus

from .bench import Bench, Outcome
from .checks import Book, Bypass, Power, expect
from .selling import SENT, Sold, can, eventually, sold

BOOK = Book("Cancelling", look="cancel_order(), errors.py", kind="store", abilities=("cancel",))
DECIDE = Book("Buyer's cancellation", look="answer_cancellation()", kind="store", abilities=("decide",))
POWERS = (Power.ORDERS, Power.CLOCK)
STATES = ("accepted", "pending", "refused")
ANSWER = "it is packed already"


def ask(order: Sold, reason: str) -> Outcome:
    """Cancel an order."""
    outcome = order.bench.attempt(order.connector.cancel_order, order.id, reason)
    if outcome.error is None:
        good = isinstance(outcome.value, CancelOutcome) and outcome.value.state in STATES
        expect(good, f"a CancelOutcome among {', '.join(STATES)}", outcome)
    return outcome


def _reason(bench: Bench) -> str:
    reasons = can(bench).cancel_reasons
    return reasons[0][0] if reasons else ""


def _off(order: Sold) -> None:
    """Cancelled at the store, and told as cancelled."""
    wanted = "an order that is cancelled at the store"
    eventually(order.bench, lambda: order.row()["step"] == "cancelled", wanted)
    status = order.told().status
    expect(status is OrderStatus.CANCELLED, "an order told as cancelled", status)


@BOOK.check("store.cancel.early", "Before it is sent an order is cancelled, and shown as cancelled", "R115", *POWERS)
def early(bench: Bench) -> None:
    """With the usual reason."""
    order = sold(bench)
    outcome = ask(order, _reason(bench))
    expect(outcome.error is None and outcome.value.state != "refused", "accepted or pending", outcome)
    _off(order)


@BOOK.check("store.cancel.reasons", "Each reason that is offered is one that the store takes", "R116", *POWERS,
            look="capabilities.cancel_reasons, cancel_order()")  # fmt: skip
def reasons(bench: Bench) -> None:
    """One order for each; a reason that fits special orders only is refused in the store's words."""
    refused: list[str] = []
    offered = can(bench).cancel_reasons
    if not offered:
        raise Bypass("the store wants no reason (cancel_reasons)")
    for code, _ in offered:
        order = sold(bench)
        outcome = ask(order, code)
        if isinstance(outcome.error, Rejected):
            expect(outcome.error.message, f"{code}: words with a refusal", outcome)
            expect(order.row()["step"] != "cancelled", f"{code}: still there after a refusal", "cancelled")
            refused.append(f"{code}: {outcome.error.message}")
            continue
        expect(outcome.error is None and outcome.value.state != "refused", f"{code}: accepted or pending", outcome)
        _off(order)
    expect(len(refused) < len(offered), "a reason that the store takes", refused)
    if refused:
        raise Bypass(f"all reasons are taken but, of an order like this one, {'; '.join(refused)}")


@BOOK.check("store.cancel.nonsense", "A reason that the store does not know cancels nothing", "R116", *POWERS)
def nonsense(bench: Bench) -> None:
    """Refused in words; where the store wants no reason, anything will do."""
    if not can(bench).cancel_reasons:
        raise Bypass("the store wants no reason (cancel_reasons)")
    order = sold(bench)
    outcome = ask(order, "KIT-NO-SUCH-REASON")
    if outcome.error is None:
        raise Bypass("the store takes any text as a reason")
    expect(isinstance(outcome.error, Rejected), "Rejected", outcome)
    expect(order.row()["step"] != "cancelled", "the order still there", "cancelled")


@BOOK.check("store.cancel.late", "Once it is sent it is too late, and the order stays sent", "R118", *POWERS,
            Power.STATUS)  # fmt: skip
def late(bench: Bench) -> None:
    """TooLate, Rejected or refused."""
    order = sold(bench)
    order.move(step="shipped")
    outcome = ask(order, _reason(bench))
    no = isinstance(outcome.error, TooLate | Rejected) or (outcome.error is None and outcome.value.state == "refused")
    expect(no, "TooLate, Rejected or refused", outcome)
    expect(order.row()["step"] in SENT, "still sent at the store", order.row()["step"])
    expect(order.told().status is not OrderStatus.CANCELLED, "not told as cancelled", order.told().status)


@BOOK.check("store.cancel.twice", "Cancelling twice is safe", "design 9", *POWERS)
def twice(bench: Bench) -> None:
    """The hub repeats what it got no answer to."""
    order = sold(bench)
    ask(order, _reason(bench))
    _off(order)
    again = ask(order, _reason(bench))
    known = again.error is None or isinstance(again.error, TooLate | AlreadyExists | Rejected)
    expect(known, "an answer or a refusal, once it is cancelled", again)
    expect(order.row()["step"] == "cancelled", "still cancelled", order.row()["step"])


@BOOK.check("store.cancel.unknown", "An order that the store does not have is not reported as cancelled", "R120",
            *POWERS)  # fmt: skip
def unknown(bench: Bench) -> None:
    """Else the hub would close what it should not."""
    order = sold(bench)
    outcome = bench.attempt(order.connector.cancel_order, order.id[:-3] + "ZZZ", _reason(bench))
    expect(outcome.error is not None or outcome.value.state == "refused", "a refusal", outcome)


def asked(bench: Bench) -> Sold:
    """An order that its buyer wants cancelled."""
    order = sold(bench)
    order.move(step="cancel_asked")
    status = order.told().status
    expect(status is OrderStatus.CANCEL_REQUESTED, "told as a buyer's wish to cancel", status)
    return order


def _answer(order: Sold, accept: bool) -> Outcome:
    reason = "" if accept else ANSWER
    return order.bench.attempt(order.connector.answer_cancellation, order.id, accept, reason)


@DECIDE.check("store.decide.yes", "A buyer's wish is granted: the order is cancelled", "R121", *POWERS, Power.STATUS)
def yes(bench: Bench) -> None:
    """Shown as cancelled afterwards."""
    order = asked(bench)
    outcome = _answer(order, True)
    expect(outcome.error is None, "an answer", outcome)
    _off(order)


@DECIDE.check("store.decide.no", "A buyer's wish is refused: the order goes on", "R121", *POWERS, Power.STATUS)
def no(bench: Bench) -> None:
    """Neither cancelled nor asked any more."""
    order = asked(bench)
    outcome = _answer(order, False)
    expect(outcome.error is None, "an answer", outcome)
    expect(order.row()["step"] not in ("cancelled", "cancel_asked"), "the order as before", order.row()["step"])
    over = (OrderStatus.CANCELLED, OrderStatus.CANCEL_REQUESTED, OrderStatus.UNKNOWN)
    expect(order.told().status not in over, "told as an order that goes on", order.told().status)


@DECIDE.check("store.decide.twice", "An answer given twice changes nothing", "design 9", *POWERS, Power.STATUS)
def decided_twice(bench: Bench) -> None:
    """AlreadyExists, TooLate, a refusal in words or no harm; the other answer does not undo the first."""
    for first in (True, False):
        order = asked(bench)
        _answer(order, first)
        settled = order.row()["step"]
        for again in (first, not first):
            outcome = _answer(order, again)
            known = outcome.error is None or isinstance(outcome.error, AlreadyExists | TooLate | Rejected)
            expect(known, "AlreadyExists, TooLate or no harm", outcome)
            expect(order.row()["step"] == settled, f"still {settled}", order.row()["step"])


@DECIDE.check("store.decide.unasked", "Where no buyer asked there is nothing to grant", "R121", *POWERS)
def unasked(bench: Bench) -> None:
    """An order must not be cancelled by an answer to nobody."""
    order: Any = sold(bench)
    outcome = _answer(order, True)
    expect(outcome.error is not None, "a refusal", outcome)
    expect(order.row()["step"] != "cancelled", "the order still there", "cancelled")
