"""What a newer sight of an order says of its lines (an order may also have come from another source before)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import connection

from salur.connectors.base.types import StoreOrder
from salur.tenancy.scope import current_scope

READ = "SELECT order_id, sku, quantity FROM orders_orderline WHERE merchant_id = %s AND order_id = ANY(%s)"
DROP = """
DELETE FROM orders_orderline l WHERE l.merchant_id = %s AND l.order_id = ANY(%s)
  AND NOT EXISTS (SELECT 1 FROM outbound_outboundline b WHERE b.merchant_id = l.merchant_id AND b.order_line_id = l.id)
"""


def differing(sights: Mapping[int, StoreOrder]) -> list[int]:
    """Of these orders (by id), those whose SKUs and pieces differ from the stored lines.

    Line keys do not count: a file numbers lines otherwise than the store's API, and means the same goods.
    """
    stored: dict[int, Counter[str]] = {i: Counter() for i in sights}
    with connection.cursor() as cursor:
        cursor.execute(READ, [current_scope().merchant_id, list(sights)])
        for order_id, sku, quantity in cursor.fetchall():
            stored[order_id][sku] += quantity
    return [i for i, order in sights.items() if stored[i] != _pieces(order)]


def _pieces(order: StoreOrder) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for line in order.lines:
        pieces[line.sku] += line.quantity
    return pieces


def drop_lines(order_ids: Iterable[int]) -> None:
    """Forget the stored lines of these orders, before those of the new sight are written."""
    with connection.cursor() as cursor:
        cursor.execute(DROP, [current_scope().merchant_id, list(order_ids)])
