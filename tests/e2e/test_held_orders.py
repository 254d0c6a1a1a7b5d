"""Orders that cannot go on say why, in words, and go on by themselves when the cause is gone."""

from __future__ import annotations

import csv
import io
import re

import pytest

from .operator import Operator, until

COLUMNS = (
    "Name",
    "Id",
    "Financial Status",
    "Fulfillment Status",
    "Created at",
    "Paid at",
    "Currency",
    "Total",
    "Shipping Name",
    "Shipping Address1",
    "Shipping City",
    "Shipping Zip",
    "Shipping Province",
    "Shipping Country",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
    "Lineitem sku",
)
PAID = "2026-11-11 10:00:00 +0700"
PLACE = ("Somchai Jaidee", "99/1 Sukhumvit", "Bangkok", "10110", "Bangkok", "TH")


def shopify_export(*orders: tuple[str, str, str]) -> bytes:
    """A Shopify export of paid orders: name, id and SKU of each."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for name, number, sku in orders:
        line = (1, sku, "199.00", sku)
        writer.writerow([name, number, "paid", "unfulfilled", PAID, PAID, "THB", "199.00", *PLACE, *line])
    return out.getvalue().encode()


def reasons(operator: Operator, selector: str = ".gate-shut") -> str:
    """What an order's page says of what holds it."""
    return " ".join(operator.main(selector).all_inner_texts())


def goes_on(operator: Operator, number: str) -> None:
    """The order's list reaches the warehouse without anybody's doing; its page names no reason any more."""
    pushed = "/outbound/?push=pushed"

    def there() -> bool:
        operator.go(pushed)
        return operator.main("tbody").get_by_role("link", name=number, exact=True).count() == 1

    until(there, f"{number} is at the warehouse")
    operator.open_order(number)
    assert operator.main(".gate-shut").count() == 0
    assert operator.main(".notice-bad").count() == 0
    assert number not in operator.shown("/orders/?problem=any")


@pytest.mark.usefixtures("worker")
def test_orders_of_a_channel_without_labels_are_held_with_that_reason(operator: Operator) -> None:
    from salur.outbound.messages import GATE_TEXTS

    operator.connect_eccang()
    operator.add_product("TEA", to_warehouse=False)
    operator.add_rule()
    operator.go("/integrations/add/file/shopify/")
    operator.fill(name="Webshop", country="TH", currency="THB")
    operator.send()
    webshop = operator.number_here()
    operator.go("/orders/import/")
    operator.fill(store=str(webshop))
    export = shopify_export(("#1001", "5400000001001", "TEA"), ("#1002", "5400000001002", "TEA"))
    operator.main('input[name="file"]').set_input_files(
        {"name": "orders_export.csv", "mimeType": "text/csv", "buffer": export}
    )
    operator.send()
    operator.press("action", "import")
    report = re.search(r"/orders/reports/\d+/$", operator.page.url)
    assert report is not None, operator.page.url
    names = {"#1001", "#1002"}  # the numbers that people use
    until(lambda: operator.shown(f"{report[0]}?outcome=created") == names, "both orders are imported")

    held = f"/orders/?store={webshop}&why=channel_gives_no_label"
    until(lambda: operator.shown(held) == names, "both orders are held")
    title = str(GATE_TEXTS["channel_gives_no_label"].title)
    assert operator.main("tbody .why").count() == 2
    operator.open_order("#1001")
    told = reasons(operator)
    assert title in told
    assert "Shopify" in told and "ECCANG" in told
    assert operator.shown(f"/orders/?store={webshop}&problem=channel_unsupported") == names  # problem orders (R104)
    assert operator.at_warehouse() == []


@pytest.mark.usefixtures("worker")
def test_held_orders_say_what_is_missing_and_go_on_when_it_is_there(operator: Operator) -> None:
    operator.open_shop({"TEA": 10, "CUP": 2})
    (unknown,) = operator.sell(("GIFT-9", 1))
    (short,) = operator.sell(("CUP", 3))
    operator.fetch([unknown, short])

    operator.open_order(short)
    told = reasons(operator)
    for figure in ("CUP", r"\b2\b", r"\b3\b"):
        assert re.search(figure, told), told
    assert short in operator.shown("/orders/?why=not_enough_stock")
    assert unknown in operator.shown("/orders/?problem=unmapped_sku")
    operator.open_order(unknown)
    assert "GIFT-9" in reasons(operator, ".notice-bad")

    operator.go("/products/channel/")
    with operator.page.expect_navigation():
        operator.main(f'a[href="/products/channel/store/{operator.store}/?sku=GIFT-9"]').click()
    operator.fill(msku="TEA", quantity="2")
    operator.press("action", "bind")
    goes_on(operator, unknown)
    assert [one["items"] for one in operator.at_warehouse()] == [[{"sku": "TEA", "quantity": 2}]]

    operator.receive_stock({"CUP": 9})
    goes_on(operator, short)
    assert {"sku": "CUP", "quantity": 3} in [one["items"][0] for one in operator.at_warehouse()]
    assert {one["times_created"] for one in operator.at_warehouse()} == {1}
