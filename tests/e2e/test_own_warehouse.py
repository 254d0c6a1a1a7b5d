"""A clerk at a browser: an order comes in, is picked, packed by scanning and shipped; its store is told (R85)."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .operator import Operator, until


def make_product(operator: Operator, msku: str, pieces: str = "") -> None:
    """A product made by its form for the own warehouse; pieces named there are in stock at once (R60)."""
    operator.go("/products/new/")
    form = 'form:has([name="msku"])'
    place = str(operator.warehouse)
    operator.fill(form, msku=msku, name=f"{msku} of the shop", warehouse=place, **{f"quantity_{place}": pieces})
    operator.send(form)


def receive(operator: Operator, msku: str, pieces: str) -> None:
    """Pieces that are announced by a list, and received by hand when they come."""
    operator.go("/inbound/new/")
    operator.main("#id_sku_1").fill(msku)
    operator.main("#id_quantity_1").fill(pieces)
    operator.press("action", "submit")
    operator.main('input[name^="received_"]').fill(pieces)
    operator.main('input[name="complete"]').check()
    operator.press("action", "receive")


def scan(operator: Operator, code: str, heard: str) -> None:
    """As a scanner does: characters into whatever has the cursor, then Enter. The page says and sounds what it was."""
    shown = operator.main(f'.said[data-sound="{heard}"]')
    before = shown.inner_text() if shown.count() else ""
    operator.page.keyboard.type(code)
    operator.page.keyboard.press("Enter")
    until(lambda: shown.count() == 1 and shown.inner_text() != before, f"{code} sounds {heard}")
    until(lambda: bool(operator.page.evaluate("document.activeElement.id === 'code'")) or heard == "done", "the cursor")


def test_an_order_is_picked_packed_by_scanning_and_shipped_and_its_store_is_told(operator: Operator) -> None:
    operator.sandbox.control("shopee/items", {"skus": ["TEA", "CUP"]})
    operator.connect_shopee()
    operator.go("/warehouses/new/")
    operator.fill(name="Back room", code="BACK", country="TH", return_address="Baan Suan\n1 Road")
    operator.send()
    operator.warehouse = operator.number_here()
    make_product(operator, "TEA", "5")
    make_product(operator, "CUP")
    assert operator.stock() == {"TEA": (5, 0), "CUP": (0, 0)}
    receive(operator, "CUP", "5")
    assert operator.stock() == {"TEA": (5, 0), "CUP": (5, 0)}
    operator.add_rule()
    until(lambda: operator.count(f"/orders/reports/?store={operator.store}&state=done") > 0, "the store's first sync")
    (number,) = operator.sell(("TEA", 2), ("CUP", 1))
    operator.fetch([number])

    def ready() -> bool:
        operator.go("/floor/")
        return number in operator.main("#list").inner_text()

    until(ready, "with AWB number and label the order stands among those to be picked")
    operator.main('[data-tick-all="outbound"]').check()
    operator.press("action", "pick")
    expect(operator.main("table").first.locator("td.amount")).to_have_text(["1", "2"])
    with operator.page.expect_navigation():
        operator.main(".head button.button-main").click()

    operator.go("/floor/")
    operator.page.keyboard.type(number)
    operator.page.keyboard.press("Enter")
    operator.page.wait_for_url(re.compile(r"/floor/lists/\d+/$"))
    for code, heard in (("HAT", "bad"), ("TEA", "good"), ("TEA", "good"), ("TEA", "bad"), ("CUP", "done")):
        scan(operator, code, heard)
    expect(operator.main(".head .chip")).to_have_text("Packed")
    with operator.page.expect_navigation():
        operator.main("section[aria-labelledby=ship] button").click()
    expect(operator.main(".head .chip")).to_have_text("Completed")
    page = operator.main('.head a[href^="/outbound/"]').get_attribute("href") or ""

    def confirmed() -> bool:
        operator.go(page)
        return "Confirmed at the store" in operator.main("dl.facts").inner_text()

    until(confirmed, "the store is told")
    assert operator.stock() == {"TEA": (3, 0), "CUP": (4, 0)}
    operator.sandbox.control(f"shopee/orders/{number}/status", {"status": "SHIPPED"})  # the courier fetches the parcel
    until(lambda: number in operator.shown("/orders/?status=shipped"), "shipped", meanwhile=operator.sync_orders)
    assert operator.stock() == {"TEA": (3, 0), "CUP": (4, 0)}
