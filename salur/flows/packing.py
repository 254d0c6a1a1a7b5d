"""Packing with a scanner: each piece is checked against the list, and what does not belong there is refused."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from salur.outbound.models import Outbound
from salur.outbound.states import TaskState
from salur.tenancy.scope import current_scope

from .floor import Held, Walked, locked_lists, walk_on, why_held


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan did. ``left``: pieces still to be scanned; with none left the list is packed."""

    msku: str
    packed: int
    quantity: int
    left: int


MATCH = """
SELECT l.id, p.msku, l.packed, l.quantity FROM outbound_outboundline l
JOIN catalog_masterproduct p ON p.merchant_id = l.merchant_id AND p.id = l.product_id
WHERE l.merchant_id = %(merchant)s AND l.outbound_id = %(list)s
  AND (upper(p.msku) = upper(%(code)s) OR (p.barcode <> '' AND upper(p.barcode) = upper(%(code)s)))
ORDER BY l.packed = l.quantity, l.id
"""
PACK = "UPDATE outbound_outboundline SET packed = packed + 1 WHERE merchant_id = %s AND id = %s"
LEFT = "SELECT sum(quantity - packed) FROM outbound_outboundline WHERE merchant_id = %s AND outbound_id = %s"
LONGEST = 200


def scan(outbound_id: int, code: str) -> Scanned:
    """One piece by its barcode or MSKU (inside a scope). The last one packs the list.

    Raises Refusal: a piece that is not in the list, one too many, a list that may not be packed (order cancelled).
    """
    row = _may_pack(outbound_id)
    wanted = code.replace("\x00", "").strip()[:LONGEST]
    merchant = current_scope().merchant_id
    with connection.cursor() as cursor:
        cursor.execute(MATCH, {"merchant": merchant, "list": outbound_id, "code": wanted})
        lines = cursor.fetchall()
        if not lines:
            raise Held("scan_wrong", {"scanned": wanted, "reference": row.reference}).refusal()
        line, msku, packed, quantity = lines[0]
        if packed == quantity:
            total = sum(one[3] for one in lines)
            raise Held("scan_too_many", {"msku": msku, "quantity": total, "reference": row.reference}).refusal()
        cursor.execute(PACK, [merchant, line])
        cursor.execute(LEFT, [merchant, outbound_id])
        left = int(cursor.fetchone()[0])
    if not left:
        walk_on([row], TaskState.PACKED)
    return Scanned(msku, sum(one[2] for one in lines) + 1, sum(one[3] for one in lines), left)


def pack_unscanned(outbound_ids: list[int]) -> Walked:
    """Confirm lists as packed without scanning (inside a scope)."""
    walked = walk_on(locked_lists(outbound_ids), TaskState.PACKED)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbound_outboundline SET packed = quantity WHERE merchant_id = %s AND outbound_id = ANY(%s)",
            [current_scope().merchant_id, walked.done],
        )
    return walked


def _may_pack(outbound_id: int) -> Outbound:
    rows = locked_lists([outbound_id])
    if not rows:
        raise Outbound.DoesNotExist(outbound_id)
    held = why_held(rows[0])
    if held is None and rows[0].task == TaskState.PACKED:
        held = Held("scan_done", {"reference": rows[0].reference})
    if held is not None:
        raise held.refusal()
    return rows[0]
