"""From an order to its outbound lists: bind, route, reserve, judge, write; for a whole batch at once (R73, R76, R78).

The same function serves new orders and orders whose obstacle went away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from salur.catalog.bindings import Part, PushStanding, parts_of, push_standing
from salur.connectors.base.capabilities import StoreRule
from salur.orders.merge import take_ids
from salur.orders.problems import Found, ProblemCause, settle_problems
from salur.orders.rules import rule_for
from salur.outbound.create import NewLine, NewOutbound, insert_outbounds
from salur.outbound.facts import StoreFacts, WarehouseFacts, store_facts, warehouse_facts
from salur.outbound.gates import Shortfall, Unpushed, closed_gates, may_arrange
from salur.outbound.judge import Verdicts, gate_record
from salur.routing.evaluate import CompiledRule, choose, load_rules
from salur.stock.reserve import Need, Shortage, reserve_stock
from salur.tenancy.scope import current_scope

URGENT, ORDINARY = 10, 100
GONE = ("shipped", "completed")  # left already: such an order gets its list (R79) but takes no stock from others (R90)

PLAN_CAUSES = (
    ProblemCause.UNMAPPED_SKU,
    ProblemCause.NO_RULE,
    ProblemCause.COUNTRY_NOT_SERVED,
    ProblemCause.CHANNEL_UNSUPPORTED,
    ProblemCause.NOT_IN_WAREHOUSE,
    ProblemCause.NO_STOCK,
)
# What a gate finds that makes the order a problem order as well (R113).
PROBLEM_OF_GATE = {
    "channel_gives_no_label": ProblemCause.CHANNEL_UNSUPPORTED,
    "not_enough_stock": ProblemCause.NO_STOCK,
    "product_not_in_warehouse": ProblemCause.NOT_IN_WAREHOUSE,
}


@dataclass(frozen=True, slots=True)
class PlanLine:
    """An order line as planning needs it; pieces."""

    id: int
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class PlanOrder:
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


@dataclass(slots=True)
class Draft:
    """One outbound list in the making."""

    id: int
    order: PlanOrder
    rule: StoreRule
    warehouse_id: int
    lines: list[tuple[int, Part, int]] = field(default_factory=list)

    def pieces(self) -> dict[int, int]:
        """Pieces by product."""
        sums: dict[int, int] = {}
        for _, part, quantity in self.lines:
            sums[part.product_id] = sums.get(part.product_id, 0) + quantity
        return sums


def plan_orders(orders: Sequence[PlanOrder], known_parts: Mapping[str, tuple[Part, ...]] | None = None) -> Verdicts:
    """Plan orders of one store that have no outbound list; opens and closes their problems.

    ``known_parts`` spares the look-up where the caller has already bound the SKUs.
    """
    verdicts = Verdicts([], [])
    if not orders:
        return verdicts
    store = store_facts([orders[0].store_id])[orders[0].store_id]
    parts = parts_of(store.id, (line.sku for o in orders for line in o.lines)) if known_parts is None else known_parts
    rules = load_rules()
    warehouses = warehouse_facts(r.warehouse_id for r in rules)
    drafts, found = _drafts(orders, store, parts, rules, warehouses)
    drafts.sort(key=lambda d: _priority(d.rule))  # within a priority, first come, first served
    for draft, new_id in zip(drafts, take_ids("outbound_outbound", len(drafts)), strict=True):
        draft.id = new_id
    wishes = [d for d in drafts if d.order.status not in GONE]
    shortages = reserve_stock([Need(d.id, d.order.id, d.warehouse_id, d.pieces()) for d in wishes])
    standing = push_standing(warehouses, {part.product_id for d in drafts for _, part, _ in d.lines})
    new = [
        _judged(d, store, warehouses[d.warehouse_id], standing, shortages.get(d.id), found, verdicts) for d in drafts
    ]
    insert_outbounds(
        new, [NewLine(d.id, line, part.product_id, quantity) for d in drafts for line, part, quantity in d.lines]
    )
    settle_problems((o.id for o in orders), found, causes=PLAN_CAUSES)
    return verdicts


def _priority(rule: StoreRule) -> int:
    return ORDINARY if rule.needs_awb else URGENT


def _drafts(
    orders: Sequence[PlanOrder],
    store: StoreFacts,
    parts: Mapping[str, tuple[Part, ...]],
    rules: Sequence[CompiledRule],
    warehouses: Mapping[int, WarehouseFacts],
) -> tuple[list[Draft], list[Found]]:
    drafts: list[Draft] = []
    found: list[Found] = []
    rule_of: dict[tuple[str, str], StoreRule] = {}
    for order in orders:
        key = (order.status, order.courier)
        rule = rule_of.get(key) or rule_of.setdefault(key, rule_for(store.rules, *key))
        if not rule.create:
            continue
        allocated = _allocate(order, rule, store, parts, rules, warehouses)
        if isinstance(allocated, Found):
            found.append(allocated)
        else:
            drafts += allocated
    return drafts, found


def _allocate(
    order: PlanOrder,
    rule: StoreRule,
    store: StoreFacts,
    parts: Mapping[str, tuple[Part, ...]],
    rules: Sequence[CompiledRule],
    warehouses: Mapping[int, WarehouseFacts],
) -> list[Draft] | Found:
    """One list per warehouse (R105), or the first cause that stands in the way of the whole order."""
    unbound = [line.sku or "?" for line in order.lines if line.sku not in parts]
    if unbound:
        return Found(order.id, ProblemCause.UNMAPPED_SKU, {"skus": ", ".join(sorted(set(unbound)))})
    country = order.country or store.country
    by_warehouse: dict[int, Draft] = {}
    for line in order.lines:
        for part in parts[line.sku]:
            chosen = choose(rules, store_id=store.id, channel=store.channel, country=country, msku=part.msku)
            if chosen is None:
                return Found(order.id, ProblemCause.NO_RULE, {"msku": part.msku, "country": country or "?"})
            target = warehouses[chosen.warehouse_id]
            if target.account_id and (country not in target.countries or country != target.country):
                return Found(
                    order.id,
                    ProblemCause.COUNTRY_NOT_SERVED,
                    {"country": country or "?", "warehouse": target.name, "warehouse_country": target.country},
                )
            draft = by_warehouse.setdefault(target.id, Draft(0, order, rule, target.id))
            draft.lines.append((line.id, part, line.quantity * part.pieces))
    return list(by_warehouse.values())


def _judged(
    draft: Draft,
    store: StoreFacts,
    warehouse: WarehouseFacts,
    standing: Mapping[tuple[int, int], PushStanding],
    shortages: Sequence[Shortage] | None,
    found: list[Found],
    verdicts: Verdicts,
) -> NewOutbound:
    order = draft.order
    msku = {part.product_id: part.msku for _, part, _ in draft.lines}
    record = gate_record(
        store,
        warehouse,
        draft.rule,
        status=order.status,
        raw_status=order.raw_status,
        country=order.country,
        reserved=shortages == [],
        awb=order.awb,
        has_label=False,
        shipment="numbered" if order.awb else "none",
        unpushed=_unpushed(warehouse.id, msku, standing),
        shortfalls=tuple(sorted((Shortfall(msku[s.product_id], s.free, s.needed) for s in shortages or ()), key=str)),
    )
    closed = closed_gates(record)
    if may_arrange(record, closed):
        record.shipment = "due"
        closed = closed_gates(record)  # the reason shown is now that it is being arranged
    for code, evidence in closed.values():
        if code in PROBLEM_OF_GATE:
            found.append(Found(order.id, PROBLEM_OF_GATE[code], evidence))
    if not closed:
        verdicts.ready.append(draft.id)
    if record.shipment in ("due", "numbered"):
        verdicts.due.append(draft.id)
    return NewOutbound(
        id=draft.id,
        order_id=order.id,
        store_id=store.id,
        warehouse_id=warehouse.id,
        account_id=warehouse.account_id,
        priority=_priority(draft.rule),
        reserved=shortages == [],
        shipment=record.shipment,
        awb=order.awb,
        package=order.package,
        courier=order.courier,
        closed=closed,
    )


def _unpushed(
    warehouse_id: int, msku: Mapping[int, str], standing: Mapping[tuple[int, int], PushStanding]
) -> tuple[Unpushed, ...]:
    absent = PushStanding("absent")
    return tuple(
        Unpushed(name, state.state, state.reason)
        for product, name in sorted(msku.items(), key=lambda item: item[1])
        if (state := standing.get((warehouse_id, product), absent)).state != "pushed"
    )


UNPLANNED = """
SELECT o.id, o.store_id, o.status, o.raw_status, o.courier, o.country, l.id, l.sku, l.quantity
FROM orders_order o JOIN orders_orderline l ON l.merchant_id = o.merchant_id AND l.order_id = o.id
WHERE o.merchant_id = %s AND o.id = ANY(%s)
  AND NOT EXISTS (SELECT 1 FROM outbound_outbound b
                  WHERE b.merchant_id = o.merchant_id AND b.order_id = o.id AND b.push <> 'void')
ORDER BY o.store_id, o.id, l.id
"""


def unplanned(order_ids: Iterable[int]) -> dict[int, list[PlanOrder]]:
    """Of these orders, those without a live outbound list, by store."""
    with connection.cursor() as cursor:
        cursor.execute(UNPLANNED, [current_scope().merchant_id, sorted(set(order_ids))])
        rows = cursor.fetchall()
    lines: dict[int, list[PlanLine]] = {}
    heads: dict[int, tuple[int, str, str, str, str]] = {}
    for order_id, store_id, status, raw, courier, country, line_id, sku, quantity in rows:
        heads[order_id] = (store_id, status, raw, courier, country)
        lines.setdefault(order_id, []).append(PlanLine(line_id, sku, quantity))
    by_store: dict[int, list[PlanOrder]] = {}
    for order_id, (store_id, status, raw, courier, country) in heads.items():
        order = PlanOrder(order_id, store_id, status, raw, courier, country, tuple(lines[order_id]))
        by_store.setdefault(store_id, []).append(order)
    return by_store


MARK_BOUND = """
UPDATE orders_orderline SET bound = true
WHERE merchant_id = %s AND order_id = ANY(%s) AND sku = ANY(%s) AND NOT bound
"""


def plan_again(order_ids: Iterable[int]) -> Verdicts:
    """Plan those of the orders that have no outbound list yet (a cause went away)."""
    verdicts = Verdicts([], [])
    for store_id, orders in unplanned(order_ids).items():
        parts = parts_of(store_id, (line.sku for o in orders for line in o.lines))
        with connection.cursor() as cursor:
            cursor.execute(MARK_BOUND, [current_scope().merchant_id, [o.id for o in orders], list(parts)])
        planned = plan_orders(orders, parts)
        verdicts.ready.extend(planned.ready)
        verdicts.due.extend(planned.due)
    return verdicts
