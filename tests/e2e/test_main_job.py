"""The main job as an operator does it, from signing in to the parcel under way, on pages and real processes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.harness.database import Database

from .operator import Operator, until

STOCK = {"TEA": 50, "CUP": 40}
CONDITIONS = 14


def refused_then_connected(operator: Operator) -> None:
    """Wrong credentials are told on the form and save nothing; the right ones bring the warehouses by their names."""
    operator.open_form("warehouse", "eccang")
    operator.send_eccang_form(app_key="surely-not-the-key")
    expect(operator.page).to_have_url(f"{operator.url}/integrations/add/warehouse/eccang/")
    expect(operator.main("form.form [role=alert]")).to_have_text(re.compile(r"\S"))
    operator.go("/integrations/")
    expect(operator.main('a[href^="/integrations/accounts/"]')).to_have_count(0)
    operator.go("/warehouses/")
    expect(operator.main('a[href*="/stock/?warehouse="]')).to_have_count(0)
    operator.connect_eccang()
    operator.go(f"/integrations/accounts/{operator.account}/")
    known = operator.sandbox.look("credentials")["eccang"]
    assert len(known["warehouses"]) == 2
    for code in known["warehouses"]:  # named by code and customer (R35)
        expect(operator.warehouse_row(code)).to_contain_text(f"{code} + {known['customer_code']}")


def every_condition_is_seen_to_be_met(operator: Operator, numbers: list[str]) -> None:
    """While the warehouse asks to wait, each order's page shows that nothing else holds it."""

    def met() -> bool:
        # Behind the push conditions stand the partner's rate budget and its answer: one of them is what is waited for.
        return operator.main(".gate-open").count() >= CONDITIONS and operator.main(".gate-shut").count() == 1

    for number in numbers:
        operator.open_order(number)
        until(met, f"all conditions of {number} are met", meanwhile=operator.page.reload)
        assert operator.at_warehouse() == []


def order_page_tells_all(operator: Operator, number: str) -> None:
    """Timeline, AWB number and label of an order that is under way."""
    operator.open_order(number)
    (there,) = operator.at_shop([number])
    expect(operator.main(".gate-shut")).to_have_count(0)
    expect(operator.main("dl.facts").first).to_contain_text(there["tracking_number"])
    story = operator.main("ol.timeline li")
    expect(story.nth(7)).to_be_visible()
    times = story.locator("time").evaluate_all("nodes => nodes.map((node) => node.dateTime)")
    assert times == sorted(times)
    link = operator.main('a[href$="/label.pdf"]')
    with operator.page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename.endswith(".pdf")
    content = download.value.path().read_bytes()
    assert content.startswith(b"%PDF-")
    (sent,) = [one for one in operator.at_warehouse() if one["tracking_no"] == there["tracking_number"]]
    assert sent["label_pages"] >= 1


def report_is_complete(operator: Operator, numbers: list[str]) -> None:
    """One finished run of the store has made these orders, each named in it, and the report leads to each."""
    operator.go(f"/orders/reports/?store={operator.store}&state=done")
    runs = operator.main('tbody a[href^="/orders/reports/"]').evaluate_all("a => a.map((one) => one.pathname)")
    made: set[str] = set()
    for run in dict.fromkeys(runs):
        made |= operator.shown(f"{run}?outcome=created")
        assert operator.count(f"{run}?outcome=failed") == 0
    assert made == set(numbers)


@pytest.mark.usefixtures("worker")
def test_paid_orders_reach_the_warehouse_and_come_back_shipped(operator: Operator, db: Database) -> None:
    operator.sandbox.control("shopee/items", {"skus": list(STOCK)})
    refused_then_connected(operator)
    operator.connect_shopee()
    operator.make_products(list(STOCK))
    operator.receive_stock(STOCK)
    assert operator.stock() == {"TEA": (50, 0), "CUP": (40, 0)}
    operator.add_rule()
    until(lambda: operator.count(f"/orders/reports/?store={operator.store}&state=done") > 0, "the first sync")

    # The warehouse takes nothing yet, so that the orders can be looked at while they wait for it.
    operator.sandbox.control(
        "faults", {"partner": "eccang", "operation": "createOrder", "kind": "rate_limit", "retry_after": 1}
    )
    numbers = operator.sell(("TEA", 2), count=3) + operator.sell(("TEA", 1), ("CUP", 3))
    operator.fetch(numbers)
    every_condition_is_seen_to_be_met(operator, numbers)
    assert operator.stock() == {"TEA": (50, 7), "CUP": (40, 3)}
    operator.sandbox.control("faults", method="DELETE")
    operator.see_through(numbers)

    order_page_tells_all(operator, numbers[-1])
    report_is_complete(operator, numbers)
    assert {order["status"] for order in operator.at_shop(numbers)} == {"SHIPPED"}
    assert {order["times_arranged"] for order in operator.at_shop(numbers)} == {1}
    at_warehouse = operator.at_warehouse()
    assert len(at_warehouse) == len(numbers)
    assert {(one["status"], one["times_created"]) for one in at_warehouse} == {("D", 1)}
    after = {"TEA": (43, 0), "CUP": (37, 0)}
    assert operator.stock() == after  # deducted once
    operator.sync_stock()
    assert operator.stock() == after  # and the warehouse says the same
    assert db.rows("SELECT push, task, confirmation FROM outbound_outbound GROUP BY 1, 2, 3") == [
        ("pushed", "completed", "confirmed")
    ]
