"""What warehouses report of inbound lists, applied by one function: only forward, only if newer (R67 to R69, R133).

Totals become receipts, and each receipt is the cause of one movement, so a piece enters the ledger once however often,
late or out of order it is reported. What is odd (a total that falls, a SKU of no line, more than announced) is kept
and flagged; it never takes stock away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.db.models import Q, Sum

from salur.connectors.base.inbound import InboundReport
from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.foundation.problems import Refusal
from salur.inbound.editing import ListRefused
from salur.inbound.expecting import expect, unexpect_entries
from salur.inbound.models import InboundLine, InboundList, InboundReceipt, ReceiptKind
from salur.inbound.receiving import LineState, ListState, Receipt, Taken, give_up_rest, receive_total, take_report
from salur.inbound.states import ENDED, InboundCancellationState, InboundPushState, InboundTaskState
from salur.integrations.calling import PartnerLine
from salur.integrations.models import WarehouseAccount
from salur.integrations.registry import WAREHOUSE, find_plugin, warehouse_capabilities
from salur.stock.ledger import Entry, balance_ids, post
from salur.stock.models import Movement, MovementCause, StockSyncRun
from salur.tenancy.scope import current_scope, merchant_scope

from .calibrate import NoStockReport, request_sync, sync_stock
from .transfer_follow import follow_transfers
from .wakeups import wake

log = structlog.get_logger(__name__)

ACTOR = "worker"
LISTS = "inbound_inboundlist"
NOT_THERE = (InboundPushState.DRAFT, InboundPushState.READY, InboundPushState.VOID)


@dataclass(slots=True)
class Applied:
    """What the reports did. ``recount``: SKUs by warehouse whose figures a stock sync may have counted already."""

    moved: int = 0
    completed: list[int] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    pieces: int = 0
    recount: dict[int, set[str]] = field(default_factory=dict)


class LessThanBefore(Refusal):
    """A total given by hand is smaller than what was received."""

    code = "inbound_total_falls"


def apply_inbound_reports(
    account_id: int, reports: Sequence[InboundReport], asked_at: datetime | None = None
) -> Applied:
    """Apply reports on lists of one account (inside a scope); older or repeated ones change nothing.

    ``asked_at`` is when the partner was asked: what a stock sync counted since then may include what comes next.
    """
    done = Applied()
    if not reports:
        return done
    at_once = _stock_at_once(account_id)
    rows = _lock_named(account_id, reports)
    _bind(rows, reports)
    states = _read(rows.values())
    tasks = {i: s.task for i, s in states.items()}
    taken: dict[int, list[tuple[InboundReport | None, Taken]]] = {}
    for report in sorted(reports, key=lambda r: r.version or now()):
        row = _named(rows.values(), report)
        if row is None:
            continue
        one = take_report(states[row.pk], report, at_once=at_once)
        if one is not None:
            taken.setdefault(row.pk, []).append((report, one))
            if one.unmapped:
                log.warning("unknown_partner_status", reference=row.reference, status=report.raw_status)
    for pk in taken:
        _note_end(done, pk, tasks[pk], states[pk].task)
    done.recount = _counted_meanwhile(rows, states, taken)
    done.pieces = _write({i: states[i] for i in taken}, taken, asked_at or now())
    _settle_cancellations(done)
    return done


def _stock_at_once(account_id: int) -> bool:
    """Whether the partner's goods are stock as soon as it reports them, or only with the whole list (R67)."""
    partner = WarehouseAccount.objects.filter(pk=account_id).values_list("partner", flat=True).first()
    plugin = find_plugin(WAREHOUSE, partner or "")
    return plugin is not None and warehouse_capabilities(plugin).received_when == "reported"


def receive_by_hand(
    list_id: int, totals: Mapping[int, int], damaged: Mapping[int, int] | None = None, *, complete: bool = False
) -> int:
    """Say what has arrived at an own warehouse: totals so far by line id (inside a scope); answers the new pieces.

    ``complete``: nothing more will come. Raises :class:`LessThanBefore`, :class:`ListRefused`, and
    ``InboundList.DoesNotExist``.
    """
    row = _lock_own(list_id)
    state = _read([row])[row.pk]
    taken = Taken()
    for line in state.lines:
        total, broken = totals.get(line.id, line.received), (damaged or {}).get(line.id, line.damaged)
        if total < line.received or broken < line.damaged:
            raise LessThanBefore(sku=line.sku, received=line.received, value=total)
        taken.receipts += receive_total(state, line, total, broken)
    if taken.receipts and state.task in (InboundTaskState.NONE, InboundTaskState.ARRIVING):
        state.task = InboundTaskState.RECEIVING
    if complete:
        state.task = InboundTaskState.COMPLETED
        taken.left = give_up_rest(state)
    return _write({row.pk: state}, {row.pk: [(None, taken)]}, now())


def _lock_own(list_id: int) -> InboundList:
    held = lock_ids(LISTS, current_scope().merchant_id, [list_id])
    row = InboundList.objects.select_related("warehouse").filter(pk__in=held).first()
    if row is None:
        raise InboundList.DoesNotExist(list_id)
    if row.account_id is not None:
        raise ListRefused("inbound_partner_receives", warehouse=row.warehouse.name)
    if row.push == InboundPushState.DRAFT:
        raise ListRefused("inbound_not_submitted", reference=row.reference)
    if row.task in ENDED:
        raise ListRefused("inbound_ended", reference=row.reference)
    return row


# -- reading --------------------------------------------------------------------------------------------------------


def _lock_named(account_id: int, reports: Sequence[InboundReport]) -> dict[int, InboundList]:
    """The lists that the reports name, held until the transaction ends; none that the warehouse cannot have."""
    references = [r.reference for r in reports if r.reference]
    numbers = [r.ref.number for r in reports if r.ref.number]
    named = InboundList.objects.filter(Q(reference__in=references) | Q(partner_number__in=numbers))
    ids = list(named.filter(account_id=account_id).values_list("pk", flat=True))
    held = lock_ids(LISTS, current_scope().merchant_id, ids)
    return {row.pk: row for row in InboundList.objects.filter(pk__in=held).exclude(push__in=NOT_THERE).order_by("pk")}


def _named(rows: Iterable[InboundList], report: InboundReport) -> InboundList | None:
    """Our reference decides; the partner's number only where it gives no reference of ours."""
    by_number = None
    for row in rows:
        if row.reference == report.reference:
            return row
        if report.ref.number and row.partner_number == report.ref.number:
            by_number = row
    return by_number


def _bind(rows: Mapping[int, InboundList], reports: Sequence[InboundReport]) -> None:
    """Who reports on a list has it: one whose push is in doubt, or was refused, is pushed after all."""
    fresh = []
    for report in reports:
        row = _named(rows.values(), report)
        if row is not None and row.push in (InboundPushState.UNKNOWN, InboundPushState.REJECTED):
            row.push, row.push_epoch = InboundPushState.PUSHED, row.push_epoch + 1  # a look-up under way is too late
            row.push_lease_until = row.push_next_at = None
            row.push_error_code = row.push_error_message = ""
            row.partner_number, row.pushed_at = report.ref.number or row.partner_number, now()
            row.save()
            fresh.append(row.pk)
    if fresh:
        lines = InboundLine.objects.filter(inbound_id__in=rows).select_related("inbound")
        ids = balance_ids([(line.inbound.warehouse_id, line.product_id) for line in lines])
        lock_ids("stock_balance", current_scope().merchant_id, ids.values())  # all at once, in their order
        expect(fresh)


def _read(rows: Iterable[InboundList]) -> dict[int, ListState]:
    states = {
        row.pk: ListState(
            row.pk, row.warehouse_id, row.task, row.task_version, row.task_raw, row.task_reason, list(row.flags), []
        )
        for row in rows
    }
    for line in InboundLine.objects.filter(inbound_id__in=states).select_related("product").order_by("pk"):
        states[line.inbound_id].lines.append(
            LineState(
                line.pk,
                line.product_id,
                line.product.msku,
                line.batch,
                line.quantity,
                line.received,
                line.damaged,
                line.expected,
                line.arrived,
            )
        )
    received = InboundReceipt.objects.filter(inbound_id__in=states, kind=ReceiptKind.RECEIVED, pieces__gt=0)
    for inbound, sku, batch, pieces in (
        received.values("inbound_id", "sku", "batch").annotate(n=Sum("pieces")).order_by()
    ).values_list("inbound_id", "sku", "batch", "n"):
        states[inbound].by_batch[sku, batch] = pieces
    return states


def _note_end(done: Applied, list_id: int, before: str, after: str) -> None:
    done.moved += before != after
    if before != after and after == InboundTaskState.COMPLETED:
        done.completed.append(list_id)
    elif before != after and after == InboundTaskState.CANCELLED:
        done.cancelled.append(list_id)


def _counted_meanwhile(
    rows: Mapping[int, InboundList],
    states: Mapping[int, ListState],
    taken: Mapping[int, Sequence[tuple[InboundReport | None, Taken]]],
) -> dict[int, set[str]]:
    """SKUs that a stock sync has set, or is setting, since the list was last looked at: it may know of these pieces.

    Counted there and received here the same pieces would be twice in the figures until the next sync; so the partner
    is asked once more for just these (a completed list without quantities needs the same).
    """
    found: dict[int, set[str]] = {}
    for pk, reported in taken.items():
        row, state = rows[pk], states[pk]
        rising = {r.line.product_id: r.sku for _, one in reported for r in one.receipts if r.line and r.pieces}
        if "no_quantities" in state.flags and "no_quantities" not in row.flags:
            found.setdefault(row.warehouse_id, set()).update(line.sku for line in state.lines)
        if not rising:
            continue
        since = row.task_checked_at or row.pushed_at or row.created_at
        counts = Movement.objects.filter(
            cause=MovementCause.COUNT,
            at__gte=since,
            balance__warehouse_id=row.warehouse_id,
            balance__product_id__in=rising,
        ).values_list("balance__product_id", flat=True)
        skus = {rising[product] for product in counts}
        if StockSyncRun.objects.filter(warehouse_id=row.warehouse_id, finished_at__isnull=True).exists():
            skus = set(rising.values())
        if skus:
            found.setdefault(row.warehouse_id, set()).update(skus)
    return found


# -- writing --------------------------------------------------------------------------------------------------------


def _write(
    states: Mapping[int, ListState],
    taken: Mapping[int, Sequence[tuple[InboundReport | None, Taken]]],
    asked_at: datetime,
) -> int:
    """Lists, lines and receipts, then the ledger in one call; answers the good pieces that are new."""
    at = now()
    for state in states.values():
        _write_list(state, asked_at, at)
    InboundLine.objects.bulk_update(
        [
            InboundLine(
                pk=line.id,
                arrived=line.arrived,
                received=line.received,
                damaged=line.damaged,
                expected=line.expected,
            )
            for state in states.values()
            for line in state.lines
        ],
        ["arrived", "received", "damaged", "expected"],
        batch_size=500,
    )
    pairs = [(s.warehouse_id, line.product_id) for s in states.values() for line in s.lines]
    balances = balance_ids(pairs)
    entries = _receipt_entries(states, taken, balances, at)
    received = sum(entry.d_on_hand for entry in entries)
    entries += unexpect_entries(
        [
            (pk, balances[states[pk].warehouse_id, line.product_id], pieces)
            for pk, reported in taken.items()
            for _, one in reported
            for line, pieces in one.left
        ]
    )
    post(entries)
    follow_transfers(states)
    if received:
        for warehouse in {s.warehouse_id for s in states.values()}:
            wake("restock", warehouse)
    return received


def _write_list(state: ListState, asked_at: datetime, at: datetime) -> None:
    changes: dict[str, Any] = {
        "task": state.task,
        "task_raw": state.raw,
        "task_reason": state.reason,
        "task_version": state.version,
        "task_checked_at": asked_at,
        "flags": state.flags,
    }
    row = InboundList.objects.filter(pk=state.id)
    row.update(**changes)
    if state.task == InboundTaskState.COMPLETED:
        row.filter(completed_at__isnull=True).update(completed_at=at)


def _receipt_entries(
    states: Mapping[int, ListState],
    taken: Mapping[int, Sequence[tuple[InboundReport | None, Taken]]],
    balances: Mapping[tuple[int, int], int],
    at: datetime,
) -> list[Entry]:
    entries = []
    for pk, reported in taken.items():
        for report, one in reported:
            real = [r for r in one.receipts if r.kind == ReceiptKind.RECEIVED]
            odd = [r for r in one.receipts if r.kind != ReceiptKind.RECEIVED]
            InboundReceipt.objects.bulk_create([_row(pk, r, report, at) for r in odd], ignore_conflicts=True)
            rows = InboundReceipt.objects.bulk_create([_row(pk, r, report, at) for r in real])
            for receipt, row in zip(real, rows, strict=True):
                if receipt.pieces and receipt.line is not None:
                    balance = balances[states[pk].warehouse_id, receipt.line.product_id]
                    entries.append(
                        Entry(
                            balance,
                            MovementCause.RECEIVE,
                            row.pk,
                            d_on_hand=receipt.pieces,
                            d_incoming=-receipt.taken,
                        )
                    )
    return entries


def _row(list_id: int, receipt: Receipt, report: InboundReport | None, at: datetime) -> InboundReceipt:
    said = {"status": report.raw_status, "number": report.ref.number, "reason": report.reason} if report else {}
    return InboundReceipt(
        merchant_id=current_scope().merchant_id,
        inbound_id=list_id,
        line_id=receipt.line.id if receipt.line else None,
        kind=receipt.kind,
        sku=receipt.sku,
        pieces=receipt.pieces,
        damaged=receipt.damaged,
        batch=receipt.batch,
        expires_on=receipt.expires_on,
        total=receipt.total,
        total_damaged=receipt.total_damaged,
        at=at,
        reported_at=report.version if report else None,
        actor=current_scope().actor,
        raw={key: value for key, value in said.items() if value},
    )


def _settle_cancellations(done: Applied) -> None:
    """A wish to stop the list ends with the list: it was fulfilled, or it came too late."""
    wished = InboundCancellationState
    InboundList.objects.filter(
        pk__in=done.cancelled, cancellation__in=[wished.ASKED, wished.SENT, wished.REFUSED]
    ).update(cancellation=wished.DONE, cancellation_next_at=None, cancellation_lease_until=None)
    InboundList.objects.filter(pk__in=done.completed, cancellation__in=[wished.ASKED, wished.SENT]).update(
        cancellation=wished.REFUSED,
        cancellation_next_at=None,
        cancellation_lease_until=None,
        cancellation_error_code="inbound_ended",
    )


# -- figures that a sync may know already ---------------------------------------------------------------------------


def recount(line: PartnerLine, applied: Applied) -> None:
    """Ask the partner for the stock of what was received while a stock sync ran (no scope open)."""
    can = warehouse_capabilities(line.plugin)
    if "stock" not in can.abilities:
        return
    for warehouse, skus in applied.recount.items():
        with suppress(NoStockReport):  # then the warehouse's next sync brings it
            if can.stock_by_sku:
                sync_stock(line.merchant_id, warehouse, "inbound", sorted(skus))
            else:
                with merchant_scope(line.merchant_id, actor=ACTOR, cause="recount"):
                    request_sync(warehouse, "inbound")
