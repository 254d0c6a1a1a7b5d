"""Products into a partner's warehouse, and listings into products (R44 to R50, R87, R94)."""

from __future__ import annotations

import pytest

from salur.catalog.models import Binding, Listing, MasterProduct, WarehouseProduct
from salur.catalog.products import NewProduct
from salur.flows.listings import bind, new_products, products_from_listings, pull_listings
from salur.flows.products import add_to_warehouse, push_again, push_due
from salur.foundation.clock import now
from salur.integrations.models import RateBudget, WarehouseAccount
from salur.integrations.saving import PartnerRefused
from salur.stock.models import Balance, Warehouse
from tests.flows.stage import Stage, side_by_side
from tests.world import store_order


def measure(stage: Stage) -> None:
    """Weight and size, without which the warehouse takes no product."""
    with stage.world.scope():
        MasterProduct.objects.update(weight_g=200, length_mm=100, width_mm=80, height_mm=50)


def make(stage: Stage, *mskus: str) -> list[int]:
    """Master products that no warehouse knows."""
    for msku in mskus:
        stage.world.add_product(msku, in_warehouse=False)
    measure(stage)
    return [stage.world.products[msku] for msku in mskus]


def push(stage: Stage) -> int:
    return push_due(stage.merchant_id, stage.account_id)


def row(stage: Stage, msku: str) -> WarehouseProduct:
    with stage.world.scope():
        return WarehouseProduct.objects.get(product__msku=msku, warehouse_id=stage.warehouse_id)


def later_now(stage: Stage) -> None:
    with stage.world.scope():
        WarehouseProduct.objects.update(next_at=None)


def known_there(stage: Stage) -> int:
    return int(stage.sandbox.control("eccang/products", {"skus": []})["products"])


def test_r47_an_added_product_is_pushed_and_shown_as_pushed(stage: Stage) -> None:
    before = known_there(stage)
    (bag,) = make(stage, "BAG")
    with stage.world.scope():
        rows = add_to_warehouse([bag], stage.warehouse_id)
        assert Balance.objects.filter(product_id=bag, warehouse_id=stage.warehouse_id, on_hand=0).exists()
    assert [row(stage, "BAG").pk] == rows
    assert row(stage, "BAG").push == "not_pushed"
    assert push(stage) == 1
    made = row(stage, "BAG")
    assert (made.push, made.error_message, made.attempts) == ("pushed", "", 0)
    assert made.pushed_at is not None
    assert known_there(stage) == before + 1


def test_adding_twice_and_a_doubled_job_change_nothing(stage: Stage) -> None:
    (bag,) = make(stage, "BAG")
    with stage.world.scope():
        add_to_warehouse([bag, bag], stage.warehouse_id)
        assert add_to_warehouse([bag], stage.warehouse_id) == []
    assert [push(stage), push(stage)] == [1, 0]
    with stage.world.scope():
        assert add_to_warehouse([bag], stage.warehouse_id) == []
    assert row(stage, "BAG").push == "pushed"
    assert stage.calls("eccang", "createProduct") == 1


def test_a_product_that_the_warehouse_has_already_is_updated_there(stage: Stage) -> None:
    stage.sandbox.control("eccang/products", {"skus": ["BAG"]})
    (bag,) = make(stage, "BAG")
    with stage.world.scope():
        add_to_warehouse([bag], stage.warehouse_id)
    push(stage)
    assert row(stage, "BAG").push == "pushed"
    assert stage.calls("eccang", "modifyProduct") == 1


def test_r94_orders_that_waited_for_the_product_go_on(stage: Stage) -> None:
    (bag,) = make(stage, "BAG")
    stage.world.add_stock("BAG", 5)
    number = stage.one_order("BAG")
    assert stage.world.the_list(number).blocked_by == "product_not_in_warehouse"
    with stage.world.scope():
        add_to_warehouse([bag], stage.warehouse_id)
    assert stage.world.the_list(number).blocked_by == "product_push_waits"
    push(stage)
    assert stage.world.the_list(number).shipment == "due"
    stage.arrange()
    assert stage.world.the_list(number).push == "ready"


def test_r48_r49_a_refused_product_shows_the_reason_and_adding_it_again_pushes_again(stage: Stage) -> None:
    with stage.world.scope():
        long_name = MasterProduct(msku="LONG", name="x" * 300, created_at=now())
        long_name.save()
        add_to_warehouse([long_name.pk], stage.warehouse_id)
    measure(stage)
    push(stage)
    refused = row(stage, "LONG")
    assert refused.push == "failed"
    assert "product_title" in refused.error_message
    assert push(stage) == 0, "what was refused is not sent again by itself"
    with stage.world.scope():
        MasterProduct.objects.filter(msku="LONG").update(name="short")
        assert add_to_warehouse([long_name.pk], stage.warehouse_id) == [refused.pk]
    push(stage)
    mended = row(stage, "LONG")
    assert (mended.push, mended.error_code, mended.error_message) == ("pushed", "", "")


def test_one_refused_product_does_not_hold_up_the_others(stage: Stage) -> None:
    ids = make(stage, "BAG", "HAT")
    with stage.world.scope():
        MasterProduct.objects.filter(msku="BAG").update(name="x" * 300)
        add_to_warehouse(ids, stage.warehouse_id)
    push(stage)
    assert (row(stage, "BAG").push, row(stage, "HAT").push) == ("failed", "pushed")


def test_429_waits_as_long_as_the_partner_asks_and_is_not_counted(stage: Stage) -> None:
    ids = make(stage, "BAG")
    with stage.world.scope():
        add_to_warehouse(ids, stage.warehouse_id)
    stage.fault("eccang", "createProduct", "rate_limit", retry_after=30)
    push(stage)
    made = row(stage, "BAG")
    assert (made.push, made.attempts) == ("not_pushed", 0)
    assert made.next_at is not None
    assert 25 < (made.next_at - now()).total_seconds() <= 30
    with stage.world.scope():
        blocked = RateBudget.objects.get(account_id=stage.account_id).blocked_until
    assert blocked is not None


@pytest.mark.parametrize("kind", ["cut_after", "error_before", "error_after", "garbage"])
def test_whatever_is_lost_on_the_way_it_is_pushed_in_the_end_once(stage: Stage, kind: str) -> None:
    before = known_there(stage)
    ids = make(stage, "BAG")
    with stage.world.scope():
        add_to_warehouse(ids, stage.warehouse_id)
    stage.fault("eccang", "createProduct", kind)
    push(stage)
    waiting = row(stage, "BAG")
    assert (waiting.push, waiting.attempts) == ("not_pushed", 1)
    assert waiting.error_code
    later_now(stage)
    push(stage)
    assert row(stage, "BAG").push == "pushed"
    assert known_there(stage) == before + 1


def test_a_lost_worker_leaves_the_row_to_the_next(stage: Stage) -> None:
    ids = make(stage, "BAG")
    with stage.world.scope():
        add_to_warehouse(ids, stage.warehouse_id)
        WarehouseProduct.objects.filter(product__msku="BAG").update(push="pushing", epoch=1, lease_until=now())
    assert push(stage) == 1
    assert row(stage, "BAG").push == "pushed"


def test_two_workers_push_every_product_once(stage: Stage) -> None:
    ids = make(stage, *(f"P{n}" for n in range(30)))
    with stage.world.scope():
        add_to_warehouse(ids, stage.warehouse_id)
    stage.fault("eccang", "createProduct", "latency", seconds=0.05, times=100)
    side_by_side(*(lambda: push(stage) for _worker in range(3)))
    with stage.world.scope():
        assert set(WarehouseProduct.objects.filter(product_id__in=ids).values_list("push", flat=True)) == {"pushed"}
    assert stage.calls("eccang", "createProduct") == 30


def test_refused_keys_pause_the_account_and_keep_the_products_waiting(stage: Stage) -> None:
    known = stage.sandbox.look("credentials")["eccang"]
    stage.sandbox.control(
        "eccang/accounts", {"customer_code": known["customer_code"], "app_token": "new", "app_key": "new"}
    )
    ids = make(stage, "BAG")
    with stage.world.scope():
        add_to_warehouse(ids, stage.warehouse_id)
    push(stage)
    assert row(stage, "BAG").push == "not_pushed"
    assert stage.account().state == "paused"
    assert push(stage) == 0


def test_a_pushed_product_can_be_pushed_once_more(stage: Stage) -> None:
    measure(stage)
    made = row(stage, "TEA")
    with stage.world.scope():
        assert push_again([made.pk]) == [made.pk]
    push(stage)
    assert row(stage, "TEA").push == "pushed"
    assert stage.calls("eccang", "modifyProduct") == 1


def test_r50_an_own_warehouse_shows_the_product_and_tells_nobody(stage: Stage) -> None:
    (bag,) = make(stage, "BAG")
    with stage.world.scope():
        own = Warehouse(code="OWN", name="Own", country="TH", created_at=now())
        own.save()
        assert add_to_warehouse([bag], own.pk) == []
        assert Balance.objects.filter(product_id=bag, warehouse=own).exists()
        assert not WarehouseProduct.objects.filter(warehouse=own).exists()


# -- listings -------------------------------------------------------------------------------------------------------


def test_listings_are_pulled_page_by_page_and_pulled_again_without_doubles(stage: Stage) -> None:
    stage.sandbox.control("shopee/items", {})
    there = stage.sandbox.look("shopee/items")["items"]
    assert pull_listings(stage.merchant_id, stage.store_id) == len(there)
    assert pull_listings(stage.merchant_id, stage.store_id) == len(there)
    with stage.world.scope():
        skus = sorted(Listing.objects.values_list("sku", flat=True))
    assert skus == sorted(one["sku"] for one in there)


def test_r45_one_product_is_made_for_each_unlinked_sku_and_its_orders_go_on(stage: Stage) -> None:
    stage.sandbox.control("shopee/items", {"skus": ["BAG", "HAT", "TEA"]})
    stage.world.ingest(store_order("A1", "BAG"))
    assert set(stage.world.problems("A1")) == {"unmapped_sku"}
    pull_listings(stage.merchant_id, stage.store_id)
    with stage.world.scope():
        assert len(products_from_listings(stage.store_id)) == 2, "TEA is one already"
        assert products_from_listings(stage.store_id) == []
        assert MasterProduct.objects.filter(msku__in=["BAG", "HAT"]).count() == 2
    assert "unmapped_sku" not in stage.world.problems("A1")
    assert stage.world.the_list("A1").warehouse_id == stage.warehouse_id


def test_binding_a_sku_lets_its_orders_go_on(stage: Stage) -> None:
    stage.world.ingest(store_order("A1", ("TEA-PACK", 2)))
    with stage.world.scope():
        bind(stage.store_id, "TEA-PACK", stage.world.products["TEA"], 6)
        assert Binding.objects.get().quantity == 6
    assert stage.world.problems("A1") == {}
    assert stage.world.balance("TEA") == (100, 12)


def test_a_new_product_named_as_a_sku_lets_its_orders_go_on(stage: Stage) -> None:
    stage.world.ingest(store_order("A1", "BAG"))
    with stage.world.scope():
        assert len(new_products([NewProduct("BAG", "Bag"), NewProduct("BAG", "Bag again")])) == 1
        assert new_products([NewProduct("BAG", "Bag")]) == []
    assert "unmapped_sku" not in stage.world.problems("A1")


def test_a_store_that_cannot_be_asked_says_so(stage: Stage) -> None:
    stage.fault("shopee", "product/get_item_list", "error_before", times=5)
    with pytest.raises(PartnerRefused):
        pull_listings(stage.merchant_id, stage.store_id)


def test_a_store_asking_for_a_pause_gets_it_and_the_listings_still_come(stage: Stage) -> None:
    stage.sandbox.control("shopee/items", {"skus": ["BAG"]})
    stage.fault("shopee", "product/get_item_list", "rate_limit", retry_after=1)
    assert pull_listings(stage.merchant_id, stage.store_id) == 1


def test_the_work_of_a_disconnected_account_is_left(stage: Stage) -> None:
    ids = make(stage, "BAG")
    with stage.world.scope():
        WarehouseAccount.objects.filter(pk=stage.account_id).update(state="disconnected")
        add_to_warehouse(ids, stage.warehouse_id)
    assert push(stage) == 0
