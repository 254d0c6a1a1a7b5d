"""Goods announced on the pages: singly, as text, by spreadsheet; errors by line; buttons of a list (R60 to R71)."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from salur.foundation.clock import now
from salur.inbound.models import InboundLine, InboundList, InboundReceipt
from salur.integrations.models import WarehouseAccount
from salur.stock.models import Balance, Warehouse

from .addresses import OPERATOR
from .shop import Shop

Sent = dict[str, Any]


@pytest.fixture
def browser(shop: Shop) -> Client:
    """An operator's."""
    return shop.client(OPERATOR)


def new(shop: Shop) -> str:
    return f"/inbound/new/?warehouse={shop.world.warehouse_id}"


def stored(shop: Shop, inbound_id: int) -> list[tuple[str, int, str, str, str]]:
    """(MSKU, quantity, cost, batch, expiry) of each line."""
    with shop.world.scope():
        return [
            (one.product.msku, one.quantity, f"{one.unit_cost or ''}", one.batch, f"{one.expires_on or ''}")
            for one in InboundLine.objects.filter(inbound_id=inbound_id).select_related("product").order_by("pk")
        ]


def count(shop: Shop) -> int:
    with shop.world.scope():
        return InboundList.objects.count()


def id_of(answer: Any) -> int:
    found = re.search(r"/inbound/(\d+)/$", answer.headers.get("Location", ""))
    assert found is not None, (answer.status_code, answer.content.decode()[:3000])
    return int(found[1])


def row(shop: Shop, inbound_id: int) -> InboundList:
    with shop.world.scope():
        return InboundList.objects.get(pk=inbound_id)


def errors(shown: str) -> list[str]:
    """What the box's errors begin with."""
    listed = re.search(r'id="id_lines_error"[^>]*>(.*?)</ul>', shown, re.DOTALL)
    return re.findall(r"<li>(Line \d+: [^.]+)", listed[1]) if listed else []


def typed(*rows: tuple[str, str, str, str, str]) -> Sent:
    names = ("sku", "quantity", "unit_cost", "batch", "expires_on")
    return {name: [one[place] for one in rows] for place, name in enumerate(names)}


def own_warehouse(shop: Shop) -> int:
    with shop.world.scope():
        place = Warehouse(account=None, code="HOME", name="Home", country="TH", created_at=now())
        place.save()
        return place.pk


# -- making ---------------------------------------------------------------------------------------------------------


def test_products_are_added_singly_and_the_list_is_submitted(shop: Shop, browser: Client) -> None:
    page = browser.get(new(shop)).content.decode()
    assert "M-0001" in page
    first = browser.post(new(shop), {"action": "add:M-0001"}).content.decode()
    assert 'name="sku" id="id_sku_1" value="M-0001"' in first
    sent = typed(("M-0001", "12", "18.5", "L1", "2099-01-31"), ("M-0000", "3", "", "", ""), ("", "", "", "", ""))
    answer = browser.post(new(shop), sent | {"action": "submit", "carrier": "Truck", "expected_on": "2098-12-01"})
    made = id_of(answer)
    assert stored(shop, made) == [("M-0001", 12, "18.5000", "L1", "2099-01-31"), ("M-0000", 3, "", "", "")]
    kept = row(shop, made)
    assert (kept.push, kept.carrier, f"{kept.expected_on}", kept.currency) == ("ready", "Truck", "2098-12-01", "THB")
    assert kept.created_by == f"user:{shop.people[OPERATOR].pk}"


def test_wrong_lines_are_told_by_line_and_what_was_typed_is_kept(shop: Shop, browser: Client) -> None:
    before = count(shop)
    box = 'M-0001, 4, , A\r\n\r\nNOBODY, 3\r\nM-0001, 2, , A\r\n"M-0000, 1\r\nM-0002, 1, 2, 3, 2099-01-01, 6'
    sent = typed(("M-0000", "-4", "x", "", "2001-01-01")) | {"lines": box, "note": "keep <me>", "action": "submit"}
    answer = browser.post(new(shop), sent)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert count(shop) == before
    for field in ("quantity", "unit_cost", "expires_on"):
        assert f'aria-describedby="id_{field}_1_error"' in shown, field
    assert errors(shown) == [
        "Line 3: There is no master product with the MSKU NOBODY",
        "Line 4: MSKU M-0001 with the batch A stands in line 1 already",
        "Line 5: A quotation mark in this line is never closed",
        "Line 6: There are 6 values in this line, but only 5 columns",
    ]
    assert 'value="-4"' in shown and "NOBODY, 3" in shown and "keep &lt;me&gt;" in shown


def test_a_product_that_the_warehouse_has_not_accepted_is_neither_offered_nor_taken(
    shop: Shop, browser: Client
) -> None:
    shop.world.add_product("LATE", pushed=False)
    found = browser.get(
        f"/inbound/products/?warehouse={shop.world.warehouse_id}&q=LATE", headers={"hx-request": "true"}
    )
    assert "add:LATE" not in found.content.decode()
    known = browser.get(
        f"/inbound/products/?warehouse={shop.world.warehouse_id}&q=m-00", headers={"hx-request": "true"}
    )
    assert known.content.decode().count("add:M-00") == 3
    answer = browser.post(new(shop), typed(("LATE", "1", "", "", "")) | {"action": "save"})
    assert answer.status_code == 422
    assert "has not accepted MSKU LATE yet" in answer.content.decode()


@pytest.mark.parametrize(
    "box",
    [
        "M-0001, 4, 2.50, B, 2099-01-31",
        "M-0001\t4\t2.50\tB\t2099-01-31",
        "M-0001;4;2.50;B;2099-01-31\n",
        'MSKU,Quantity,Cost,Batch,Expiry\r\n"M-0001","4","2.50","B","2099-01-31"',
        "expiry\tbatch\tunit_cost\tqty\tsku\n2099-01-31\tB\t2.50\t4\tM-0001",
    ],
)
def test_pasted_lines_become_lines_of_the_table_whatever_parts_them(shop: Shop, browser: Client, box: str) -> None:
    shown = browser.post(new(shop), {"action": "lines", "lines": box}).content.decode()
    for name, value in zip(
        ("sku", "quantity", "unit_cost", "batch", "expires_on"), ("M-0001", "4", "2.50", "B", "2099-01-31"), strict=True
    ):
        assert f'name="{name}" id="id_{name}_1" value="{value}"' in shown, name
    assert errors(shown) == []
    assert count(shop) == 5


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for one in rows:
        book.worksheets[0].append(list(one))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_spreadsheet_is_read_and_its_wrong_rows_stand_in_the_box_to_be_mended(shop: Shop, browser: Client) -> None:
    from datetime import date

    good = workbook(("msku", "quantity", "cost", "batch", "expiry"), ("M-0001", 4, 2.5, "B", date(2099, 1, 31)))
    shown = browser.post(new(shop), {"action": "file", "file": SimpleUploadedFile("a.xlsx", good)}).content.decode()
    assert 'id="id_expires_on_1" value="2099-01-31"' in shown and 'id="id_unit_cost_1" value="2.5"' in shown
    bad = "msku,quantity\r\nM-0001,4\r\nM-0000,many\r\n".encode("utf-8-sig")
    answer = browser.post(new(shop), {"action": "submit", "file": SimpleUploadedFile("a.csv", bad)})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert errors(shown) == ["Line 3: many is not a whole number of pieces greater than zero (MSKU M-0000)"]
    assert "msku, quantity\nM-0001, 4\nM-0000, many" in shown


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"colour,size\r\nred,4\r\n", "The first row does not name the columns"),
        (b"", "no header row"),
        (b"\xff\xfe\x00\xd8msku", "not UTF-8"),
        (b"msku,quantity\r\nM-0001,\xe0\r\n", "not UTF-8"),
        (b"PK\x03\x04 no workbook", "cannot be opened"),
        (b"msku,quantity\r\n" + b"M-0001,1\r\n" * 2001, "at most 2000 lines"),
    ],
    ids=["columns", "empty", "utf16", "latin", "damaged", "long"],
)
def test_a_file_that_cannot_be_read_says_why(shop: Shop, browser: Client, content: bytes, told: str) -> None:
    sent = {"action": "file", "file": SimpleUploadedFile("a.csv", content or b"\n"), "lines": "M-0001, 1"}
    shown = browser.post(new(shop), sent).content.decode()
    assert told in shown
    assert "M-0001, 1</textarea>" in shown


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_can_be_filled_in_and_read(shop: Shop, browser: Client, kind: str) -> None:
    template = browser.get(f"/inbound/template.{kind}")
    assert f"salur-inbound.{kind}" in template["Content-Disposition"]
    upload = SimpleUploadedFile(f"a.{kind}", template.content)
    shown = browser.post(new(shop), {"action": "file", "file": upload}).content.decode()
    assert [one.split(" with")[0] for one in errors(shown)] == [
        "Line 2: There is no master product",
        "Line 3: There is no master product",
    ]


def test_more_lines_than_the_table_holds_stay_in_the_box_and_are_stored(shop: Shop, browser: Client) -> None:
    box = "\n".join(f"M-0001, 1, , B{i}" for i in range(400))
    shown = browser.post(new(shop), {"action": "lines", "lines": box}).content.decode()
    assert "All 400 lines are right" in shown and "M-0001, 1, , B399" in shown
    made = id_of(browser.post(new(shop), {"action": "save", "lines": box}))
    assert len(stored(shop, made)) == 400
    again = browser.get(f"/inbound/{made}/change/").content.decode()
    assert "M-0001, 1, , B399" in again


def test_a_line_is_removed_and_blank_ones_do_not_count(shop: Shop, browser: Client) -> None:
    sent = typed(("M-0000", "1", "", "", ""), ("M-0001", "2", "", "", "")) | {"action": "remove:1"}
    shown = browser.post(new(shop), sent).content.decode()
    assert 'id="id_sku_1" value="M-0001"' in shown and "id_sku_2" not in shown
    answer = browser.post(new(shop), typed(("", "", "", "", "")) | {"action": "submit"})
    assert answer.status_code == 422
    assert "at least one product" in answer.content.decode()


def test_a_draft_is_changed_under_its_reference_and_deleted(shop: Shop, browser: Client) -> None:
    draft = shop.ids["draft_id"]
    reference = row(shop, draft).reference
    shown = browser.get(f"/inbound/{draft}/change/").content.decode()
    assert 'id="id_quantity_1" value="7"' in shown
    browser.post(f"/inbound/{draft}/change/", typed(("M-0001", "9", "", "", "")) | {"action": "save"})
    assert (row(shop, draft).reference, stored(shop, draft)) == (reference, [("M-0001", 9, "", "", "")])
    answer = browser.post(f"/inbound/{draft}/act/", {"action": "delete"})
    assert answer["Location"] == "/inbound/"
    assert browser.get(f"/inbound/{draft}/").status_code == 404


# -- what may be done with a list -----------------------------------------------------------------------------------


def refused(shop: Shop, inbound_id: int) -> None:
    with shop.world.scope():
        rows = InboundList.objects.filter(pk=inbound_id)
        rows.update(push="pushing", push_lease_until=now())
        rows.update(push="rejected", push_lease_until=None, push_error_code="E7", push_error_message="Value <missing>")


def pushed(shop: Shop, inbound_id: int) -> None:
    with shop.world.scope():
        rows = InboundList.objects.filter(pk=inbound_id)
        rows.update(push="pushing", push_lease_until=now())
        rows.update(push="pushed", push_lease_until=None, pushed_at=now(), partner_number="RV-1", task_next_at=now())


def test_a_refused_list_shows_its_reason_and_is_pushed_again(shop: Shop, browser: Client) -> None:
    one = shop.ids["inbound_id"]
    refused(shop, one)
    for path in (f"/inbound/{one}/", "/inbound/?push=rejected"):
        assert "Value &lt;missing&gt;" in browser.get(path).content.decode(), path
    browser.post(f"/inbound/{one}/act/", {"action": "push_again"})
    assert row(shop, one).push == "ready"


def test_chosen_lists_are_pushed_again_and_asked_for(shop: Shop, browser: Client) -> None:
    one, other = shop.ids["inbound_id"], shop.announce(("M-0002", 1))
    refused(shop, one)
    pushed(shop, other)
    told = browser.post("/inbound/act/", {"action": "push_again", "inbound": [one, other]}, follow=True)
    assert "1 inbound list is being pushed again" in told.content.decode()
    assert (row(shop, one).push, row(shop, other).push) == ("ready", "pushed")
    told = browser.post("/inbound/act/", {"action": "refresh", "inbound": [one, other]}, follow=True)
    assert "asked for 1 inbound list" in told.content.decode()
    assert row(shop, other).task_next_at is None
    assert 'hx-trigger="every' in browser.get(f"/inbound/{other}/").content.decode()


@pytest.mark.parametrize(
    ("partner", "sentence"),
    [
        ("eccang", "come into stock when the warehouse has completed the list"),
        ("qimen", "come into stock as soon as the warehouse reports"),
    ],
)
def test_a12_a_list_shows_what_has_arrived_and_says_when_it_becomes_stock(
    shop: Shop, browser: Client, partner: str, sentence: str
) -> None:
    one = shop.announce(("M-0000", 10), ("M-0001", 4))
    pushed(shop, one)
    with shop.world.scope():
        WarehouseAccount.objects.filter(pk=shop.world.account_id).update(partner=partner)
        InboundLine.objects.filter(inbound_id=one, product__msku="M-0000").update(arrived=6, received=2)
    shown = browser.get(f"/inbound/{one}/").content.decode()
    assert '<progress max="14" value="6"' in shown
    assert sentence in shown
    assert "6 arrived, not in stock yet" not in shown
    assert "4 arrived, not in stock yet" in shown
    listed = browser.get(f"/inbound/?q={row(shop, one).reference}").content.decode()
    assert '<progress max="14" value="6"' in listed
    assert "2 in stock" in listed
    with shop.world.scope():
        InboundList.objects.filter(pk=one).update(task="completed")
    assert sentence not in browser.get(f"/inbound/{one}/").content.decode(), "nothing more comes"


@pytest.mark.parametrize(
    ("given", "currency", "told"),
    [
        ("18.5", "IDR", "18.50"),
        ("18", "IDR", "18.00"),
        ("1234.1234", "VND", "1,234.1234"),
        ("0.125", "THB", "0.125"),
    ],
)
def test_costs_are_shown_as_they_were_given(shop: Shop, browser: Client, given: str, currency: str, told: str) -> None:
    sent = typed(("M-0000", "1", given, "", "")) | {"currency": currency, "action": "save"}
    made = id_of(browser.post(new(shop), sent))
    shown = browser.get(f"/inbound/{made}/").content.decode()
    assert f'<span class="currency">{currency}</span> {told}</span>' in shown


def test_a_list_at_the_warehouse_is_called_off_by_asking_the_warehouse(shop: Shop, browser: Client) -> None:
    one = shop.ids["inbound_id"]
    pushed(shop, one)
    browser.post(f"/inbound/{one}/act/", {"action": "cancel", "reason": "wrong goods"})
    kept = row(shop, one)
    assert (kept.cancellation, kept.cancellation_reason) == ("asked", "wrong goods")
    assert 'value="cancel"' not in browser.get(f"/inbound/{one}/").content.decode()


def test_an_own_warehouses_goods_are_received_by_hand(shop: Shop, browser: Client) -> None:
    place = own_warehouse(shop)
    made = id_of(
        browser.post(f"/inbound/new/?warehouse={place}", {"action": "submit", "lines": "M-0001, 10\nM-0002, 5"})
    )
    with shop.world.scope():
        first, second = InboundLine.objects.filter(inbound_id=made).order_by("pk").values_list("pk", flat=True)
    act = f"/inbound/{made}/act/"
    sent = {"action": "receive", f"received_{first}": "12", f"damaged_{second}": "2", f"received_{second}": "3"}
    told = browser.post(act, sent, follow=True).content.decode()
    assert "15 pieces came into stock" in told
    assert "more than announced" in told
    worse = browser.post(act, sent | {f"received_{first}": "11", f"received_{second}": "some"})
    assert worse.status_code == 422
    shown = worse.content.decode()
    assert "12 received and 0 damaged pieces are entered already" in shown and 'value="some"' in shown
    browser.post(act, {"action": "receive", "complete": "1"})
    assert row(shop, made).task == "completed"
    with shop.world.scope():
        got = {
            b.product.msku: (b.on_hand, b.incoming)
            for b in Balance.objects.filter(warehouse_id=place).select_related("product")
        }
        assert got == {"M-0001": (12, 0), "M-0002": (3, 0)}
        assert InboundReceipt.objects.filter(inbound_id=made).count() == 3
        balance = Balance.objects.get(warehouse_id=place, product__msku="M-0001").pk
    ledger = browser.get(f"/stock/balances/{balance}/").content.decode()
    assert ledger.count(f'href="/inbound/{made}/"') >= 2


def test_figures_are_filled_in_as_announced_and_nothing_is_saved_by_that(shop: Shop, browser: Client) -> None:
    place = own_warehouse(shop)
    made = id_of(browser.post(f"/inbound/new/?warehouse={place}", {"action": "submit", "lines": "M-0001, 10"}))
    with shop.world.scope():
        line = InboundLine.objects.get(inbound_id=made).pk
    shown = browser.post(f"/inbound/{made}/act/", {"action": "fill", f"damaged_{line}": "2"}).content.decode()
    assert f'id="id_received_{line}" value="8"' in shown
    with shop.world.scope():
        assert not InboundReceipt.objects.filter(inbound_id=made).exists()


# -- finding --------------------------------------------------------------------------------------------------------


def test_lists_are_found_by_warehouse_state_and_text(shop: Shop, browser: Client) -> None:
    own = own_warehouse(shop)
    home = id_of(browser.post(f"/inbound/new/?warehouse={own}", {"action": "submit", "lines": "M-0002, 5"}))
    pushed(shop, shop.ids["inbound_id"])

    def shown(query: str) -> set[int]:
        return {
            int(i)
            for i in re.findall(r'<a href="/inbound/(\d+)/">SI', browser.get(f"/inbound/?{query}").content.decode())
        }

    assert shown(f"warehouse={own}") == {home}
    assert shown("push=draft") == {shop.ids["draft_id"]}
    assert shown("task=arriving") == {home}
    assert shown("q=RV-1") == {shop.ids["inbound_id"]}
    assert shown(f"q={row(shop, home).reference[:8].lower()}") == {home}
    assert home in shown("q=M-0002") and shop.ids["draft_id"] not in shown("q=M-0002")
    assert shown("odd=yes") == set()
    assert "No inbound list matches" in browser.get("/inbound/?q=nothing").content.decode()


# -- update stock ---------------------------------------------------------------------------------------------------


def second_warehouse(shop: Shop, msku: str) -> int:
    """Another warehouse of the same partner, which has a product."""
    with shop.world.scope():
        place = Warehouse(account_id=shop.world.account_id, code="TH02", name="TH02", country="TH", created_at=now())
        place.save()
    replace(shop.world, warehouse_id=place.pk).add_product(msku)
    return place.pk


def test_update_stock_makes_one_submitted_list_for_each_partners_warehouse(shop: Shop, browser: Client) -> None:
    own, other = own_warehouse(shop), second_warehouse(shop, "M-OTHER")
    table = b"warehouse,msku,quantity\r\nTH01,M-0001,4\r\nhome,M-0002,6\r\nTH01 + C1,M-0000,1\r\nth02,M-OTHER,3\r\n"
    before = count(shop)
    answer = browser.post(
        "/stock/update/", {"warehouse": "", "file": SimpleUploadedFile("s.csv", table), "note": "Nov"}
    )
    assert answer["Location"] == "/inbound/"
    assert count(shop) == before + 2
    with shop.world.scope():
        latest = list(InboundList.objects.order_by("-pk")[:2])
    assert {(one.warehouse_id, one.push, one.source, one.note) for one in latest} == {
        (shop.world.warehouse_id, "ready", "import", "Nov"),
        (other, "ready", "import", "Nov"),
    }
    lines = {one.warehouse_id: [line[:2] for line in stored(shop, one.pk)] for one in latest}
    assert lines == {shop.world.warehouse_id: [("M-0001", 4), ("M-0000", 1)], other: [("M-OTHER", 3)]}
    with shop.world.scope():
        there = Balance.objects.filter(warehouse_id=own).values_list("msku", "on_hand", "incoming")
        assert list(there) == [("M-0002", 6, 0)], "in an own warehouse the pieces are there at once"


def test_update_stock_saves_nothing_while_a_line_is_wrong(shop: Shop, browser: Client) -> None:
    before = count(shop)
    table = b"warehouse,msku,quantity\r\nTH01,M-0001,4\r\nMARS,M-0001,4\r\n,M-0001,4\r\nTH01,NOBODY,4\r\n"
    sent = {"warehouse": "", "file": SimpleUploadedFile("s.csv", table)}
    answer = browser.post("/stock/update/", sent)
    assert answer.status_code == 422
    assert errors(answer.content.decode())[:2] == [
        "Line 3: There is no warehouse “MARS” that takes goods",
        "Line 4: The line names no warehouse",
    ]
    mended = "M-0001, 4\nNOBODY, 4"
    answer = browser.post("/stock/update/", {"warehouse": str(shop.world.warehouse_id), "lines": mended})
    assert errors(answer.content.decode()) == ["Line 2: There is no master product with the MSKU NOBODY"]
    assert count(shop) == before
