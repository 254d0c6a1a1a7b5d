"""Where rules would send orders that are there: the same evaluation for a dry run and for applying it (R72)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from salur.catalog.bindings import Part, parts_of
from salur.connectors.base.capabilities import StoreRule
from salur.integrations.models import StoreConnection
from salur.orders.problems import ProblemCause
from salur.orders.rules import rule_for
from salur.outbound.facts import StoreFacts, WarehouseFacts, store_facts, warehouse_facts
from salur.routing.comparing import Outcome, Plan, outcome_of
from salur.routing.drafts import find_draft
from salur.routing.evaluate import Answer, CompiledRule, Item, NoRule, NotServed, Router, Stock, load_rules
from salur.routing.holding import CompiledHold, holding, load_hold_rules
from salur.routing.models import DRAFT, PUBLISHED, RuleRun, RunChoice

from .hold_rules import NOT_HELD
from .planned_orders import PlanOrder, items_of, order_facts
from .planning import PLAN_CAUSES, priority_of
from .rule_facts import Now, all_tags, first_orders, free_for, products_known, where_now


class Tried(NamedTuple):
    """What a run found of one order. ``answer``: where the rules looked at send it, None where nothing was asked."""

    order: PlanOrder
    now: Now
    outcome: str
    before: Plan
    after: Plan
    answer: Answer | None = None


@dataclass(slots=True)
class Trial:
    """The rules over all orders of a run, page after page; stock is read once and spent in memory.

    ``before`` is None where there is no draft: then the plan is compared with where the orders are.
    """

    stores: Mapping[int, StoreFacts]
    warehouses: Mapping[int, WarehouseFacts]
    known: frozenset[tuple[int, int]]
    before: Router | None
    after: Router
    keeps_pushed: bool
    keeps_by_hand: bool
    holds: Sequence[CompiledHold]
    first_to: Mapping[str, int]
    tags: Mapping[int, frozenset[str]]
    held: Counter[str] = field(default_factory=Counter)
    _parts: dict[int, dict[str, tuple[Part, ...]]] = field(default_factory=dict)
    _asked: dict[int, set[str]] = field(default_factory=dict)
    _rule_of: dict[tuple[int, str, str], StoreRule] = field(default_factory=dict)
    _refused: dict[tuple[int, int], bool] = field(default_factory=dict)

    def look_at(self, orders: Sequence[PlanOrder]) -> Iterator[Tried]:
        """One page, the most urgent first."""
        self._bind(orders)
        here = where_now(orders, PLAN_CAUSES)
        ruled = [(order, self._rule(order)) for order in orders]
        ruled.sort(key=lambda one: priority_of(one[1]))
        for order, rule in ruled:
            yield self._tried(order, rule, here[order.id])

    def _tried(self, order: PlanOrder, rule: StoreRule, now: Now) -> Tried:
        there = Plan(now.at, (), now.cause)
        if not rule.create:
            return Tried(order, now, Outcome.NO_LIST, there, there)
        if now.pushed and self.keeps_pushed:
            return Tried(order, now, Outcome.FIXED, there, there)
        if now.by_hand and self.keeps_by_hand:
            return Tried(order, now, Outcome.BY_HAND, there, there)
        if not order.lines:
            stuck = Plan(cause=ProblemCause.NO_ITEMS)
            return Tried(order, now, outcome_of(stuck, stuck), stuck, stuck)
        parts = self._parts[order.store_id]
        if any(line.sku not in parts for line in order.lines):
            stuck = Plan(cause=ProblemCause.UNMAPPED_SKU)
            return Tried(order, now, outcome_of(stuck, stuck), stuck, stuck)
        items = [item for _, _, item in items_of(order, parts)]
        self._count_held(order, items)
        answer, after = self._plan(self.after, order, items)
        before = there if self.before is None else self._plan(self.before, order, items)[1]
        return Tried(order, now, outcome_of(before, after), before, after, answer)

    def _count_held(self, order: PlanOrder, items: Sequence[Item]) -> None:
        """Which rule would hold it, if it came today; a first order to a country is the one with the lowest id."""
        if not self.holds or order.status in NOT_HELD:
            return
        facts = order_facts(order, self.stores[order.store_id])
        first = self.first_to.get(facts.country) == order.id
        rule = holding(self.holds, facts, items, self.tags, first=first)
        if rule is not None:
            self.held[rule.name] += 1

    def _plan(self, router: Router, order: PlanOrder, items: Sequence[Item]) -> tuple[Answer, Plan]:
        answer = router.route(order_facts(order, self.stores[order.store_id]), items)
        if isinstance(answer, NoRule):
            return answer, Plan(cause=ProblemCause.NO_RULE)
        if isinstance(answer, NotServed):
            return answer, Plan(rules=(answer.rule.name,), cause=ProblemCause.COUNTRY_NOT_SERVED)
        at = tuple(dict.fromkeys(share.warehouse_id for share in answer.shares))
        names = tuple(dict.fromkeys(share.rule.name for share in answer.shares))
        cause = self._cause(order.store_id, [(s.warehouse_id, items[n]) for s in answer.shares for n in s.items])
        return answer, Plan(at, names, cause or ("" if answer.granted else ProblemCause.NO_STOCK))

    def _cause(self, store_id: int, wanted: Iterable[tuple[int, Item]]) -> str:
        """What the push conditions would hold against these warehouses (R76, R91)."""
        for warehouse, item in wanted:
            if self._refuses(store_id, warehouse):
                return ProblemCause.CHANNEL_UNSUPPORTED
            partner = self.warehouses[warehouse].account_id is not None
            if partner and (warehouse, item.product_id) not in self.known:
                return ProblemCause.NOT_IN_WAREHOUSE
        return ""

    def _refuses(self, store_id: int, warehouse_id: int) -> bool:
        key = store_id, warehouse_id
        if key not in self._refused:
            store, house = self.stores[store_id], self.warehouses[warehouse_id]
            lacks_label = house.needs_label and not store.gives_label
            unsupported = store.channel in house.unsupported_channels or lacks_label
            self._refused[key] = house.account_id is not None and unsupported
        return self._refused[key]

    def _rule(self, order: PlanOrder) -> StoreRule:
        key = order.store_id, order.status, order.courier
        if key not in self._rule_of:
            self._rule_of[key] = rule_for(self.stores[order.store_id].rules, order.status, order.courier)
        return self._rule_of[key]

    def _bind(self, orders: Sequence[PlanOrder]) -> None:
        """What the SKUs mean; each is asked for once in a run."""
        fresh: dict[int, set[str]] = {}
        for order in orders:
            asked = self._asked.setdefault(order.store_id, set())
            fresh.setdefault(order.store_id, set()).update(ln.sku for ln in order.lines if ln.sku not in asked)
        for store, skus in fresh.items():
            self._asked[store] |= skus
            self._parts.setdefault(store, {}).update(parts_of(store, skus))


def begin_trial(run: RuleRun) -> Trial:
    """Read what the rules ask, once for the whole run (inside a scope)."""
    published = load_rules(draft=PUBLISHED)
    draft = load_rules(draft=DRAFT) if run.draft and find_draft() else None
    named = {warehouse for rule in [*published, *(draft or [])] for warehouse in rule.warehouse_ids}
    warehouses = warehouse_facts(named)
    tags = all_tags()
    free = free_for(run, warehouses)

    def router(rules: Sequence[CompiledRule]) -> Router:
        return Router(rules, warehouses, tags, Stock(free))

    return Trial(
        stores=store_facts(StoreConnection.objects.values_list("pk", flat=True)),
        warehouses=warehouses,
        known=products_known(warehouses),
        before=None if draft is None else router(published),
        after=router(published if draft is None else draft),
        holds=(holds := load_hold_rules()),
        first_to=first_orders() if any(rule.first_to_country for rule in holds) else {},
        tags=tags,
        keeps_pushed=run.choice == RunChoice.OPEN,
        keeps_by_hand=run.choice == RunChoice.OPEN and not run.also_by_hand,
    )
