"""Less on the shelf than the books say: the shortage is noted, and the order waits for goods (R113)."""

from __future__ import annotations

from typing import Any

from django.db import connection

from salur.orders.problems import Found, ProblemCause, settle_problems
from salur.outbound.models import Outbound
from salur.stock.adjust import note_missing
from salur.stock.reserve import release_stock
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .floor import Held, locked_lists, why_held
from .placing import Portion, place_order, portions_of
from .wakeups import stock_freed

VOID = """
UPDATE outbound_outbound SET push = 'void', reserved = false, push_lease_until = NULL, task_reason = %(reason)s,
  task = CASE WHEN task = 'none' THEN task ELSE 'cancelled' END
WHERE merchant_id = %(merchant)s AND id = %(id)s AND account_id IS NULL AND push IN ('ready', 'pushed')
"""


def report_shortage(outbound_id: int, product_id: int, found: int) -> int:
    """Only ``found`` pieces were on the shelf (inside a scope); answers the id of the list that stands in its place.

    The list is void and its reservation given back, the missing pieces leave the books as an adjustment, and the
    order gets a new list in the same warehouse: reserved at once where enough is left there, else waiting for stock.
    AWB number and label go with it. Raises Refusal.
    """
    row = next(iter(locked_lists([outbound_id])), None)
    if row is None:
        raise Outbound.DoesNotExist(outbound_id)
    held = why_held(row)
    if held is not None:
        raise held.refusal()
    portions = portions_of([outbound_id])[outbound_id]
    missing = _missing(row, portions, product_id, found)
    msku = next(portion.part.msku for portion in portions if portion.part.product_id == product_id)
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "merchant": current_scope().merchant_id,
            "id": outbound_id,
            "reason": f"{msku}: -{missing}",
        }
        cursor.execute(VOID, values)
    release_stock([outbound_id])
    gone = note_missing(row.warehouse_id, product_id, missing, f"{row.reference}: -{missing}")
    made = place_order(row.order, {row.warehouse_id: portions}, parcel=row, by_hand=row.by_hand)[0]
    stock_freed([outbound_id])
    named = {"warehouse": row.warehouse.name, "reference": row.reference, "msku": msku, "missing": missing}
    settle_problems(
        [row.order_id], [Found(row.order_id, ProblemCause.SHORT_PICKED, named)], causes=[ProblemCause.SHORT_PICKED]
    )
    audit.record("outbound.short", f"outbound:{outbound_id}", msku=msku, missing=missing, taken_off=gone)
    return made


def _missing(row: Outbound, portions: list[Portion], product_id: int, found: int) -> int:
    needed = sum(portion.quantity for portion in portions if portion.part.product_id == product_id)
    if not 0 <= found < needed:
        raise Held("short_figure", {"reference": row.reference, "needed": needed, "found": found}).refusal()
    return needed - found
