"""Each condition of a delivery-warehouse rule by itself, and what a rule does with its warehouses (R72)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from salur.routing.evaluate import Item, NoRule, NotServed, OrderFacts, Routed, Router, Stock, compiled
from salur.routing.models import RoutingRule


@dataclass
class House:
    """A warehouse."""

    id: int
    country: str = "ID"
    active: bool = True
    keeps_stock: bool = True
    name: str = field(default="")

    def serves(self, country: str) -> bool:
        """Its own country only."""
        return country == self.country


HOUSES = {h.id: h for h in (House(1), House(2), House(3, country="MY"), House(4, active=False), House(5))}
ORDER = OrderFacts(
    id=1,
    store_id=7,
    channel="shopee",
    country="ID",
    province="Bali",
    city="KOTA  Denpasar",
    postal_code="80 111",
    courier="J&T Express",
    currency="IDR",
    total=Decimal(250_000),
    cash_on_delivery=True,
)
TEA, CUP = Item(11, "TEA", 2), Item(12, "CUP", 1)


def rule(pk: int = 1, warehouse: int = 1, **said: Any) -> RoutingRule:
    """A rule that is not stored."""
    return RoutingRule(pk=pk, name=f"R{pk}", position=pk, warehouse_id=warehouse, **said)


def route(
    *rules: RoutingRule, order: OrderFacts = ORDER, items: tuple[Item, ...] = (TEA,), **free: int
) -> list[tuple[int, str, tuple[int, ...]]] | NoRule | NotServed:
    """Where the order goes; ``free`` is w1_11=3 for three of product 11 in warehouse 1."""
    stock = Stock({(int(k[1 : k.index("_")]), int(k[k.index("_") + 1 :])): n for k, n in free.items()})
    router = Router([compiled(r) for r in rules], HOUSES, {11: frozenset({"fragile"})}, stock)
    answer = router.route(order, items)
    if not isinstance(answer, Routed):
        return answer
    return [(share.warehouse_id, share.rule.name, share.items) for share in answer.shares]


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ({"store_ids": [7, 8]}, True),
        ({"store_ids": [8]}, False),
        ({"channels": ["lazada", "shopee"]}, True),
        ({"channels": ["lazada"]}, False),
        ({"countries": ["ID"]}, True),
        ({"countries": ["MY"]}, False),
        ({"provinces": ["jawa timur", "BALI"]}, True),
        ({"provinces": ["Bal"]}, False),
        ({"cities": ["Kota Denpasar"]}, True),
        ({"cities": ["Denpasar"]}, False),
        ({"postcodes": ["80"]}, True),
        ({"postcodes": ["80000-80999"]}, True),
        ({"postcodes": ["8-9"]}, False),
        ({"postcodes": ["81", "80112-80999"]}, False),
        ({"couriers": ["j&t express"]}, True),
        ({"couriers": ["J&T*"]}, True),
        ({"couriers": ["J&T"]}, False),
        ({"cash_on_delivery": "yes"}, True),
        ({"cash_on_delivery": "no"}, False),
        ({"value_from": Decimal(250_000), "value_currency": "IDR"}, True),
        ({"value_to": Decimal("249999.99"), "value_currency": "IDR"}, False),
        ({"value_from": Decimal(1), "value_currency": "MYR"}, False),
        ({"mskus": ["CUP", "TEA"]}, True),
        ({"mskus": ["CUP"]}, False),
        ({"tags": ["cold", "fragile"]}, True),
        ({"tags": ["cold"]}, False),
        ({"countries": ["ID"], "provinces": ["Bali"], "cash_on_delivery": "no"}, False),
    ],
)
def test_a_condition_holds_or_not(said: dict[str, Any], fits: bool) -> None:
    expected = [(1, "R1", (0,))] if fits else NoRule("TEA")
    assert route(rule(**said)) == expected


def test_the_first_rule_that_matches_an_item_wins_and_items_may_go_apart() -> None:
    rules = rule(1, 1, mskus=["CUP"]), rule(2, 2), rule(3, 5)
    assert route(*rules, items=(TEA, CUP)) == [(1, "R1", (1,)), (2, "R2", (0,))]


def test_a_rule_that_never_splits_takes_the_whole_order() -> None:
    rules = rule(1, 1, mskus=["CUP"]), rule(2, 2, never_split=True)
    assert route(*rules, items=(TEA, CUP)) == [(2, "R2", (0, 1))]


def test_fall_backs_are_taken_where_the_first_cannot_serve() -> None:
    assert route(rule(1, 4, fallback_ids=[3, 2])) == [(2, "R1", (0,))]
    assert isinstance(route(rule(1, 3)), NotServed)


def test_a_rule_all_of_whose_warehouses_are_off_or_gone_is_passed_over() -> None:
    assert route(rule(1, 4, fallback_ids=[99]), rule(2, 2)) == [(2, "R2", (0,))]


def test_only_where_free_takes_the_first_warehouse_with_enough_for_the_whole_order() -> None:
    one = rule(1, 1, fallback_ids=[2, 5], only_where_free=True, never_split=True)
    both = (TEA, CUP)
    assert route(one, items=both, w1_11=2, w2_11=2, w2_12=1, w5_11=9, w5_12=9) == [(2, "R1", (0, 1))]
    assert route(one, items=both, w1_11=2, w2_12=1) == [(1, "R1", (0, 1))], "nobody has enough: it waits at the first"
    assert route(rule(1, 1, fallback_ids=[2]), w2_11=9) == [(1, "R1", (0,))], "nobody asked what is free"


def test_only_where_free_may_split_an_order_that_no_warehouse_has_whole() -> None:
    one = rule(1, 1, fallback_ids=[2], only_where_free=True)
    assert route(one, items=(TEA, CUP), w1_12=1, w2_11=2) == [(1, "R1", (1,)), (2, "R1", (0,))]
    assert route(one, items=(TEA, TEA), w1_11=3, w2_11=1) == [(1, "R1", (0, 1))], "one product is not torn apart"


def test_each_order_spends_what_it_gets_so_the_next_one_sees_what_is_left() -> None:
    router = Router(
        [compiled(rule(1, 1, fallback_ids=[2], only_where_free=True))], HOUSES, {}, Stock({(1, 11): 3, (2, 11): 2})
    )
    answers = [router.route(ORDER._replace(id=n), [TEA]) for n in range(3)]
    assert [(a.shares[0].warehouse_id, a.granted) for a in answers if isinstance(a, Routed)] == [
        (1, True),
        (2, True),
        (1, False),
    ]


def test_an_order_that_has_left_asks_for_no_stock() -> None:
    one = rule(1, 1, fallback_ids=[2], only_where_free=True)
    assert route(one, order=ORDER._replace(takes_stock=False), w2_11=9) == [(1, "R1", (0,))]
