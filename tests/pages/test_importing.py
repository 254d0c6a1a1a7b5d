"""Importing files in pages: what they hold is seen first, columns are told once, nothing is written before "Import"."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from salur.flows.imports import start_file_import
from salur.flows.previews import AT_ONCE
from salur.flows.runs import carry_on_run
from salur.orders.formats import template_csv
from salur.orders.models import ColumnMapping, Order, OrderUpload, SyncRun
from tests.harness.web import LiveWeb

from .addresses import OPERATOR, OWNER
from .reading import text_of
from .shop import MAPPED, Shop, open_shop
from .test_in_browser import OVERFLOW, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

HEADER = "order_id,recipient_name,address1,country,sku,quantity\r\n"
OTHER = (
    "No. Pesanan;Nama Penerima;Alamat;Kota;Kode Barang;Jumlah Barang;Tanggal;Status\r\n"
    "P-1;Siti;Jl. Sudirman 1;Jakarta;M-0000;2;25/05/2026 14:30;Dibayar\r\n"
    "P-2;Budi;Jl. Thamrin 2;Jakarta;M-0000;1;26/05/2026 09:00;Dikemas\r\n"
)
TARGETS = ("order_id", "recipient_name", "address1", "city", "sku", "quantity", "ordered_at", "status")
COLUMNS = {f"c{place}": target for place, target in enumerate(TARGETS)}


def send(shop: Shop, content: bytes | str, name: str = "orders.csv") -> Any:
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    file.name = name
    return shop.client(OPERATOR).post("/orders/import/", {"store": shop.ids["store_id"], "file": file})


def sent(shop: Shop, content: bytes | str, name: str = "orders.csv") -> str:
    """Upload; answers the address of its page."""
    answer = send(shop, content, name)
    assert answer.status_code == 302, text_of(answer)
    return str(answer["Location"])


def numbers(shop: Shop) -> set[str]:
    with shop.world.scope():
        return set(Order.objects.filter(source="file").values_list("external_id", flat=True))


def selected(shown: str) -> dict[str, str]:
    """Each select's chosen value."""
    found = {}
    for name, body in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', shown, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    return found


def test_a_file_is_seen_before_it_is_imported_and_then_imported_once(shop: Shop) -> None:
    browser = shop.client(OPERATOR)
    page = sent(shop, HEADER + "W1,Som,Road 1,TH,M-0000,2\r\nW2,Som,Road 1,XX,M-0000,1\r\n")
    shown = text_of(browser.get(page))
    assert "W1" in shown and "2 × " in shown
    assert "“XX” is not a country code" in shown
    assert numbers(shop) == set()
    first = browser.post(page, {"action": "import"})
    run_id = int(str(first["Location"]).split("/")[-2])
    second = browser.post(page, {"action": "import"})
    assert (first["Location"], second["Location"]) == (f"/orders/reports/{run_id}/", "/orders/reports/")
    carry_on_run(shop.world.merchant_id, run_id)
    assert numbers(shop) == {"W1"}
    with shop.world.scope():
        run = SyncRun.objects.get(pk=run_id)
    assert (run.file_name, run.created, run.failed) == ("orders.csv", 1, 1)


def test_cancelling_leaves_nothing(shop: Shop) -> None:
    page = sent(shop, HEADER + "W1,Som,Road 1,TH,M-0000,2\r\n")
    shop.client(OPERATOR).post(page, {"action": "drop"})
    assert shop.client(OPERATOR).get(page).status_code == 404
    assert numbers(shop) == set()


def test_a_file_that_runs_already_leads_to_its_run(shop: Shop) -> None:
    content = (HEADER + "W1,Som,Road 1,TH,M-0000,2\r\n").encode()
    page = sent(shop, content)
    with shop.world.scope():
        run = start_file_import(shop.world.store_id, "x.csv", io.BytesIO(content), trigger="api")
    answer = shop.client(OPERATOR).post(page, {"action": "import"})
    assert answer["Location"] == f"/orders/reports/{run.pk}/"


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00\x01", b"%PDF-1.4", b"Order ID,Number of Items,Order Total\n1,2,3\n"]
)
def test_a_file_of_which_nothing_can_be_read_is_told_at_its_field(shop: Shop, content: bytes) -> None:
    before = _uploads(shop)
    answer = send(shop, content)
    assert answer.status_code == 422
    assert re.search(r'<ul class="errors" id="id_file_error"><li>[^<]{20,}</li>', text_of(answer))
    assert _uploads(shop) == before


def _uploads(shop: Shop) -> int:
    with shop.world.scope():
        return OrderUpload.objects.count()


def test_columns_are_guessed_told_remembered_and_used_by_the_next_file(shop: Shop) -> None:
    browser = shop.client(OPERATOR)
    page = sent(shop, OTHER, "toko.csv")
    moved = browser.get(page)
    assert moved["Location"] == f"{page}columns/"
    shown = text_of(browser.get(moved["Location"]))
    guessed = selected(shown)
    assert {name: guessed[name] for name in COLUMNS} == COLUMNS
    assert guessed["dates"] == "dmy"
    assert "Jl. Sudirman 1" in shown
    lacking = browser.post(moved["Location"], {**COLUMNS, "c4": "", "name": "Toko", "dates": "dmy"})
    assert lacking.status_code == 422
    assert "No column is chosen for “SKU”" in text_of(lacking) and "for “Country”" in text_of(lacking)
    told = {**COLUMNS, "name": "Toko", "dates": "dmy", "country": "ID", "currency": "idr", "zone": "Asia/Jakarta"}
    assert browser.post(moved["Location"], told)["Location"] == page
    preview = text_of(browser.get(page))
    assert "Siti" in preview and "The status “Dikemas” is not known" in preview
    again = text_of(browser.get(moved["Location"]))
    assert '<label for="id_w0">Dikemas' in again
    browser.post(moved["Location"], {**told, "w0": "ready"})
    done = browser.post(page, {"action": "import"})
    carry_on_run(shop.world.merchant_id, int(done["Location"].split("/")[-2]))
    assert numbers(shop) == {"P-1", "P-2"}
    order = shop.world.order("P-1")
    assert (order.currency, order.country, order.ordered_at.isoformat()) == ("IDR", "ID", "2026-05-25T07:30:00+00:00")
    next_page = sent(shop, OTHER.replace("P-", "Q-"))
    assert "Q-1" in text_of(browser.get(next_page)), "no question is asked a second time"


def test_a_file_of_another_channel_than_the_store_is_warned_of(shop: Shop) -> None:
    from tests.orders.formats.files import shopify, table

    shown = text_of(shop.client(OPERATOR).get(sent(shop, table([shopify()]))))
    assert "“Shopify order export”, but Store is a store of Shopee" in shown
    assert "is a store of" not in text_of(shop.client(OPERATOR).get(sent(shop, template_csv())))


def test_a_wrong_encoding_is_changed_without_uploading_again(shop: Shop) -> None:
    browser = shop.client(OPERATOR)
    page = sent(shop, (HEADER + "W1,สมชาย,Road 1,TH,M-0000,2\r\n").encode("cp874"))
    assert "is not UTF-8 text" in text_of(browser.get(page))
    assert browser.post(page, {"action": "read", "encoding": "nonsense", "zone": ""}).status_code == 422
    browser.post(page, {"action": "read", "encoding": "cp874", "zone": "Asia/Bangkok"})
    assert "สมชาย" in text_of(browser.get(page))
    unknown = sent(shop, "Mã đơn;Người nhận;Địa chỉ;SKU;SL\r\n1;Lê;Hà Nội;T;1\r\n".encode("cp1258", "replace"))
    columns = f"{unknown}columns/"
    answer = browser.post(columns, {"encoding": "cp1258", "name": "x"})
    assert answer["Location"] == columns
    assert "Hà N" in text_of(browser.get(columns))


def test_remembered_columns_are_changed_and_forgotten(shop: Shop) -> None:
    browser = shop.client(OPERATOR)
    assert "Old files" in text_of(browser.get("/orders/import/columns/"))
    number = shop.ids["mapping_id"]
    address = f"/orders/import/columns/{number}/"
    now = selected(text_of(browser.get(address)))
    assert [now[f"c{place}"] for place in range(6)] == [*MAPPED.columns.values(), ""]
    wrong = browser.post(address, {**now, "name": "New files", "c5": "order_id"})
    assert wrong.status_code == 422
    assert "Two columns are chosen for “Order number”" in text_of(wrong)
    told = {**now, "name": "New files", "c5": "note", "country": "MY", "decimal": ","}
    assert browser.post(address, told).status_code == 302
    with shop.world.scope():
        row = ColumnMapping.objects.get()
    assert (row.pk, row.name, row.options) == (number, "New files", {"country": "MY", "decimal": ","})
    assert row.columns == {**MAPPED.columns, "Memo": "note"}
    browser.post("/orders/import/columns/", {"forget": str(number)})
    with shop.world.scope():
        assert not ColumnMapping.objects.exists()


def test_every_problem_can_be_downloaded_and_runs_no_formula(shop: Shop) -> None:
    page = sent(shop, HEADER + "=1+1,Som,Road 1,TH,M-0000,2\r\n" + "W2,Som,Road 1,TH,M-0000,two\r\n" * 60)
    browser = shop.client(OPERATOR)
    listed = b"".join(browser.get(f"{page}problems.csv")).decode("utf-8-sig").splitlines()
    assert len(listed) == 1 + 1 + 60
    assert listed[1].startswith("'=1+1,2,order_id,formula_cell,")
    shown = browser.get(page).content.decode()
    assert shown.count("not a number of pieces") < 60, "the page shows them in pages"
    assert 'rel="next"' in shown


def test_a_large_file_is_left_to_the_worker_and_the_page_does_not_wait(shop: Shop) -> None:
    rows = "".join(f"W{n},Som,{'Road ' * 20},TH,M-0000,2\r\n" for n in range(AT_ONCE // 100))
    page = sent(shop, HEADER + rows)
    shown = text_of(shop.client(OPERATOR).get(page))
    assert 'hx-trigger="every 2s"' in shown and "you may leave this page" in shown
    assert 'value="import"' not in shown
    early = shop.client(OPERATOR).post(page, {"action": "import"}, follow=True)
    assert "The file is not ready to import" in text_of(early)


def test_a_small_workbook_that_unpacks_to_a_long_table_is_left_to_the_worker(shop: Shop) -> None:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("orders")
    sheet.append(HEADER.strip().split(","))
    for number in range(12_000):
        sheet.append([f"W{number}", "Som", "Road 1", "TH", "M-0000", 1])
    content = io.BytesIO()
    book.save(content)
    assert len(content.getvalue()) < AT_ONCE
    shown = text_of(shop.client(OPERATOR).get(sent(shop, content.getvalue(), "orders.csv")))
    assert 'hx-trigger="every 2s"' in shown


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_is_imported_as_it_is(shop: Shop, kind: str) -> None:
    content = shop.client(OPERATOR).get(f"/orders/import/template.{kind}").content
    assert kind == "xlsx" or content.decode() == template_csv()
    shown = text_of(shop.client(OPERATOR).get(sent(shop, content, f"orders.{kind}")))
    assert "A-1001" in shown and "Import 1 order" in shown


def test_a_merchants_file_and_columns_are_nobody_elses(shop: Shop) -> None:
    page = sent(shop, OTHER)
    stranger = open_shop().client(OWNER)
    for address in (
        page,
        f"{page}columns/",
        f"{page}problems.csv",
        f"/orders/import/columns/{shop.ids['mapping_id']}/",
    ):
        assert stranger.get(address).status_code == 404, address
    stranger.post(page, {"action": "drop"})
    stranger.post("/orders/import/columns/", {"forget": str(shop.ids["mapping_id"])})
    assert shop.client(OPERATOR).get(f"{page}columns/").status_code == 200
    with shop.world.scope():
        assert ColumnMapping.objects.filter(pk=shop.ids["mapping_id"]).exists()


def test_an_unknown_file_is_imported_in_the_browser(live_web: LiveWeb, page: Page) -> None:
    shop = open_shop()
    sign_in(page, live_web.url, shop)
    page.goto(f"{live_web.url}/orders/import/")
    page.locator("#id_store").select_option(str(shop.ids["store_id"]))
    page.locator("#id_file").set_input_files({"name": "toko.csv", "mimeType": "text/csv", "buffer": OTHER.encode()})
    page.get_by_role("button", name="Upload and look at it").click()
    page.wait_for_url(re.compile("/columns/$"))
    expect(page.get_by_label("Kode Barang")).to_have_value("sku")
    page.get_by_label("Country").select_option("ID")
    page.get_by_role("button", name="Remember and look at the orders").click()
    page.wait_for_url(re.compile(r"/orders/import/\d+/$"))
    expect(page.get_by_text("Siti")).to_be_visible()
    page.get_by_role("link", name="Say what the words of the status column mean").click()
    page.get_by_label("Dikemas").select_option("paid")
    page.get_by_role("button", name="Remember and look at the orders").click()
    page.wait_for_url(re.compile(r"/orders/import/\d+/$"))
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(OVERFLOW) == 0, width
    page.get_by_role("button", name="Import 2 orders").click()
    page.wait_for_url(re.compile(r"/orders/reports/\d+/$"))
    run_id = int(page.url.split("/")[-2])
    carry_on_run(shop.world.merchant_id, run_id)
    assert numbers(shop) == {"P-1", "P-2"}
