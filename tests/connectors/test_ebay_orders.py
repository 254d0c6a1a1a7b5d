"""Orders of eBay as the hub reads them, also while they leave between its pages."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.transport import Answer, Call
from salur.connectors.base.types import OrderStatus
from salur.connectors.stores.ebay.connector import EbayConnector

from .contracts import exchanges
from .ebay import NOW, PAID, SELLER, WINDOW, ebay, script_of
from .scripted import said


def test_a_page_shows_whole_orders_and_asks_as_in_the_example() -> None:
    connector = ebay(getOrders=said("ebay", "getOrders", "a page with more to come"))
    page = connector.orders(WINDOW, None)
    (head,) = page.items
    assert head.order is not None
    order = head.order
    assert (order.status, order.total, order.currency) == (OrderStatus.PAID, Decimal("54.97"), "USD")
    assert [(line.key, line.sku, line.quantity, line.unit_price) for line in order.lines] == [
        ("10001234567890", "MUG-350-WHT", 2, Decimal("14.99")),
        ("10001234567891", "TSHIRT-BAS-M", 1, Decimal("19.99")),
    ]
    assert (order.address.city, order.address.country, order.note) == ("San Jose", "US", "Please wrap it")
    assert order.ship_by is not None
    (call,) = script_of(connector).calls
    wanted = exchanges("ebay", "getOrders")["a page with more to come"]["request"]["query"]
    assert dict(call.params) == {**wanted, "limit": "200"}, "both ends belong to eBay's range, the end of ours does not"
    assert page.cursor is not None


class Moving:
    """A seller whose orders leave the range while it is read: the ``n``-th answer is followed by the ``n``-th loss."""

    def __init__(self, count: int, leaving: list[list[int]]) -> None:
        self.orders = list(range(1, count + 1))
        self.leaving = leaving

    def send(self, call: Call) -> Answer:
        asked = dict(call.params)
        offset, limit = int(asked["offset"]), int(asked["limit"])
        rows = [{**PAID[1], "orderId": str(number)} for number in self.orders[offset : offset + limit]]
        body = {"total": len(self.orders), "orders": rows}
        gone = self.leaving.pop(0) if self.leaving else []
        self.orders = [number for number in self.orders if number not in gone]
        return Answer(200, {}, json.dumps(body).encode(), "x")


EACH_TIME = [[number, number + 1, number + 300] for number in range(1, 120, 2)]  # after every single answer


@pytest.mark.parametrize(
    "leaving", [[], [[1, 2, 199]], [[], [7, 8, 201], [9]], [[500], [499, 3]], [[400, 401, 402]], EACH_TIME]
)
def test_no_order_is_skipped_when_others_leave_while_pages_are_read(leaving: list[list[int]]) -> None:
    connector = EbayConnector(SELLER, Moving(650, [list(one) for one in leaving]), clock=NOW.timestamp)
    seen: set[int] = set()
    cursor: str | None = None
    for _ in range(10):
        page = connector.orders(WINDOW, cursor)
        seen |= {int(head.external_id) for head in page.items}
        cursor = page.cursor
        if cursor is None:
            break
    assert cursor is None, "paging does not end"
    changed_meanwhile = {number for one in leaving for number in one}
    assert seen | changed_meanwhile == set(range(1, 651))


def test_a_cursor_that_is_not_ours_is_refused() -> None:
    with pytest.raises(ContractBroken):
        ebay().orders(WINDOW, "elsewhere")


def test_one_bad_number_does_not_spoil_a_batch() -> None:
    def answer(call: Call) -> Answer:
        asked = dict(call.params).get("orderIds", call.url.rpartition("/")[2]).split(",")
        if "NOSUCH" in asked:
            status, body = said("ebay", "getOrder", "unknown")
        elif call.params:
            status, body = 200, {"total": len(asked), "orders": [{**PAID[1], "orderId": one} for one in asked]}
        else:
            status, body = 200, {**PAID[1], "orderId": asked[0]}
        return Answer(status, {}, json.dumps(body).encode(), "x")

    class Picky:
        def send(self, call: Call) -> Answer:
            return answer(call)

    found = EbayConnector(SELLER, Picky()).order_details(["1", "2", "NOSUCH", "4", "5"])
    assert [order.external_id for order in found] == ["1", "2", "4", "5"]
