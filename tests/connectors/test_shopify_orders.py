"""Orders of Shopify as the hub reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from salur.connectors.base.types import OrderStatus, TimeWindow
from salur.connectors.stores.shopify import queries
from salur.connectors.stores.shopify.mapping import changed_in, store_order
from salur.connectors.stores.shopify.statuses import FINANCIAL, FULFILLMENT, order_status

from .shopify import WINDOW, data, example, order, shopify


def test_a_page_of_orders_holds_them_whole_and_names_the_next() -> None:
    connector, partner = shopify(orders=example("orders", "a page with more to come"))
    page = connector.orders(WINDOW, None)
    (head,) = page.items
    assert head.order is not None
    assert page.cursor == "eyJsYXN0X2lkIjo1NDMyMTAwMDAxfQ=="
    assert partner.sent("orders") == [{"first": queries.ORDERS_PAGE, "after": None, "query": changed_in(WINDOW)}]
    got = head.order
    assert (got.external_id, got.status, got.raw_status) == ("5432100001", OrderStatus.PAID, "PAID/UNFULFILLED")
    assert (got.total, got.currency, got.note) == (Decimal("790.0"), "THB", "#1001\nleave at the door")
    assert got.number == "#1001"
    assert [(line.key, line.sku, line.quantity, line.unit_price) for line in got.lines] == [
        ("11001", "MUG-350-WHT", 2, Decimal("245.0")),
        ("11002", "TSHIRT-BAS-M", 1, Decimal("300.0")),
    ]
    assert got.address.lines == ("99/1 ถนนสุขุมวิท", "ห้อง 5")
    assert (got.address.name, got.address.postal_code, got.address.country) == ("มาลี ใจดี", "10110", "TH")
    assert got.version == datetime(2026, 3, 1, 3, 15, tzinfo=UTC)

    empty, _ = shopify(orders=example("orders", "the last page, nothing in it"))
    assert (list(empty.orders(WINDOW, "c").items), empty.orders(WINDOW, "c").cursor) == ([], None)


def test_the_window_is_asked_for_in_whole_seconds_and_not_narrower() -> None:
    odd = TimeWindow(datetime(2026, 3, 1, 7, 0, 0, 900_000, tzinfo=UTC), datetime(2026, 3, 1, 8, 0, 0, 1, tzinfo=UTC))
    assert changed_in(odd) == "updated_at:>='2026-03-01T07:00:00Z' AND updated_at:<'2026-03-01T08:00:01Z'"


def test_an_order_of_many_lines_is_read_to_its_end() -> None:
    row = order("shipped", displayFulfillmentStatus="UNFULFILLED")
    first = row["lineItems"]["nodes"][0] | {"unfulfilledQuantity": 2}
    row["lineItems"] = {"nodes": [first], "pageInfo": {"hasNextPage": True, "endCursor": "c1"}}
    rest = [first | {"id": f"gid://shopify/LineItem/{n}"} for n in range(499)]
    pages = [
        data({"order": {"lineItems": {"nodes": rest[:250], "pageInfo": {"hasNextPage": True, "endCursor": "c2"}}}}),
        data({"order": {"lineItems": {"nodes": rest[250:], "pageInfo": {"hasNextPage": False, "endCursor": "c3"}}}}),
    ]
    connector, partner = shopify(ordersById=data({"nodes": [row]}), order_of_lineItems=pages)
    (got,) = connector.order_details(["5432100001"])
    assert len({line.key for line in got.lines}) == 500
    assert [sent["after"] for sent in partner.sent("order.lineItems")] == ["c1", "c2"]


STATES: list[tuple[str, OrderStatus, list[int]]] = [
    ("cancelled", OrderStatus.CANCELLED, [2, 1]),
    ("shipped", OrderStatus.SHIPPED, [2]),
    ("partly shipped, a line partly refunded", OrderStatus.PAID, [1]),
    ("cash on delivery, a gift card, no address yet", OrderStatus.PAID, [1]),
]


@pytest.mark.parametrize(("name", "status", "pieces"), STATES, ids=[row[0] for row in STATES])
def test_what_a_warehouse_has_to_do_with(name: str, status: OrderStatus, pieces: list[int]) -> None:
    got = store_order(order(name))
    assert (got.status, [line.quantity for line in got.lines]) == (status, pieces)


def test_cash_on_delivery_is_told_and_missing_parts_are_empty() -> None:
    got = store_order(order("cash on delivery, a gift card, no address yet"))
    assert got.cash_on_delivery
    assert (got.address.country, got.address.lines, got.courier) == ("", (), "")


@pytest.mark.parametrize(
    ("money", "goods", "expected"),
    [
        ("PAID", "UNFULFILLED", OrderStatus.PAID),
        ("PARTIALLY_REFUNDED", "PARTIALLY_FULFILLED", OrderStatus.PAID),
        ("PENDING", "UNFULFILLED", OrderStatus.UNPAID),
        ("AUTHORIZED", "UNFULFILLED", OrderStatus.UNPAID),
        ("REFUNDED", "UNFULFILLED", OrderStatus.CANCELLED),
        ("REFUNDED", "FULFILLED", OrderStatus.SHIPPED),
        ("PAID", "ON_HOLD", OrderStatus.UNKNOWN),
        ("PAID", "IN_PROGRESS", OrderStatus.UNKNOWN),
        ("PAID", "FULFILLMENT_NOT_REQUIRED", OrderStatus.COMPLETED),
        ("PAID", "NEW_WORD", OrderStatus.UNKNOWN),
        ("NEW_WORD", "UNFULFILLED", OrderStatus.UNKNOWN),
        ("", "UNFULFILLED", OrderStatus.UNKNOWN),
    ],
)
def test_money_and_goods_are_read_together(money: str, goods: str, expected: OrderStatus) -> None:
    assert order_status(money, goods, cancelled=False, pays_at_door=False, trusts=False) is expected


def test_reserved_money_is_trusted_only_where_the_merchant_says_so() -> None:
    row = order("shipped", displayFinancialStatus="AUTHORIZED", displayFulfillmentStatus="UNFULFILLED")
    assert store_order(row).status is OrderStatus.UNPAID
    assert store_order(row, trusts=True).status is OrderStatus.PAID
    for money in FINANCIAL:
        for goods in FULFILLMENT:
            gone = order_status(money, goods, cancelled=True, pays_at_door=True, trusts=True)
            assert gone is OrderStatus.CANCELLED


def test_orders_that_shopify_does_not_know_are_left_out() -> None:
    connector, _ = shopify(ordersById=example("order", "unknown orders are null"))
    assert connector.order_details(["1"]) == []
