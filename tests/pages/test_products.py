"""Master products: changed by two at once, archived, deleted, pictured, kept within shelf life (R44, R51, R52)."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from salur.catalog.models import MasterProduct, ProductChange, ProductImage, WarehouseProduct
from salur.stock.models import Balance
from tests.world import store_order

from .addresses import OPERATOR, OWNER
from .reading import text_of
from .shop import Shop, open_shop

FIGURES = {
    **dict.fromkeys(("weight_g", "length_mm", "width_mm", "height_mm", "declared_value"), "0"),
    **dict.fromkeys(("shelf_life_days", "inbound_days", "outbound_days"), "0"),
    "barcode": "",
    "tags": "",
    "parts": "",
}


def product(shop: Shop, msku: str = "M-0000") -> MasterProduct:
    with shop.world.scope():
        return MasterProduct.objects.get(msku=msku)


def save(shop: Shop, row: MasterProduct, who: str = OPERATOR, **given: str) -> Any:
    sent = {"version": str(row.version), "name": row.name, **FIGURES, **given}
    return shop.client(who).post(f"/products/{row.pk}/", sent)


def typed(page: str, name: str) -> str:
    (field,) = re.findall(rf'<input[^>]* name="{name}"[^>]*>|<textarea[^>]* name="{name}"[^>]*>[^<]*', page)
    found = re.search(r'^<input.* value="([^"]*)"|^<textarea[^>]*>\s*([^<]*)', field)
    return (found[1] or found[2] or "") if found else ""


def test_two_people_change_one_product_and_neither_loses_anything(shop: Shop) -> None:
    opened = product(shop)
    assert save(shop, opened, OWNER, name="Owner's name", weight_g="250", barcode="885001").status_code == 302
    answer = save(shop, opened, name="Operator's name", height_mm="70")
    page = text_of(answer)
    assert answer.status_code == 409
    assert f"Name: {opened.name} → Owner's name" in page
    assert shop.people[OWNER].email in page, "who it was"
    assert (typed(page, "name"), typed(page, "height_mm")) == ("Operator's name", "70"), "what was typed stays"
    assert (typed(page, "weight_g"), typed(page, "barcode")) == ("250", "885001"), "theirs alone is taken over"
    assert "Somebody else wrote “Owner's name” here meanwhile." in page
    assert product(shop).name == "Owner's name", "nothing was written over"
    again = {name: typed(page, name) for name in ("version", "name", *FIGURES)}
    assert shop.client(OPERATOR).post(f"/products/{opened.pk}/", again).status_code == 302
    row = product(shop)
    assert (row.name, row.height_mm, row.weight_g, row.barcode) == ("Operator's name", 70, 250, "885001")
    with shop.world.scope():
        history = [change.fields for change in ProductChange.objects.filter(product=row).order_by("version")]
    assert history[1] == {"name": ["Owner's name", "Operator's name"], "height_mm": [0, 70]}


def test_a_save_that_changes_nothing_is_no_change(shop: Shop) -> None:
    row = product(shop)
    assert save(shop, row).status_code == 302
    assert product(shop).version == row.version


def test_r52_a_change_is_pushed_again_and_a_tag_is_not(shop: Shop) -> None:
    row = product(shop)

    def pushes() -> list[str]:
        with shop.world.scope():
            return list(WarehouseProduct.objects.filter(product=row).values_list("push", flat=True))

    assert save(shop, row, tags="Fragile, food").status_code == 302
    assert (pushes(), product(shop).tags) == (["pushed"], ["fragile", "food"])
    changed = product(shop)
    save(shop, changed, tags="fragile, food", shelf_life_days="365", inbound_days="180", outbound_days="30")
    assert pushes() == ["not_pushed"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"shelf_life_days": "30", "inbound_days": "30"}, "inbound_days"),
        ({"shelf_life_days": "0", "outbound_days": "5"}, "outbound_days"),
        ({"tags": "x" * 41}, "tags"),
        ({"parts": "M-0001: 2"}, "parts"),
        ({"name": " "}, "name"),
    ],
    ids=str,
)
def test_r51_what_cannot_be_is_told_at_its_field(shop: Shop, given: dict[str, str], field: str) -> None:
    row = product(shop)
    answer = save(shop, row, **given)
    assert answer.status_code == 422
    assert re.search(rf'id="id_{field}_error"', text_of(answer)), text_of(answer)
    assert product(shop).version == row.version


def test_a_barcode_that_another_product_has_is_warned_of(shop: Shop) -> None:
    save(shop, product(shop, "M-0001"), barcode="8850001")
    sent = {"version": "1", "name": "One", **FIGURES, "barcode": "8850001"}
    told = text_of(shop.client(OPERATOR).post(f"/products/{product(shop).pk}/", sent, follow=True))
    assert "The barcode 8850001 stands on other products, too: M-0001." in told


def test_a_product_that_is_reserved_in_stock_or_on_a_list_is_neither_archived_nor_deleted(shop: Shop) -> None:
    shop.world.ingest(store_order("KEEPS", "M-0001"))
    row = product(shop, "M-0001")
    for action in ("archive", "delete"):
        told = text_of(shop.client(OPERATOR).post(f"/products/{row.pk}/end/", {"action": action}, follow=True))
        assert "pieces of M-0001 are in stock" in told
        if action == "archive":
            assert "pieces of M-0001 are reserved for orders" in told
            assert shop.world.the_list("KEEPS").reference in told
            assert "M-0001 stands on open inbound lists" in told
    assert product(shop, "M-0001").archived_at is None


def test_a_product_nobody_needs_is_archived_restored_and_deleted(shop: Shop) -> None:
    shop.world.add_product("OLD", in_warehouse=False)
    browser, row = shop.client(OPERATOR), product(shop, "OLD")
    browser.post("/products/act/", {"action": "archive", "product": [row.pk]})
    assert product(shop, "OLD").archived_at is not None
    assert ">OLD</a>" not in text_of(browser.get("/products/"))
    assert ">OLD</a>" in text_of(browser.get("/products/?state=archived"))
    shop.world.ingest(store_order("ASKS", "OLD"))
    assert set(shop.world.problems("ASKS")) == {"unmapped_sku"}, "what is archived means nothing"
    browser.post("/products/act/", {"action": "restore", "product": [row.pk]})
    assert "unmapped_sku" not in shop.world.problems("ASKS"), "its orders go on"
    shop.world.add_product("NEVER", in_warehouse=False)
    never = product(shop, "NEVER")
    assert "is deleted" in text_of(browser.post(f"/products/{never.pk}/end/", {"action": "delete"}, follow=True))
    with shop.world.scope():
        assert not MasterProduct.objects.filter(msku="NEVER").exists()
        assert Balance.objects.filter(product__msku="M-0001").exists()


def picture(kind: str = "PNG", size: tuple[int, int] = (2000, 1000)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "teal").save(content, kind)
    return content.getvalue()


def test_pictures_are_made_small_shown_in_lists_and_only_to_their_merchant(shop: Shop) -> None:
    row, browser = product(shop), shop.client(OPERATOR)
    address = f"/products/{row.pk}/images/"
    for name in ("a.png", "again.png"):
        browser.post(address, {"action": "add", "picture": SimpleUploadedFile(name, picture())})
    browser.post(address, {"action": "add", "picture": SimpleUploadedFile("b.jpg", picture("JPEG", (50, 60)))})
    with shop.world.scope():
        first, second = ProductImage.objects.filter(product=row).order_by("position")
    sizes = {}
    for image, size in ((first, "full"), (first, "small"), (second, "full")):
        answer = browser.get(f"{address}{image.pk}/{size}")
        assert answer["Content-Type"] == "image/jpeg"
        assert "private" in answer["Cache-Control"]
        sizes[image.pk, size] = Image.open(io.BytesIO(answer.content)).size
    assert sizes == {(first.pk, "full"): (1600, 800), (first.pk, "small"): (160, 80), (second.pk, "full"): (50, 60)}
    assert f"{address}{first.pk}/small" in text_of(browser.get("/products/"))
    assert open_shop().client(OWNER).get(f"{address}{first.pk}/small").status_code == 404
    browser.post(address, {"action": f"first:{second.pk}"})
    assert f"{address}{second.pk}/small" in text_of(browser.get("/products/"))
    browser.post(address, {"action": f"remove:{second.pk}"})
    assert browser.get(f"{address}{second.pk}/full").status_code == 404


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7 no picture", picture()[:200], b"<svg/>", b""], ids=["pdf", "cut", "svg", "none"]
)
def test_what_is_no_picture_is_refused(shop: Shop, content: bytes) -> None:
    address = f"/products/{product(shop).pk}/images/"
    sent = {"action": "add", "picture": SimpleUploadedFile("x.png", content, "image/png")}
    told = text_of(shop.client(OPERATOR).post(address, sent, follow=True))
    assert "cannot be read as a JPEG, PNG or WebP picture" in told or "Choose a picture first." in told
    with shop.world.scope():
        assert not ProductImage.objects.exists()
