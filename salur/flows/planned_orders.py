"""Orders as planning reads them, and what rules ask of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from salur.catalog.bindings import Part, tags_of
from salur.outbound.address import gaps
from salur.outbound.facts import StoreFacts, WarehouseFacts
from salur.outbound.gates import Hold
from salur.outbound.judge import hold_of
from salur.routing.evaluate import CompiledRule, Item, OrderFacts, Router, Stock, asks_stock
from salur.stock.reserve import free_stock
from salur.tenancy.scope import current_scope

GONE = ("shipped", "completed")  # left already: such an order gets its list (R79) but takes no stock from others (R90)


class PlanLine(NamedTuple):
    """An order line as planning needs it; pieces."""

    id: int
    sku: str
    quantity: int


class PlanOrder(NamedTuple):
    """An order without outbound lists, as planning needs it."""

    id: int
    store_id: int
    status: str
    raw_status: str
    courier: str
    country: str
    lines: tuple[PlanLine, ...]
    awb: str = ""
    package: str = ""
    province: str = ""
    city: str = ""
    postal_code: str = ""
    currency: str = ""
    total: Decimal = Decimal(0)
    cash_on_delivery: bool = False
    hold: Hold | None = None
    gaps: tuple[str, ...] = ()


def items_of(order: PlanOrder, parts: Mapping[str, tuple[Part, ...]]) -> list[tuple[int, Part, Item]]:
    """What the order's lines mean, as (line, part, item) in the order of the lines."""
    return [
        (line.id, part, Item(part.product_id, part.msku, line.quantity * part.pieces))
        for line in order.lines
        for part in parts[line.sku]
    ]


def order_facts(order: PlanOrder, store: StoreFacts) -> OrderFacts:
    """What rules ask of an order; its store's country and currency stand in for those that it does not name."""
    return OrderFacts(
        id=order.id,
        store_id=store.id,
        channel=store.channel,
        country=order.country or store.country,
        province=order.province,
        city=order.city,
        postal_code=order.postal_code,
        courier=order.courier,
        currency=order.currency or store.currency,
        total=order.total,
        cash_on_delivery=order.cash_on_delivery,
        takes_stock=order.status not in GONE,
    )


def router_for(
    rules: Sequence[CompiledRule], warehouses: Mapping[int, WarehouseFacts], product_ids: Iterable[int]
) -> Router:
    """The rules with what they ask: tags, and free stock (held from now on), each read once and only if asked."""
    products = set(product_ids)
    return Router(
        rules,
        warehouses,
        tags_of(products) if any(rule.tags for rule in rules) else {},
        Stock(free_stock(warehouses, products, locked=True)) if asks_stock(rules) else None,
    )


UNPLANNED = """
SELECT o.id, l.id, l.sku, l.quantity, o.store_id, o.status, o.raw_status, o.courier, o.country,
       o.province, o.city, o.postal_code, o.currency, o.total, o.cash_on_delivery,
       o.hold_reason, o.hold_note, o.hold_until,
       o.recipient_name, o.recipient_phone, o.address_lines,
       coalesce(nullif(o.country, ''), s.country)
FROM orders_order o
JOIN integrations_storeconnection s ON s.merchant_id = o.merchant_id AND s.id = o.store_id
LEFT JOIN orders_orderline l ON l.merchant_id = o.merchant_id AND l.order_id = o.id
WHERE o.merchant_id = %s AND o.id = ANY(%s)
  AND NOT EXISTS (SELECT 1 FROM outbound_outbound b
                  WHERE b.merchant_id = o.merchant_id AND b.order_id = o.id AND b.push <> 'void')
  -- what a person has stopped at the warehouse goes out again only when a person says so
  AND NOT EXISTS (SELECT 1 FROM orders_orderproblem p WHERE p.merchant_id = o.merchant_id AND p.order_id = o.id
                  AND p.cause = 'intercepted' AND p.closed_at IS NULL)
ORDER BY o.store_id, o.id, l.id
"""


def unplanned(order_ids: Iterable[int]) -> dict[int, list[PlanOrder]]:
    """Of these orders, those without a live outbound list, by store."""
    with connection.cursor() as cursor:
        cursor.execute(UNPLANNED, [current_scope().merchant_id, sorted(set(order_ids))])
        rows = cursor.fetchall()
    return by_store_of(rows)


def by_store_of(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[PlanOrder]]:
    """Orders by store from rows of lines, in the order of ``UNPLANNED``'s columns."""
    lines: dict[int, list[PlanLine]] = {}
    heads: dict[int, tuple[Any, ...]] = {}
    for order_id, line_id, sku, quantity, *head in rows:
        heads[order_id] = tuple(head)
        own = lines.setdefault(order_id, [])
        if line_id is not None:
            own.append(PlanLine(line_id, sku, quantity))
    by_store: dict[int, list[PlanOrder]] = {}
    for order_id, (store_id, status, raw, courier, country, *more) in heads.items():
        province, city, postal_code, currency, total, cod, *rest = more
        hold, (name, phone, address_lines, served) = rest[:3], rest[3:]
        order = PlanOrder(
            order_id,
            store_id,
            status,
            raw,
            courier,
            country,
            tuple(lines[order_id]),
            province=province,
            city=city,
            postal_code=postal_code,
            currency=currency,
            total=total,
            cash_on_delivery=cod,
            hold=hold_of(*hold),
            gaps=gaps(name, phone, address_lines, city, postal_code, served),
        )
        by_store.setdefault(store_id, []).append(order)
    return by_store
