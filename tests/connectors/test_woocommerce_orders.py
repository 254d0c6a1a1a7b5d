"""Orders of a WooCommerce site as the hub reads them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from salur.connectors.base.errors import ContractBroken
from salur.connectors.base.transport import Answer, Call
from salur.connectors.base.types import OrderStatus, TimeWindow
from salur.connectors.stores.woocommerce.connector import WooCommerceConnector
from salur.connectors.stores.woocommerce.mapping import changed_in, store_order
from salur.connectors.stores.woocommerce.statuses import order_status

from .woocommerce import LIST, ONE, SITE, WINDOW, Site, example, good, order, woo


def test_an_order_is_read_in_full() -> None:
    connector, _ = woo({LIST: good([order()], **{"X-WP-TotalPages": "1"})})
    page = connector.orders(WINDOW, None)
    (head,) = page.items
    assert page.cursor is None
    assert head.order is not None
    got = head.order
    assert (got.external_id, got.status, got.raw_status) == ("727", OrderStatus.PAID, "processing")
    assert (got.total, got.currency, got.note) == (Decimal("830.00"), "THB", "leave at the door")
    assert [(line.key, line.sku, line.quantity, line.unit_price, line.model_id) for line in got.lines] == [
        ("315", "MUG-350-WHT", 2, Decimal(245), ""),
        ("316", "TSHIRT-BAS-M", 1, Decimal(300), "23"),
    ]
    assert (got.address.name, got.address.phone, got.address.country) == ("มาลี ใจดี", "0812345678", "TH")
    assert got.version == datetime(2026, 3, 1, 3, 15, tzinfo=UTC)
    assert got.paid_at == datetime(2026, 3, 1, 3, 11, tzinfo=UTC)


def test_the_window_takes_in_both_its_seconds() -> None:
    assert dict(changed_in(WINDOW)) == {
        "modified_after": "2026-02-28T23:59:59",
        "modified_before": "2026-03-02T00:00:00",
        "dates_are_gmt": "true",
    }
    odd = TimeWindow(WINDOW.since.replace(microsecond=5), WINDOW.until.replace(microsecond=5))
    assert dict(changed_in(odd))["modified_before"] == "2026-03-02T00:00:01"


class MovingSite(Site):
    """Two hundred and fifty orders of which one of the first leaves the window between any two calls."""

    def __init__(self) -> None:
        super().__init__({})
        self.left = list(range(1, 251))

    def send(self, call: Call) -> Answer:
        self.calls.append(call)
        asked = dict(call.params)
        size, page = int(asked["per_page"]), int(asked["page"])
        shown = self.left[(page - 1) * size : page * size]
        headers = {"X-WP-TotalPages": str(-(-len(self.left) // size))}
        body = json.dumps([order(id=number) for number in shown]).encode()
        del self.left[0]
        return Answer(200, headers, body, "x1")


def test_orders_that_change_between_pages_hide_no_others() -> None:
    site = MovingSite()
    connector = WooCommerceConnector(SITE, site)
    found: set[str] = set()
    cursor: str | None = None
    for _ in range(20):
        page = connector.orders(WINDOW, cursor)
        found |= {head.external_id for head in page.items}
        cursor = page.cursor
        if cursor is None:
            break
    assert cursor is None
    assert found == {str(number) for number in range(1, 251)}
    assert site.pages(LIST) == ["1", "3", "2", "1"]


def test_pages_that_are_not_counted_are_no_answer() -> None:
    connector, _ = woo({LIST: good([order(id=n) for n in range(100)])})
    with pytest.raises(ContractBroken):
        connector.orders(WINDOW, None)


def test_one_order_that_cannot_be_read_spoils_no_other() -> None:
    broken = order(id=728, line_items=[{"id": 1, "quantity": "1.5"}])
    connector, _ = woo({LIST: good([order(), broken, order(id=729, status="checkout-draft")])})
    heads = list(connector.orders(WINDOW, None).items)
    assert [(head.external_id, head.order is None) for head in heads] == [("727", False), ("728", True)]


def test_details_find_the_trash_and_leave_out_what_is_not_there() -> None:
    connector, site = woo(
        {
            LIST: good([order()]),
            ONE: [good(order(id=728, status="trash")), example("orders.get", "unknown")],
        }
    )
    found = connector.order_details(["727", "728", "729", "#x"])
    assert [(one.external_id, one.status) for one in found] == [
        ("727", OrderStatus.PAID),
        ("728", OrderStatus.CANCELLED),
    ]
    assert dict(site.calls[0].params)["include"] == "727,728,729"


@pytest.mark.parametrize(
    ("name", "status", "at_door"),
    [
        ("cash on delivery, sent to the billing address", OrderStatus.PAID, True),
        ("a word of a plugin", OrderStatus.UNKNOWN, False),
        ("refunded after it was shipped", OrderStatus.SHIPPED, False),
    ],
)
def test_what_the_examples_mean(name: str, status: OrderStatus, at_door: bool) -> None:
    got = store_order(example("orders.get", name)[2])
    assert (got.status, got.cash_on_delivery) == (status, at_door)
    assert (got.address.lines[0], got.address.country) == ("99/1 ถนนสุขุมวิท", "TH")


def test_a_plugins_word_for_shipped_may_be_named() -> None:
    assert order_status("parcel-sent", was_completed=False) is OrderStatus.UNKNOWN
    assert order_status("parcel-sent", was_completed=False, shipped_word="parcel-sent") is OrderStatus.SHIPPED
    assert order_status("refunded", was_completed=False) is OrderStatus.CANCELLED


def test_a_number_of_a_plugin_is_what_people_know_the_order_by() -> None:
    assert store_order(order(number="TH-2026-15")).note == "#TH-2026-15\nleave at the door"
