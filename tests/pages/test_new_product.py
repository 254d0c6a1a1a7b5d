"""A master product made with its first warehouse and the pieces announced there (R45, R46, R60)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from salur.catalog.models import MasterProduct, WarehouseProduct
from salur.foundation.clock import now
from salur.inbound.models import InboundLine, InboundList
from salur.integrations.models import WarehouseAccount
from salur.stock.models import Balance, Movement, Warehouse
from salur.tenancy.entitlements import withdraw
from salur.tenancy.models import Entitlement

from .addresses import OPERATOR
from .reading import text_of
from .shop import Shop, open_shop

FIGURES = dict.fromkeys(("weight_g", "length_mm", "width_mm", "height_mm", "declared_value"), "0")
ADDRESS = "/products/new/"


def send(shop: Shop, **given: Any) -> Any:
    return shop.client(OPERATOR).post(ADDRESS, filled(given))


def filled(given: dict[str, Any]) -> dict[str, Any]:
    """The form as it is sent: figures stand beside the warehouse that they are for."""
    beside = given.pop("beside", "")
    place = given.get("warehouse") or beside
    for name in ("quantity", "unit_cost"):
        if name in given:
            given[f"{name}_{place}"] = given.pop(name)
    return {"msku": "POT", "name": "Pot", **FIGURES, **given}


def told_after(shop: Shop, **given: Any) -> str:
    """The page that follows."""
    answer = shop.client(OPERATOR).post(ADDRESS, filled(given), follow=True)
    assert answer.status_code == 200, text_of(answer)[-3000:]
    return text_of(answer)


def made(shop: Shop) -> list[str]:
    with shop.world.scope():
        return list(MasterProduct.objects.filter(msku="POT").values_list("name", flat=True))


def own_warehouse(shop: Shop) -> int:
    with shop.world.scope():
        row = Warehouse(account=None, code="SHED", name="Garden shed", country="TH", created_at=now())
        row.save()
        return row.pk


def error_at(page: str, name: str, place: int | str = r"\d+") -> str:
    """What is said at a field; the warehouses' own carry its number."""
    field = {"warehouse": rf"warehouse_{place}", "quantity": rf"quantity_{place}", "unit_cost": rf"unit_cost_{place}"}
    found = re.search(rf'<ul class="errors" id="id_{field.get(name, name)}_error">(.*?)</ul>', page)
    assert found is not None, page[-4000:]
    return found[1]


def test_without_a_warehouse_the_next_page_offers_to_add_it(shop: Shop) -> None:
    shown = told_after(shop)
    assert "Add it to a warehouse next." in shown
    assert "Add to warehouse" in shown
    with shop.world.scope():
        assert not WarehouseProduct.objects.filter(product__msku="POT").exists()


def test_r46_the_chosen_warehouse_gets_the_product_at_once(shop: Shop) -> None:
    assert "is being pushed to" in told_after(shop, warehouse=shop.world.warehouse_id)
    with shop.world.scope():
        row = WarehouseProduct.objects.get(product__msku="POT")
        assert (row.warehouse_id, row.push) == (shop.world.warehouse_id, "not_pushed")
        assert not InboundLine.objects.filter(product__msku="POT").exists()


def test_r60_pieces_of_a_new_product_are_announced_by_an_inbound_list(shop: Shop) -> None:
    shown = told_after(shop, warehouse=shop.world.warehouse_id, quantity=" 40 ", unit_cost="18.5")
    with shop.world.scope():
        line = InboundLine.objects.select_related("inbound").get(product__msku="POT")
        assert (line.quantity, str(line.unit_cost)) == (40, "18.5000")
        assert (line.inbound.source, line.inbound.push, line.inbound.autosubmit) == ("product", "draft", True)
        assert line.inbound.warehouse_id == shop.world.warehouse_id
    assert f'<a href="/inbound/{line.inbound_id}/">{line.inbound.reference}</a>' in shown


def test_an_own_warehouse_is_offered_too(shop: Shop) -> None:
    place = own_warehouse(shop)
    assert "stands in the stock list of Garden shed" in told_after(shop, warehouse=place)
    with shop.world.scope():
        assert Balance.objects.filter(product__msku="POT", warehouse_id=place).exists()
    assert "3 pieces of it are in stock in Garden shed" in told_after(shop, msku="PAN", warehouse=place, quantity="3")
    with shop.world.scope():
        assert Balance.objects.get(product__msku="PAN", warehouse_id=place).on_hand == 3
        assert [m.cause for m in Movement.objects.filter(balance__product__msku="PAN")] == ["adjust"]
        assert not InboundList.objects.filter(warehouse_id=place).exists()


def test_r46_several_warehouses_are_chosen_each_with_its_pieces(shop: Shop) -> None:
    own, partner = own_warehouse(shop), shop.world.warehouse_id
    given = {f"quantity_{own}": "3", f"quantity_{partner}": "40", f"unit_cost_{partner}": "2.5"}
    answer = shop.client(OPERATOR).post(
        ADDRESS, {"msku": "POT", "name": "Pot", **FIGURES, "warehouse": [own, partner], **given}
    )
    assert answer.status_code == 302, text_of(answer)
    with shop.world.scope():
        figures = Balance.objects.filter(product__msku="POT").values_list("warehouse_id", "on_hand", "incoming")
        assert {place: (there, coming) for place, there, coming in figures} == {own: (3, 0), partner: (0, 0)}
        assert InboundLine.objects.get(product__msku="POT").quantity == 40, "announced, and nothing is received yet"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"quantity": "1.5"}, "quantity"),
        ({"quantity": "many", "unit_cost": "x"}, "unit_cost"),
        ({"unit_cost": "3"}, "quantity"),
        ({"quantity": "5", "warehouse": ""}, "warehouse"),
        ({"quantity": "5", "name": ""}, "name"),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_made(shop: Shop, given: dict[str, str], field: str) -> None:
    answer = send(shop, **{"warehouse": str(shop.world.warehouse_id), "beside": str(shop.world.warehouse_id), **given})
    shown = text_of(answer)
    assert (answer.status_code, made(shop)) == (422, [])
    assert error_at(shown, field)
    (begun,) = re.findall(r"<(?:input|select)[^>]* autofocus[^>]*>", shown)
    assert 'aria-invalid="true"' in begun, "the browser begins at what is wrong"
    for name, value in given.items():
        kept = f'value="{value}"' in shown
        assert kept or name == "warehouse" or not value or "\x00" in value, "what was typed stays"


def test_a_name_that_is_taken_makes_nothing_else(shop: Shop) -> None:
    answer = send(shop, msku="M-0000", warehouse=shop.world.warehouse_id, quantity="7")
    assert "Another master product has this MSKU." in error_at(text_of(answer), "msku")
    with shop.world.scope():
        assert not InboundList.objects.filter(source="product").exists()


def partner_is(shop: Shop, name: str) -> None:
    """The shop's account is one of this partner."""
    with shop.world.scope():
        WarehouseAccount.objects.filter(pk=shop.world.account_id).update(partner=name)


def test_r65_a_partner_that_needs_the_cost_says_so_before_and_after(shop: Shop) -> None:
    partner_is(shop, "fastock")
    shown = text_of(shop.client(OPERATOR).get(ADDRESS))
    assert "Needed by Fastock MY when pieces are announced." in shown
    answer = send(shop, warehouse=shop.world.warehouse_id, quantity="5")
    assert (answer.status_code, made(shop)) == (422, [])
    assert "Fastock MY" in error_at(text_of(answer), "unit_cost")
    assert send(shop, warehouse=shop.world.warehouse_id, quantity="5", unit_cost="2.5").status_code == 302


def test_a_partner_that_makes_the_goods_takes_the_product_and_no_pieces(shop: Shop) -> None:
    partner_is(shop, "gearment")
    shown = text_of(shop.client(OPERATOR).get(ADDRESS))
    assert "Leave it empty for Gearment: the goods are made there to order." in shown
    answer = send(shop, warehouse=shop.world.warehouse_id, quantity="5")
    assert (answer.status_code, made(shop)) == (422, [])
    assert "Gearment" in error_at(text_of(answer), "quantity")
    assert send(shop, warehouse=shop.world.warehouse_id).status_code == 302
    with shop.world.scope():
        assert WarehouseProduct.objects.filter(product__msku="POT").exists()


def test_another_merchants_warehouse_cannot_be_chosen(shop: Shop) -> None:
    other = open_shop()
    answer = send(shop, warehouse=other.world.warehouse_id)
    assert (answer.status_code, made(shop)) == (422, [])


def test_a_plan_without_warehouses_makes_products_without_asking_for_one(shop: Shop) -> None:
    with shop.world.scope():
        withdraw(Entitlement.WAREHOUSE_MANAGEMENT)
    assert 'name="warehouse"' not in text_of(shop.client(OPERATOR).get(ADDRESS))
    assert send(shop, warehouse=shop.world.warehouse_id, quantity="5").status_code == 302
    with shop.world.scope():
        assert not WarehouseProduct.objects.filter(product__msku="POT").exists()
