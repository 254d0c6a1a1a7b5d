"""Goods that come back: expected, received into stock once, closed (inside a scope).

A partner's stock rises by its own word only (R61): what comes back to its warehouse is recorded here, and its stock is
synchronised.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress

from django.db.models import Q

from salur.foundation.clock import now
from salur.foundation.locks import lock_rows
from salur.foundation.problems import Refusal
from salur.orders.queries import has_number
from salur.outbound.models import Outbound
from salur.outbound.states import CancellationState, PushState
from salur.returns.models import Return, ReturnLine, ReturnReason, ReturnReceipt
from salur.returns.problems import ReturnRefused
from salur.returns.queries import left_to_return, lines_of, may_come_back
from salur.returns.states import ReturnState
from salur.stock.ledger import Entry, balance_ids, post
from salur.stock.models import MovementCause, Warehouse
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .calibrate import request_sync
from .wakeups import wake

LIMITS = {"tracking": 100, "note": 500}


def expect_return(
    outbound_id: int,
    warehouse_id: int | None = None,
    pieces: Mapping[int, int] | None = None,
    *,
    reason: str = "",
    tracking: str = "",
    note: str = "",
) -> Return:
    """Expect the goods of a list back: all that can still come, or the given pieces by product id.

    Without ``warehouse_id`` they come to the warehouse that sent them. Raises :class:`ReturnRefused` and
    ``Outbound.DoesNotExist``, ``Warehouse.DoesNotExist``.
    """
    outbound = _locked_list(outbound_id)
    if not may_come_back(outbound):
        raise ReturnRefused("return_not_shipped", reference=outbound.reference)
    warehouse = Warehouse.objects.get(pk=warehouse_id or outbound.warehouse_id)
    if not warehouse.active:
        raise ReturnRefused("return_warehouse_off", warehouse=warehouse.name)
    open_one = Return.objects.filter(outbound=outbound).exclude(state=ReturnState.CLOSED)
    left = {} if open_one.exists() else left_to_return(outbound)
    if not left:
        raise ReturnRefused("return_nothing_left", reference=outbound.reference)
    wanted = dict(left) if pieces is None else {product: many for product, many in pieces.items() if many}
    for product, many in wanted.items():
        if not 0 < many <= left.get(product, 0):
            raise ReturnRefused("return_too_many", msku=_msku(product), most=left.get(product, 0), given=many)
    late = outbound.cancellation in (CancellationState.REFUSED, CancellationState.CONFLICT)
    made = Return(
        reference="SR" + base64.b32encode(os.urandom(7)).decode()[:10],
        order_id=outbound.order_id,
        outbound=outbound,
        warehouse=warehouse,
        reason=reason or (ReturnReason.TOO_LATE if late else ReturnReason.OTHER),
        tracking=tracking.strip()[: LIMITS["tracking"]],
        note=note.strip()[: LIMITS["note"]],
        created_by=current_scope().actor,
        created_at=now(),
    )
    made.save()
    ReturnLine.objects.bulk_create(
        ReturnLine(merchant_id=made.merchant_id, returned=made, product_id=product, quantity=many)
        for product, many in sorted(wanted.items())
    )
    audit.record("return.expected", f"order:{made.order_id}", reference=made.reference, pieces=sum(wanted.values()))
    return made


def expect_returns(outbound_ids: Iterable[int]) -> tuple[list[Return], list[ReturnRefused]]:
    """The same for many lists, each whole and to the warehouse that sent it; answers what was refused as well."""
    made: list[Return] = []
    refused: list[ReturnRefused] = []
    for pk in sorted(set(outbound_ids)):
        try:
            made.append(expect_return(pk))
        except ReturnRefused as refusal:
            refused.append(refusal)
        except Outbound.DoesNotExist:
            continue
    return made, refused


def receive_return(
    return_id: int, totals: Mapping[int, tuple[int, int]], *, close: bool = False, note: str = ""
) -> int:
    """Say what has come back so far: (good, damaged) pieces by line id, in total; answers the good pieces that are new.

    Totals, not additions: the same said twice receives nothing twice. A return of which all has come closes itself.
    Raises :class:`ReturnRefused` and ``Return.DoesNotExist``.
    """
    row = _locked(return_id)
    lines = lines_of(row)
    fresh = _rises(lines, totals)
    if fresh:
        _refuse_unshipped(row)
    _record(row, fresh)
    missing = sum(line.missing for line in lines)
    if not missing or close:
        row.state, row.closed_at = ReturnState.CLOSED, now()
        row.closed_note = note.strip()[: LIMITS["note"]]
    elif fresh and row.state == ReturnState.EXPECTED:
        row.state = ReturnState.RECEIVED
    row.save()
    good = sum(receipt.good for receipt in fresh)
    damaged = sum(receipt.damaged for receipt in fresh)
    audit.record("return.received", f"return:{row.pk}", reference=row.reference, good=good, damaged=damaged)
    return good


def lists_named(texts: Iterable[str]) -> dict[str, list[int]]:
    """Outbound lists in force by what people type or scan: order number, AWB number, or our reference.

    A number that orders of several stores have means none of them: its entry is empty.
    """
    wanted = {text.strip() for text in texts} - {""}
    upper = {text.upper() for text in wanted}
    rows = Outbound.objects.exclude(push=PushState.VOID).filter(
        has_number(wanted, at="order__") | Q(awb__in=wanted) | Q(reference__in=upper)
    )
    found: dict[str, list[int]] = {}
    orders: dict[str, set[int]] = {}
    for row in rows.select_related("order").order_by("pk"):
        own = {*row.order.names, row.awb, row.reference}
        for text in wanted & own | {text for text in wanted if text.upper() == row.reference}:
            found.setdefault(text, []).append(row.pk)
        for text in wanted & row.order.names:
            orders.setdefault(text, set()).add(row.order_id)
    return {text: ids if len(orders.get(text, ())) < 2 else [] for text, ids in found.items()}


# -- parts ----------------------------------------------------------------------------------------------------------


def _locked_list(outbound_id: int) -> Outbound:
    rows = lock_rows(Outbound.objects.all(), [outbound_id])
    if not rows:
        raise Outbound.DoesNotExist(outbound_id)
    return rows[0]


def _locked(return_id: int) -> Return:
    """The return, locked after its outbound list (locks.ORDER), and open."""
    known = Return.objects.values_list("outbound_id", flat=True).get(pk=return_id)
    _locked_list(known)
    row = lock_rows(Return.objects.select_related("warehouse", "outbound"), [return_id])[0]
    if row.state == ReturnState.CLOSED:
        raise ReturnRefused(reference=row.reference)
    return row


def _refuse_unshipped(row: Return) -> None:
    """What the hub still holds as reserved has not left, so it cannot come back: it would be in stock twice."""
    if row.outbound.reserved:
        raise ReturnRefused("return_not_shipped", reference=row.outbound.reference)


def _msku(product_id: int) -> str:
    from salur.catalog.models import MasterProduct

    return MasterProduct.objects.filter(pk=product_id).values_list("msku", flat=True).first() or str(product_id)


def _rises(lines: Iterable[ReturnLine], totals: Mapping[int, tuple[int, int]]) -> list[ReturnReceipt]:
    """What is new of each line, which takes the totals over."""
    scope, at, fresh = current_scope(), now(), []
    for line in lines:
        good, damaged = totals.get(line.pk, (line.good, line.damaged))
        if good < line.good or damaged < line.damaged:
            raise ReturnRefused("return_less", msku=line.product.msku, good=line.good, damaged=line.damaged)
        if good + damaged > line.quantity:
            raise ReturnRefused("return_too_many", msku=line.product.msku, most=line.quantity, given=good + damaged)
        more = good - line.good, damaged - line.damaged
        line.good, line.damaged = good, damaged
        if any(more):
            fresh.append(
                ReturnReceipt(
                    merchant_id=scope.merchant_id, line=line, good=more[0], damaged=more[1], actor=scope.actor, at=at
                )
            )
    return fresh


def _record(row: Return, fresh: list[ReturnReceipt]) -> None:
    """Lines, receipts and, in an own warehouse, the ledger; damaged pieces are on record and never in stock."""
    ReturnLine.objects.bulk_update([receipt.line for receipt in fresh], ["good", "damaged"])
    receipts = [receipt for receipt in ReturnReceipt.objects.bulk_create(fresh) if receipt.good]
    if not receipts:
        return
    if row.warehouse.account_id is not None:
        with suppress(Refusal):  # a partner that tells no stock: a person looks
            request_sync(row.warehouse_id, "inbound")
        return
    ids = balance_ids([(row.warehouse_id, receipt.line.product_id) for receipt in receipts])
    post(
        Entry(
            ids[row.warehouse_id, receipt.line.product_id],
            MovementCause.RETURN,
            receipt.pk,
            d_on_hand=receipt.good,
            note=row.reference,
        )
        for receipt in receipts
    )
    wake("restock", row.warehouse_id)
