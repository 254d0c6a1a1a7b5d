"""The stock list: sums that open, filters, orders, files, and every figure explained (R48 to R50, R133)."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.utils import timezone, translation
from playwright.sync_api import expect

from salur.catalog.models import MasterProduct, WarehouseProduct
from salur.flows.products import add_to_warehouse
from salur.foundation.clock import now
from salur.locations.binding import bind
from salur.locations.editing import create_location
from salur.outbound.models import Outbound
from salur.stock.alerts import change_settings, set_levels
from salur.stock.ledger import Entry, balance_ids, post
from salur.stock.models import Balance, Movement, MovementCause, StockSyncLine, StockSyncRun, Warehouse
from salur.stock.queries import alerts
from salur.tenancy.models import AuditEntry, Merchant
from tests.harness.web import LiveWeb

from .addresses import OPERATOR, OWNER, VIEWER
from .reading import main_of
from .shop import Shop, open_shop
from .test_in_browser import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page


def own_warehouse(shop: Shop, **pieces: int) -> int:
    """A warehouse of the merchant's own with some pieces."""
    with shop.world.scope():
        place = Warehouse.objects.create(code="OWN", name="Annex", country="TH", created_at=now())
        pairs = [(place.pk, shop.world.products[msku.replace("_", "-")]) for msku in pieces]
        ids = balance_ids(pairs)
        for number, (pair, count) in enumerate(zip(pairs, pieces.values(), strict=True)):
            post([Entry(ids[pair], MovementCause.ADJUST, 900_000 + number, d_on_hand=count)])
        return place.pk


def rows_of_file(answer: Any) -> list[dict[str, str]]:
    content = b"".join(answer).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def mskus(shown: str) -> list[str]:
    return re.findall(r'<a href="/products/\d+/">(M-\d{4})</a>', shown)


def test_a_product_in_two_warehouses_is_one_row_with_sums_that_opens_to_them(shop: Shop) -> None:
    own_warehouse(shop, M_0001=7)
    product = shop.world.products["M-0001"]
    folded = main_of(shop.client(VIEWER).get("/stock/"))
    assert "2 warehouses" in folded
    assert "Annex</a>" not in folded
    assert f"open={product}" in folded
    opened = main_of(shop.client(VIEWER).get(f"/stock/?open={product}"))
    assert "Annex</a>" in opened
    sums = re.search(r"2 warehouses.*?</tr>", opened, re.DOTALL)
    assert sums is not None
    figures = re.findall(r'data-label="([^"]+)">(?:<div>)?(?:<strong>)?([\d,]+|–)', sums[0])
    assert dict(figures)["On hand"] == "17"


def test_one_warehouses_list_is_ordered_and_pages_both_ways(db: object) -> None:
    shop = open_shop(filled=3)
    shop.fill(60, begin=3)
    place, browser = shop.world.warehouse_id, shop.client(VIEWER)
    for sort, wanted in (("", 1), ("-msku", -1)):
        first = main_of(browser.get(f"/stock/?warehouse={place}&sort={sort}"))
        following = re.search(r'rel="next" href="([^"]+)"', first)
        assert following is not None
        second = main_of(browser.get(following[1].replace("&amp;", "&")))
        every = mskus(first) + mskus(second)
        assert every == sorted(every)[::wanted]
        assert len(every) == 63
        back = re.search(r'rel="prev" href="([^"]+)"', second)
        assert back is not None
        assert mskus(main_of(browser.get(back[1].replace("&amp;", "&")))) == mskus(first)
    fewest = main_of(browser.get(f"/stock/?warehouse={place}&sort=free"))
    most = main_of(browser.get(f"/stock/?warehouse={place}&sort=-free"))
    assert set(mskus(fewest)[:10]) < {f"M-{i:04d}" for i in range(0, 63, 2)}, "every second product has none"
    assert "M-0003" in mskus(most)


@pytest.mark.parametrize("everywhere", [True, False])
def test_filters_show_what_is_out_low_disputed_or_coming(shop: Shop, everywhere: bool) -> None:
    with shop.world.scope():
        change_settings(low_at=3, cover_weeks=4)
        rows = {row.msku: row.pk for row in Balance.objects.all()}
        set_levels([rows["M-0001"]], 500)
        reserved = Balance.objects.get(pk=rows["M-0001"]).reserved
        assert reserved > 0
        Balance.objects.filter(pk=rows["M-0001"]).update(disputed=1)
    place = "" if everywhere else f"&warehouse={shop.world.warehouse_id}"
    browser = shop.client(VIEWER)

    def found(show: str) -> set[str]:
        return set(mskus(main_of(browser.get(f"/stock/?show={show}{place}"))))

    assert found("out") == ({"M-0000"} if everywhere else {"M-0000", "M-0002"}), "the hall has some of M-0002"
    assert found("low") == {"M-0000", "M-0001", "M-0002"}
    assert found("disputed") == {"M-0001"}
    assert found("incoming") == set()
    assert "Low stock" in main_of(browser.get("/"))


def test_the_file_holds_exactly_what_the_filter_shows(shop: Shop) -> None:
    annex = own_warehouse(shop, M_0001=7)
    with shop.world.scope():
        MasterProduct.objects.filter(msku="M-0001").update(name="=1+1")
        bind(annex, shop.world.products["M-0001"], [create_location(annex, number).pk for number in ("A-2", "A-1")])
    browser = shop.client(VIEWER)
    everything = rows_of_file(browser.get("/stock/list.csv"))
    assert [(row["MSKU"], row["Warehouse"]) for row in everything] == [
        ("M-0000", "TH01 + C1"),
        ("M-0001", "Annex"),
        ("M-0001", "TH01 + C1"),
        ("M-0002", "Back room"),
        ("M-0002", "Own hall"),
        ("M-0002", "TH01 + C1"),
    ]
    assert everything[1]["Name"] == "'=1+1"
    assert [row["Location"] for row in everything[:3]] == ["A-01", "A-1, A-2", ""]
    assert [row["MSKU"] for row in rows_of_file(browser.get("/stock/list.csv?show=out"))] == ["M-0000"]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(browser.get("/stock/list.xlsx?q=M-0001"))))
    values = list(book.worksheets[0].values)
    assert [row[0] for row in values] == ["MSKU", "M-0001", "M-0001"]
    assert values[1][5] == 7, "figures are numbers"


def test_an_msku_that_changes_changes_in_the_list_as_well(shop: Shop) -> None:
    with shop.world.scope():
        MasterProduct.objects.filter(msku="M-0001").update(msku="A-FIRST")
        assert Balance.objects.filter(msku="A-FIRST").count() == 1


# -- every figure explains itself -----------------------------------------------------------------------------------


def balance_of(shop: Shop, msku: str) -> Balance:
    with shop.world.scope():
        return Balance.objects.get(msku=msku, warehouse_id=shop.world.warehouse_id)


def test_reserved_opens_the_lists_that_hold_it(shop: Shop) -> None:
    balance = balance_of(shop, "M-0001")
    assert balance.reserved == 1
    shown = main_of(shop.client(VIEWER).get(f"/stock/balances/{balance.pk}/?figure=reserved"))
    held = re.search(r"Reserved now by.*?</section>", shown, re.DOTALL)
    assert held is not None
    assert "SN00001" in held[0]
    assert shop.world.the_list("SN00001").reference in held[0]
    with shop.world.scope():
        elsewhere = Outbound.objects.get(pk=shop.ids["own_list_id"])
    assert elsewhere.reference not in held[0], "it holds pieces of another warehouse"


def test_disputed_opens_the_sync_that_found_it(shop: Shop) -> None:
    balance = balance_of(shop, "M-0001")
    with shop.world.scope():
        run = StockSyncRun.objects.create(
            warehouse_id=shop.world.warehouse_id, trigger="daily", started_at=now(), finished_at=now()
        )
        StockSyncLine.objects.create(
            run=run,
            sku="M-0001",
            before=10,
            partner_sellable=0,
            partner_allocated=0,
            after=1,
            reason="disputed",
            evidence={"missing": 1, "reserved": 1},
        )
        post([Entry(balance.pk, MovementCause.COUNT, run.pk, d_on_hand=-9, d_disputed=1)])
    shown = main_of(shop.client(VIEWER).get(f"/stock/balances/{balance.pk}/?figure=disputed"))
    assert "Missing for orders: 1." in shown
    assert f"/stock/syncs/{run.pk}/" in shown


def test_the_ledger_tells_the_figure_after_each_movement_and_is_filtered_by_cause_and_day(shop: Shop) -> None:
    place = own_warehouse(shop, M_0001=7)
    with shop.world.scope():
        balance = Balance.objects.get(warehouse_id=place)
        for number, change in enumerate((3, -4, 20), start=1):
            post([Entry(balance.pk, MovementCause.RECEIVE, number, d_on_hand=change)])
    browser, address = shop.client(VIEWER), f"/stock/balances/{balance.pk}/movements.csv"
    told = [(row["Cause"], row["On hand"], row["On hand after"]) for row in rows_of_file(browser.get(address))]
    assert told == [
        ("Received", "20", "26"),
        ("Received", "-4", "6"),
        ("Received", "3", "10"),
        ("Adjusted by hand", "7", "7"),
    ]
    by_cause = rows_of_file(browser.get(f"{address}?cause=adjust"))
    assert [(row["On hand"], row["On hand after"]) for row in by_cause] == [("7", "7")]
    assert rows_of_file(browser.get(f"{address}?since=2100-01-01")) == []
    assert len(rows_of_file(browser.get(f"{address}?since=2000-01-01&until=2100-01-01"))) == 4
    assert "On hand then" in main_of(browser.get(f"/stock/balances/{balance.pk}/?cause=receive&since=nonsense"))


def test_a_file_of_stock_speaks_the_language_and_the_clock_of_who_asked(shop: Shop) -> None:
    with shop.world.scope():
        balance = Balance.objects.filter(on_hand__gt=0).order_by("pk")[0]
        first = Movement.objects.filter(balance=balance).order_by("-pk")[0].at
        home = ZoneInfo(Merchant.objects.get(pk=shop.world.merchant_id).time_zone)
    browser = shop.client(VIEWER)
    with translation.override("en"):
        answers = [
            browser.get(address, headers={"Accept-Language": "id"})
            for address in (f"/stock/balances/{balance.pk}/movements.csv", "/stock/list.csv")
        ]
    with translation.override("en"), timezone.override(UTC):  # whoever sends the pieces serves another by then
        moved, listed = (b"".join(a).decode("utf-8-sig").splitlines() for a in answers)
    assert moved[0].startswith("Waktu,")
    assert listed[0].startswith("MSKU,Nama,")
    assert moved[1].startswith(f"{first.astimezone(home):%Y-%m-%d %H:%M:%S},")


# -- by hand --------------------------------------------------------------------------------------------------------


def adjust(shop: Shop, figures: dict[tuple[int, int], tuple[str, str]], reason: str = "counted") -> Any:
    """Post the form: figure typed and figure seen, by (warehouse, product)."""
    sent: dict[str, Any] = {"row": [f"{w}:{p}" for w, p in figures], "reason": reason, "note": "shelf 4"}
    for (place, product), (typed, seen) in figures.items():
        sent |= {f"figure-{place}:{product}": typed, f"seen-{place}:{product}": seen}
    return shop.client(OPERATOR).post("/stock/adjust/", sent, follow=True)


def test_figures_of_an_own_warehouse_are_set_together_with_reason_note_and_audit(shop: Shop) -> None:
    place = own_warehouse(shop, M_0000=1, M_0001=7)
    products = shop.world.products
    pairs = {(place, products["M-0000"]): ("4", "1"), (place, products["M-0001"]): ("5", "7")}
    answer = adjust(shop, pairs, "damaged")
    assert "2 figures were changed." in answer.content.decode()
    with shop.world.scope():
        moved = Movement.objects.filter(balance__warehouse_id=place, reason="damaged").order_by("balance__msku")
        assert [(m.d_on_hand, m.note) for m in moved] == [(3, "shelf 4"), (-2, "shelf 4")]
        entry = AuditEntry.objects.get(action="stock.adjusted")
    assert entry.detail["reason"] == "damaged"
    assert entry.actor.startswith("user:")


@pytest.mark.parametrize(
    ("typed", "seen", "reason", "told"),
    [
        ("-3", "7", "counted", "A whole number from 0 on."),
        ("3", "7", "", "Choose a reason."),
        ("3", "6", "counted", "When you looked, 6 pieces"),
    ],
)
def test_a_figure_that_cannot_be_taken_changes_nothing(
    shop: Shop, typed: str, seen: str, reason: str, told: str
) -> None:
    place, product = own_warehouse(shop, M_0001=7), shop.world.products["M-0001"]
    answer = adjust(shop, {(place, product): (typed, seen)}, reason)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    with shop.world.scope():
        assert Balance.objects.get(warehouse_id=place).on_hand == 7


def test_a_partners_warehouse_is_not_set_by_hand_and_the_page_says_what_to_do(shop: Shop) -> None:
    place, product = shop.world.warehouse_id, shop.world.products["M-0001"]
    shown = main_of(shop.client(OPERATOR).get(f"/stock/adjust/?row={place}:{product}"))
    assert "Synchronise the stock instead." in shown
    answer = adjust(shop, {(place, product): ("3", "10")})
    assert answer.status_code == 422
    assert balance_of(shop, "M-0001").on_hand == 10


def test_a_product_ticked_over_all_warehouses_means_each_of_its_rows(shop: Shop) -> None:
    place, product = own_warehouse(shop, M_0001=7), shop.world.products["M-0001"]
    browser = shop.client(OPERATOR)
    answer = browser.post("/stock/act/", {"action": "level", "row": f"0:{product}"})
    rows = [f"{shop.world.warehouse_id}:{product}", f"{place}:{product}"]
    assert re.findall(r"row=(\d+)%3A(\d+)", answer.headers["Location"]) == [tuple(row.split(":")) for row in rows]
    browser.post("/stock/levels/", {"row": rows, "how": "own", "level": "50"})
    with shop.world.scope():
        assert list(Balance.objects.filter(product_id=product).values_list("low_at", "low")) == [(50, True)] * 2
    browser.post("/stock/levels/", {"row": rows[:1], "how": "default"})
    with shop.world.scope():
        assert Balance.objects.filter(product_id=product, low=True).count() == 1


def test_products_are_added_to_another_warehouse_from_the_list(shop: Shop) -> None:
    with shop.world.scope():
        place = Warehouse.objects.create(
            account_id=shop.world.account_id, code="TH02", name="TH02", country="TH", created_at=now()
        )
    row = f"{shop.world.warehouse_id}:{shop.world.products['M-0001']}"
    shop.client(OPERATOR).post("/stock/add-chosen/", {"row": row, "warehouse": str(place.pk)})
    with shop.world.scope():
        assert WarehouseProduct.objects.get(warehouse=place).product.msku == "M-0001"
        assert Balance.objects.filter(warehouse=place).count() == 1
        add_to_warehouse([shop.world.products["M-0001"]], place.pk)
        assert Balance.objects.filter(warehouse=place).count() == 1


def test_archived_products_stand_in_the_list_only_with_pieces_or_when_they_are_asked_for(shop: Shop) -> None:
    place, browser = own_warehouse(shop, M_0001=7), shop.client(VIEWER)
    with shop.world.scope():
        change_settings(low_at=5, cover_weeks=4)
        low = alerts().low
        MasterProduct.objects.filter(msku__in=["M-0000", "M-0001"]).update(archived_at=now())
        assert alerts().low == low - 1, "nobody is to order more of what is archived"
    everything = mskus(main_of(browser.get("/stock/")))
    assert "M-0001" in everything and "M-0000" not in everything
    assert mskus(main_of(browser.get(f"/stock/?warehouse={place}"))) == ["M-0001"]
    assert "M-0000" not in mskus(main_of(browser.get(f"/stock/?warehouse={shop.world.warehouse_id}")))
    assert set(mskus(main_of(browser.get("/stock/?show=archived")))) == {"M-0000", "M-0001"}
    assert {row["MSKU"] for row in rows_of_file(browser.get("/stock/list.csv?show=archived"))} == {"M-0000", "M-0001"}


def test_a_product_is_added_without_a_shelf_to_the_warehouse_of_the_list(shop: Shop) -> None:
    place, browser = own_warehouse(shop), shop.client(OPERATOR)
    asked = browser.get(f"/stock/?warehouse={place}", headers={"HX-Request": "true"}).content.decode()
    for name in ("add", "update"):
        assert f'href="/stock/{name}/?warehouse={place}"' in asked, "also where a script changed the filter only"
    assert f'<option value="{place}" selected>' in main_of(browser.get(f"/stock/add/?warehouse={place}"))
    sent = {"warehouse": place, "product": shop.world.products["M-0001"]}
    told = main_of(browser.post("/stock/add/", sent, follow=True))
    assert "1 product stands in the stock list of Annex." in told
    assert "push status stands" not in told


def test_only_an_owner_sets_the_default_level(shop: Shop) -> None:
    sent = {"low_at": "4", "cover_weeks": "2"}
    assert shop.client(OPERATOR).post("/stock/settings/", sent).status_code == 403
    assert shop.client(OWNER).post("/stock/settings/", {"low_at": "-1", "cover_weeks": "99"}).status_code == 422
    assert shop.client(OWNER).post("/stock/settings/", sent).status_code == 302
    assert balance_of(shop, "M-0000").low_at == 4


def test_in_a_browser_the_sums_come_by_themselves_and_a_ticked_row_is_adjusted(live_web: LiveWeb, page: Page) -> None:
    shop = open_shop()
    place = own_warehouse(shop, M_0000=4, M_0001=7)
    sign_in(page, live_web.url, shop)
    page.goto(f"{live_web.url}/stock/?warehouse={place}")
    page.locator(".totals .tile", has_text="On hand").get_by_text("11").wait_for()
    page.get_by_label("Choose M-0001").check()
    page.get_by_role("button", name="Adjust stock").click()
    page.get_by_label("New figure of M-0001").fill("5")
    page.get_by_label("Reason").select_option("lost")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("1 figure was changed.").wait_for()
    expect(page).to_have_url(f"{live_web.url}/stock/?warehouse={place}")  # back where the list was
    page.get_by_role("link", name="5", exact=True).first.click()
    page.locator("td", has_text="Adjusted by hand").get_by_text("Lost").wait_for()
