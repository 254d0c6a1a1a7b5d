"""How lists move through the house, and what moves with them: stock, reports, timers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salur.sandbox.engine.exchange import Refusal
from salur.sandbox.qimen import reports
from salur.sandbox.qimen.fields import STATE
from salur.sandbox.qimen.model import (
    ENDED,
    INBOUND_PROCESSES,
    ORDER_STATUSES,
    OUTBOUND_PROCESSES,
    RECEIVING_STATUSES,
    STATUS_OF,
    WAY,
    WITH_REASON,
    Account,
    Entry,
    Process,
    Shipment,
)

if TYPE_CHECKING:
    from salur.sandbox.qimen.wms import Wms

CANCELLATION_FAILED = "CANCELEDFAIL"
RECEIVED = ("PARTFULFILLED", "FULFILLED")

# --- outbound ----------------------------------------------------------------------------------------------------


def move_shipment(
    wms: Wms, account: Account, shipment: Shipment, code: str, reason: str = "", part: dict[str, int] | None = None
) -> None:
    """Bring an outbound list to a status or process status; one that is in no list is shown as both.

    ``part`` tells what PARTDELIVERED has shipped so far, by SKU.
    """
    now = wms.core.clock.seconds()
    sent = _ship(wms, account, shipment, code, part or {})
    if code in ENDED:
        wms.release(account, shipment)
    if code in WAY:
        shipment.step = WAY.index(code)
    shipment.stage = code
    shipment.status = STATUS_OF.get(code, shipment.status if code in OUTBOUND_PROCESSES else code)
    shipment.reason = reason if code in WITH_REASON else ""
    shipment.changed = now
    shipment.history.append((now, code))
    if code in OUTBOUND_PROCESSES or code not in ORDER_STATUSES:
        shipment.processes.append(Process(code, now, reason))
        reports.process(wms, account, shipment)
    if sent:
        reports.delivery_confirmed(wms, account, shipment, sent)
    follow_shipment(wms, account, shipment)


def _ship(wms: Wms, account: Account, shipment: Shipment, code: str, part: dict[str, int]) -> dict[str, int]:
    """Take what leaves the house from stock; returns it by SKU."""
    if code not in ("DELIVERED", "PARTDELIVERED") or shipment.status in ENDED:
        return {}
    left = shipment.left
    units = left if code == "DELIVERED" else {sku: total - shipment.shipped.get(sku, 0) for sku, total in part.items()}
    if any(not 0 <= count <= left.get(sku, 0) for sku, count in units.items()):
        raise ValueError("shipped so far can neither fall nor pass what was ordered")
    units = {sku: count for sku, count in units.items() if count}
    if wms.allocate(account, shipment):
        wms.move_units(account, shipment, units, reserved=-1)
    for sku, count in units.items():
        shipment.shipped[sku] = shipment.shipped.get(sku, 0) + count
    if code == "DELIVERED":
        account.waiting.pop(shipment.number, None)
        shipment.allocated = False
        shipment.shipped_at = shipment.shipped_at or wms.core.clock.seconds()
        shipment.express_code = shipment.express_code or wms.number("EX")
        wms.hand_over(shipment.express_code)
    return units


#: Said of parcels that the carrier has.
WITH_CARRIER = ("SIGN", "REFUSE", "TMSCANCELED")


def can_be_cancelled(wms: Wms, shipment: Shipment) -> bool:
    """Whether it is no further than the setting ``cancel_until`` allows."""
    gone = shipment.status in ("DELIVERED", "PARTDELIVERED", "CLOSED", "REJECT") or shipment.stage in WITH_CARRIER
    return not gone and shipment.step <= WAY.index(wms.settings.cancel_until)


def cancel_shipment(wms: Wms, account: Account, shipment: Shipment, reason: str) -> None:
    """The ERP asks to stop it; raises Refusal when it is too late."""
    if shipment.status == "CANCELED" or shipment.cancelling:
        return
    if not can_be_cancelled(wms, shipment):
        raise Refusal(STATE, f"{shipment.reference} is {shipment.stage} and can not be cancelled")
    if wms.settings.cancel_result == "at_once":
        move_shipment(wms, account, shipment, "CANCELED", reason)
        return
    shipment.cancelling = True

    def decide() -> None:
        shipment.cancelling = False
        if shipment.status == "CANCELED":
            return
        good = wms.settings.cancel_result != "later_fail" and can_be_cancelled(wms, shipment)
        words = reason if good else "the goods could not be stopped"
        move_shipment(wms, account, shipment, "CANCELED" if good else CANCELLATION_FAILED, words)

    wms.core.timers.at(wms.core.clock.now() + wms.settings.cancel_seconds, decide)


def follow_shipment(wms: Wms, account: Account, shipment: Shipment) -> None:
    """Set the timer after which it ships by itself."""
    after = wms.settings.ship_after
    if after is None or not _under_way(shipment):
        return

    def ship() -> None:
        if not _under_way(shipment) or shipment.cancelling:
            return
        if shipment.allocated:
            move_shipment(wms, account, shipment, "DELIVERED")
        else:
            follow_shipment(wms, account, shipment)

    wms.core.timers.at(wms.core.clock.now() + after, ship)


def _under_way(shipment: Shipment) -> bool:
    return shipment.status in ("NEW", "ACCEPT", CANCELLATION_FAILED)


# --- inbound -----------------------------------------------------------------------------------------------------


def move_entry(
    wms: Wms,
    account: Account,
    entry: Entry,
    code: str,
    *,
    totals: dict[str, int] | None = None,
    damaged: dict[str, int] | None = None,
    batches: list[dict[str, Any]] | None = None,
    reason: str = "",
) -> None:
    """Bring an inbound list to a status. ``totals`` (good) and ``damaged`` are units received so far, by SKU.

    FULFILLED without figures, before anything was received, receives what was announced.
    """
    now = wms.core.clock.seconds()
    if code == "FULFILLED" and totals is None and not entry.received and not entry.damaged:
        totals = entry.planned
    good, bad = _more(entry.received, totals or {}), _more(entry.damaged, damaged or {})
    entry.status, entry.changed = code, now
    entry.reason = reason if code in WITH_REASON else ""
    entry.final = code in ("FULFILLED", "CLOSED")
    entry.history.append((now, code))
    _receive(wms, account, entry, good, bad)
    added = [{str(name): str(value) for name, value in batch.items()} for batch in batches or []]
    entry.batches += added
    plan_onway(wms, account, entry)
    if code in INBOUND_PROCESSES or code not in RECEIVING_STATUSES:
        entry.processes.append(Process(code, now, reason))
        reports.process(wms, account, entry)
    if code in RECEIVED or entry.final or good or bad:
        reports.entry_confirmed(wms, account, entry, good, bad, added)
    follow_entry(wms, account, entry)


def _more(known: dict[str, int], totals: dict[str, int]) -> dict[str, int]:
    """What the totals add; raises ValueError when they fall."""
    added = {sku: total - known.get(sku, 0) for sku, total in totals.items()}
    if any(count < 0 for count in added.values()):
        raise ValueError("quantities are totals so far and can not fall")
    return {sku: count for sku, count in added.items() if count}


def _receive(wms: Wms, account: Account, entry: Entry, good: dict[str, int], bad: dict[str, int]) -> None:
    for known, added in ((entry.received, good), (entry.damaged, bad)):
        for sku, count in added.items():
            known[sku] = known.get(sku, 0) + count
    for sku in {*good, *bad}:
        stock = account.stock_of(entry.warehouse, sku)
        stock.sellable += good.get(sku, 0)
        stock.damaged += bad.get(sku, 0)
        wms.touch(account, entry.warehouse, sku)
    wms.allocate_waiting(account)


def plan_onway(wms: Wms, account: Account, entry: Entry) -> None:
    """Units announced and not received yet are on the way, as long as the list is open."""
    is_open = entry.status not in (*ENDED, "FULFILLED")
    arrived = {sku: entry.received.get(sku, 0) + entry.damaged.get(sku, 0) for sku in entry.planned}
    wanted = {sku: max(0, units - arrived[sku]) if is_open else 0 for sku, units in entry.planned.items()}
    for sku, units in wanted.items():
        account.stock_of(entry.warehouse, sku).onway += units - entry.onway.get(sku, 0)
        wms.touch(account, entry.warehouse, sku)
    entry.onway = wanted


def cancel_entry(wms: Wms, account: Account, entry: Entry, reason: str) -> None:
    """The ERP withdraws it; raises Refusal once receiving has begun."""
    if entry.status == "CANCELED":
        return
    if entry.status not in ("NEW", "ACCEPT", "EXCEPTION") or entry.received or entry.damaged:
        raise Refusal(STATE, f"{entry.reference} is {entry.status} and can not be cancelled")
    move_entry(wms, account, entry, "CANCELED", reason=reason)


def close_entry(wms: Wms, account: Account, entry: Entry, reason: str) -> None:
    """The ERP ends it early; raises Refusal when it has ended."""
    if entry.status in (*ENDED, "FULFILLED"):
        raise Refusal(STATE, f"{entry.reference} is {entry.status} and can not be closed")
    move_entry(wms, account, entry, "CLOSED", reason=reason)


def follow_entry(wms: Wms, account: Account, entry: Entry) -> None:
    """Set the timer after which it is received by itself."""
    after = wms.settings.receive_after
    if after is None or entry.status not in ("NEW", "ACCEPT"):
        return

    def receive() -> None:
        if entry.status in ("NEW", "ACCEPT"):
            move_entry(wms, account, entry, "FULFILLED")

    wms.core.timers.at(wms.core.clock.now() + after, receive)
