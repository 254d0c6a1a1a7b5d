"""The page of problem orders in a browser: one remedy in place, and the report of what became of each order (R114)."""

from __future__ import annotations

import html
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from salur.connectors.base.types import OrderStatus
from salur.flows import cures
from salur.flows.bulk import carry_on_bulk
from salur.flows.cure_groups import cure_groups
from salur.foundation.clock import now
from salur.orders.queries import problem_groups
from salur.outbound.bulk import BulkRun
from salur.outbound.flagged import flag_lists
from salur.outbound.models import Outbound
from tests.flows.pdf import pdf
from tests.harness.web import LiveWeb
from tests.world import INSTANT, THAI, store_order

from .addresses import OPERATOR, VIEWER
from .shop import Shop, open_shop
from .test_in_browser import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_a_sku_is_linked_in_place_and_the_report_says_who_was_cured(live_web: LiveWeb, page: Page) -> None:
    shop = open_shop()
    shop.world.add_product("PLENTY", pieces=50)
    orders = [store_order(f"BOX{i}", "BOX") for i in range(3)]
    shop.world.ingest(*orders, store_order("BOTH", "BOX", "OTHER"))
    sign_in(page, live_web.url, shop)
    page.goto(f"{live_web.url}/orders/problems/?cause=unmapped_sku")
    row = page.locator("tbody tr", has_text="SKU BOX of Store is not linked")
    expect(row.locator("th")).to_have_text("4")
    row.get_by_label("MSKU that BOX means").fill("PLENTY")
    row.get_by_role("button", name="Link").click()
    page.get_by_role("heading", name="SKU BOX of Store is not linked").wait_for()
    tiles = [tile.inner_text().split("\n")[-1] for tile in page.locator(".tile").all()]
    assert tiles == ["4", "3", "1", "0"], "orders, cured, still held, held by something else"
    expect(page.get_by_role("link", name="BOTH")).to_be_visible()
    assert set(shop.world.problems("BOX0")) == set()


def test_a_label_that_the_store_did_not_give_is_given_in_place_and_the_order_leaves_the_page(shop: Shop) -> None:
    world = shop.world
    world.add_product("SOAP", pieces=5)
    world.ingest(store_order("L1", "SOAP"))
    made = world.the_list("L1")
    with world.scope():
        for state in ("due", "failed"):
            Outbound.objects.filter(pk=made.pk).update(shipment=state)
        flag_lists([made.pk])
    browser, address = shop.client(OPERATOR), "/orders/problems/each/label_missing/"
    assert address in browser.get("/orders/problems/").content.decode()
    assert f"/outbound/{made.pk}/label/" in browser.get(address).content.decode()
    file = io.BytesIO(pdf())
    file.name = "label.pdf"
    sent = {"awb": "TH1", "label": file, "next": address}
    assert browser.post(f"/outbound/{made.pk}/label/", sent)["Location"] == address
    assert f"/outbound/{made.pk}/label/" not in browser.get(address).content.decode()
    assert (world.the_list("L1").push, world.problems("L1")) == ("ready", {})
    assert browser.get("/orders/problems/each/no_stock/").status_code == 404


def test_an_address_is_corrected_in_place_and_the_page_shows_what_the_store_has_beside_it(
    shop: Shop,
) -> None:
    world = shop.world
    world.add_product("SOAP", pieces=5)
    lacking = replace(THAI, phone="", city="Rayong")
    world.ingest(store_order("A1", "SOAP", status=OrderStatus.PAID, courier=INSTANT, address=lacking))
    order = world.order("A1").pk
    browser, address = shop.client(OPERATOR), "/orders/problems/each/address_incomplete/"
    assert address in browser.get("/orders/problems/").content.decode()
    page = browser.get(address).content.decode()
    assert f"/orders/{order}/address/" in page and "Telephone" in page
    sent = {"name": "Nok", "phone": "+66 2", "address1": "1 Rama IV", "city": "Bangkok", "postal_code": "10110"}
    done = browser.post(f"/orders/{order}/address/", {**sent, "country": "TH", "next": address})
    assert done["Location"] == address
    assert f"/orders/{order}/address/" not in browser.get(address).content.decode()
    assert (world.the_list("A1").push, world.problems("A1")) == ("ready", {})
    told = browser.get(f"/orders/{order}/").content.decode()
    assert "Address corrected by hand" in told and "The store shows:" in told and "Rayong" in told
    refused = browser.post(f"/orders/{order}/address/", {**sent, "country": "XX"})
    assert (refused.status_code, "The address cannot be kept" in refused.content.decode()) == (422, True)
    assert "1 Rama IV" in refused.content.decode(), "what was typed stays"


def test_a_great_group_is_followed_from_the_page_of_problems_to_each_orders_outcome(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cures, "AT_ONCE", 1)
    world, browser = shop.world, shop.client(OPERATOR)
    world.add_product("SOAP", pieces=5)
    world.ingest(*(store_order(f"NO{i}", "SOAP", status=OrderStatus.PAID, courier=INSTANT) for i in range(2)))
    with world.scope():
        lists = Outbound.objects.filter(order__external_id__startswith="NO")
        lists.update(push="pushing", push_lease_until=now())
        lists.update(push="rejected", push_lease_until=None)
        flag_lists(lists.values_list("pk", flat=True))
        (group,) = cure_groups(problem_groups("push_rejected"))
    sent = {"cause": group.cause}
    begun = browser.post("/orders/problems/cure/", sent | {f"key_{name}": value for name, value in group.key.items()})
    with world.scope():
        run = BulkRun.objects.latest("pk")
    assert begun["Location"] == f"/orders/problems/cures/{run.cure_id}/"
    followed = browser.get(begun["Location"]).content.decode()
    assert f"/orders/bulk/{run.pk}/" in followed and "0 / 2" in followed
    listed = browser.get("/orders/problems/").content.decode()
    assert f'href="{begun["Location"]}">A remedy is under way' in listed
    carry_on_bulk(world.merchant_id, run.pk)
    assert "NO0" in browser.get(f"/orders/bulk/{run.pk}/").content.decode()
    assert "A remedy is under way" not in browser.get("/orders/problems/").content.decode()


def test_a_viewer_sees_what_holds_orders_and_no_remedy(shop: Shop) -> None:
    shop.world.ingest(store_order("BOX1", "BOX"))
    shown = html.unescape(shop.client(VIEWER).get("/orders/problems/").content.decode())
    assert "SKU BOX of Store is not linked" in shown
    assert "/orders/problems/cure/" not in shown
    sent = {"cause": "unmapped_sku", "key_store_id": "1", "key_sku": "BOX", "msku": "M-0000"}
    assert shop.client(VIEWER).post("/orders/problems/cure/", sent).status_code == 403
