"""Delivery-warehouse rules evaluated in memory (R72): for each item the first active rule that matches names the
warehouses, and the first of them that can serve gets it.

The same functions route new orders and try a draft, so that what is previewed is what happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from .conditions import Names, Postcodes, plain
from .models import PUBLISHED, CashOnDelivery, Conditions, RoutingRule


class OrderFacts(NamedTuple):
    """What rules ask of an order. ``takes_stock`` is false for one that has left already (R90)."""

    id: int
    store_id: int
    channel: str
    country: str
    province: str = ""
    city: str = ""
    postal_code: str = ""
    courier: str = ""
    currency: str = ""
    total: Decimal = Decimal(0)
    cash_on_delivery: bool = False
    takes_stock: bool = True


class Item(NamedTuple):
    """Pieces of one master product in an order."""

    product_id: int
    msku: str
    pieces: int


class Place(Protocol):
    """What routing asks of a warehouse."""

    @property
    def id(self) -> int:
        """Its id."""

    @property
    def active(self) -> bool:
        """Whether it is in use."""

    @property
    def keeps_stock(self) -> bool:
        """Whether the goods there are ours to reserve."""

    def serves(self, country: str) -> bool:
        """Whether it sends to that country."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A rule's conditions as sets; an empty set means any."""

    id: int
    name: str
    stores: frozenset[int]
    channels: frozenset[str]
    countries: frozenset[str]
    provinces: frozenset[str]
    cities: frozenset[str]
    postcodes: Postcodes | None
    couriers: Names | None
    value_from: Decimal | None
    value_to: Decimal | None
    currency: str
    cash_on_delivery: bool | None
    mskus: frozenset[str]
    tags: frozenset[str]

    def concerns(self, store_id: int, channel: str, country: str) -> bool:
        """Whether the conditions hold that are alike for most orders of a store."""
        return (
            (not self.stores or store_id in self.stores)
            and (not self.channels or channel in self.channels)
            and (not self.countries or country in self.countries)
        )

    def fits(self, order: OrderFacts) -> bool:
        """Whether the order's other conditions hold."""
        return (
            (not self.provinces or plain(order.province) in self.provinces)
            and (not self.cities or plain(order.city) in self.cities)
            and (self.postcodes is None or order.postal_code in self.postcodes)
            and (self.couriers is None or order.courier in self.couriers)
            and (self.cash_on_delivery is None or order.cash_on_delivery == self.cash_on_delivery)
            and (not self.currency or self._worth(order))
        )

    def _worth(self, order: OrderFacts) -> bool:
        if order.currency != self.currency:
            return False
        above = self.value_from is None or order.total >= self.value_from
        return above and (self.value_to is None or order.total <= self.value_to)

    def takes(self, msku: str, tags: frozenset[str]) -> bool:
        """Whether the item's conditions hold."""
        return (not self.mskus or msku in self.mskus) and (not self.tags or not self.tags.isdisjoint(tags))


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRule(Terms):
    """A rule for the way of orders."""

    warehouse_ids: tuple[int, ...]
    only_where_free: bool
    never_split: bool


def terms_of(rule: Conditions) -> dict[str, Any]:
    """A rule's conditions, ready to be compared, by the names of :class:`Terms`."""
    asks_value = rule.value_from is not None or rule.value_to is not None
    return {
        "id": rule.pk,
        "name": rule.name,
        "stores": frozenset(rule.store_ids),
        "channels": frozenset(rule.channels),
        "countries": frozenset(rule.countries),
        "provinces": frozenset(map(plain, rule.provinces)),
        "cities": frozenset(map(plain, rule.cities)),
        "postcodes": Postcodes(rule.postcodes) if rule.postcodes else None,
        "couriers": Names(rule.couriers) if rule.couriers else None,
        "value_from": rule.value_from,
        "value_to": rule.value_to,
        "currency": rule.value_currency if asks_value else "",
        "cash_on_delivery": None if not rule.cash_on_delivery else rule.cash_on_delivery == CashOnDelivery.YES,
        "mskus": frozenset(rule.mskus),
        "tags": frozenset(rule.tags),
    }


def compiled(rule: RoutingRule) -> CompiledRule:
    """A rule ready to be compared."""
    return CompiledRule(
        **terms_of(rule),
        warehouse_ids=tuple(dict.fromkeys([rule.warehouse_id, *rule.fallback_ids])),
        only_where_free=rule.only_where_free,
        never_split=rule.never_split,
    )


def load_rules(*, draft: bool = PUBLISHED) -> list[CompiledRule]:
    """The scope's active rules in the order in which they are tried."""
    return [compiled(rule) for rule in RoutingRule.objects.filter(active=True, draft=draft).order_by("position", "pk")]


def asks_stock(rules: Iterable[CompiledRule]) -> bool:
    """Whether any of the rules wants to know what is free."""
    return any(rule.only_where_free for rule in rules)


class Stock:
    """Free pieces by (warehouse, product), which routing spends in memory; what is not named has none."""

    __slots__ = ("_free",)

    def __init__(self, free: Mapping[tuple[int, int], int]) -> None:
        self._free = dict(free)

    def has(self, warehouse_id: int, wanted: Mapping[int, int]) -> bool:
        """Whether that much is free there."""
        return all(self._free.get((warehouse_id, p), 0) >= pieces for p, pieces in wanted.items())

    def spend(self, wanted: Mapping[tuple[int, int], int]) -> bool:
        """Take all of it or nothing, as reserving does; answers whether it was taken."""
        if any(self._free.get(key, 0) < pieces for key, pieces in wanted.items()):
            return False
        for key, pieces in wanted.items():
            self._free[key] -= pieces
        return True


class Share(NamedTuple):
    """Items of an order (by their place in it) that go to one warehouse by one rule."""

    warehouse_id: int
    rule: CompiledRule
    items: tuple[int, ...]


class Routed(NamedTuple):
    """Where an order goes. ``granted``: the free stock suffices for all of it (true where none is needed)."""

    shares: tuple[Share, ...]
    granted: bool


class NoRule(NamedTuple):
    """No active rule takes this master product."""

    msku: str


class NotServed(NamedTuple):
    """The rule's warehouse, the first one in use, does not send to the order's country."""

    warehouse_id: int
    rule: CompiledRule


Answer = Routed | NoRule | NotServed


@dataclass(slots=True)
class Router:
    """The rules over the facts of a batch. Orders are routed one after another, each spending stock.

    ``stock`` None: nobody asks what is free, and every order counts as granted.
    """

    rules: Sequence[CompiledRule]
    places: Mapping[int, Place]
    tags: Mapping[int, frozenset[str]]
    stock: Stock | None
    _narrowed: dict[tuple[int, str, str], list[CompiledRule]] = field(default_factory=dict)

    def route(self, order: OrderFacts, items: Sequence[Item]) -> Answer:
        """One order; its stock is spent where it is granted."""
        groups = self._matched(order, items)
        if isinstance(groups, NoRule):
            return groups
        shares: list[Share] = []
        for rule, members in groups:
            found = self._placed(order, rule, members, items)
            if isinstance(found, NotServed):
                return found
            shares += found
        return Routed(tuple(shares), self._granted(order, shares, items))

    def _granted(self, order: OrderFacts, shares: Sequence[Share], items: Sequence[Item]) -> bool:
        if self.stock is None or not order.takes_stock:
            return True
        wanted: dict[tuple[int, int], int] = {}
        for share in shares:
            if self.places[share.warehouse_id].keeps_stock:
                for product, pieces in _sums(items, share.items).items():
                    wanted[share.warehouse_id, product] = pieces  # a product goes by one rule, so it comes up once
        return self.stock.spend(wanted)

    def _matched(self, order: OrderFacts, items: Sequence[Item]) -> list[tuple[CompiledRule, tuple[int, ...]]] | NoRule:
        """Items by the rule that takes them. A rule that never splits takes the whole order."""
        left = list(range(len(items)))
        groups: list[tuple[CompiledRule, tuple[int, ...]]] = []
        for rule in self._concerning(order):
            if not rule.fits(order):
                continue
            taken = left
            if rule.mskus or rule.tags:
                tags = self.tags
                taken = [n for n in left if rule.takes(items[n].msku, tags.get(items[n].product_id, NO_TAGS))]
                if not taken:
                    continue
            groups.append((rule, tuple(taken)))
            left = [n for n in left if n not in taken] if len(taken) < len(left) else []
            if not left:
                break
        if left:
            return NoRule(items[left[0]].msku)
        whole = next((rule for rule, _ in groups if rule.never_split), None)
        return groups if whole is None else [(whole, tuple(range(len(items))))]

    def _concerning(self, order: OrderFacts) -> list[CompiledRule]:
        """Rules for orders like this one that name a warehouse in use."""
        key = order.store_id, order.channel, order.country
        known = self._narrowed.get(key)
        if known is None:
            known = self._narrowed[key] = [
                rule for rule in self.rules if rule.concerns(*key) and any(True for _ in self._in_use(rule))
            ]
        return known

    def _in_use(self, rule: CompiledRule) -> Iterator[Place]:
        for warehouse in rule.warehouse_ids:
            place = self.places.get(warehouse)
            if place is not None and place.active:
                yield place

    def _placed(
        self, order: OrderFacts, rule: CompiledRule, members: tuple[int, ...], items: Sequence[Item]
    ) -> list[Share] | NotServed:
        """The warehouse of the rule for these items: the first that serves the country and, if asked, has enough."""
        in_use = list(self._in_use(rule))
        serving = [place for place in in_use if place.serves(order.country)]
        if not serving:
            return NotServed(in_use[0].id, rule)
        if not rule.only_where_free or not order.takes_stock or self.stock is None:
            return [Share(serving[0].id, rule, members)]
        chosen = self._with_free(serving, _sums(items, members))
        if chosen is not None:
            return [Share(chosen.id, rule, members)]
        if not rule.never_split:
            split = self._split(rule, serving, members, items)
            if split:
                return split
        return [Share(serving[0].id, rule, members)]  # nobody has enough: it waits for stock at the first

    def _with_free(self, places: Iterable[Place], wanted: Mapping[int, int]) -> Place | None:
        return next((p for p in places if not p.keeps_stock or (self.stock and self.stock.has(p.id, wanted))), None)

    def _split(
        self, rule: CompiledRule, serving: Sequence[Place], members: tuple[int, ...], items: Sequence[Item]
    ) -> list[Share]:
        """All of a product together, each from the first warehouse that has enough; [] where one product has none."""
        chosen: dict[int, list[int]] = {}
        home: dict[int, int] = {}
        for product, pieces in _sums(items, members).items():
            place = self._with_free(serving, {product: pieces})
            if place is None:
                return []
            home[product] = place.id
        for member in members:
            chosen.setdefault(home[items[member].product_id], []).append(member)
        turn = [place.id for place in serving]
        return [Share(w, rule, tuple(chosen[w])) for w in sorted(chosen, key=turn.index)]


NO_TAGS: frozenset[str] = frozenset()


def _sums(items: Sequence[Item], members: Iterable[int]) -> dict[int, int]:
    """Pieces by product."""
    sums: dict[int, int] = {}
    for member in members:
        product, _, pieces = items[member]
        sums[product] = sums.get(product, 0) + pieces
    return sums
