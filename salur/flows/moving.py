"""Orders to another warehouse by hand, split over several, or merged into one parcel; before the warehouse has them.

Reserved there and released here in one transaction: either both or nothing (R75, R105, R112). What a warehouse has
already must be stopped there first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from salur.catalog.bindings import parts_of
from salur.foundation.locks import lock_ids
from salur.orders.models import Order, OrderLine
from salur.orders.queries import orders_held_by
from salur.outbound.facts import WarehouseFacts, store_facts, warehouse_facts
from salur.outbound.models import Outbound
from salur.outbound.queries import IN_FORCE
from salur.outbound.states import PushState
from salur.stock.ledger import balance_ids
from salur.stock.models import Balance
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .changes import void_lists
from .floor import Held
from .placing import Portion, place_order, portions_of

MOVABLE = (PushState.DRAFT, PushState.WAITING, PushState.READY, PushState.REJECTED)
ENDED = ("cancelled", "shipped", "completed")

Wanted = dict[int, list[Portion]]
"""What is to be sent, by warehouse."""


@dataclass(slots=True)
class Moved:
    """Which orders have other lists now (order: the new lists), and why the others have not; by order id."""

    lists: dict[int, list[int]] = field(default_factory=dict)
    held: dict[int, Held] = field(default_factory=dict)


def move_orders(order_ids: Iterable[int], warehouse_id: int, *, held_by: str = "") -> Moved:
    """Send these orders, as far as no warehouse has them, from this warehouse (inside a scope); one list each.

    Orders without a list get one: that is how a person picks a warehouse for a problem order (R75). ``held_by``: only
    those that this cause holds still; whoever mended it meanwhile has decided about the others.
    """
    moved = Moved()
    target = warehouse_facts([warehouse_id])[warehouse_id]
    orders = _locked_orders(order_ids)
    concerned = orders_held_by(held_by, [order.pk for order in orders]) if held_by else None
    for order in orders:
        if concerned is not None and order.pk not in concerned:
            moved.held[order.pk] = Held("cure_gone", {})
            continue
        lists = _lists_in_force(order)
        held = _wrong_order(order) or _at_warehouse(lists) or _wrong_target(order, target)
        if held is None and lists and all(row.warehouse_id == warehouse_id for row in lists):
            held = Held("move_there_already", {"order": order.shown, "warehouse": target.name})
        portions = [p for own in portions_of([row.pk for row in lists]).values() for p in own]
        if held is None and not lists:
            portions, held = _portions_of_order(order)
        if held is None:
            held = _replace(order, lists, {warehouse_id: portions}, moved)
        if held is not None:
            moved.held[order.pk] = held
    audit.record_each("order.moved", "order", sorted(moved.lists), warehouse=target.name)
    return moved


def split_list(outbound_id: int, pieces: Mapping[tuple[int, int], int]) -> list[int]:
    """Send part of a list from other warehouses: ``pieces`` by (product, warehouse) (inside a scope).

    What is not named stays where it is. Answers the ids of the lists that take its place. Raises Refusal.
    """
    row = Outbound.objects.select_related("order", "store").get(pk=outbound_id)
    (order,) = _locked_orders([row.order_id])
    lists = _lists_in_force(order)
    held = _wrong_order(order) or _at_warehouse(lists)
    if held is None and outbound_id not in {one.pk for one in lists}:
        held = Held("floor_void", {"reference": row.reference, "order": order.shown})
    if held is not None:
        raise held.refusal()
    own = portions_of([one.pk for one in lists])
    wanted: Wanted = {}
    for one in lists:
        if one.pk != outbound_id:
            wanted.setdefault(one.warehouse_id, []).extend(own.get(one.pk, []))
    for warehouse, portions in _divided(row, own.get(outbound_id, []), pieces).items():
        wanted.setdefault(warehouse, []).extend(portions)
    for target in warehouse_facts(wanted).values():
        if wrong := _wrong_target(order, target):
            raise wrong.refusal()
    moved = Moved()
    held = _replace(order, lists, wanted, moved)
    if held is not None:
        raise held.refusal()
    audit.record("outbound.split", f"outbound:{outbound_id}", lists=moved.lists[order.pk])
    return moved.lists[order.pk]


def _divided(row: Outbound, portions: Sequence[Portion], pieces: Mapping[tuple[int, int], int]) -> Wanted:
    """The list's portions cut as asked; what was not named goes on from the list's own warehouse."""
    left = dict(pieces)
    wanted: Wanted = {}
    for portion in portions:
        rest = portion.quantity
        for (product, warehouse), asked in list(left.items()):
            taken = min(rest, asked) if product == portion.part.product_id else 0
            if taken > 0:
                wanted.setdefault(warehouse, []).append(portion._replace(quantity=taken))
                left[product, warehouse] -= taken
                rest -= taken
        if rest:
            wanted.setdefault(row.warehouse_id, []).append(portion._replace(quantity=rest))
    if any(value != 0 for value in left.values()) or set(wanted) <= {row.warehouse_id}:
        raise Held("split_figures", {"reference": row.reference}).refusal()
    return {warehouse: _joined(own) for warehouse, own in wanted.items()}


def _joined(portions: Iterable[Portion]) -> list[Portion]:
    """Pieces of the same line and product as one portion: a list holds each once."""
    sums: dict[tuple[int, int], Portion] = {}
    for portion in portions:
        key = portion.order_line_id, portion.part.product_id
        known = sums.get(key)
        sums[key] = portion if known is None else known._replace(quantity=known.quantity + portion.quantity)
    return list(sums.values())


def _locked_orders(order_ids: Iterable[int]) -> list[Order]:
    held = lock_ids("orders_order", current_scope().merchant_id, set(order_ids))
    return list(Order.objects.filter(pk__in=held).select_related("store").order_by("pk"))


def _lists_in_force(order: Order) -> list[Outbound]:
    """The order's lists, held until the transaction ends."""
    ids = Outbound.objects.filter(IN_FORCE, order=order).values_list("pk", flat=True)
    held = lock_ids("outbound_outbound", current_scope().merchant_id, set(ids))
    return list(Outbound.objects.filter(IN_FORCE, pk__in=held).select_related("warehouse").order_by("pk"))


def _wrong_order(order: Order) -> Held | None:
    if order.status in ENDED:
        return Held("move_ended", {"order": order.shown, "status": order.get_status_display()})
    return None


def _at_warehouse(lists: Sequence[Outbound]) -> Held | None:
    """The first list that a warehouse has, or may have: it must be stopped there before its goods go elsewhere."""
    for row in lists:
        if row.push not in MOVABLE:
            return Held("move_pushed", {"reference": row.reference, "warehouse": row.warehouse.name})
    return None


def _wrong_target(order: Order, target: WarehouseFacts) -> Held | None:
    store = store_facts([order.store_id])[order.store_id]
    country = order.country or store.country
    named = {"order": order.shown, "warehouse": target.name}
    if not target.active:
        return Held("move_inactive", named)
    if not target.serves(country):
        return Held("move_country", {**named, "country": country or "?", "served": target.served_text})
    if store.channel in target.unsupported_channels or (target.needs_label and not store.gives_label):
        return Held("move_channel", {**named, "channel": store.channel_title})
    return None


def _portions_of_order(order: Order) -> tuple[list[Portion], Held | None]:
    """What an order without list needs; or that its SKUs are not linked."""
    lines = list(OrderLine.objects.filter(order=order).order_by("pk"))
    parts = parts_of(order.store_id, (line.sku for line in lines))
    unbound = sorted({line.sku or "?" for line in lines if line.sku not in parts})
    if unbound or not lines:
        return [], Held("move_unlinked", {"order": order.shown, "skus": ", ".join(unbound) or "–"})
    return [Portion(line.pk, part, line.quantity * part.pieces) for line in lines for part in parts[line.sku]], None


def _replace(order: Order, lists: Sequence[Outbound], wanted: Wanted, moved: Moved) -> Held | None:
    """Void the lists and make those wanted; nothing is touched where a warehouse has too little."""
    places = warehouse_facts(wanted)
    short = _shortage(order, lists, wanted, places)
    if short is not None:
        return short
    void_lists([row.pk for row in lists])
    parcel = lists[0] if len(lists) == 1 else None
    moved.lists[order.pk] = place_order(order, {w: _joined(p) for w, p in wanted.items()}, parcel, by_hand=True)
    return None


RESERVED = """
SELECT o.warehouse_id, l.product_id, sum(l.quantity) FROM outbound_outbound o
JOIN outbound_outboundline l ON l.merchant_id = o.merchant_id AND l.outbound_id = o.id
WHERE o.merchant_id = %s AND o.id = ANY(%s) AND o.reserved GROUP BY 1, 2
"""


def _shortage(
    order: Order, lists: Sequence[Outbound], wanted: Wanted, places: Mapping[int, WarehouseFacts]
) -> Held | None:
    """The first product of which a warehouse has too little, with what the present lists hold counted as free.

    Locks every balance concerned, here and there, in one go and in their order: two people who move orders in opposite
    directions then wait for each other instead of both failing.
    """
    merchant = current_scope().merchant_id
    needs: dict[tuple[int, int], int] = {}
    names: dict[int, str] = {}
    for warehouse, portions in wanted.items():
        if not places[warehouse].keeps_stock:
            continue
        for portion in portions:
            key = warehouse, portion.part.product_id
            needs[key] = needs.get(key, 0) + portion.quantity
            names[portion.part.product_id] = portion.part.msku
    with connection.cursor() as cursor:
        cursor.execute(RESERVED, [merchant, [row.pk for row in lists]])
        given_back = {(warehouse, product): int(n) for warehouse, product, n in cursor.fetchall()}
    ids = balance_ids([*needs, *given_back])
    held = lock_ids("stock_balance", merchant, ids.values())
    free = {b.pk: b.on_hand - b.reserved for b in Balance.objects.filter(pk__in=held)}
    for key, needed in needs.items():
        there = free[ids[key]] + given_back.get(key, 0)
        if there < needed:
            warehouse, product = key
            return Held(
                "move_no_stock",
                {
                    "order": order.shown,
                    "warehouse": places[warehouse].name,
                    "msku": names[product],
                    "free": max(0, there),
                    "needed": needed,
                },
            )
    return None
