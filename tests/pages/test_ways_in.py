"""The ways to bring a product into a third-party warehouse (R45) and to add stock (R60, R135), each by its page.

In a browser: the five ways one after the other. Each ends in the same push with its status.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from salur.catalog.models import Binding, Listing, MasterProduct, WarehouseProduct
from salur.foundation.clock import now
from salur.inbound.models import InboundLine, InboundList
from salur.stock.models import Balance, Movement, Warehouse
from tests.harness.web import LiveWeb

from .addresses import OPERATOR
from .shop import Shop, open_shop
from .test_in_browser import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page


def pushes(shop: Shop, *mskus: str) -> dict[str, str]:
    with shop.world.scope():
        rows = WarehouseProduct.objects.filter(product__msku__in=mskus, warehouse_id=shop.world.warehouse_id)
        return dict(rows.values_list("product__msku", "push"))


def list_at_store(shop: Shop, sku: str, name: str, item: str = "", **sizes: int) -> int:
    with shop.world.scope():
        row = Listing(store_id=shop.world.store_id, item_id=item or sku, sku=sku, name=name, seen_at=now(), **sizes)
        row.save()
        return row.pk


def test_r45_all_five_ways_end_in_the_same_push(live_web: LiveWeb, page: Page) -> None:
    shop = open_shop()
    for msku in ("WAY-1", "WAY-5"):
        shop.world.add_product(msku, in_warehouse=False)
    list_at_store(shop, "WAY-3", "From the store", weight_g=300)
    list_at_store(shop, "WAY-4", "From its listing", weight_g=400, length_mm=90)
    with shop.world.scope():
        place = Warehouse.objects.get(pk=shop.world.warehouse_id).name
    sign_in(page, live_web.url, shop)
    # 1. the master product list, in bulk
    page.goto(f"{live_web.url}/products/?q=WAY-1")
    page.get_by_label("Choose WAY-1").check()
    page.locator(".bulk select[name=warehouse]").select_option(label=place)
    page.get_by_role("button", name="Add to warehouse").click()
    page.get_by_text("1 product is being pushed to").wait_for()
    # 2. right after creating a master product
    page.get_by_role("link", name="Master products").first.click()
    page.get_by_role("link", name="New master product").click()
    page.get_by_label("MSKU").fill("WAY-2")
    page.get_by_label("Name").fill("Second way")
    page.get_by_label(place, exact=True).check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text(f"The product is made and is being pushed to {place}.").wait_for()
    # 3. from a store
    page.goto(f"{live_web.url}/products/channel/?store={shop.world.store_id}")
    page.get_by_role("link", name="Make master products of unlinked SKUs").click()
    page.get_by_label("Choose WAY-3").check()
    page.get_by_label(place).check()
    page.get_by_role("button", name="Make the chosen ones").click()
    page.get_by_text("1 master product is made.").wait_for()
    # 4. from a store's listing
    page.get_by_role("link", name="Make product WAY-4").click()
    expect(page.get_by_label("MSKU")).to_have_value("WAY-4")
    expect(page.get_by_label("Weight (g)")).to_have_value("400")
    page.get_by_label(place, exact=True).check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The product is made and is being pushed").wait_for()
    # 5. from the stock list, without a shelf
    page.goto(f"{live_web.url}/stock/")
    page.get_by_role("link", name="Add product (without shelf)").click()
    page.wait_for_url("**/stock/add/**")
    page.locator(".filters select[name=warehouse]").select_option(label=place)
    add = page.get_by_role("button", name=f"Add to {place}")
    add.wait_for()
    page.get_by_label("Choose WAY-5").check()
    add.click()
    page.get_by_text(f"1 product was added to {place}.").wait_for()
    ways = [f"WAY-{number}" for number in range(1, 6)]
    assert pushes(shop, *ways) == dict.fromkeys(ways, "not_pushed")
    page.goto(f"{live_web.url}/stock/?q=WAY")
    expect(page.locator("tbody tr", has_text="Not pushed")).to_have_count(5)  # each with its push status
    with shop.world.scope():
        assert MasterProduct.objects.get(msku="WAY-3").weight_g == 300, "the store's size is taken over"


def shown(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_collisions_are_shown_before_a_store_s_products_are_made(shop: Shop) -> None:
    for sku, name, item in (
        ("m-0000", "Nearly one that exists", "1a"),
        ("TWO", "A cup", "2a"),
        ("TWO", "A plate", "2b"),
        ("FINE", "Fine", "3a"),
        ("M-0001", "Something else", "4a"),
    ):
        list_at_store(shop, sku, name, item)
    with shop.world.scope():
        Binding.objects.filter(sku="M-0001").delete()
    browser, address = shop.client(OPERATOR), f"/products/channel/store/{shop.world.store_id}/make/"
    page = shown(browser.get(address))
    assert "Nearly the same MSKU exists: M-0000" in page
    assert "2 listings of different names have this SKU: A cup | A plate" in page
    assert "Something else" in page and "Product M-0001" in page
    with shop.world.scope():
        before = max(MasterProduct.objects.values_list("pk", flat=True))
    browser.post(address, {"action": "all"})
    with shop.world.scope():
        made = set(
            MasterProduct.objects.order_by("-pk").values_list("msku", flat=True)[
                : MasterProduct.objects.count() - before
            ]
        )
    assert made == {"FINE"}, "what collides is made only when somebody ticks it"
    browser.post(address, {"action": "chosen", "sku": ["TWO"]})
    with shop.world.scope():
        assert MasterProduct.objects.get(msku="TWO").name == "A cup"


# -- stock ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def own(shop: Shop) -> int:
    """An own warehouse with 10 pieces of M-0001, 4 of them reserved by nobody."""
    with shop.world.scope():
        row = Warehouse(account=None, code="SHED", name="Garden shed", country="TH", created_at=now())
        row.save()
    return row.pk


def update(shop: Shop, lines: str, **given: Any) -> Any:
    return shop.client(OPERATOR).post("/stock/update/", {"lines": lines, **given}, follow=True)


def figures(shop: Shop, msku: str) -> dict[str, tuple[int, int]]:
    with shop.world.scope():
        rows = Balance.objects.filter(product__msku=msku).select_related("warehouse")
        return {row.warehouse.code: (row.on_hand, row.incoming) for row in rows}


def announced(shop: Shop) -> list[tuple[str, int]]:
    with shop.world.scope():
        rows = InboundLine.objects.filter(inbound__source="import").order_by("pk")
        return list(rows.values_list("product__msku", "quantity"))


def test_r135_update_warehouse_stock_sets_own_figures_and_announces_the_rest_to_partners(shop: Shop, own: int) -> None:
    before = figures(shop, "M-0001")["TH01"]
    table = f"warehouse, msku, quantity\nSHED, M-0001, 6\nTH01, M-0001, {sum(before) + 8}\nSHED, M-0000, 0\n"
    told = shown(update(shop, table, kind="set"))
    assert "1 figure of an own warehouse was changed." in told
    assert figures(shop, "M-0001")["SHED"] == (6, 0)
    assert announced(shop) == [("M-0001", 8)]
    assert figures(shop, "M-0001")["TH01"] == before, "nothing is received until the warehouse says so"
    with shop.world.scope():
        (moved,) = Movement.objects.filter(balance__warehouse_id=own)
        assert (moved.cause, moved.d_on_hand) == ("adjust", 6)
    again = update(shop, "M-0001, 6.0", kind="set", warehouse=own)
    assert "Everything is as the table says already." in shown(again)


def test_r135_update_stock_gives_the_difference_of_the_total_to_one_warehouse(shop: Shop, own: int) -> None:
    there = sum(figures(shop, "M-0001")["TH01"])
    update(shop, f"M-0001, {there + 5}", kind="total", warehouse=own)
    assert figures(shop, "M-0001")["SHED"] == (5, 0)
    update(shop, f"M-0001, {there + 2}", kind="total", warehouse=own)
    assert figures(shop, "M-0001")["SHED"] == (2, 0)
    lowered = update(shop, f"M-0001, {there - 1}", kind="total", warehouse=shop.world.warehouse_id)
    assert "A partner" not in shown(lowered) or lowered.status_code == 422
    assert "are fewer. Synchronise the stock" in shown(lowered)
    assert "Choose the warehouse to which the difference goes." in shown(update(shop, "M-0001, 1", kind="total"))


def test_r60_pieces_in_addition_are_there_at_once_in_an_own_warehouse(shop: Shop, own: int) -> None:
    for pieces in ("3", "3.0"):
        update(shop, f"M-0001, {pieces}", warehouse=own)
    assert figures(shop, "M-0001")["SHED"] == (6, 0)
    with shop.world.scope():
        assert not InboundList.objects.filter(warehouse_id=own).exists()


@pytest.mark.parametrize(
    ("table", "told"),
    [
        pytest.param("SHED, M-0001, 1\nSHED, M-0001, 2", "stands in line 3 already", id="an MSKU twice"),
        pytest.param("NOWHERE, M-0001, 1", "There is no warehouse “NOWHERE” that takes goods.", id="unknown warehouse"),
        pytest.param("SHED, M-0001, -4", "“-4” is not a whole number from 0", id="negative quantity"),
        pytest.param("SHED, NONE, 4", "There is no master product with the MSKU NONE.", id="unknown MSKU"),
        pytest.param("SHED, M-0001, 4, , , 2020-01-01", "2020-01-01", id="expiry before today"),
        pytest.param("TH01, M-0001, 0", "are fewer. Synchronise the stock", id="a partner's stock lowered"),
    ],
)
def test_bad_lines_are_told_and_nothing_is_changed(shop: Shop, own: int, table: str, told: str) -> None:
    before = figures(shop, "M-0001"), announced(shop)
    answer = update(shop, f"warehouse, msku, quantity, cost, batch, expiry\nSHED, M-0000, 7\n{table}", kind="set")
    assert answer.status_code == 422
    assert told in shown(answer), re.findall(r'role="alert">(.*?)</ul>', shown(answer))
    assert (figures(shop, "M-0001"), announced(shop)) == before
    assert "SHED" not in figures(shop, "M-0000")
