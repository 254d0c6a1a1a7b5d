"""Lazada's orders: read in full, and none missed while others change."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salur.connectors.base.transport import Call
from salur.connectors.base.types import OrderStatus, StoreOrder

from .lazada import ORDER, PIECES, WINDOW, desk, example, items, shop, with_status


def test_the_list_gives_orders_in_full() -> None:
    connector, transport = desk(
        {
            "orders.get": example("orders.get", "a page by update time"),
            "orders.items.get": items("two pieces of one product"),
        }
    )
    page = connector.orders(WINDOW, None)
    (head,) = page.items
    order = head.order
    assert isinstance(order, StoreOrder)
    assert page.cursor is None
    assert transport.asked == ["orders.get", "orders.items.get"]
    assert (order.external_id, order.status, order.raw_status) == (ORDER, OrderStatus.PAID, "pending")
    assert (order.total, order.currency, order.cash_on_delivery) == (Decimal("194000.00"), "IDR", True)
    assert order.version == head.updated_at == datetime(2023, 11, 14, 22, 10, tzinfo=UTC)
    assert [(line.key, line.sku, line.quantity) for line in order.lines] == [
        (str(piece), "MUG-350-WHT", 1) for piece in PIECES
    ]
    assert (order.address.country, order.address.city, order.address.district) == (
        "ID",
        "Kota Jakarta Selatan",
        "Tebet",
    )
    asked = dict(transport.calls[0].params)
    assert (asked["update_after"], asked["sort_by"], asked["sort_direction"], asked["limit"]) == (
        "2023-11-14T21:00:00+00:00",
        "updated_at",
        "ASC",
        "100",
    )


@pytest.mark.parametrize(
    ("header", "rows", "status", "awb"),
    [
        ("an order", "packed", OrderStatus.READY, "LEXID0069388114"),
        ("an order", "shipped", OrderStatus.SHIPPED, "LEXID0069388114"),
        ("an order", "two packages", OrderStatus.READY, ""),
        ("the buyer asks to cancel", "packed", OrderStatus.CANCEL_REQUESTED, "LEXID0069388114"),
        ("an order", "the buyer asks to cancel", OrderStatus.CANCEL_REQUESTED, "LEXID0069388114"),
    ],
)
def test_states_of_the_example_orders(header: str, rows: str, status: OrderStatus, awb: str) -> None:
    script = {"order.get": example("order.get", header), "orders.items.get": items(rows)}
    (order,) = shop(script).order_details([ORDER])
    assert (order.status, order.awb) == (status, awb)


def test_cancelled_pieces_are_not_picked_and_a_cancelled_order_keeps_its_lines() -> None:
    script = {"order.get": example("order.get", "an order"), "orders.items.get": items("one piece cancelled")}
    (order,) = shop(script).order_details([ORDER])
    assert [line.key for line in order.lines] == [str(PIECES[1])]
    script["orders.items.get"] = with_status("canceled")
    (gone,) = shop(script).order_details([ORDER])
    assert (gone.status, len(gone.lines)) == (OrderStatus.CANCELLED, 2)


def test_what_lazadas_own_warehouse_sends_is_left_out() -> None:
    told = json.loads(json.dumps(items("packed")))
    for row in told["data"][0]["order_items"]:
        row["is_fbl"] = 1
    script = {"order.get": example("order.get", "an order"), "orders.items.get": told}
    assert shop(script).order_details([ORDER]) == []
    script["orders.get"] = example("orders.get", "a page by update time")
    assert list(shop(script).orders(WINDOW, None).items) == []


def test_times_are_read_with_and_without_the_space_before_the_offset() -> None:
    told = json.loads(json.dumps(example("order.get", "an order")))
    told["data"] |= {"updated_at": "2023-11-15 06:10:00 +0700", "created_at": "2023-11-15 05:00:00"}
    (order,) = shop({"order.get": told, "orders.items.get": items("packed")}).order_details([ORDER])
    assert order.version == datetime(2023, 11, 14, 23, 10, tzinfo=UTC)
    assert order.ordered_at == datetime(2023, 11, 14, 22, 0, tzinfo=UTC)


def test_unknown_orders_are_left_out() -> None:
    assert shop({"order.get": example("order.get", "unknown order")}).order_details(["999", "26ZZZ"]) == []


ROW = example("orders.get", "a page by update time")["data"]["orders"][0]
ITEMS = items("two pieces of one product")["data"][0]


def test_an_order_that_cannot_be_read_does_not_hold_up_the_others() -> None:
    page = json.loads(json.dumps(example("orders.get", "a page by update time")))
    bad = {**page["data"]["orders"][0], "order_id": 7, "created_at": "yesterday"}
    page["data"]["orders"].append(bad)
    told = json.loads(json.dumps(items("two pieces of one product")))
    told["data"].append({**told["data"][0], "order_id": 7})
    script = {"orders.get": page, "orders.items.get": told, "order.get": {"code": "0", "data": bad}}
    good, odd = shop(script).orders(WINDOW, None).items
    assert good.order is not None
    assert (odd.external_id, odd.order) == ("7", None)
    assert shop(script).order_details(["7"]) == []


def test_an_order_without_items_is_kept_with_the_state_that_it_names() -> None:
    script = {
        "order.get": example("order.get", "an order"),
        "orders.items.get": {"code": "0", "data": [{"order_id": int(ORDER), "order_items": []}]},
    }
    (order,) = shop(script).order_details([ORDER])
    assert (order.lines, order.status, order.raw_status, order.currency) == ((), OrderStatus.PAID, "pending", "IDR")


class Shelf:
    """A list of orders as Lazada pages it: sorted by the time of change, an offset from its beginning."""

    def __init__(self, changed: dict[int, int]) -> None:
        self.changed = changed  # order number: second of its last change, after the window's begin
        self.pages = 0

    def list(self, call: Call) -> Any:
        asked = dict(call.params)
        begin = datetime.fromisoformat(asked["update_after"])
        offset, limit = int(asked["offset"]), int(asked["limit"])
        rows = sorted((second, number) for number, second in self.changed.items())
        shown = [(self.at(second), number) for second, number in rows if self.at(second) >= begin]
        self.pages += 1
        page = [
            {**ROW, "order_id": number, "updated_at": at.isoformat(timespec="seconds")}
            for at, number in shown[offset : offset + limit]
        ]
        return {"code": "0", "data": {"count": len(page), "countTotal": len(shown), "orders": page}}

    @staticmethod
    def at(second: int) -> datetime:
        return WINDOW.since + timedelta(seconds=second)

    @staticmethod
    def items(call: Call) -> Any:
        wanted = json.loads(dict(call.params)["order_ids"])
        assert len(wanted) <= 50
        return {"code": "0", "data": [{**ITEMS, "order_id": number} for number in wanted]}


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_no_order_is_missed_when_orders_change_under_way(data: st.DataObject) -> None:
    """The first pages' orders move to the end while the next page is asked for: an offset would jump over some."""
    count, seconds = data.draw(st.integers(90, 260)), data.draw(st.sampled_from([1, 3, 50, 5000]))
    shelf = Shelf({number: number % seconds for number in range(1, count + 1)})
    connector = shop({"orders.get": shelf.list, "orders.items.get": shelf.items})
    met: list[str] = []
    cursor, turns = None, 0
    while True:
        page = connector.orders(WINDOW, cursor)
        met += [head.external_id for head in page.items]
        cursor, turns = page.cursor, turns + 1
        if cursor is None:
            break
        moved = data.draw(st.lists(st.integers(1, count), max_size=5))
        shelf.changed |= dict.fromkeys(moved, seconds + 6000 + turns)
        assert turns < 60
    assert set(met) == {str(number) for number in range(1, count + 1)}
