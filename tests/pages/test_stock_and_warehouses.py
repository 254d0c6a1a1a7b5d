"""Stock list, stock sync records and warehouses as people use them (R48 to R50, R127 to R132)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from playwright.sync_api import expect

from salur.catalog.models import WarehouseProduct
from salur.flows.calibrate import carry_on_sync
from salur.foundation.clock import now
from salur.stock.models import StockSyncLine, StockSyncRun, Warehouse
from tests.flows.calibrating import whole_only
from tests.harness.web import LiveWeb
from tests.world import connect_eccang

from .addresses import OPERATOR, OWNER, VIEWER
from .shop import Shop, open_shop
from .test_in_browser import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def main_of(answer: Any) -> str:
    return text_of(answer).split("<main", 1)[1]


def refuse(shop: Shop, *mskus: str) -> list[int]:
    """The warehouse refused these products; answers the rows."""
    with shop.world.scope():
        rows = WarehouseProduct.objects.filter(product__msku__in=mskus)
        for state in ("not_pushed", "pushing"):
            rows.update(push=state)
        rows.update(push="failed", error_code="10001", error_message="weight must be above 0")
        return list(rows.values_list("pk", flat=True))


def states(shop: Shop) -> dict[str, str]:
    with shop.world.scope():
        return dict(WarehouseProduct.objects.values_list("product__msku", "push"))


def warehouse(shop: Shop) -> Warehouse:
    with shop.world.scope():
        return Warehouse.objects.get(pk=shop.world.warehouse_id)


# -- the stock list -------------------------------------------------------------------------------------------------


def test_r48_the_push_status_stands_with_the_partners_reason_and_what_to_do(shop: Shop) -> None:
    refuse(shop, "M-0001")
    shown = main_of(shop.client(VIEWER).get("/stock/"))
    assert "The warehouse refused it: weight must be above 0. Correct the product, then push it again." in shown
    assert "Push again" not in shown, "a viewer only looks"


@pytest.mark.parametrize(
    ("push", "there", "gone"),
    [("failed", "M-0001", "M-0000"), ("pushed", "M-0000", "M-0001"), ("absent", "", "M-0001")],
)
def test_r50_the_list_is_filtered_by_push_state(shop: Shop, push: str, there: str, gone: str) -> None:
    refuse(shop, "M-0001")
    shown = main_of(shop.client(VIEWER).get(f"/stock/?push={push}"))
    assert there in shown
    assert gone not in shown


def test_a_product_that_was_never_added_is_found_as_such(shop: Shop) -> None:
    with shop.world.scope():
        WarehouseProduct.objects.filter(product__msku="M-0001").delete()
    shown = main_of(shop.client(VIEWER).get("/stock/?push=absent"))
    assert "M-0001" in shown
    assert "M-0000" not in shown


def test_r49_a_product_is_pushed_again_by_its_own_button_and_several_by_ticking(shop: Shop) -> None:
    refuse(shop, "M-0000", "M-0001")
    browser, place = shop.client(OPERATOR), shop.world.warehouse_id
    one = f"push_again:{place}:{shop.world.products['M-0000']}"
    told = text_of(browser.post("/stock/act/", {"action": one, "next": "/stock/?push=failed"}, follow=True))
    assert "1 product is being pushed again" in told
    assert (states(shop)["M-0000"], states(shop)["M-0001"]) == ("not_pushed", "failed")
    ticked = [f"{place}:{shop.world.products[msku]}" for msku in ("M-0000", "M-0001")]
    told = text_of(browser.post("/stock/act/", {"action": "push_again", "row": ticked}, follow=True))
    assert "1 product is being pushed again" in told, "the other one waits already"
    assert states(shop)["M-0001"] == "not_pushed"


@pytest.mark.parametrize("rows", [[], ["x:y"], ["1"], [f"1:{n}" for n in range(501)]])
def test_pushing_nothing_or_too_much_again_is_answered_in_words(shop: Shop, rows: list[str]) -> None:
    told = text_of(shop.client(OPERATOR).post("/stock/act/", {"action": "push_again", "row": rows}, follow=True))
    assert "Choose between 1 and 500 products." in told


def test_another_merchants_rows_are_not_pushed(shop: Shop) -> None:
    refuse(shop, "M-0000")
    row = f"{shop.world.warehouse_id}:{shop.world.products['M-0000']}"
    told = text_of(open_shop().client(OWNER).post("/stock/act/", {"action": "push_again", "row": row}, follow=True))
    assert "Nothing to push again" in told
    assert states(shop)["M-0000"] == "failed"


# -- sync records ---------------------------------------------------------------------------------------------------


def written_sync(shop: Shop) -> int:
    """A run with a difference, a dispute, an unknown SKU, and one line that needs no telling."""
    with shop.world.scope():
        run = StockSyncRun.objects.create(
            warehouse_id=shop.world.warehouse_id,
            trigger="daily",
            started_at=now(),
            finished_at=now(),
            skus=4,
            changed=2,
        )
        for sku, before, sellable, allocated, after, reason, evidence in (
            ("A-1", 100, 92, 0, 97, "", {"at_partner": 5, "left_there": 5, "there": 97}),
            ("B-2", 60, 20, 0, 60, "disputed", {"reserved": 60, "waiting": 60, "missing": 40}),
            ("=C-3", None, 4, 0, None, "unknown_sku", {}),
            ("D-4", 7, 7, 0, 7, "", {}),
        ):
            StockSyncLine(
                run=run,
                sku=sku,
                before=before,
                partner_sellable=sellable,
                partner_allocated=allocated,
                after=after,
                reason=reason,
                evidence=evidence,
            ).save()
        return run.pk


def test_r132_a_record_shows_before_after_difference_and_how_it_came_about(shop: Shop) -> None:
    run = written_sync(shop)
    browser = shop.client(VIEWER)
    shown = main_of(browser.get(f"/stock/syncs/{run}/"))
    assert "the daily stock sync" in shown
    assert "Shipped there, but not reported as completed yet: 5" in shown
    assert "Unexplained: −3. The figure was set to 97." in shown
    assert "Missing for orders: 40." in shown
    assert "−3</td>" in shown
    only = main_of(browser.get(f"/stock/syncs/{run}/?show=different"))
    assert ("A-1" in only, "B-2" in only, "C-3" in only, "D-4" in only) == (True, True, True, False)


def test_a_record_is_downloaded_as_a_file_that_no_spreadsheet_takes_for_formulas(shop: Shop) -> None:
    run = written_sync(shop)
    browser = shop.client(VIEWER)
    answer = browser.get(f"/stock/syncs/{run}/lines.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    content = b"".join(answer).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["SKU"] for row in rows] == ["A-1", "B-2", "'=C-3", "D-4"]
    assert (rows[0]["Before"], rows[0]["After"], rows[0]["Difference"], rows[0]["Unexplained"]) == (
        "100",
        "97",
        "-3",
        "-3",
    )
    assert "Shipped there" in rows[0]["Explanation"]
    some = b"".join(browser.get(f"/stock/syncs/{run}/lines.csv?show=different"))
    assert b"D-4" not in some
    assert open_shop().client(OWNER).get(f"/stock/syncs/{run}/lines.csv").status_code == 404


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ({}, "Waits for its turn"),
        ({"epoch": 1, "pages": 3, "skus": 300}, "3 pages read, 300 SKUs so far"),
        ({"epoch": 1, "skus": 300, "done": 100, "read_at": now()}, "All is read; the figures are being set."),
    ],
)
def test_a_run_under_way_shows_how_far_it_is_and_looks_again_by_itself(
    shop: Shop, state: dict[str, Any], told: str
) -> None:
    with shop.world.scope():
        StockSyncRun.objects.filter(pk=shop.ids["sync_id"]).update(**state)
    browser = shop.client(VIEWER)
    shown = main_of(browser.get(f"/stock/syncs/{shop.ids['sync_id']}/"))
    assert told in shown
    assert 'hx-trigger="every 2s"' in shown
    for address in ("/stock/syncs/", "/warehouses/", f"/warehouses/{shop.world.warehouse_id}/"):
        assert 'hx-trigger="every' in main_of(browser.get(address)), address
    with shop.world.scope():
        StockSyncRun.objects.update(finished_at=now())
    for address in ("/stock/syncs/", "/warehouses/", f"/warehouses/{shop.world.warehouse_id}/"):
        assert 'hx-trigger="every' not in main_of(browser.get(address)), address


def test_r131_single_skus_are_not_offered_where_the_partner_lists_whole_warehouses_only(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_only(monkeypatch)
    browser = shop.client(OPERATOR)
    shown = main_of(browser.get("/stock/?q=M-0001"))
    assert f"sync:{shop.world.warehouse_id}" not in shown
    row = f"{shop.world.warehouse_id}:{shop.world.products['M-0001']}"
    told = text_of(browser.post("/stock/act/", {"action": "sync", "row": row}, follow=True))
    assert "Synchronise the whole warehouse instead" in told


# -- a warehouse ----------------------------------------------------------------------------------------------------


def page_of(shop: Shop) -> str:
    return f"/warehouses/{shop.world.warehouse_id}/"


def test_an_owner_names_a_warehouse_and_sets_its_time_zone(shop: Shop) -> None:
    browser = shop.client(OWNER)
    sent = {"action": "save", "name": "  Bangkok   north ", "time_zone": "Asia/Bangkok"}
    assert "Saved." in text_of(browser.post(page_of(shop), sent, follow=True))
    assert (warehouse(shop).name, warehouse(shop).time_zone) == ("Bangkok north", "Asia/Bangkok")
    answer = browser.post(page_of(shop), {**sent, "name": "x" * 101})
    assert (answer.status_code, "at most 100 characters" in text_of(answer)) == (422, True)
    assert browser.post(page_of(shop), {**sent, "time_zone": "Mars/Base"}).status_code == 422


def test_an_operator_does_not_rename_or_switch_off(shop: Shop) -> None:
    browser = shop.client(OPERATOR)
    sent = {"action": "save", "name": "Mine", "time_zone": "UTC"}
    assert browser.post(page_of(shop), sent).status_code == 403
    assert browser.post(page_of(shop), {"action": "active"}).status_code == 403
    assert (warehouse(shop).name, warehouse(shop).active) == ("TH01 + C1", True)


def test_r130_the_daily_sync_is_switched_and_the_next_one_is_shown_in_the_warehouses_time(shop: Shop) -> None:
    browser = shop.client(OWNER)
    browser.post(page_of(shop), {"action": "save", "name": "W", "time_zone": "Asia/Bangkok"})
    shown = main_of(browser.post(page_of(shop), {"action": "daily_sync"}, follow=True))
    assert warehouse(shop).daily_sync
    assert "02:00" in shown
    assert "in Asia/Bangkok" in shown
    browser.post(page_of(shop), {"action": "daily_sync"})
    assert (warehouse(shop).daily_sync, warehouse(shop).next_sync_at) == (False, None)


def test_a_warehouse_is_switched_off_and_on(shop: Shop) -> None:
    browser = shop.client(OWNER)
    browser.post(page_of(shop), {"action": "active"})
    assert not warehouse(shop).active
    browser.post(page_of(shop), {"action": "active"})
    assert warehouse(shop).active


def test_its_page_counts_the_products_by_push_state_and_pushes_the_refused_ones_again(shop: Shop) -> None:
    refuse(shop, "M-0000", "M-0001")
    browser = shop.client(OPERATOR)
    shown = main_of(browser.get(page_of(shop)))
    assert f'/stock/?warehouse={shop.world.warehouse_id}&amp;push=failed">2</a>' in shown
    told = text_of(browser.post(page_of(shop), {"action": "push_again"}, follow=True))
    assert "2 products are being pushed again." in told
    assert "The warehouse refused none" in text_of(browser.post(page_of(shop), {"action": "push_again"}, follow=True))


def test_its_page_says_what_the_partner_can_do(shop: Shop) -> None:
    shown = main_of(shop.client(VIEWER).get(page_of(shop)))
    assert "For single SKUs or the whole warehouse" in shown
    assert "Until “Picking” at the warehouse" in shown


def test_a_sync_begun_in_the_browser_is_followed_to_its_end(live_web: LiveWeb, page: Page, sandbox: Any) -> None:
    shop = open_shop()
    connect_eccang(shop.world, sandbox, {"M-0001": 30})
    with shop.world.scope():
        StockSyncRun.objects.update(finished_at=now())
    sign_in(page, live_web.url, shop)
    page.goto(f"{live_web.url}{page_of(shop)}")
    page.locator("main").get_by_role("button", name="Sync stock").click()
    page.get_by_text("Waits for its turn").wait_for()
    with shop.world.scope():
        run = StockSyncRun.objects.get(finished_at=None)
    assert carry_on_sync(shop.world.merchant_id, run.pk) == 1
    page.locator("#sync").get_by_text("Done", exact=True).wait_for()
    page.get_by_text("Unexplained: +").first.wait_for()
    page.get_by_role("link", name="With a difference or a reason").click()
    expect(page.locator("tbody tr").first).to_be_visible()


def test_without_scripts_everything_can_be_asked_for(shop: Shop) -> None:
    browser: Client = shop.client(OWNER)
    shown = main_of(browser.get(page_of(shop)))
    assert shown.count("<form") >= 5
    assert 'name="action" value="sync"' in shown
