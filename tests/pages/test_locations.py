"""Product location management as people use it (R53 to R59)."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from salur.catalog.images import add_image, check_image
from salur.catalog.models import MasterProduct
from salur.locations.models import Location, LocationBinding

from .addresses import OPERATOR, VIEWER
from .reading import main_of
from .shop import Shop
from .test_products import picture


def numbers(shop: Shop) -> list[str]:
    with shop.world.scope():
        return list(Location.objects.order_by("pick_key").values_list("number", flat=True))


def test_many_are_made_from_a_list_and_only_wrong_lines_stay_in_the_box(shop: Shop) -> None:
    browser = shop.client(OPERATOR)
    sent = {
        "action": "many",
        "warehouse": shop.world.warehouse_id,
        "zone": "B",
        "lines": "B-01 .. B-03\nA-01\nC;1;x;y\nD-9 .. D-2\nlocation,note\nE-1,by the door",
    }
    answer = browser.post("/locations/new/", sent)
    shown = main_of(answer)
    assert answer.status_code == 422
    assert numbers(shop) == ["A-01", "B-01", "B-02", "B-03", "E-1"]
    assert "D-2 comes before D-9. Put the smaller one first." in shown
    box = shown.split('id="many_lines"')[1].split("</textarea>")[0]
    assert ("D-9 .. D-2" in box, "B-01" in box, "A-01\n" in box) == (True, False, False)
    assert "A-01 exists already. It was left as it is." in answer.content.decode()
    with shop.world.scope():
        row = Location.objects.get(number="E-1")
        assert (row.zone, row.note, row.virtual) == ("B", "by the door", True)


def test_r58_pairs_come_from_a_spreadsheet_and_bad_lines_are_told(shop: Shop) -> None:
    browser = shop.client(OPERATOR)
    content = b"msku,location\r\nM-0001,A-01\r\nNOPE,A-01\r\nM-0002,Z-99\r\n"
    sent = {"warehouse": shop.world.warehouse_id, "lines": "", "file": SimpleUploadedFile("b.csv", content)}
    shown = main_of(browser.post("/locations/bind/", sent))
    assert "There is no master product NOPE." in shown
    assert "This warehouse has no location Z-99. Create it first." in shown
    with shop.world.scope():
        bound = LocationBinding.objects.order_by("pk").values_list("product__msku", flat=True)
        assert list(bound) == ["M-0000", "M-0001"]


def test_r57_a_product_is_added_to_a_location_from_the_stock_list(shop: Shop) -> None:
    browser = shop.client(OPERATOR)
    with shop.world.scope():
        from salur.locations.editing import create_location

        other = create_location(shop.world.warehouse_id, "A-02").pk
    address = f"/locations/add/{shop.world.warehouse_id}/{shop.world.products['M-0000']}/"
    assert address in main_of(browser.get("/stock/?location=a-0"))
    with shop.world.scope():
        product = MasterProduct.objects.get(msku="M-0000")
        image = add_image(product, check_image("a.png", picture())).pk
    shown = main_of(browser.get(address))
    assert f'src="/products/{product.pk}/images/{image}/small"' in shown
    options = shown.split("<select", 1)[1].split("</select>")[0]
    assert ("A-02" in options, "A-01" in options) == (True, False), "what is bound is not offered again"
    told = browser.post(address, {"action": "bind", "location": [other]}, follow=True).content.decode()
    assert "Bound to 1 location." in told
    listed = main_of(browser.get("/stock/?location=A-02"))
    assert ("M-0000" in listed, "M-0001" in listed) == (True, False)
    none = main_of(browser.get("/stock/?location=-"))
    assert ("M-0000" in none, "M-0001" in none) == (False, True)
    assert "A-02" in main_of(browser.get(f"/products/{shop.world.products['M-0000']}/"))


def test_a_bound_location_is_deleted_only_with_what_lies_there(shop: Shop) -> None:
    browser, location = shop.client(OPERATOR), shop.ids["location_id"]
    sent: dict[str, Any] = {"action": "delete", "location": [location]}
    told = browser.post("/locations/act/", sent, follow=True).content.decode()
    assert "Not deleted, because products lie there: A-01." in told
    assert numbers(shop) == ["A-01"]
    browser.post("/locations/act/", {**sent, "unbind": "on"})
    assert numbers(shop) == []


def test_the_list_is_downloaded_with_one_row_for_each_product(shop: Shop) -> None:
    with shop.world.scope():
        from salur.locations.editing import create_location

        create_location(shop.world.warehouse_id, "B-1", note="=HYPERLINK()")
    answer = shop.client(VIEWER).get("/locations/locations.csv")
    content = b"".join(answer).decode("utf-8-sig")
    rows = [(row["location"], row["zone"], row["msku"], row["note"]) for row in csv.DictReader(io.StringIO(content))]
    assert rows == [("A-01", "A", "M-0000", ""), ("B-1", "", "", "'=HYPERLINK()")]
