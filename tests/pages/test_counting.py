"""Counting, transferring and receiving returns as people do it: scan, type, upload, and what they are told."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from salur.catalog.models import WarehouseProduct
from salur.foundation.clock import now
from salur.locations.binding import WantedPair, bind_lines
from salur.locations.editing import WantedLocation, create_locations
from salur.stock.ledger import Entry, balance_ids, post
from salur.stock.models import Balance, MovementCause, Warehouse
from salur.stocktakes.models import StocktakeLine
from salur.transfers.models import Transfer
from tests.harness.web import LiveWeb
from tests.returns.test_returns import leave

from .addresses import OPERATOR, OWNER, VIEWER
from .reading import main_of
from .shop import Shop
from .test_in_browser import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page


@dataclass
class Hall:
    """An own hall: 10 M-0000 at A-1 and B-1, 10 M-0001 nowhere."""

    shop: Shop
    place: int

    def on_hand(self, msku: str) -> int:
        with self.shop.world.scope():
            return Balance.objects.get(warehouse_id=self.place, product__msku=msku).on_hand

    def start(self, **more: Any) -> str:
        """A count's address."""
        sent = {"warehouse": self.place, **more}
        answer = self.shop.client(OPERATOR).post("/stock/counts/new/", sent)
        assert answer.status_code == 302, main_of(answer)
        return str(answer["Location"])

    def lines(self) -> dict[tuple[str, str], StocktakeLine]:
        with self.shop.world.scope():
            rows = StocktakeLine.objects.filter(warehouse_id=self.place, open=True).select_related("product")
            return {(row.product.msku, row.location_number): row for row in rows}


@pytest.fixture
def hall(shop: Shop) -> Hall:
    with shop.world.scope():
        place = Warehouse(code="OWN", name="Own hall two", country="TH", created_at=now())
        place.save()
        for number, msku in enumerate(("M-0000", "M-0001")):
            product = shop.world.products[msku]
            WarehouseProduct(product_id=product, warehouse=place).save()
            balance = balance_ids([(place.pk, product)])[place.pk, product]
            post([Entry(balance, MovementCause.ADJUST, 2 * 10**9 + number, d_on_hand=10)])
        create_locations(place.pk, [WantedLocation(1, "A-1"), WantedLocation(2, "B-1")])
        bind_lines(place.pk, [WantedPair(1, "A-1", "M-0000"), WantedPair(2, "B-1", "M-0000")])
    return Hall(shop, place.pk)


def test_a_count_with_a_scanner_never_leaves_the_keyboard(hall: Hall, page: Page, live_web: LiveWeb) -> None:
    address = hall.start(mskus="M-0000", blind="on")
    sign_in(page, live_web.url, hall.shop)
    page.goto(live_web.url + address)
    for place, pieces in (("a-1", "4"), ("B-1", "5")):
        for typed in (place, "M-0000", pieces):
            page.keyboard.type(typed)
            with page.expect_navigation():
                page.keyboard.press("Enter")
        expect(page.locator("body")).to_contain_text(f"M-0000, {place.upper()}: {pieces}")
    expect(page.locator("main")).not_to_contain_text("Differences")  # a blind count shows none while people count
    page.get_by_role("button", name="End counting").click()
    page.get_by_role("heading", name="Differences").wait_for()
    expect(page.locator("main")).to_contain_text("−1")
    page.get_by_role("button", name="Enter the differences").click()
    page.get_by_text("Entered. 1 figure changed.").wait_for()
    assert hall.on_hand("M-0000") == 9


def test_a_code_that_is_not_on_the_sheet_is_said_and_can_be_added(hall: Hall) -> None:
    address, browser = hall.start(mskus="M-0000"), hall.shop.client(OPERATOR)
    shown = main_of(browser.get(f"{address}?scan=M-0001"))
    assert "M-0001 is not on this sheet." in shown
    browser.post(f"{address}act/", {"action": "add", "msku": "M-0001"})
    assert ("M-0001", "") in hall.lines()
    choose = main_of(browser.get(f"{address}?scan=M-0000"))
    assert "It lies at several locations." in choose


def test_the_second_person_at_a_line_is_told_of_the_first(hall: Hall) -> None:
    address, browser = hall.start(), hall.shop.client(OPERATOR)
    line = hall.lines()["M-0001", ""]
    sent = {"action": "enter", "line": line.pk, "seen": 0, "counted": "9"}
    browser.post(f"{address}act/", sent)
    told = hall.shop.client(OWNER).post(f"{address}act/", {**sent, "counted": "7"}, follow=True).content.decode()
    assert "Somebody counted this line meanwhile" in told
    assert hall.lines()["M-0001", ""].counted == 9


def test_a_filled_in_sheet_is_downloaded_and_uploaded(hall: Hall) -> None:
    address, browser = hall.start(), hall.shop.client(OPERATOR)
    sheet = browser.get(f"{address}sheet.csv").content.decode("utf-8-sig").splitlines()
    assert sheet[0] == "location,msku,barcode,product_name,expected,counted"
    assert [row.split(",")[:2] for row in sheet[1:]] == [["A-1", "M-0000"], ["B-1", "M-0000"], ["", "M-0001"]]
    filled = "\n".join([sheet[0], sheet[1] + "6", sheet[2], sheet[3] + "ten"])
    shown = main_of(browser.post(f"{address}upload/", {"lines": filled}))
    assert "“ten” is not a whole number of pieces." in shown
    counted = {key: line.counted for key, line in hall.lines().items()}
    assert counted == {("M-0000", "A-1"): 6, ("M-0000", "B-1"): None, ("M-0001", ""): None}
    answer = browser.get(f"{address}sheet.pdf")
    assert answer["Content-Type"] == "application/pdf"
    printed = PdfReader(io.BytesIO(answer.content), strict=True).pages[0].extract_text()
    assert printed.index("A-1") < printed.index("B-1")
    assert ("________" in printed, "On hand" in printed) == (True, True)
    assert browser.get(f"{address}sheet.doc").status_code == 404


def test_a_blind_sheet_tells_no_figure_and_names_its_columns_on_each_page(hall: Hall) -> None:
    browser = hall.shop.client(OPERATOR)
    address = hall.start(blind="on")
    with hall.shop.world.scope():
        known = StocktakeLine.objects.get(warehouse_id=hall.place, open=True, location_number="A-1")
        StocktakeLine.objects.bulk_create(
            StocktakeLine(
                merchant_id=known.merchant_id,
                stocktake_id=known.stocktake_id,
                warehouse_id=hall.place,
                product_id=known.product_id,
                location_number=f"Z-{i:03d}",
                walk=f"Z-{i:03d}",
            )
            for i in range(60)
        )
    pages = PdfReader(io.BytesIO(browser.get(f"{address}sheet.pdf").content), strict=True).pages
    texts = [page.extract_text() for page in pages]
    assert len(texts) > 1
    assert all("Counted" in text and "On hand" not in text for text in texts)
    assert sum(text.count("Z-0") for text in texts) == 60


def test_partners_warehouses_are_not_offered_and_why(hall: Hall) -> None:
    shown = main_of(hall.shop.client(OPERATOR).get("/stock/counts/new/"))
    options = shown.split("<select", 1)[1].split("</select>")[0]
    assert ("Own hall two" in options, "TH01 + C1" in options) == (True, False)
    assert "their figures are the partner’s to say" in shown


def test_a_transfer_is_drafted_sent_and_settled_on_its_pages(hall: Hall) -> None:
    browser, partner = hall.shop.client(OPERATOR), hall.shop.world.warehouse_id
    sent = {"source": hall.place, "target": partner, "lines": "M-0000, 3\nM-0000, 2\nNOPE, 1"}
    shown = main_of(browser.post("/stock/transfers/new/", sent))
    assert "stands in line 1 already." in shown
    assert "Line 3:" in shown
    made = browser.post("/stock/transfers/new/", {**sent, "lines": "M-0000, 3"})
    address = made["Location"]
    told = browser.post(f"{address}act/", {"action": "send"}, follow=True).content.decode()
    assert "They have left the stock of Own hall two." in told
    assert hall.on_hand("M-0000") == 7
    ledger = main_of(browser.get(balance_page(hall)))
    assert f'<a href="{address}">' in ledger
    browser.post(f"{address}act/", {"action": "call_off"})
    with hall.shop.world.scope():
        line = Transfer.objects.get(source_id=hall.place)
        assert line.state == "short"
    form = main_of(browser.get(address))
    field = re.search(r'name="(back_\d+)"', form)
    assert field is not None
    wrong = browser.post(f"{address}act/", {"action": "settle", field[1]: "x"}, follow=True).content.decode()
    assert "The pieces do not add up" in wrong
    browser.post(f"{address}act/", {"action": "settle", field[1]: "3"})
    assert hall.on_hand("M-0000") == 10


def balance_page(hall: Hall) -> str:
    with hall.shop.world.scope():
        row = Balance.objects.get(warehouse_id=hall.place, product__msku="M-0000")
        return f"/stock/balances/{row.pk}/"


def test_a_return_is_expected_scanned_and_received(hall: Hall) -> None:
    shop, browser = hall.shop, hall.shop.client(OPERATOR)
    with shop.world.scope():
        from salur.outbound.models import Outbound

        row = Outbound.objects.filter(order__external_id="SN00001").get()
    leave(shop.world, "SN00001")
    sent = {"numbers": "SN00001\nNOBODY", "warehouse": hall.place, "reason": "buyer"}
    shown = browser.post("/returns/new/", sent)
    assert "No outbound list has this order number" in main_of(shown)
    assert "1 return is expected." in shown.content.decode()
    page = browser.get("/returns/?q=SN00001")
    assert page.status_code == 302, "a scanned number that means one return opens it"
    address = page["Location"]
    for seen in (f"/outbound/{row.pk}/", f"/orders/{row.order_id}/"):
        assert f'href="{address}"' in main_of(shop.client(VIEWER).get(seen))
    told = browser.post(address, {"action": "all"}, follow=True).content.decode()
    assert "1 piece is in stock again." in told
    assert hall.on_hand("M-0001") == 11
