"""From an order to its outbound lists: bind, route, reserve, judge, write; for a whole batch at once (R73, R76, R78).

The same function serves new orders and orders whose obstacle went away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection

from salur.catalog.bindings import Part, PushStanding, parts_of, push_standing
from salur.connectors.base.capabilities import StoreRule
from salur.orders.merge import take_ids
from salur.orders.problems import Found, ProblemCause, settle_problems
from salur.orders.rules import rule_for
from salur.outbound.awb import awbs_in_use, clean_awb, other_form
from salur.outbound.create import NewLine, NewOutbound, insert_outbounds
from salur.outbound.facts import StoreFacts, WarehouseFacts, store_facts, warehouse_facts
from salur.outbound.gates import Closed, Shortfall, Unpushed, closed_gates, may_arrange
from salur.outbound.judge import Verdicts, gate_record
from salur.outbound.urgency import ORDINARY, URGENT
from salur.routing.evaluate import (
    Answer,
    NoRule,
    NotServed,
    Routed,
    Router,
    load_rules,
)
from salur.stock.reserve import Need, Shortage, reserve_stock
from salur.tenancy.scope import current_scope

from .planned_orders import GONE, PlanOrder, items_of, order_facts, router_for, unplanned

PLAN_CAUSES = (
    ProblemCause.UNMAPPED_SKU,
    ProblemCause.NO_ITEMS,
    ProblemCause.NO_RULE,
    ProblemCause.COUNTRY_NOT_SERVED,
    ProblemCause.ADDRESS_INCOMPLETE,
    ProblemCause.MIXED_WAREHOUSES,
    ProblemCause.CHANNEL_UNSUPPORTED,
    ProblemCause.NOT_IN_WAREHOUSE,
    ProblemCause.NO_STOCK,
)
# What a gate finds that makes the order a problem order as well (R113).
PROBLEM_OF_GATE = {
    "address_incomplete": ProblemCause.ADDRESS_INCOMPLETE,
    "mixed_warehouses": ProblemCause.MIXED_WAREHOUSES,
    "channel_gives_no_label": ProblemCause.CHANNEL_UNSUPPORTED,
    "channel_gives_no_awb": ProblemCause.CHANNEL_UNSUPPORTED,
    "not_enough_stock": ProblemCause.NO_STOCK,
    "product_not_in_warehouse": ProblemCause.NOT_IN_WAREHOUSE,
}


@dataclass(slots=True)
class Draft:
    """One outbound list in the making."""

    id: int
    order: PlanOrder
    rule: StoreRule
    warehouse_id: int
    lines: list[tuple[int, Part, int]] = field(default_factory=list)
    awb: str = ""
    awb_taken_by: str = ""
    same_parcel: str = ""

    def pieces(self) -> dict[int, int]:
        """Pieces by product."""
        sums: dict[int, int] = {}
        for _, part, quantity in self.lines:
            sums[part.product_id] = sums.get(part.product_id, 0) + quantity
        return sums


class Judgement(NamedTuple):
    """What the gates say of a list, and how its shipment stands for it."""

    shipment: str
    closed: Mapping[str, Closed]


@dataclass(slots=True)
class Planner:
    """The facts of one batch of a store's orders, and what was worked out already: most orders of a batch are alike."""

    store: StoreFacts
    parts: Mapping[str, tuple[Part, ...]]
    router: Router
    warehouses: Mapping[int, WarehouseFacts]
    found: list[Found] = field(default_factory=list)
    verdicts: Verdicts = field(default_factory=lambda: Verdicts([], []))
    _rule_of: dict[tuple[str, str], StoreRule] = field(default_factory=dict)
    _judged: dict[tuple[object, ...], Judgement] = field(default_factory=dict)

    def drafts(self, orders: Sequence[PlanOrder], decided: Mapping[int, Answer]) -> list[Draft]:
        """The lists that these orders are to get, the most urgent first, else first come, first served.

        Causes that stand in the way are put down in ``found``. ``decided``: orders routed already.
        """
        wanted = [(order, rule) for order in orders if (rule := self._rule(order.status, order.courier)).create]
        drafts: list[Draft] = []
        for order, rule in sorted(wanted, key=lambda one: priority_of(one[1])):
            allocated = self._allocate(order, rule, decided.get(order.id))
            if isinstance(allocated, Found):
                self.found.append(allocated)
            else:
                drafts += allocated
        return drafts

    def _rule(self, status: str, courier: str) -> StoreRule:
        rule = self._rule_of.get((status, courier))
        if rule is None:
            rule = self._rule_of[status, courier] = rule_for(self.store.rules, status, courier)
        return rule

    def _allocate(self, order: PlanOrder, rule: StoreRule, decided: Answer | None) -> list[Draft] | Found:
        """One list per warehouse (R105), or the first cause that stands in the way of the whole order."""
        parts = self.parts
        if not order.lines:
            return Found(order.id, ProblemCause.NO_ITEMS, {})
        unbound = [line.sku or "?" for line in order.lines if line.sku not in parts]
        if unbound:
            return Found(order.id, ProblemCause.UNMAPPED_SKU, {"skus": ", ".join(sorted(set(unbound)))})
        items = items_of(order, parts)
        wish = order_facts(order, self.store)
        answer = self.router.route(wish, [item for _, _, item in items]) if decided is None else decided
        if isinstance(answer, NoRule):
            return Found(order.id, ProblemCause.NO_RULE, {"msku": answer.msku, "country": wish.country or "?"})
        if isinstance(answer, NotServed):
            return Found(order.id, ProblemCause.COUNTRY_NOT_SERVED, self._not_served(answer, wish.country))
        by_warehouse: dict[int, Draft] = {}
        for share in answer.shares:
            draft = by_warehouse.get(share.warehouse_id)
            if draft is None:
                draft = by_warehouse[share.warehouse_id] = Draft(
                    0, order, rule, share.warehouse_id, awb=clean_awb(order.awb) if order.awb else ""
                )
            for place in share.items:
                line, part, item = items[place]
                draft.lines.append((line, part, item.pieces))
        drafts = list(by_warehouse.values())
        if len(drafts) > 1 and order.awb:
            first, *others = drafts
            for draft in drafts:
                draft.same_parcel = self.warehouses[(others[0] if draft is first else first).warehouse_id].name
        return drafts

    def _not_served(self, answer: NotServed, country: str) -> dict[str, str]:
        target = self.warehouses[answer.warehouse_id]
        return {"country": country or "?", "warehouse": target.name, "warehouse_country": target.served_text}

    def judged(
        self, draft: Draft, standing: Mapping[tuple[int, int], PushStanding], shortages: Sequence[Shortage] | None
    ) -> NewOutbound:
        """The list with its gates; opens problems and wakes whoever is concerned."""
        order, warehouse = draft.order, self.warehouses[draft.warehouse_id]
        judgement = self._judgement(draft, _unpushed(draft, standing), shortages)
        for code, evidence in judgement.closed.values():
            if code in PROBLEM_OF_GATE:
                self.found.append(Found(order.id, PROBLEM_OF_GATE[code], evidence))
        if not judgement.closed:
            self.verdicts.ready.append(draft.id)
        if judgement.shipment in ("due", "numbered"):
            self.verdicts.due.append(draft.id)
        return NewOutbound(
            id=draft.id,
            order_id=order.id,
            store_id=self.store.id,
            warehouse_id=warehouse.id,
            account_id=warehouse.account_id,
            priority=priority_of(draft.rule),
            reserved=shortages == [],
            shipment=judgement.shipment,
            awb=draft.awb,
            package=order.package,
            courier=order.courier,
            closed=judgement.closed,
            awb_given=other_form(order.awb) if draft.awb else "",
        )

    def _judgement(
        self, draft: Draft, unpushed: tuple[Unpushed, ...], shortages: Sequence[Shortage] | None
    ) -> Judgement:
        """Lists that differ in nothing a gate asks share one judgement; one with gaps of its own is judged alone."""
        if unpushed or shortages or draft.awb_taken_by or draft.same_parcel:
            return self._judge(draft, unpushed, shortages)
        order = draft.order
        # The rule by identity: it is one of the store's, which live as long as the planner.
        key = (
            draft.warehouse_id,
            id(draft.rule),
            order.status,
            order.raw_status,
            order.country,
            draft.awb,
            shortages is None,
            order.hold,
            order.gaps,
        )
        known = self._judged.get(key)
        if known is None:
            known = self._judged[key] = self._judge(draft, unpushed, shortages)
        return known

    def _judge(self, draft: Draft, unpushed: tuple[Unpushed, ...], shortages: Sequence[Shortage] | None) -> Judgement:
        order = draft.order
        msku = {part.product_id: part.msku for _, part, _ in draft.lines}
        short = [Shortfall(msku[s.product_id], s.free, s.needed) for s in shortages or ()]
        record = gate_record(
            self.store,
            self.warehouses[draft.warehouse_id],
            draft.rule,
            status=order.status,
            raw_status=order.raw_status,
            country=order.country,
            reserved=shortages == [],
            awb=draft.awb,
            has_label=False,
            shipment="numbered" if draft.awb else "none",
            awb_taken_by=draft.awb_taken_by,
            unpushed=unpushed,
            shortfalls=tuple(sorted(short, key=str)),
            hold=order.hold,
            same_parcel=draft.same_parcel,
            address_gaps=order.gaps,
        )
        closed = closed_gates(record)
        if may_arrange(record, closed):
            record.shipment = "due"
            closed = closed_gates(record)  # the reason shown is now that it is being arranged
        return Judgement(record.shipment, closed)


def plan_orders(
    orders: Sequence[PlanOrder],
    known_parts: Mapping[str, tuple[Part, ...]] | None = None,
    decided: Mapping[int, Answer] | None = None,
) -> Verdicts:
    """Plan orders of one store that have no outbound list; opens and closes their problems.

    ``known_parts`` spares the look-up where the caller has already bound the SKUs; ``decided`` are orders that were
    routed already.
    """
    if not orders:
        return Verdicts([], [])
    store = store_facts([orders[0].store_id])[orders[0].store_id]
    parts = parts_of(store.id, (line.sku for o in orders for line in o.lines)) if known_parts is None else known_parts
    rules = load_rules()
    decided = decided or {}
    named = {s.warehouse_id for answer in decided.values() if isinstance(answer, Routed) for s in answer.shares}
    named |= {answer.warehouse_id for answer in decided.values() if isinstance(answer, NotServed)}
    warehouses = warehouse_facts(named.union(*(rule.warehouse_ids for rule in rules)))
    router = router_for(rules, warehouses, (part.product_id for several in parts.values() for part in several))
    planner = Planner(store, parts, router, warehouses)
    make_lists(planner, planner.drafts(orders, decided))
    settle_problems((o.id for o in orders), planner.found, causes=PLAN_CAUSES)
    return planner.verdicts


def make_lists(planner: Planner, drafts: list[Draft]) -> None:
    """Reserve for these lists, judge and write them; what stands in their way is put down in ``planner.found``."""
    _mark_taken_awbs(drafts, planner.warehouses)
    for draft, new_id in zip(drafts, take_ids("outbound_outbound", len(drafts)), strict=True):
        draft.id = new_id
    wishes = [d for d in drafts if d.order.status not in GONE and planner.warehouses[d.warehouse_id].keeps_stock]
    shortages = reserve_stock([Need(d.id, d.order.id, d.warehouse_id, d.pieces()) for d in wishes])
    standing = push_standing(planner.warehouses, {part.product_id for d in drafts for _, part, _ in d.lines})
    new = [planner.judged(draft, standing, shortages.get(draft.id)) for draft in drafts]
    insert_outbounds(
        new, [NewLine(d.id, line, part.product_id, quantity) for d in drafts for line, part, quantity in d.lines]
    )


def _mark_taken_awbs(drafts: Sequence[Draft], warehouses: Mapping[int, WarehouseFacts]) -> None:
    """Say of each list whose AWB number another order's list has: an older one, or one before it in this batch."""
    numbered = [(d, warehouses[d.warehouse_id].account_id) for d in drafts if d.awb]
    if not numbered:
        return
    taken = awbs_in_use(d.awb for d, _ in numbered)
    names = dict(_numbers(d.order.id for d, _ in numbered)) if len(numbered) > 1 else {}
    for draft, account in numbered:
        if account is None:
            continue
        order, name = taken.setdefault((account, draft.awb), (draft.order.id, names.get(draft.order.id, "")))
        if order != draft.order.id:
            draft.awb_taken_by = name


def _numbers(order_ids: Iterable[int]) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, coalesce(nullif(number, ''), external_id) FROM orders_order"
            " WHERE merchant_id = %s AND id = ANY(%s)",
            [current_scope().merchant_id, sorted(set(order_ids))],
        )
        rows: list[tuple[int, str]] = cursor.fetchall()
    return rows


def priority_of(rule: StoreRule) -> int:
    """Instant couriers, which go without waiting for an AWB number, come first."""
    return ORDINARY if rule.needs_awb else URGENT


ABSENT = PushStanding("absent")


def _unpushed(draft: Draft, standing: Mapping[tuple[int, int], PushStanding]) -> tuple[Unpushed, ...]:
    """The list's products that its warehouse does not know, by name."""
    missing: dict[str, PushStanding] = {}
    for _, part, _ in draft.lines:
        state = standing.get((draft.warehouse_id, part.product_id), ABSENT)
        if state.state != "pushed":
            missing[part.msku] = state
    return tuple(Unpushed(name, state.state, state.reason) for name, state in sorted(missing.items()))


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
