"""Lists: a fixed number of queries, stable pages, filters in the address, the same rows for browser and script."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from salur.orders.models import Order, SavedFilter
from salur.web.downloads import csv_text
from salur.web.filters import row_ids
from tests.world import store_order

from .addresses import LISTS, OPERATOR, OWNER, VIEWER, Address
from .shop import Shop, open_shop

SCRIPT = {"hx-request": "true"}


def queries_of(browser: Client, address: str) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert browser.get(address).status_code == 200
    return [query["sql"] for query in caught.captured_queries]


def test_lists_ask_as_often_for_fifty_rows_as_for_one(db: object) -> None:
    small, large = open_shop(filled=3), open_shop(filled=3)
    large.fill(50, begin=3)
    few, many = small.client(OWNER), large.client(OWNER)
    for page in LISTS:
        first, second = queries_of(few, page.of(small)), queries_of(many, page.of(large))
        assert len(first) == len(second), (str(page), len(first), len(second), second)


def test_an_orders_page_asks_as_often_however_much_happened(db: object) -> None:
    shop = open_shop()
    browser = shop.client(OWNER)
    address = f"/orders/{shop.ids['order_id']}/"
    before = len(queries_of(browser, address))
    with shop.world.scope():
        from salur.foundation.clock import now
        from salur.outbound.models import PushAttempt

        for epoch in range(2, 30):
            PushAttempt(
                outbound_id=shop.ids["outbound_id"], kind="lookup", epoch=epoch, outcome="unknown", at=now()
            ).save()
    assert len(queries_of(browser, address)) == before


FILTERED = ("orders", "outbounds", "inbounds", "products", "listings", "stock", "locations")


@pytest.mark.parametrize("page", [page for page in LISTS if page.name in FILTERED], ids=str)
def test_a_script_gets_the_same_rows_without_the_frame(shop: Shop, page: Address) -> None:
    browser = shop.client(OWNER)
    whole = browser.get(page.of(shop)).content.decode()
    part = browser.get(page.of(shop), headers=SCRIPT)
    shown = part.content.decode()
    assert "<html" not in shown
    assert part["Vary"].count("HX-Request")
    token = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
    assert token.sub("", shown).strip() in token.sub("", whole)


def numbers(shown: str) -> list[str]:
    return re.findall(r'<a href="/orders/\d+/">(SN\d+)</a>', shown)


def test_paging_neither_repeats_nor_loses_an_order_while_orders_arrive(db: object) -> None:
    shop = open_shop(filled=3)
    shop.fill(117, begin=3)
    browser = shop.client(OWNER)
    first = browser.get("/orders/").content.decode()
    shop.fill(5, begin=120)
    seen, page = numbers(first), first
    while link := re.search(r'rel="next" href="([^"]+)"', page):
        page = browser.get(link[1].replace("&amp;", "&")).content.decode()
        seen += numbers(page)
    assert seen == [f"SN{i:05d}" for i in reversed(range(120))]
    back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert back is not None
    assert numbers(browser.get(back[1].replace("&amp;", "&")).content.decode()) == seen[50:100]


def test_a_cursor_of_somebodys_own_making_shows_the_first_page(shop: Shop) -> None:
    browser = shop.client(OWNER)
    keys: list[object] = [["n", "a"], ["n", 1, 2], ["q", 1], ["n", None], ["n", [1]], ["n", {}], ["n", 10**30], {}, 7]
    texts: list[object] = [["n", "\x00", 1], ["n", [], 1]]
    for address, made in [("/orders/", keys), ("/products/", texts)]:
        for key in made:
            cursor = base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")
            assert browser.get(address, {"cursor": cursor}).status_code == 200, key
    for cursor in ("x", "\x00", "é", "====", "a" * 5000):
        assert browser.get("/orders/", {"cursor": cursor}).status_code == 200, cursor


def test_orders_are_found_by_the_beginning_of_their_number(shop: Shop) -> None:
    shop.fill(12, begin=3)
    browser = shop.client(OWNER)
    assert numbers(browser.get("/orders/?q=SN0001").content.decode()) == [f"SN{i:05d}" for i in range(14, 9, -1)]
    assert numbers(browser.get("/orders/?q=N0001").content.decode()) == []
    assert numbers(browser.get("/orders/?q=%25").content.decode()) == []


def test_orders_are_found_and_shown_by_the_number_that_people_use(shop: Shop) -> None:
    named = [replace(store_order(f"8{n}", "M-0000"), number=f"#10{n}") for n in range(3)]
    shop.world.ingest(*named)
    shop.world.ingest(replace(store_order("80", "M-0000", version=5), number=""))
    browser = shop.client(OWNER)
    for asked, found in (("#101", ["#101"]), ("10", ["#102", "#101", "#100"]), ("81", ["#101"]), ("#8", [])):
        text = browser.get("/orders/", {"q": asked}).content.decode()
        assert re.findall(r">(#10\d)</a>", text) == found, asked
    with shop.world.scope():
        order = Order.objects.get(external_id="80")
    page = browser.get(f"/orders/{order.pk}/").content.decode()
    assert "<h1>#100</h1>" in page and ">80<" in page, "a sight that names no number takes none away"


def test_tabs_and_filters_narrow_the_list(shop: Shop) -> None:
    browser = shop.client(OWNER)
    assert numbers(browser.get("/orders/?status=unpaid").content.decode()) == ["SN00002"]
    assert numbers(browser.get("/orders/?problem=unmapped_sku").content.decode()) == ["SN00002"]
    assert numbers(browser.get("/orders/?problem=any").content.decode()) == ["SN00002", "SN00000"]
    assert numbers(browser.get("/orders/?why=not_enough_stock").content.decode()) == ["SN00000"]
    place = shop.world.warehouse_id
    assert numbers(browser.get(f"/orders/?warehouse={place}").content.decode()) == ["SN00001", "SN00000"]
    assert numbers(browser.get("/orders/?store=999999").content.decode()) == []
    assert numbers(browser.get("/orders/?store=abc&warehouse=-1").content.decode()) != []


def test_tab_counts_count_each_status(shop: Shop) -> None:
    shown = shop.client(OWNER).get("/orders/").content.decode()
    tabs = dict(re.findall(r">([A-Za-z ]+) <span class=\"count\">([\d,+]+)</span>", shown))
    assert {k: tabs[k] for k in ("All", "Unpaid", "Paid", "Ready to ship", "Shipped")} == {
        "All": "3",
        "Unpaid": "1",
        "Paid": "1",
        "Ready to ship": "1",
        "Shipped": "0",
    }


def test_running_work_is_asked_for_again_and_finished_work_is_not(shop: Shop) -> None:
    from salur.orders.models import SyncRun

    browser = shop.client(OWNER)
    address = f"/orders/reports/{shop.ids['run_id']}/"
    assert 'hx-trigger="every' in browser.get(address).content.decode()
    with shop.world.scope():
        SyncRun.objects.update(state="stopped")
    for page in (address, "/orders/reports/", "/"):
        assert "hx-trigger" not in browser.get(page).content.decode(), page


def test_failed_rows_come_as_a_file_that_no_spreadsheet_takes_for_formulas(shop: Shop) -> None:
    from salur.orders.models import SyncRunRow

    with shop.world.scope():
        SyncRunRow(run_id=shop.ids["run_id"], external_id="=1+1", outcome="failed", line=9, code="missing_value").save()
    answer = shop.client(OWNER).get(f"/orders/reports/{shop.ids['run_id']}/failed.csv")
    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert lines[0].split(",")[:3] == ["Order number", "Outcome", "Line"]
    assert lines[1].startswith('BAD0,0,quantity,bad_quantity,"“two” is not a number of pieces') or "BAD0" in lines[1]
    assert lines[-1].startswith("'=1+1,Failed,9,")
    assert len(lines) == 5


def test_figures_of_the_stock_list_open_the_movements_that_made_them(shop: Shop) -> None:
    browser = shop.client(OWNER)
    shop.world.add_stock("M-0001", 7)
    shown = browser.get("/stock/?q=M-0001").content.decode()
    link = re.search(r'href="(/stock/balances/\d+/\?figure=on_hand)"', shown)
    assert link is not None
    ledger = browser.get(link[1]).content.decode()
    assert "+7" in ledger and "+10" in ledger
    reserved = browser.get(link[1].replace("on_hand", "reserved")).content.decode()
    assert "+7" not in reserved and "+1" in reserved


def test_what_is_no_id_is_left_out() -> None:
    given = QueryDict("row=1&row=²&row=&row=-1&row=٣&row=9999999999999999999&row=7")
    assert row_ids(given, "row") == [1, 7]
    assert row_ids(given, "row", 1) == [1]


def test_a_filter_is_kept_under_a_name_for_oneself_or_for_all_and_removed(shop: Shop) -> None:
    mine, theirs = shop.client(OPERATOR), shop.client(VIEWER)
    where = "/orders/?status=ready&tag=gift&nonsense=1"
    assert "Keep this filter as" in mine.get(where).content.decode()
    form = {"query": "tag=gift&status=ready&nonsense=1", "next": where}
    kept = mine.post("/orders/filters/", {**form, "name": "Gifts"})
    assert (kept.status_code, kept["Location"]) == (302, "/orders/?status=ready&tag=gift")
    assert mine.post("/orders/filters/", {**form, "name": "Gifts of all", "shared": "on"}).status_code == 302
    assert theirs.post("/orders/filters/", {**form, "name": "Gifts"}).status_code == 302, "names of one's own"
    assert theirs.post("/orders/filters/", {**form, "name": "All", "shared": "on"}).status_code == 403
    again = mine.post("/orders/filters/", {**form, "name": " Gifts "}, follow=True).content.decode()
    assert "The filter is not kept" in again
    assert "The filter is not kept" in mine.post("/orders/filters/", {"name": "x"}, follow=True).content.decode()
    with shop.world.scope():
        rows = {(one.name, bool(one.owner)): one for one in SavedFilter.objects.order_by("pk")}
    assert set(rows) == {("Gifts", True), ("Gifts of all", False)}
    own = rows["Gifts", True]
    listed = theirs.get("/orders/").content.decode()
    assert listed.count("?status=ready&amp;tag=gift") == 2, "one's own and the shared one"
    remove = {"action": "remove", "next": "/orders/"}
    assert theirs.post("/orders/filters/", {**remove, "filter": rows["Gifts of all", False].pk}).status_code == 403
    assert mine.post("/orders/filters/", {**remove, "filter": own.pk}).status_code == 404, "another person's"
    assert theirs.post("/orders/filters/", {**remove, "filter": own.pk}).status_code == 302
    assert theirs.get("/orders/").content.decode().count("?status=ready&amp;tag=gift") == 1


def test_a_list_as_a_file_holds_no_formula_and_is_read_in_the_language_of_who_asked(shop: Shop) -> None:
    assert "".join(csv_text([["=1+1", -5, "a,b"]])) == '\ufeff\'=1+1,-5,"a,b"\r\n'
    with translation.override("en"):
        answer = shop.client(OWNER).get("/outbound/confirmations.csv", headers={"Accept-Language": "id"})
    with translation.override("en"):  # whoever sends the pieces has another request's language by then
        head = b"".join(answer).decode("utf-8-sig").splitlines()[0]
    assert head.startswith("Nomor pesanan,")
