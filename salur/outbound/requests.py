"""An outbound list as the warehouse needs it, read for a whole claim at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from salur.catalog.details import completed
from salur.connectors.base.capabilities import FormField
from salur.connectors.base.types import Address, Document, OutboundLine, OutboundRequest
from salur.integrations.registry import warehouse_capabilities, warehouse_plugin
from salur.tenancy.scope import current_scope

from .label_links import label_address

READ = """
SELECT o.id, o.reference, w.code, r.external_id, s.channel, s.name, r.recipient_name, r.recipient_phone,
       r.recipient_email, r.address_lines, r.district, r.city, r.province, r.postal_code,
       coalesce(nullif(r.country, ''), s.country), o.awb, coalesce(nullif(o.courier, ''), r.courier), r.currency,
       r.total, r.cash_on_delivery, r.note, a.settings ->> 'shipping_method', b.content, b.sha256,
       (SELECT array_agg(ARRAY[p.msku, p.name, q.pieces::text, q.price::text, coalesce(c.partner_number, ''),
                               coalesce(c.details::text, '{}')] ORDER BY p.msku) FROM (
          SELECT ol.product_id, sum(ol.quantity) AS pieces, max(l.unit_price) AS price
          FROM outbound_outboundline ol
          JOIN orders_orderline l ON l.merchant_id = ol.merchant_id AND l.id = ol.order_line_id
          WHERE ol.merchant_id = o.merchant_id AND ol.outbound_id = o.id GROUP BY ol.product_id) q
        JOIN catalog_masterproduct p ON p.merchant_id = o.merchant_id AND p.id = q.product_id
        LEFT JOIN catalog_warehouseproduct c ON c.merchant_id = o.merchant_id AND c.warehouse_id = o.warehouse_id
          AND c.product_id = q.product_id),
       a.partner, b.id
FROM outbound_outbound o
JOIN orders_order r ON r.merchant_id = o.merchant_id AND r.id = o.order_id
JOIN integrations_storeconnection s ON s.merchant_id = o.merchant_id AND s.id = o.store_id
JOIN stock_warehouse w ON w.merchant_id = o.merchant_id AND w.id = o.warehouse_id
LEFT JOIN integrations_warehouseaccount a ON a.merchant_id = o.merchant_id AND a.id = o.account_id
LEFT JOIN outbound_label b ON b.merchant_id = o.merchant_id AND b.id = o.label_id
WHERE o.merchant_id = %s AND o.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class PushContent:
    """What one push sends, with the digest that later proves whether a re-push sends the same."""

    request: OutboundRequest
    label: Document | None
    digest: str


def push_contents(outbound_ids: Iterable[int]) -> dict[int, PushContent]:
    """Requests and labels of these lists by id."""
    with connection.cursor() as cursor:
        merchant = current_scope().merchant_id
        cursor.execute(READ, [merchant, list(outbound_ids)])
        return {row[0]: _content(row, merchant) for row in cursor.fetchall()}


# Left out of the digest: the address is another one with every try, and what is empty was never sent.
CHANGING = frozenset({"label_url"})
OFTEN_EMPTY = frozenset({"partner_number", "details"})


def _plain(value: Any) -> Any:
    """Dataclasses as their fields, anything else as its text (dataclasses.asdict copies it all, which takes longer)."""
    if is_dataclass(value):
        named = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: held for name, held in named if name not in CHANGING and (held or name not in OFTEN_EMPTY)}
    return str(value)


def _line(
    declared: Sequence[FormField], sku: str, name: str, pieces: str, price: str, number: str, details: str
) -> OutboundLine:
    own = {} if details == "{}" else {key: str(value) for key, value in json.loads(details).items()}
    return OutboundLine(sku, int(pieces), name, Decimal(price), number, completed(declared, own) if declared else own)


def _content(row: tuple[Any, ...], merchant_id: int) -> PushContent:
    can = warehouse_capabilities(warehouse_plugin(row[25])) if row[25] else None
    by_url, declared = (can.label_by_url, can.product_fields) if can else (False, ())
    request = OutboundRequest(
        reference=row[1],
        warehouse_code=row[2],
        order_number=row[3],
        channel=row[4],
        store_name=row[5],
        address=Address(row[6], row[7], row[8], tuple(row[9]), row[10], row[11], row[12], row[13], row[14]),
        lines=tuple(_line(declared, *line) for line in row[24] or ()),
        awb=row[15],
        courier=row[16],
        currency=row[17],
        total=row[18],
        cash_on_delivery=row[19],
        note=row[20],
        shipping_method=row[21] or "",
        label_url=label_address(merchant_id, row[0], row[26]) if by_url and row[26] is not None else "",
    )
    label = None if row[22] is None else Document(f"{row[15] or row[1]}.pdf", "application/pdf", bytes(row[22]))
    canonical = json.dumps([request, row[23] or ""], default=_plain, sort_keys=True, ensure_ascii=False)
    return PushContent(request, label, hashlib.sha256(canonical.encode()).hexdigest())
