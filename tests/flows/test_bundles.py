"""Bundles as master products: orders take their parts, stores are told the scarcest (R44, R134)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from salur.catalog.bundles import WantedPart
from salur.catalog.editing import bind_sku
from salur.catalog.models import BundlePart, Listing, MasterProduct, WarehouseProduct
from salur.catalog.product_data import DataRefused
from salur.flows.product_changes import make_product, save_change
from salur.flows.product_ends import archive_products
from salur.flows.products import add_to_warehouse
from salur.flows.store_stock_wanted import recount
from salur.foundation.clock import now
from salur.inbound.checking import WantedLine
from salur.inbound.editing import LinesRefused, create_inbound_list
from salur.integrations.models import StoreConnection
from salur.outbound.models import OutboundLine
from salur.stock.bundles import free_bundles
from tests.world import World, make_world, store_order

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world(db: Any) -> World:
    """TEA and CUP in stock, and GIFT: 3 TEA and 2 CUP."""
    world = make_world()
    world.add_product("TEA", pieces=20)
    world.add_product("CUP", pieces=5)
    with world.scope():
        made = make_product("GIFT", {"name": "Gift"}, [WantedPart("TEA", "3"), WantedPart("CUP", "2")])
    world.products["GIFT"] = made.pk
    return world


def pieces(world: World, order: str) -> dict[str, int]:
    with world.scope():
        rows = OutboundLine.objects.filter(outbound__order__external_id=order).values_list("product__msku", "quantity")
        return dict(rows)


def test_an_order_of_a_bundle_takes_its_parts(world: World) -> None:
    world.ingest(store_order("A1", ("GIFT", 2)))
    assert pieces(world, "A1") == {"TEA": 6, "CUP": 4}
    assert (world.balance("TEA"), world.balance("CUP")) == ((20, 6), (5, 4))
    world.ingest(store_order("A2", "GIFT"))
    assert set(world.problems("A2")) == {"no_stock"}, "one CUP is left, two are needed"


def test_a_link_to_a_bundle_and_to_one_of_its_parts_add_up(world: World) -> None:
    with world.scope():
        bind_sku(world.store_id, "PARTY", world.products["GIFT"], 1)
        bind_sku(world.store_id, "PARTY", world.products["TEA"], 4)
    world.ingest(store_order("A1", ("PARTY", 2)))
    assert pieces(world, "A1") == {"TEA": 14, "CUP": 4}


def test_orders_that_waited_go_on_when_their_bundle_is_made(world: World) -> None:
    world.ingest(store_order("A1", "LATE"))
    assert set(world.problems("A1")) == {"unmapped_sku"}
    with world.scope():
        make_product("LATE", {"name": "Late"}, [WantedPart("TEA", "2")])
    assert (world.problems("A1"), pieces(world, "A1")) == ({}, {"TEA": 2})


def test_r134_a_store_is_told_the_scarcest_part_of_a_bundle(world: World) -> None:
    with world.scope():
        StoreConnection.objects.filter(pk=world.store_id).update(push_stock=True)
        for number, sku in enumerate(("GIFT", "TEA", "SIX")):
            Listing(store_id=world.store_id, item_id=str(number), sku=sku, name=sku, seen_at=now()).save()
        bind_sku(world.store_id, "SIX", world.products["GIFT"], 2)
        assert free_bundles([world.products["GIFT"]]) == {world.products["GIFT"]: {world.warehouse_id: 2}}
        recount(store_id=world.store_id)
    assert offered(world) == {"GIFT": 2, "TEA": 20, "SIX": 1}
    world.ingest(store_order("A1", ("CUP", 4)))
    with world.scope():
        recount(products=[world.products["CUP"]])
    assert offered(world) == {"GIFT": 0, "TEA": 20, "SIX": 0}


def offered(world: World) -> dict[str, int]:
    from salur.catalog.models import ListingStock

    with world.scope():
        return dict(ListingStock.objects.values_list("listing__sku", "wanted"))


def test_a_warehouse_gets_the_parts_and_is_announced_no_bundle(world: World) -> None:
    with world.scope():
        extra = make_product("LID", {"name": "Lid"})
        save_change(world.products["GIFT"], 1, {}, [WantedPart("TEA", "3"), WantedPart("LID", "1")])
        assert len(add_to_warehouse([world.products["GIFT"]], world.warehouse_id)) == 1
        assert WarehouseProduct.objects.filter(product=extra).exists()
        with pytest.raises(LinesRefused) as refused:
            create_inbound_list(world.warehouse_id, [WantedLine("GIFT", 2)])
    assert [p.code for r in refused.value.results for p in r.problems] == ["inbound_sku_bundle"]


@pytest.mark.parametrize(
    ("msku", "parts", "code"),
    [
        ("SELF", [WantedPart("SELF", "1")], "bundle_itself"),
        ("NEST", [WantedPart("GIFT", "1")], "bundle_nested"),
        ("ODD", [WantedPart("NONE", "1")], "part_unknown"),
        ("ODD", [WantedPart("TEA", "0")], "part_quantity"),
        ("ODD", [WantedPart("TEA", "1"), WantedPart("TEA", "2")], "part_twice"),
    ],
)
def test_what_cannot_be_a_bundle_is_refused_and_nothing_is_made(
    world: World, msku: str, parts: list[WantedPart], code: str
) -> None:
    with pytest.raises(DataRefused) as refused, world.scope():
        make_product(msku, {"name": msku}, parts)
    assert [fault.code for fault in refused.value.faults] == [code]
    with world.scope():
        assert not MasterProduct.objects.filter(msku=msku).exists()


def test_a_bundle_that_contains_itself_through_another_is_told_the_way(world: World) -> None:
    with world.scope():
        make_product("NEW", {"name": "New"})
        save_change(world.products["GIFT"], 1, {}, [WantedPart("NEW", "1")])
    with pytest.raises(DataRefused) as refused, world.scope():
        new = MasterProduct.objects.get(msku="NEW")
        save_change(new.pk, 1, {}, [WantedPart("GIFT", "1")])
    first, second = refused.value.faults
    assert (first.code, first.detail["chain"]) == ("bundle_itself", "NEW → GIFT → NEW")
    assert second.code == "bundle_is_part"


def test_the_database_itself_refuses_nesting_and_stock_of_a_bundle(world: World) -> None:
    merchant, gift, tea = world.merchant_id, world.products["GIFT"], world.products["TEA"]
    with world.scope():
        made = make_product("SOLO", {"name": "Solo"})
        tries: list[Callable[[], object]] = [
            lambda: BundlePart(merchant_id=merchant, bundle_id=made.pk, part_id=tea, quantity=1).save(),
            lambda: BundlePart(merchant_id=merchant, bundle_id=gift, part_id=gift, quantity=1).save(),
            lambda: MasterProduct.objects.filter(pk=tea).update(kind="bundle"),
        ]
        for one in tries:
            with pytest.raises(IntegrityError), transaction.atomic():
                one()
        from salur.stock.ledger import balance_ids

        with pytest.raises(IntegrityError, match="no stock of its own"), transaction.atomic():
            balance_ids([(world.warehouse_id, gift)])


def test_a_part_of_a_bundle_is_not_archived(world: World) -> None:
    with world.scope():
        lid = make_product("LID", {"name": "Lid"})
        save_change(world.products["GIFT"], 1, {}, [WantedPart("LID", "1")])
        kept = archive_products([lid.pk]).kept
    assert [(r.code, r.evidence["references"]) for r in kept[lid.pk]] == [("product_in_bundle", "GIFT")]
