"""Telling the store that a parcel is under way: confirmed only when the store shows it (R105 to R108)."""

from __future__ import annotations

from typing import Any

from salur.connectors.base.errors import Retryable, UnknownOutcome
from salur.connectors.base.types import ConfirmResult, OrderStatus, ShippedLine

from .bench import Bench, Outcome
from .checks import Book, Bypass, Power, expect
from .selling import COURIER, Sold, can, eventually, own_number, shows, sold, to_confirm

BOOK = Book("Confirming", look="confirm()", kind="store", abilities=("confirm",))
POWERS = (Power.ORDERS, Power.CLOCK)


def ask(order: Sold, number: str, *lines: Any) -> Outcome:
    """Confirm; whatever is said, confirmed must be what the store has."""
    bench = order.bench
    bench.exchanges.clear()
    outcome = bench.attempt(order.connector.confirm, order.id, number, COURIER, *lines)
    if outcome.error is None:
        expect(isinstance(outcome.value, ConfirmResult), "a ConfirmResult", outcome)
        if outcome.value.confirmed:
            _read_back(order, number)
    return outcome


def _read_back(order: Sold, number: str) -> None:
    row = order.row()
    seen = f"step {row['step']}, number {row['tracking'] or 'none'}"
    expect(shows(row, number), f"confirmed only when the store shows {number}", seen)
    made = [exchange.effect for exchange in order.bench.exchanges]
    expect(
        made and made[-1] == "read", "read back before it is called confirmed", f"calls: {', '.join(made) or 'none'}"
    )


def confirmed(order: Sold, number: str, *lines: Any) -> ConfirmResult:
    """Confirm until the store shows it, as the hub repeats it."""

    def asked() -> ConfirmResult | None:
        outcome = ask(order, number, *lines)
        expect(outcome.error is None, "an answer", outcome)
        return outcome.value if outcome.value.confirmed else None

    found = eventually(order.bench, asked, f"confirmed with {number}")
    assert isinstance(found, ConfirmResult)  # noqa: S101 - what asked() answers when it is true
    return found


@BOOK.check("store.confirm.shown", "Confirmed means that the store shows the number", "R105", *POWERS)
def shown(bench: Bench) -> None:
    """Read back after it was told; until the store shows it, it is not confirmed and says why."""
    order, number = to_confirm(bench)
    first = ask(order, number)
    expect(first.error is None, "an answer", first)
    if not first.value.confirmed:
        expect(first.value.detail or first.value.raw_status, "what the store shows instead", first)
    found = confirmed(order, number)
    expect(found.raw_status, "the store's own word", found)
    expect(order.told().status in (OrderStatus.READY, OrderStatus.SHIPPED, OrderStatus.COMPLETED),
           "an order that is ready or shipped", order.told().status)  # fmt: skip


@BOOK.check("store.confirm.twice", "Confirmed twice, it is one parcel at the store", "R107", *POWERS)
def twice(bench: Bench) -> None:
    """The hub repeats what it got no answer to; a buyer is not told twice."""
    order, number = to_confirm(bench)
    confirmed(order, number)
    again = confirmed(order, number)
    expect(again.confirmed, "confirmed, again", again)
    _one_parcel(order)


def _one_parcel(order: Sold, where: str = "") -> None:
    row = order.row()
    expect(len(row["shipments"]) <= 1, f"{where}one parcel at the store", row["shipments"])
    expect(row["times_arranged"] <= 1, f"{where}one arrangement at the store", row["times_arranged"])


@BOOK.check("store.confirm.lost", "A confirmation whose answer is lost is repeated, and is one", "design 9, R107",
            *POWERS, Power.FAULTS, Power.COUNTS)  # fmt: skip
def lost(bench: Bench) -> None:
    """Cut after the store took it, at each operation that confirming uses."""
    first, number = to_confirm(bench)
    for operation in bench.operations(ask, first, number):
        order, number = to_confirm(bench)
        bench.rig.fault(operation, "cut_after")
        outcome = ask(order, number)
        bench.rig.forgive()
        told = outcome.error is None or isinstance(outcome.error, Retryable | UnknownOutcome)
        expect(told, f"{operation}: Retryable or UnknownOutcome after a cut connection", outcome)
        confirmed(order, number)
        _one_parcel(order, f"{operation}: ")


@BOOK.check("store.confirm.not_there", "What the store does not have, or has cancelled, is never confirmed", "R105",
            *POWERS, Power.STATUS)  # fmt: skip
def not_there(bench: Bench) -> None:
    """A cancelled order, and a number of an order that nobody made."""
    order = sold(bench)
    order.move(step="cancelled")
    for wanted in (order.id, order.id[:-3] + "ZZZ"):
        outcome = bench.attempt(order.connector.confirm, wanted, own_number(bench), COURIER)
        expect(outcome.error is not None or not outcome.value.confirmed, "a refusal, or not confirmed", outcome)


@BOOK.check("store.confirm.other", "Another number than the store shows is not confirmed", "R105", *POWERS)
def other(bench: Bench) -> None:
    """Where the store gives the number, the hub's must be the same."""
    if "arrange" not in can(bench).abilities:
        raise Bypass("the seller's own number is the only one; the store gives none to compare it with")
    order, _ = to_confirm(bench)
    ask(order, own_number(bench))


@BOOK.check("store.confirm.lines", "Of an order in two parcels each is told with its pieces", "R108", *POWERS)
def lines(bench: Bench) -> None:
    """One piece of three, then the rest."""
    if not can(bench).confirms_lines:
        raise Bypass("the store is not told what is in a parcel (confirms_lines)")
    order, number = to_confirm(bench, items=[{"sku": "KIT-A", "quantity": 3}])
    key = order.told().lines[0].key
    second = own_number(bench)
    for wanted, pieces in ((number, [ShippedLine(key, 1)]), (second, [])):
        outcome = bench.attempt(order.connector.confirm, order.id, wanted, COURIER, pieces)
        expect(outcome.error is None, f"an answer for {wanted}", outcome)
        eventually(bench, lambda one=wanted: one in _numbers(order), f"the parcel {wanted}")  # type: ignore[misc]  # mypy cannot infer the bound default
    told = {one["tracking"]: one["pieces"] for one in order.row()["shipments"]}
    expect(told == {number: 1, second: 2}, f"one piece in {number}, two in {second}", told)


@BOOK.check("store.confirm.apart", "The shipment and its number can be told apart", "R143", *POWERS)
def apart(bench: Bench) -> None:
    """First shipped without a number, then the number alone, twice: one parcel that shows it."""
    if "track" not in can(bench).abilities:
        raise Bypass("the store takes shipment and number in one call (no ability track)")
    order, number = to_confirm(bench)
    before = bench.attempt(order.connector.track, order.id, number, COURIER)
    expect(before.error is None, "an answer to a number before the shipment", before)
    expect(order.row()["step"] == "paid", "an order that a number alone leaves as it was", order.row()["step"])
    bare = bench.attempt(order.connector.confirm, order.id, "" if not before.value.confirmed else number, COURIER)
    expect(bare.error is None and bare.value.confirmed, "shipped, with no more than the store shows", bare)
    for _ in range(2):
        told = bench.attempt(order.connector.track, order.id, number, COURIER)
        expect(told.error is None and told.value.confirmed, f"the number {number}", told)
    expect(shows(order.row(), number), f"the number {number} at the store", order.row()["shipments"])
    _one_parcel(order)


def _numbers(order: Sold) -> list[str]:
    return [one["tracking"] for one in order.row()["shipments"]]
