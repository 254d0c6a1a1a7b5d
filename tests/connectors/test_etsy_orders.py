"""Receipts of Etsy as the hub reads them, also while they change between its pages."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.transport import Answer, Call
from salur.connectors.base.types import OrderStatus
from salur.connectors.stores.etsy.connector import EtsyConnector

from .contracts import exchanges
from .etsy import NOW, PAID, RECEIPT, SHOP, WINDOW, etsy, script_of
from .scripted import said


def test_a_page_shows_whole_orders_and_asks_as_in_the_example() -> None:
    connector = etsy(getShopReceipts=said("etsy", "getShopReceipts", "two receipts"))
    page = connector.orders(WINDOW, None)
    orders = [head.order for head in page.items if head.order is not None]
    assert [order.status for order in orders] == [OrderStatus.PAID, OrderStatus.UNPAID]
    first = orders[0]
    assert (first.total, first.currency, first.note) == (Decimal("54.97"), "USD", "Please wrap it")
    assert [(line.sku, line.quantity, line.unit_price) for line in first.lines] == [
        ("MUG-350-WHT", 2, Decimal("14.99")),
        ("TSHIRT-BAS-M", 1, Decimal("19.99")),
    ]
    assert first.lines[1].name == "T-shirt - M"
    assert first.paid_at is not None
    assert first.ship_by is not None
    (call,) = script_of(connector).calls
    assert dict(call.params) == exchanges("etsy", "getShopReceipts")["two receipts"]["request"]["query"]
    assert page.cursor is None


def test_files_have_nothing_to_be_sent() -> None:
    receipt = copy.deepcopy(PAID[1])
    for row in receipt["transactions"]:
        row["is_digital"] = True
    (order,) = etsy(getShopReceipt=(200, receipt)).order_details([RECEIPT])
    assert (order.status, order.lines) == (OrderStatus.COMPLETED, ())


class Moving:
    """A shop whose receipts change while they are read: the ``n``-th answer is followed by the ``n``-th change."""

    def __init__(self, times: list[int], changes: list[Callable[[dict[int, int]], None]]) -> None:
        self.receipts = dict(enumerate(times, 1))
        self.changes = changes
        self.asked = 0

    def send(self, call: Call) -> Answer:
        asked = {key: int(value) for key, value in call.params if value.isdigit()}
        fits = sorted(
            (at, number)
            for number, at in self.receipts.items()
            if asked["min_last_modified"] <= at <= asked["max_last_modified"]
        )
        rows = [self.row(number, at) for at, number in fits[asked["offset"] : asked["offset"] + asked["limit"]]]
        if self.asked < len(self.changes):
            self.changes[self.asked](self.receipts)
        self.asked += 1
        return Answer(200, {}, json.dumps({"count": len(fits), "results": rows}).encode(), "x")

    def row(self, number: int, at: int) -> dict[str, Any]:
        return {**PAID[1], "receipt_id": number, "updated_timestamp": at, "update_timestamp": at}


START = int(WINDOW.since.timestamp())


@pytest.mark.parametrize("apart", [1, 0], ids=["a second apart", "all in one second"])
@pytest.mark.parametrize("later", [START + 5000, int(WINDOW.until.timestamp()) + 60], ids=["to the end", "out of it"])
def test_no_receipt_is_skipped_when_others_change_while_pages_are_read(apart: int, later: int) -> None:
    def change(*numbers: int) -> Callable[[dict[int, int]], None]:
        return lambda receipts: receipts.update(dict.fromkeys(numbers, later))

    each_time = [change(number, number + 1, number + 100) for number in range(1, 80, 2)]
    shop = Moving([START + apart * i for i in range(350)], each_time)
    connector = EtsyConnector(SHOP, shop, clock=NOW.timestamp)
    seen: set[str] = set()
    cursor: str | None = None
    for _ in range(20):
        page = connector.orders(WINDOW, cursor)
        seen |= {head.external_id for head in page.items}
        cursor = page.cursor
        if cursor is None:
            break
    assert cursor is None, "paging does not end"
    gone = {str(number) for number, at in shop.receipts.items() if at >= WINDOW.until.timestamp()}
    assert seen | gone == {str(number) for number in range(1, 351)}


def test_the_end_of_a_window_does_not_belong_to_it() -> None:
    shop = Moving([START, int(WINDOW.until.timestamp())], [])
    page = EtsyConnector(SHOP, shop).orders(WINDOW, None)
    assert [head.external_id for head in page.items] == ["1"]


def test_a_cursor_that_is_not_ours_is_refused() -> None:
    with pytest.raises(ContractBroken):
        etsy().orders(WINDOW, "elsewhere")
