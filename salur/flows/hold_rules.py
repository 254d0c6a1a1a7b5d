"""New orders that a rule holds (issue 6, 10): before they are planned, so that their lists are held from the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from salur.catalog.bindings import Part, tags_of
from salur.foundation.clock import now
from salur.orders.desk import put_on_hold
from salur.outbound.facts import StoreFacts
from salur.outbound.judge import hold_of
from salur.routing.evaluate import Item
from salur.routing.holding import CompiledHold, holding, load_hold_rules
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .planned_orders import GONE, PlanOrder, items_of, order_facts

NOT_HELD = (*GONE, "cancelled")
EARLIER = """
SELECT c.code FROM unnest(%s::text[]) AS c (code)
WHERE EXISTS (SELECT 1 FROM orders_order o WHERE o.merchant_id = %s AND o.country = c.code AND NOT o.id = ANY(%s))
"""


@dataclass(slots=True)
class Holder:
    """The rules over the facts of a batch, which is looked at in the order in which its orders came."""

    rules: Sequence[CompiledHold]
    tags: Mapping[int, frozenset[str]]
    known: set[str]

    def rule_for(
        self, order: PlanOrder, store: StoreFacts, parts: Mapping[str, tuple[Part, ...]]
    ) -> CompiledHold | None:
        """The rule that holds this order."""
        facts = order_facts(order, store)
        first = facts.country not in self.known
        self.known.add(facts.country)
        if order.status in NOT_HELD:
            return None
        bound = order._replace(lines=tuple(line for line in order.lines if line.sku in parts))
        items: list[Item] = [item for _, _, item in items_of(bound, parts)]
        return holding(self.rules, facts, items, self.tags, first=first)


def holder_for(orders: Sequence[PlanOrder], store: StoreFacts, parts: Mapping[str, tuple[Part, ...]]) -> Holder | None:
    """What is to be compared with these new orders; None where no rule holds anything."""
    rules = load_hold_rules()
    if not rules or not orders:
        return None
    products = {part.product_id for several in parts.values() for part in several}
    tags = tags_of(products) if any(rule.tags for rule in rules) else {}
    asks = any(rule.first_to_country for rule in rules)
    return Holder(rules, tags, _seen_before(orders, store) if asks else set())


def _seen_before(orders: Sequence[PlanOrder], store: StoreFacts) -> set[str]:
    """Countries of these orders to which an order went before."""
    countries = sorted({order.country or store.country for order in orders})
    with connection.cursor() as cursor:
        cursor.execute(EARLIER, [countries, current_scope().merchant_id, [order.id for order in orders]])
        return {code for (code,) in cursor.fetchall()}


def hold_new(orders: Sequence[PlanOrder], store: StoreFacts, parts: Mapping[str, tuple[Part, ...]]) -> list[PlanOrder]:
    """Put those on hold that a rule holds (inside a scope); answers all of them, to be planned as they are now."""
    holder = holder_for(orders, store, parts)
    if holder is None:
        return list(orders)
    chosen = {order.id: rule for order in orders if (rule := holder.rule_for(order, store, parts)) is not None}
    at = now()
    for rule in {rule.id: rule for rule in chosen.values()}.values():
        own, by = [order for order, other in chosen.items() if other.id == rule.id], f"hold_rule:{rule.id}"
        put_on_hold(own, rule.reason, rule.name, rule.until(at), by=by)
        audit.record_each("order.held", "order", own, by=by, reason=rule.reason)
    return [_held(order, chosen.get(order.id), at) for order in orders]


def _held(order: PlanOrder, rule: CompiledHold | None, at: datetime) -> PlanOrder:
    return order if rule is None else order._replace(hold=hold_of(rule.reason, rule.name, rule.until(at)))
